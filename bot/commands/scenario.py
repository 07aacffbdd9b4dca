"""/claim scenario and /claim judge: stories of each side, and the items that decide between them (RULES E7)."""

from dataclasses import replace
from functools import partial

from discord import app_commands
from sqlalchemy import Connection

from bot import text
from bot.acting import Acting, acting
from bot.answer import Press, Where, answer, ask
from bot.commands.claim import Number, claim, draft_as_it_stands, remarks_on
from bot.entering import guild_of, key
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
from bot.ui.components import routes
from bot.words import claims as claim_words
from bot.words import refusals
from bot.words import stories as render
from markets.claims import claims, stories, zones
from markets.claims.claims import Claim
from markets.claims.stories import Judged
from markets.claims.terms import Scenario, Terms
from markets.core import lifecycle
from markets.core.errors import BadTerms, WordingBlocked
from markets.settlement import scenarios
from markets.settlement.scenarios import JudgeItem, Keep, Share, TakeOut, TellStory
from markets.views import queries

ANSWERS: dict[str, scenarios.AnswerName] = {"true": "true", "false": "false", "dropped": "dropped"}
FIELDS = ("title", "items", "story")


# --- stories ----------------------------------------------------------------------------------


@claim.command(description="A scenario: dated stories of each side, to bet on whose was closer")
async def scenario(press: Press) -> None:
    await ask(press, render.new_form())


@routes.on("scenario-new")
async def send_scenario(press: Press) -> None:
    await answer(press, _begin(press), _same)


async def _begin(press: Press) -> Card:
    """A draft first, so that nothing typed is lost; then its author's story, if it can be read."""
    crux, who = press.client, await acting(press)
    now, zone = crux.clock.of(press.id), who.places.time_zone
    filled = components.values(press.data or {})
    typed = {name: components.line(filled, name) for name in ("what", "source")}
    base = Terms(title="", kind="choice", scenario=Scenario())
    terms, typed, _ = claim_fields.claim_terms(base, typed, zone, now)
    draft = claims.SaveDraft(guild_of(press), key(press), who.number, terms, None, form_fields.encode(typed))
    number = await crux.write(claims.save_draft, draft, now)
    return await _tell(press, who, number, render.NEW, 0, _filled(press))


@routes.on("scenario-share:{draft}")
async def share(press: Press, draft: int) -> None:
    """In this channel, and from now on whoever sees it writes their own story into it."""
    await answer(press, _share(press, draft), _same, where=Where.PUBLIC)


async def _share(press: Press, number: int) -> Card:
    crux, who = press.client, await acting(press)
    request = Share(guild_of(press), key(press), who.number, number)
    await crux.write(scenarios.share, request, crux.clock.of(press.id))
    return await draft_as_it_stands(press, number, public=True)


@routes.on("stories:{number}")
async def show(press: Press, number: int) -> None:
    await answer(press, _show(press, number), _same)


async def _show(press: Press, number: int) -> Card:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)

    def read(tx: Connection) -> queries.ClaimSeen:
        scenarios.require_seen(tx, claims.load(tx, guild, number), who.number)
        return queries.claim(tx, guild, number, now)

    return render.shelf(await crux.db.read(read), who.number)


@routes.on("story-add:{number}")
async def add_story(press: Press, number: int) -> None:
    await _ask_story(press, number, render.NEW)


@routes.on("story-change:{number}:{at}")
async def change_story(press: Press, number: int, at: int) -> None:
    await _ask_story(press, number, at)


async def _ask_story(press: Press, number: int, at: int) -> None:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    story = None if at == render.NEW else at

    def read(tx: Connection) -> tuple[Claim, str | None]:
        found = scenarios.require_tell(tx, guild, number, who.number, story, now)
        return found, scenarios.kept(tx, guild, number, who.number)

    found, kept = await crux.db.read(read)
    held = render.held_of(found, at, story_lines.written(found.terms, story), kept)
    await ask(press, render.story_form(found, at, held))


@routes.on("story-save:{number}:{at}:{mark}")
async def send_story(press: Press, number: int, at: int, mark: int) -> None:
    await answer(press, _save(press, number, at, mark), _same)


async def _save(press: Press, number: int, at: int, mark: int) -> Card:
    return await _tell(press, await acting(press), number, at, mark, _filled(press))


def _filled(press: Press) -> dict[str, str]:
    filled = components.values(press.data or {})
    return {name: components.line(filled, name) for name in FIELDS}


@routes.on("story-until:{number}:{at}:{mark}:{line}:{until}")
async def choose_until(press: Press, number: int, at: int, mark: int, line: int, until: int) -> None:
    """One of the two days that were meant in a line of a story."""
    await answer(press, _choose_until(press, number, at, mark, line, until), _same)


async def _choose_until(press: Press, number: int, at: int, mark: int, line: int, until: int) -> Card:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    story = None if at == render.NEW else at

    def read(tx: Connection) -> tuple[Claim, str | None]:
        found = scenarios.require_tell(tx, guild, number, who.number, story, now)
        return found, scenarios.kept(tx, guild, number, who.number)

    found, kept = await crux.db.read(read)
    if kept is None:
        raise Outdated
    typed = form_fields.decode(kept)
    when = date_words.chosen(until, zones.zone(found.terms.zone or who.places.time_zone))
    items = story_lines.chosen(typed["items"], line, when)
    held = {**{name: typed[name] for name in FIELDS}, "items": items}
    return await _tell(press, who, number, at, mark, held)


async def _tell(press: Press, who: Acting, number: int, at: int, mark: int, typed: dict[str, str]) -> Card:
    """Write the story that a form holds. What can't be taken as it is, is kept for its writer (B6): for that alone a
    refusal is caught here, and it is worded as everywhere."""
    crux, guild = press.client, guild_of(press)
    now = crux.clock.of(press.id)
    story = None if at == render.NEW else at
    found = await crux.db.read(scenarios.require_tell, guild, number, who.number, story, now)
    try:
        named = "" if story is None else require_named(found.terms, story, mark)
        request = TellStory(
            guild,
            f"interaction:{press.id}:story",
            who.number,
            number,
            story,
            form_fields.kept(typed["title"], "Your story's name", scenarios.MOST_NAME),
            form_fields.kept(typed["story"], "Your story", scenarios.MOST_STORY),
            story_lines.said(typed["items"], found.terms.zone or who.places.time_zone, now),
            named=named,
        )
        if found.state != lifecycle.DRAFT:
            remarks = remarks_on(scenarios.told(found.terms, request, author=found.author), {})
            claims.require_wording(remarks)
            request = replace(request, warned=tuple(one.code for one in remarks))
        found = await crux.write(scenarios.tell, request, now)
    except (BadInput, BadTerms, WordingBlocked) as bad:
        held = form_fields.encode(typed | {"at": str(at)})
        keeps = Keep(guild, f"interaction:{press.id}:kept", who.number, number, held)
        await crux.write(scenarios.keep, keeps, now)
        if isinstance(bad, story_lines.UnclearLine):
            ambiguous.offer(bad, partial(_until, number, at, mark, bad.line))
        return render.unread(number, at, refusals.refusal(bad, text.Currency()) or "", refusals.choices(bad))
    if found.state != lifecycle.DRAFT:
        seen = await crux.db.read(queries.claim, guild, number, now)
        return claim_words.opened(
            claim_words.ClaimOpened(seen, who.places.announcement_channel, changed=True)
        )
    if found.author == who.number:
        return await draft_as_it_stands(press, number)
    return render.told(found, request.name)


def _until(number: int, at: int, mark: int, line: int, at_us: int) -> str:
    return f"story-until:{number}:{at}:{mark}:{line}:{at_us}"


@routes.on("story-out:{number}:{at}:{mark}")
async def take_out(press: Press, number: int, at: int, mark: int) -> None:
    await answer(press, _take_out(press, number, at, mark), _same)


async def _take_out(press: Press, number: int, at: int, mark: int) -> Card:
    crux, who = press.client, await acting(press)
    guild = guild_of(press)
    found = await crux.db.read(claims.load, guild, number)
    request = TakeOut(guild, key(press), who.number, number, at, require_named(found.terms, at, mark))
    await crux.write(scenarios.take_out, request, crux.clock.of(press.id))
    return await _show(press, number)


# --- items ------------------------------------------------------------------------------------


@claim.command(description="For its judges: say what became of an item of a scenario")
@app_commands.describe(claim="The claim's number")
async def judge(press: Press, claim: Number) -> None:
    await _ask_item(press, claim)


@routes.on("item-judge:{number}")
async def press_judge(press: Press, number: int) -> None:
    await _ask_item(press, number)


async def _ask_item(press: Press, number: int) -> None:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)

    def read(tx: Connection) -> tuple[Claim, list[Judged]]:
        found = claims.load(tx, guild, number)
        scenarios.require_judge(tx, found, who.actor, now)
        return found, stories.items(tx, guild, number)

    found, items = await crux.db.read(read)
    await ask(press, render.judge_form(found, items, press.id))


@routes.on("item-send:{asked}:{number}")
async def send_item(press: Press, asked: int, number: int) -> None:
    """The key is the interaction that asked, so a form that is sent twice judges once."""
    await answer(press, _judge(press, asked, number), _same)


async def _judge(press: Press, asked: int, number: int) -> Card:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    found = await crux.db.read(claims.load, guild, number)
    filled = components.values(press.data or {})
    chosen = ANSWERS.get(components.picked(filled, "answer"))
    if chosen is None:
        raise BadInput("The answer", "choose one of the list")
    evidence, reason = result_fields.evidence(components.line(filled, "evidence"))
    request = JudgeItem(
        guild=guild,
        key=f"interaction:{asked}",
        actor=who.actor,
        claim=number,
        item=components.choice(filled, "item"),
        answer=chosen,
        evidence=evidence,
        reason=reason,
        known_us=result_fields.day(components.line(filled, "known"), found.terms.zone, now),
    )
    done = await crux.write(scenarios.judge, request, now)
    return render.answered(found, done)


def _same(card: Card) -> Card:
    return card
