"""/claim scenario and /claim judge: stories of each side, and the items that decide between them (RULES E7)."""

from dataclasses import replace
from functools import partial

from discord import app_commands
from sqlalchemy import Connection

from bot import text
from bot.answer import Where, answer, ask
from bot.commands.drafts import draft_as_it_stands, remarks_on
from bot.commands.options import Number
from bot.context import Acting, Context, key_of
from bot.input import (
    ambiguous,
    claim_fields,
    date_words,
    form_fields,
    result_fields,
    story_lines,
)
from bot.refusals import BadInput, Outdated
from bot.shown import require_named
from bot.ui import components
from bot.ui.cards import Card
from bot.words import claims as claim_words
from bot.words import refusals
from bot.words import stories as render
from markets.claims import claims, drafts, stories, zones
from markets.claims.claims import Claim
from markets.claims.stories import Judged
from markets.claims.terms import Scenario, Terms
from markets.core import lifecycle
from markets.core.errors import BadTerms, WordingBlocked
from markets.settlement import scenarios, story_judging
from markets.settlement.scenarios import JudgeItem, Keep, Share, TakeOut, TellStory
from markets.views import claims as view_claims

ANSWERS: dict[str, scenarios.AnswerName] = {"true": "true", "false": "false", "dropped": "dropped"}
FIELDS = ("title", "items", "story")


# --- stories ----------------------------------------------------------------------------------


async def scenario(ctx: Context) -> None:
    await ask(ctx, render.new_form())


async def send_scenario(ctx: Context) -> None:
    await answer(ctx, _begin(ctx))


async def _begin(ctx: Context) -> Card:
    """A draft first, so that nothing typed is lost; then its author's story, if it can be read."""
    who = await ctx.who()
    zone = who.places.time_zone
    filled = ctx.filled
    typed = {name: components.line(filled, name) for name in ("what", "source")}
    base = Terms(title="", kind="choice", scenario=Scenario())
    terms, typed, _ = claim_fields.claim_terms(base, typed, zone, ctx.now)
    draft = drafts.SaveDraft(ctx.guild, ctx.key, who.number, terms, None, form_fields.encode(typed))
    number = await ctx.write(drafts.save_draft, draft)
    return await _tell(ctx, who, number, render.NEW, 0, _filled(ctx))


async def share(ctx: Context, draft: int) -> None:
    """Show the draft in this channel. Everybody who sees it may write a story into it from now on."""
    await answer(ctx, _share(ctx, draft), where=Where.PUBLIC)


async def _share(ctx: Context, number: int) -> Card:
    who = await ctx.who()
    request = Share(ctx.guild, ctx.key, who.number, number)
    await ctx.write(scenarios.share, request)
    return await draft_as_it_stands(ctx, number, public=True)


async def show(ctx: Context, number: int) -> None:
    await answer(ctx, _show(ctx, number))


async def _show(ctx: Context, number: int) -> Card:
    who = await ctx.who()

    def read(tx: Connection) -> view_claims.ClaimSeen:
        scenarios.require_seen(tx, claims.load(tx, ctx.guild, number), who.number)
        return view_claims.claim(tx, ctx.guild, number, ctx.now)

    return render.shelf(await ctx.read(read), who.number)


async def add_story(ctx: Context, number: int) -> None:
    await _ask_story(ctx, number, render.NEW)


async def change_story(ctx: Context, number: int, at: int) -> None:
    await _ask_story(ctx, number, at)


async def _ask_story(ctx: Context, number: int, at: int) -> None:
    who = await ctx.who()
    story = None if at == render.NEW else at

    def read(tx: Connection) -> tuple[Claim, str | None]:
        found = scenarios.require_tell(tx, ctx.guild, number, who.number, story, ctx.now)
        return found, scenarios.kept(tx, ctx.guild, number, who.number)

    found, kept = await ctx.read(read)
    held = render.held_of(found, at, story_lines.written(found.terms, story), kept)
    await ask(ctx, render.story_form(found, at, held))


async def send_story(ctx: Context, number: int, at: int, mark: int) -> None:
    await answer(ctx, _save(ctx, number, at, mark))


async def _save(ctx: Context, number: int, at: int, mark: int) -> Card:
    return await _tell(ctx, await ctx.who(), number, at, mark, _filled(ctx))


def _filled(ctx: Context) -> dict[str, str]:
    filled = ctx.filled
    return {name: components.line(filled, name) for name in FIELDS}


async def choose_until(ctx: Context, number: int, at: int, mark: int, line: int, until: int) -> None:
    """Take one of the two days that a line of a story could mean."""
    await answer(ctx, _choose_until(ctx, number, at, mark, line, until))


async def _choose_until(ctx: Context, number: int, at: int, mark: int, line: int, until: int) -> Card:
    who = await ctx.who()
    story = None if at == render.NEW else at

    def read(tx: Connection) -> tuple[Claim, str | None]:
        found = scenarios.require_tell(tx, ctx.guild, number, who.number, story, ctx.now)
        return found, scenarios.kept(tx, ctx.guild, number, who.number)

    found, kept = await ctx.read(read)
    if kept is None:
        raise Outdated
    typed = form_fields.decode(kept)
    when = date_words.chosen(until, zones.zone(found.terms.zone or who.places.time_zone))
    items = story_lines.chosen(typed["items"], line, when)
    held = {**{name: typed[name] for name in FIELDS}, "items": items}
    return await _tell(ctx, who, number, at, mark, held)


async def _tell(ctx: Context, who: Acting, number: int, at: int, mark: int, typed: dict[str, str]) -> Card:
    """Write the story that a form holds. What can't be taken as it is, is kept for its writer (B6): for that alone a
    refusal is caught here, and it is worded as everywhere."""
    story = None if at == render.NEW else at
    found = await ctx.read(scenarios.require_tell, ctx.guild, number, who.number, story, ctx.now)
    try:
        named = "" if story is None else require_named(found.terms, story, mark)
        request = TellStory(
            ctx.guild,
            f"{ctx.key}:story",
            who.number,
            number,
            story,
            form_fields.kept(typed["title"], "Your story's name", scenarios.MOST_NAME),
            form_fields.kept(typed["story"], "Your story", scenarios.MOST_STORY),
            story_lines.said(typed["items"], found.terms.zone or who.places.time_zone, ctx.now),
            named=named,
        )
        if found.state != lifecycle.DRAFT:
            remarks = remarks_on(scenarios.told(found.terms, request, author=found.author), {})
            claims.require_wording(remarks)
            request = replace(request, warned=tuple(one.code for one in remarks))
        found = await ctx.write(scenarios.tell, request)
    except (BadInput, BadTerms, WordingBlocked) as bad:
        held = form_fields.encode(typed | {"at": str(at)})
        keeps = Keep(ctx.guild, f"{ctx.key}:kept", who.number, number, held)
        await ctx.write(scenarios.keep, keeps)
        if isinstance(bad, story_lines.UnclearLine):
            ambiguous.offer(bad, partial(_until, number, at, mark, bad.line))
        return render.unread(number, at, refusals.refusal(bad, text.Currency()) or "", refusals.choices(bad))
    if found.state != lifecycle.DRAFT:
        seen = await ctx.read(view_claims.claim, ctx.guild, number, ctx.now)
        return claim_words.opened(
            claim_words.ClaimOpened(seen, who.places.announcement_channel, changed=True)
        )
    if found.author == who.number:
        return await draft_as_it_stands(ctx, number)
    return render.told(found, request.name)


def _until(number: int, at: int, mark: int, line: int, at_us: int) -> str:
    return f"story-until:{number}:{at}:{mark}:{line}:{at_us}"


async def take_out(ctx: Context, number: int, at: int, mark: int) -> None:
    await answer(ctx, _take_out(ctx, number, at, mark))


async def _take_out(ctx: Context, number: int, at: int, mark: int) -> Card:
    who, found = await ctx.who_and(claims.load, ctx.guild, number)
    request = TakeOut(ctx.guild, ctx.key, who.number, number, at, require_named(found.terms, at, mark))
    await ctx.write(scenarios.take_out, request)
    return await _show(ctx, number)


# --- items ------------------------------------------------------------------------------------


@app_commands.describe(claim="The claim's number")
async def judge(ctx: Context, claim: Number) -> None:
    await _ask_item(ctx, claim)


async def press_judge(ctx: Context, number: int) -> None:
    await _ask_item(ctx, number)


async def _ask_item(ctx: Context, number: int) -> None:
    who = await ctx.who()

    def read(tx: Connection) -> tuple[Claim, list[Judged]]:
        found = claims.load(tx, ctx.guild, number)
        story_judging.require_judge(tx, found, who.actor, ctx.now)
        return found, stories.items(tx, ctx.guild, number)

    found, items = await ctx.read(read)
    await ask(ctx, render.judge_form(found, items, ctx.id))


async def send_item(ctx: Context, asked: int, number: int) -> None:
    """Judge the item. The key is the interaction that asked, so a form that is sent twice judges once."""
    await answer(ctx, _judge(ctx, asked, number))


async def _judge(ctx: Context, asked: int, number: int) -> Card:
    who, found = await ctx.who_and(claims.load, ctx.guild, number)
    filled = ctx.filled
    chosen = ANSWERS.get(components.picked(filled, "answer"))
    if chosen is None:
        raise BadInput("The answer", "choose one of the list")
    evidence, reason = result_fields.evidence(components.line(filled, "evidence"))
    request = JudgeItem(
        guild=ctx.guild,
        key=key_of(asked),
        actor=who.actor,
        claim=number,
        item=components.choice(filled, "item"),
        answer=chosen,
        evidence=evidence,
        reason=reason,
        known_us=result_fields.day(components.line(filled, "known"), found.terms.zone, ctx.now),
    )
    done = await ctx.write(story_judging.judge, request)
    return render.answered(found, done)
