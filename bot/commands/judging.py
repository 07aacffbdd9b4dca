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
from bot.answer import answer, ask
from bot.clock import created
from bot.commands.options import Number
from bot.context import Acting, Context, key_of
from bot.input import ambiguous, amounts, date_words, result_fields
from bot.input.result_codes import ResultCode
from bot.ui import components
from bot.words import became_public as known_words
from bot.words import judges_screen, market_refusals, phrases, said_pages
from bot.words import results as render
from ledger.types import to_us
from markets.claims import became_public as known_results
from markets.claims import claims, conditions, zones
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.core.errors import MarketError
from markets.people import notes
from markets.settlement import (
    confirmation,
    disputes,
    freezing,
    proposals,
    recusal,
    resolution,
    resolutions,
    reversals,
    voting,
)
from markets.views import claims as view_claims
from markets.views import disputes as view_disputes
from markets.views import moderation_queue


async def queue(ctx: Context) -> None:
    await ctx.require_moderator()
    await answer(ctx, _queue(ctx), judges_screen.queue)


@app_commands.describe(claim="The claim's number")
async def decide(ctx: Context, claim: Number) -> None:
    await ctx.require_moderator()
    await answer(ctx, _case(ctx, claim), judges_screen.case)


@app_commands.describe(claim="The claim's number", go_on="Let it go on again")
async def freeze(ctx: Context, claim: Number, go_on: bool = False) -> None:
    await ctx.require_moderator()
    found = await _may_halt(ctx, claim)
    await ask(ctx, render.halt_form(ctx.id, found, not go_on))


@app_commands.describe(claim="The claim's number")
async def reverse(ctx: Context, claim: Number) -> None:
    await ctx.require_moderator()
    seen = await ctx.read(view_claims.claim, ctx.guild, claim, ctx.now)
    seen.claim.require("reverse", ctx.now)
    await ask(ctx, render.reverse_form(ctx.id, seen))


@app_commands.describe(claim="The claim's number", words="What everybody can read")
async def note(ctx: Context, claim: Number, words: app_commands.Range[str, 3, 500]) -> None:
    await ctx.require_moderator()
    await answer(ctx, _note(ctx, claim, words), render.did)


async def send_halt(ctx: Context, asked: int, claim: int, halts: int) -> None:
    await ctx.require_moderator()
    await answer(ctx, _halt(ctx, asked, claim, halts == 1), render.did)


async def send_reverse(ctx: Context, asked: int, claim: int) -> None:
    await ctx.require_moderator()
    await answer(ctx, _reverse(ctx, asked, claim), render.did)


async def press_decide(ctx: Context, claim: int) -> None:
    await answer(ctx, _case(ctx, claim), judges_screen.case)


async def press_said(ctx: Context, claim: int, page: int) -> None:
    await answer(ctx, _words(ctx, claim, page), said_pages.words)


async def _words(ctx: Context, number: int, page: int) -> said_pages.SaidPage:
    return await ctx.read(_said, ctx.guild, number, page, ctx.now)


def _said(tx: Connection, guild: int, number: int, page: int, now: datetime) -> said_pages.SaidPage:
    seen = view_claims.claim(tx, guild, number, now)
    claims.require_public(seen.claim)
    newest = disputes.newest(tx, seen.claim)
    dispute = view_disputes.dispute(tx, guild, newest, now) if newest is not None else None
    return said_pages.SaidPage(seen, dispute, page)


async def ask_ruling(ctx: Context, claim: int, choice: int, proposal: int) -> None:
    seen, so_far = await ctx.read(_so_far, ctx.guild, claim, choice, ctx.now)
    seen.claim.require("decide", ctx.now)
    known = result_fields.day_typed(so_far.known_us, seen.claim.terms.zone)
    await ask(ctx, render.rule_form(seen, choice, proposal, known, voids_late=so_far.voids_late))


async def send_ruling(ctx: Context, claim: int, choice: int, proposal: int, round_: int) -> None:
    work = _vote(ctx, claim, choice, proposal, ctx.filled, ctx.key, round_)
    await answer(ctx, work, render.did)


async def send_ruling_of_before(ctx: Context, claim: int, choice: int, proposal: int) -> None:
    """Take a form that was opened before forms said which round they are of."""
    await answer(ctx, _vote(ctx, claim, choice, proposal, ctx.filled, ctx.key), render.did)


async def choose_until(ctx: Context, asked: int, claim: int, proposal: int, until: int) -> None:
    """Propose *too early*, with one of the two moments that were possible. The reason stands on the card that asked.
    The key is the interaction that sent it, so two presses are one vote."""
    typed = components.typed_in(ctx.press.message.components if ctx.press.message else ())
    found = await ctx.read(claims.load, ctx.guild, claim)
    filled = typed | {"detail": date_words.chosen(until, zones.zone(found.terms.zone or "UTC"))}
    work = _vote(ctx, claim, ResultCode.EARLY, proposal, filled, key_of(asked))
    await answer(ctx, work, render.did)


async def confirm(ctx: Context, proposal: int) -> None:
    await answer(ctx, _confirm(ctx, proposal), render.did)


async def _queue(ctx: Context) -> judges_screen.Queue:
    return await ctx.read(waiting, ctx.guild, ctx.now)


def waiting(tx: Connection, guild: int, now: datetime) -> judges_screen.Queue:
    """Read the queue of moderators, with what each of its first claims waits for."""
    rows = moderation_queue.queue(tx, guild, now)
    awaited = moderation_queue.awaited(tx, guild, rows[: judges_screen.MOST_LISTED])
    titles = view_claims.titles(tx, guild, [number for _, number, _ in rows])
    return judges_screen.Queue(rows, titles, awaited)


async def _case(ctx: Context, number: int) -> judges_screen.Case:
    who = await ctx.who()
    return await ctx.read(look, ctx.guild, number, who.actor, ctx.now)


def look(tx: Connection, guild: int, number: int, actor: Actor, now: datetime) -> judges_screen.Case:
    """Read the screen; a judge who may not judge is told so there, privately (D4)."""
    seen = view_claims.claim(tx, guild, number, now)
    dispute = view_disputes.dispute(tx, guild, seen.dispute.number, now) if seen.dispute else None
    why_not, waits = "", False
    try:
        if seen.dispute is not None and seen.at == "disputed":
            voting.require_judge(tx, seen.claim, seen.dispute, actor, now)
        elif seen.at == "proposed" and seen.proposal is not None:
            waits = seen.proposal.confirm and proposals.window_is_over(seen.proposal, now)
            confirmation.require_may_confirm(tx, seen.claim, actor, seen.proposal)
        elif seen.hangs_on is not None and seen.hangs_on.state == conditions.REVERSED:
            recusal.require_judge(tx, seen.claim, actor, "decide")
    except MarketError as refused:
        why_not = market_refusals.refusal(refused, text.Currency()) or ""
    return judges_screen.Case(seen, dispute, why_not, waits)


async def _may_halt(ctx: Context, number: int) -> Claim:
    """The claim, for a moderator who may freeze it: one who has points on it hears that privately (D4)."""
    who = await ctx.who()

    def read(tx: Connection) -> Claim:
        found = claims.load(tx, ctx.guild, number)
        freezing.require_may_halt(tx, found, who.actor, ctx.now)
        return found

    return await ctx.read(read)


def _so_far(
    tx: Connection, guild: int, number: int, choice: int, now: datetime
) -> tuple[view_claims.ClaimSeen, Result]:
    """The claim, and what was said last of the result that a judge chose: by a vote of this round, by the ruling, or
    by the proposal. Its moment is what the form of a vote begins with, so that judges needn't type it alike."""
    seen = view_claims.claim(tx, guild, number, now)
    said = known_results.standing(tx, seen.claim)
    if seen.dispute is not None:
        votes = view_disputes.dispute(tx, guild, seen.dispute.number, now).votes
        said = [one.result for one in reversed(votes) if one.round == seen.dispute.round] + said
    same = [one for one in said if render.choice_of(seen.claim.terms, one) == choice]
    return seen, same[0] if same else Result("void")


async def _with_moment(ctx: Context, found: Claim, choice: int, said: Result) -> Result:
    """A vote with the moment that was typed; with what was said so far where the form was of before there was a field
    for it."""
    filled = ctx.filled
    if said.kind not in ("outcome", "weights"):
        return said
    if not components.has_field(ctx.press.data or {}, "known"):
        _, so_far = await ctx.read(_so_far, found.guild, found.number, choice, ctx.now)
        return replace(said, known_us=so_far.known_us, voids_late=so_far.voids_late)
    known_us = result_fields.day(components.line(filled, "known"), found.terms.zone, ctx.now)
    return replace(said, known_us=known_us, voids_late=components.picked(filled, "late") == "void")


async def _vote(
    ctx: Context,
    number: int,
    choice: int,
    proposal: int,
    filled: components.Values,
    by: str,
    round_: int | None = None,
) -> render.Did:
    who, found = await ctx.who_and(claims.load, ctx.guild, number)
    with ambiguous.offering(lambda at_us: f"rule-early:{ctx.id}:{number}:{proposal}:{at_us}"):
        said = result_fields.result(found.terms, choice, components.line(filled, "detail"), ctx.now)
    said = await _with_moment(ctx, found, choice, said)
    reason = components.line(filled, "reason")
    request = voting.Vote(ctx.guild, by, who.actor, number, said, reason, proposal=proposal)
    if round_ is None:
        voted = await ctx.write(voting.vote, request)
    else:
        voted = await ctx.write(voting.vote_in_round, voting.VoteInRound(ctx.guild, by, request, round_))
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


async def _confirm(ctx: Context, proposal: int) -> render.Did:
    who = await ctx.who()
    request = confirmation.Confirm(ctx.guild, ctx.key, who.actor, proposal)
    await ctx.write(confirmation.confirm, request)
    return _did(who, "The result is confirmed", "It is paid, and that is posted.")


async def _halt(ctx: Context, asked: int, number: int, halts: bool) -> render.Did:
    who = await ctx.who()
    reason = ctx.line("reason")
    request = freezing.Halt(ctx.guild, key_of(asked), who.actor, number, halts, reason)
    await ctx.write(freezing.halt, request)
    title = f"Claim {number} is stopped" if halts else f"Claim {number} goes on"
    return _did(who, title, "It is listed in `/resolve acts`.")


async def _reverse(ctx: Context, asked: int, number: int) -> render.Did:
    who = await ctx.who()
    reason = ctx.line("reason")
    salt = secrets.token_bytes(16)
    key, seen_us = key_of(asked), to_us(created(asked))
    request = resolution.Reverse(ctx.guild, key, who.actor, number, reason, salt)
    await ctx.write(resolution.take_back_seen, resolution.ReverseSeen(ctx.guild, key, request, seen_us))
    missing, at_once = await ctx.read(_reversal, ctx.guild, number)
    listed = "It is listed in `/resolve acts`."
    if at_once:
        return _did(who, f"The result of claim {number} is taken back", listed)
    if missing:
        words = f"{text.count(missing, 'more vote is', 'more votes are')} needed, as for a ruling. {listed}"
        return render.Did(f"You would take the result of claim {number} back", (words,), -1)
    words = f"That takes effect 24 hours after it is posted, unless somebody appeals. {listed}"
    return _did(who, f"The result of claim {number} will be taken back", words)


def _reversal(tx: Connection, guild: int, number: int) -> tuple[int, bool]:
    """How many votes for a reversal are missing, and whether it has taken effect already."""
    found = claims.load(tx, guild, number)
    result = resolutions.load_resolution(tx, guild, found.resolution) if found.resolution else None
    if result is None or result.reversed_us is not None:
        return 0, True
    so_far = reversals.asked(tx, found, result)
    missing = reversals.needed(tx, found, result, so_far) - len(so_far.votes)
    return (0 if so_far.runs else missing), False


async def _note(ctx: Context, number: int, words: str) -> render.Did:
    who = await ctx.who()
    words = amounts.words(words)
    request = notes.Note(ctx.guild, ctx.key, who.actor, number, words)
    await ctx.write(notes.note, request)
    said = (f"“{text.escape(words)}”", "It is listed in `/resolve acts`.")
    return render.Did(f"Noted about claim {number}", said, -1)


def _did(who: Acting, title: str, words: str) -> render.Did:
    return render.Did(title, (words,), who.places.announcement_channel)
