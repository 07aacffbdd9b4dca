// A forum: its posts with their tags, newest activity first.

import { el, face, fill, icon, said, visible } from "./dom.js";
import { timeNode } from "./time.js";
import { createdMs } from "./log.js";
import { newest } from "./channels.js";
import { messages, summary } from "./message.js";
import { emoji } from "./emoji.js";
import * as store from "./store.js";
import * as unread from "./unread.js";

export class Forum {
  constructor() {
    this.node = el("div", { class: "log forum", role: "region", "aria-label": "Posts", tabindex: "-1" });
    this.tagId = null;
  }

  open() {
    this.tagId = null;
    this.draw();
    this.node.scrollTop = 0;
  }

  draw() {
    const forum = store.here();
    const posts = [...store.state.channels.values()].filter((channel) => channel.parent_id === forum.id);
    posts.sort((one, other) => (store.isNewer(newest(one), newest(other)) ? -1 : 1));
    const shown = posts.filter((post) => !this.tagId || post.applied_tags.includes(this.tagId));
    fill(
      this.node,
      forum.tags.length
        ? el(
            "div",
            { class: "tags", role: "group", "aria-label": "Only posts with this tag" },
            forum.tags.map((tag) => this.filter(tag)),
          )
        : null,
      shown.length
        ? el(
            "div",
            { class: "posts" },
            shown.map((post) => postCard(post, forum)),
          )
        : el(
            "p",
            { class: "empty" },
            posts.length ? "No post has this tag." : "No posts yet. The bot opens one for each claim.",
          ),
    );
  }

  filter(tag) {
    const on = this.tagId === tag.id;
    const toggle = () => {
      this.tagId = on ? null : tag.id;
      this.draw();
      this.node.querySelector(`[data-tag="${tag.id}"]`)?.focus();
    };
    return el(
      "button",
      {
        class: `tag${on ? " on" : ""}`,
        type: "button",
        "data-tag": tag.id,
        "aria-pressed": on ? "true" : "false",
        onclick: toggle,
      },
      tagWords(tag),
    );
  }
}

const tagWords = (tag) => [tag.emoji ? emoji(tag.emoji) : null, el("bdi", {}, visible(tag.name))];

export function tagsOf(channel) {
  const forum = store.channel(channel.parent_id);
  const tags = (forum?.tags ?? []).filter((tag) => channel.applied_tags.includes(tag.id));
  return tags.map((tag) => el("span", { class: "tag" }, tagWords(tag)));
}

function postCard(post) {
  const list = store.state.messages.get(post.id) ?? [];
  const first = list.find((message) => message.id === post.id) ?? list[0];
  const owner = store.person(post.owner_id) ?? store.bot();
  const news = unread.level(post.id) ? " news" : "";
  const state = post.locked ? icon("lock") : null;
  return el(
    "button",
    { class: `post${news}`, type: "button", "data-channel": post.id, onclick: () => store.open(post.id) },
    el("span", { class: "tags" }, tagsOf(post)),
    el(
      "span",
      { class: "post-title" },
      state,
      said(post.name),
      news ? el("span", { class: "dot some" }, el("span", { class: "unseen" }, "new messages")) : null,
    ),
    first ? said(summary(first), { class: "post-about" }) : null,
    el(
      "span",
      { class: "post-foot" },
      face(owner),
      said(owner.name),
      "·",
      el("span", {}, messages(store.countIn(post))),
      "·",
      timeNode(createdMs(newest(post)), "R"),
    ),
  );
}
