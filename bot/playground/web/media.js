// Files, pictures and embeds.

import { el, icon, said, colour, visible } from "./dom.js";
import { timeNode } from "./time.js";
import { markdown, inlineMarkdown, link } from "./markdown.js";

/** Our own attachments by path: whoever opened the page at "localhost" downloads from there too. */
export function sameOrigin(address) {
  try {
    const url = new URL(address, location.href);
    return url.pathname.startsWith("/cdn/") && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname)
      ? url.pathname + url.search
      : url.href;
  } catch {
    return address;
  }
}

export function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function attachments(list) {
  const pictures = list.filter(isPicture);
  const others = list.filter((file) => !isPicture(file));
  return [
    pictures.length ? gallery(pictures.map((file) => ({ media: file, description: file.description }))) : null,
    ...others.map(fileCard),
  ];
}

const isPicture = (file) => /^image\/(png|jpe?g|gif|webp|avif)/.test(file.content_type ?? "");

export function fileCard({ filename, size: bytes, url, title }) {
  const about = { class: "file", href: sameOrigin(url), download: filename, "data-filename": filename };
  const name = el("span", { class: "name" }, said(title || filename));
  const words = el("span", {}, name, bytes === undefined ? null : el("small", {}, size(bytes)));
  return el("a", { ...about, "aria-label": `Download ${filename}` }, icon("file"), words, icon("download"));
}

/** items: [{media: {url, width, height}, description, spoiler}] */
export function gallery(items) {
  return el("div", { class: "gallery", "data-count": Math.min(items.length, 4) }, items.map(galleryItem));
}

function galleryItem(item) {
  const open = el(
    "a",
    { href: sameOrigin(item.media.url), target: "_blank", rel: "noopener noreferrer" },
    picture(item.media, item.description),
  );
  return item.spoiler ? covered(open) : open;
}

export function picture(media, description) {
  const image = el("img", { alt: description ?? "", loading: "lazy", decoding: "async", dir: "auto" });
  if (media.width && media.height) {
    image.width = media.width;
    image.height = media.height;
  }
  image.addEventListener("error", () =>
    image.replaceWith(el("span", { class: "lost" }, description || "The picture can't be loaded.")),
  );
  image.src = sameOrigin(media.url);
  return image;
}

export function covered(node) {
  const show = el("button", { class: "cover", type: "button", onclick: () => show.remove() }, "Spoiler: show it");
  return el("div", { class: "covered" }, node, show);
}

export function embed(about) {
  return el(
    "div",
    { class: "embed", style: about.color === undefined ? {} : { "--stripe": colour(about.color) } },
    about.thumbnail ? el("div", { class: "thumb" }, picture(about.thumbnail, "")) : null,
    about.author
      ? el("div", { class: "embed-author", dir: "auto" }, linked(about.author.url, [visible(about.author.name)]))
      : null,
    about.title
      ? el("div", { class: "embed-title", dir: "auto" }, linked(about.url, inlineMarkdown(about.title)))
      : null,
    about.description ? markdown(about.description) : null,
    about.fields?.length ? el("dl", { class: "fields" }, about.fields.map(field)) : null,
    about.image ? el("div", { class: "embed-image" }, picture(about.image, "")) : null,
    footer(about),
  );
}

const linked = (address, children) => (address && /^https?:/.test(address) ? link(address, children) : children);

function field({ name, value, inline }) {
  return el(
    "div",
    { class: inline ? "inline" : null },
    el("dt", { dir: "auto" }, inlineMarkdown(name)),
    el("dd", {}, markdown(value)),
  );
}

function footer({ footer: foot, timestamp }) {
  if (!foot && !timestamp) return null;
  const when = timestamp ? timeNode(Date.parse(timestamp), "posted") : null;
  return el("div", { class: "embed-footer" }, foot ? said(foot.text) : null, foot && when ? " · " : null, when);
}
