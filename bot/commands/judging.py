"""What judges do with claims: everything on one screen, votes, confirming; and for moderators freeze, reverse, note.

Judges may be named by a claim, so a press here is held against the claim, not against a role; the `/mod` commands are
for moderators.
"""

import secrets
from dataclasses import replace
from datetime import datetime

from discord import app_commands
from sqlalchemy import Connection

from bot import text
from bot.acting import Acting, acting
from bot.answer import Press, answer, ask
from bot.commands.mod import mod
from bot.entering import guild_of, key
from bot.input import ambiguous, amounts, date_words, result_fields
from bot.input.result_codes import ResultCode
from bot.ui import components
from bot.ui.components import routes
from bot.words import became_public as known_words
from bot.words import judges_screen, market_refusals, phrases, said_pages
from bot.words import results as render
from markets.claims import became_public as known_results
from markets.claims import claims, conditions, zones
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.core.errors import MarketError
from markets.people import notes
from markets.settlement import disputes, proposals, recusal, resolution
from markets.views import queries

Number = app_commands.Range[int, 1, 2**53 - 1]


@mod.command(description="What waits for moderators: disputes, results to confirm and to name")
async def queue(press: Press) -> None:
    await press.client.require_moderator(press)
    await answer(press, _queue(press), judges_screen.queue)


@mod.command(description="Everything about one claim on one screen, and what each result would pay")
@app_commands.describe(claim="The claim's number")
async def decide(press: Press, claim: Number) -> None:
    await press.client.require_moderator(press)
    await answer(press, _case(press, claim), judges_screen.case)


@mod.command(description="Stop everything on a claim, with a reason, or let it go on")
@app_commands.describe(claim="The claim's number", go_on="Let it go on again")
async def freeze(press: Press, claim: Number, go_on: bool = False) -> None:
    await press.client.require_moderator(press)
    found = await _may_halt(press, claim)
    await ask(press, render.halt_form(press.id, found, not go_on))


@mod.command(description="Take a paid result back by opposite transfers, with a reason")
@app_commands.describe(claim="The claim's number")
async def reverse(press: Press, claim: Number) -> None:
    await press.client.require_moderator(press)
    crux, now = press.client, press.client.clock.of(press.id)
    seen = await crux.db.read(queries.claim, guild_of(press), claim, now)
    seen.claim.require("reverse", now)
    await ask(press, render.reverse_form(press.id, seen))


@mod.command(description="Note something about a claim; it is listed for all")
@app_commands.describe(claim="The claim's number", words="What everybody can read")
async def note(press: Press, claim: Number, words: app_commands.Range[str, 3, 500]) -> None:
    await press.client.require_moderator(press)
    await answer(press, _note(press, claim, words), render.did)


@routes.on("halt:{asked}:{claim}:{halts}")
async def send_halt(press: Press, asked: int, claim: int, halts: int) -> None:
    await press.client.require_moderator(press)
    await answer(press, _halt(press, asked, claim, halts == 1), render.did)


@routes.on("reverse:{asked}:{claim}")
async def send_reverse(press: Press, asked: int, claim: int) -> None:
    await press.client.require_moderator(press)
    await answer(press, _reverse(press, asked, claim), render.did)


@routes.on("decide:{claim}")
async def press_decide(press: Press, claim: int) -> None:
    await answer(press, _case(press, claim), judges_screen.case)


@routes.on("said:{claim}:{page}")
async def press_said(press: Press, claim: int, page: int) -> None:
    await answer(press, _words(press, claim, page), said_pages.words)


async def _words(press: Press, number: int, page: int) -> said_pages.SaidPage:
    crux = press.client
    return await crux.db.read(_said, guild_of(press), number, page, crux.clock.of(press.id))


def _said(tx: Connection, guild: int, number: int, page: int, now: datetime) -> said_pages.SaidPage:
    seen = queries.claim(tx, guild, number, now)
    claims.require_public(seen.claim)
    newest = disputes.newest(tx, seen.claim)
    dispute = queries.dispute(tx, guild, newest, now) if newest is not None else None
    return said_pages.SaidPage(seen, dispute, page)


@routes.on("rule:{claim}:{choice}:{proposal}")
async def ask_ruling(press: Press, claim: int, choice: int, proposal: int) -> None:
    crux, now = press.client, press.client.clock.of(press.id)
    seen, so_far = await crux.db.read(_so_far, guild_of(press), claim, choice, now)
    seen.claim.require("decide", now)
    known = result_fields.day_typed(so_far.known_us, seen.claim.terms.zone)
    await ask(press, render.rule_form(seen, choice, proposal, known, voids_late=so_far.voids_late))


@routes.on("rule-send:{claim}:{choice}:{proposal}", again="rule:{claim}:{choice}:{proposal}")
async def send_ruling(press: Press, claim: int, choice: int, proposal: int) -> None:
    filled = components.values(press.data or {})
    await answer(press, _vote(press, claim, choice, proposal, filled, key(press)), render.did)


@routes.on("rule-early:{asked}:{claim}:{proposal}:{until}")
async def choose_until(press: Press, asked: int, claim: int, proposal: int, until: int) -> None:
    """Too early, with one of the two moments that were meant; the reason stands on the card that asked. The key is
    the interaction that sent it, so two presses are one vote."""
    typed = components.typed_in(press.message.components if press.message else ())
    found = await press.client.db.read(claims.load, guild_of(press), claim)
    filled = typed | {"detail": date_words.chosen(until, zones.zone(found.terms.zone or "UTC"))}
    work = _vote(press, claim, ResultCode.EARLY, proposal, filled, f"interaction:{asked}")
    await answer(press, work, render.did)


@routes.on("confirm:{proposal}")
async def confirm(press: Press, proposal: int) -> None:
    await answer(press, _confirm(press, proposal), render.did)


async def _queue(press: Press) -> judges_screen.Queue:
    crux = press.client
    return await crux.db.read(_waiting, guild_of(press), crux.clock.of(press.id))


def _waiting(tx: Connection, guild: int, now: datetime) -> judges_screen.Queue:
    rows = queries.queue(tx, guild, now)
    return judges_screen.Queue(rows, queries.titles(tx, guild, [number for _, number, _ in rows]))


async def _case(press: Press, number: int) -> judges_screen.Case:
    crux, who = press.client, await acting(press)
    return await crux.db.read(_look, guild_of(press), number, who.actor, crux.clock.of(press.id))


def _look(tx: Connection, guild: int, number: int, actor: Actor, now: datetime) -> judges_screen.Case:
    """The screen; a judge who may not judge is told so there, privately (D4)."""
    seen = queries.claim(tx, guild, number, now)
    dispute = queries.dispute(tx, guild, seen.dispute.number, now) if seen.dispute else None
    why_not, waits = "", False
    try:
        if seen.dispute is not None and seen.at == "disputed":
            disputes.require_judge(tx, seen.claim, seen.dispute, actor, now)
        elif seen.at == "proposed" and seen.proposal is not None:
            waits = seen.proposal.confirm and proposals.window_is_over(seen.proposal, now)
            proposals.require_may_confirm(tx, seen.claim, actor, seen.proposal)
        elif seen.hangs_on is not None and seen.hangs_on.state == conditions.REVERSED:
            recusal.require_judge(tx, seen.claim, actor)
    except MarketError as refused:
        why_not = market_refusals.refusal(refused, text.Currency()) or ""
    return judges_screen.Case(seen, dispute, why_not, waits)


async def _may_halt(press: Press, number: int) -> Claim:
    """The claim, for a moderator who may freeze it: whoever has points on it hears that privately (D4)."""
    crux, who = press.client, await acting(press)

    def read(tx: Connection) -> Claim:
        found = claims.load(tx, guild_of(press), number)
        disputes.require_may_halt(tx, found, who.actor, crux.clock.of(press.id))
        return found

    return await crux.db.read(read)


def _so_far(
    tx: Connection, guild: int, number: int, choice: int, now: datetime
) -> tuple[queries.ClaimSeen, Result]:
    """The claim, and what was said last of the result that a judge chose: by a vote of this round, by the ruling, or
    by the proposal. Its moment is what the form of a vote begins with, so that judges needn't type it alike."""
    seen = queries.claim(tx, guild, number, now)
    said = known_results.standing(tx, seen.claim)
    if seen.dispute is not None:
        votes = queries.dispute(tx, guild, seen.dispute.number, now).votes
        said = [one.result for one in reversed(votes) if one.round == seen.dispute.round] + said
    same = [one for one in said if render.choice_of(seen.claim.terms, one) == choice]
    return seen, same[0] if same else Result("void")


async def _with_moment(press: Press, found: Claim, choice: int, said: Result) -> Result:
    """A vote with the moment that was typed; with what was said so far where the form was of before there was a field
    for it."""
    crux, filled = press.client, components.values(press.data or {})
    now = crux.clock.of(press.id)
    if said.kind not in ("outcome", "weights"):
        return said
    if not components.has_field(press.data or {}, "known"):
        _, so_far = await crux.db.read(_so_far, found.guild, found.number, choice, now)
        return replace(said, known_us=so_far.known_us, voids_late=so_far.voids_late)
    known_us = result_fields.day(components.line(filled, "known"), found.terms.zone, now)
    return replace(said, known_us=known_us, voids_late=components.picked(filled, "late") == "void")


async def _vote(
    press: Press, number: int, choice: int, proposal: int, filled: components.Values, by: str
) -> render.Did:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    found = await crux.db.read(claims.load, guild, number)
    with ambiguous.offering(lambda at_us: f"rule-early:{press.id}:{number}:{proposal}:{at_us}"):
        said = result_fields.result(found.terms, choice, components.line(filled, "detail"), now)
    said = await _with_moment(press, found, choice, said)
    reason = components.line(filled, "reason")
    request = disputes.Vote(guild, by, who.actor, number, said, reason, proposal=proposal)
    voted = await crux.write(disputes.vote, request, now)
    words = (
        "That is the ruling. It is posted with your reason, and paid a day after its post unless somebody appeals; "
        "on an appeal it is final."
        if voted.ruled
        else f"{voted.votes} of {voted.needed} votes for this result so far, with the same moment at which it "
        "became public. The others are waited for."
        if said.known_us
        else f"{voted.votes} of {voted.needed} votes for this result so far. The others are waited for."
    )
    title = f"You voted {phrases.result(found.terms, said)}{known_words.since(said)}"
    # A vote that doesn't carry alone stands on the dispute's card, and nobody is called for it.
    return _did(who, title, words) if voted.ruled else render.Did(title, (words,), -1)


async def _confirm(press: Press, proposal: int) -> render.Did:
    crux, who = press.client, await acting(press)
    request = proposals.Confirm(guild_of(press), key(press), who.actor, proposal)
    await crux.write(proposals.confirm, request, crux.clock.of(press.id))
    return _did(who, "The result is confirmed", "It is paid, and that is posted.")


async def _halt(press: Press, asked: int, number: int, halts: bool) -> render.Did:
    crux, who = press.client, await acting(press)
    reason = components.line(components.values(press.data or {}), "reason")
    request = disputes.Halt(guild_of(press), f"interaction:{asked}", who.actor, number, halts, reason)
    await crux.write(disputes.halt, request, crux.clock.of(press.id))
    title = f"Claim {number} is stopped" if halts else f"Claim {number} goes on"
    return _did(who, title, "It is listed in `/resolve acts`.")


async def _reverse(press: Press, asked: int, number: int) -> render.Did:
    crux, who = press.client, await acting(press)
    reason = components.line(components.values(press.data or {}), "reason")
    salt = secrets.token_bytes(16)
    request = resolution.Reverse(guild_of(press), f"interaction:{asked}", who.actor, number, reason, salt)
    await crux.write(resolution.take_back, request, crux.clock.of(press.id))
    return _did(who, f"The result of claim {number} is taken back", "It is listed in `/resolve acts`.")


async def _note(press: Press, number: int, words: str) -> render.Did:
    crux, who = press.client, await acting(press)
    words = amounts.words(words)
    request = notes.Note(guild_of(press), key(press), who.actor, number, words)
    await crux.write(notes.note, request, crux.clock.of(press.id))
    said = (f"“{text.escape(words)}”", "It is listed in `/resolve acts`.")
    return render.Did(f"Noted about claim {number}", said, -1)


def _did(who: Acting, title: str, words: str) -> render.Did:
    return render.Did(title, (words,), who.places.announcement_channel)
