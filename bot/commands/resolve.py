"""/resolve: how a claim came out, and what to do where one doesn't agree (RULES D)."""

import discord
from discord import app_commands
from sqlalchemy import Connection

from bot import text
from bot.answer import Where, answer, ask
from bot.commands.options import Number
from bot.context import Context, key_of, number_of
from bot.input import ambiguous, date_words, result_fields
from bot.input.result_codes import ResultCode
from bot.refusals import BadInput, Outdated
from bot.shown import require_shown
from bot.ui import components
from bot.words import became_public, claim_acts, phrases
from bot.words import on_call as on_call_words
from bot.words import results as render
from bot.words import standing as standing_words
from ledger import accounts
from ledger.types import to_us
from markets.claims import claims, judges, on_call, zones
from markets.claims.claims import Claim
from markets.core import lifecycle
from markets.core.errors import UnknownProposal
from markets.settlement import agreed_judges, disputes, proposals, proposing, reversals, signing, voting
from markets.settlement.disputes import GROUNDS, Ground
from markets.settlement.proposals import Proposal
from markets.views import acts_about
from markets.views import claims as view_claims

GROUND_OF: dict[str, Ground] = {str(ground): ground for ground in GROUNDS}


# --- propose ----------------------------------------------------------------------------------


@app_commands.describe(claim="The claim's number")
async def propose(ctx: Context, claim: Number) -> None:
    await _ask_result(ctx, claim)


async def press_propose(ctx: Context, claim: int) -> None:
    await _ask_result(ctx, claim)


async def propose_again(ctx: Context, claim: int, result: int) -> None:
    """Open the form with the chosen result, after another of its fields was refused."""
    await _ask_result(ctx, claim, str(result))


async def _ask_result(ctx: Context, number: int, result: str = "") -> None:
    seen = await ctx.read(view_claims.claim, ctx.guild, number, ctx.now)
    replaces = seen.at == "proposed" and seen.proposal is not None and proposals.is_unsigned(seen.proposal)
    seen.claim.require("replace" if replaces else "propose", ctx.now)
    form = render.propose_form(seen, await ctx.currency(), ctx.now)
    await ask(ctx, components.refilled(form, {"result": result}) if result else form)


async def send_result(ctx: Context, claim: int, mark: int) -> None:
    filled = ctx.filled
    await answer(ctx, _propose(ctx, claim, mark, filled, ctx.key), render.did)


async def choose_until(ctx: Context, asked: int, claim: int, mark: int, until: int) -> None:
    """Propose *too early*, with one of the two moments that were possible. The rest of the form stands on the card
    that asked. The key is the interaction that sent it, so two presses are one proposal."""
    typed = components.typed_in(ctx.press.message.components if ctx.press.message else ())
    found = await ctx.read(claims.load, ctx.guild, claim)
    when = date_words.chosen(until, zones.zone(found.terms.zone or "UTC"))
    filled = typed | {"result": [str(ResultCode.EARLY)], "detail": when}
    await answer(ctx, _propose(ctx, claim, mark, filled, key_of(asked)), render.did)


async def _propose(ctx: Context, number: int, mark: int, filled: components.Values, by: str) -> render.Did:
    who, found = await ctx.who_and(claims.load, ctx.guild, number)
    require_shown(found, mark)
    choice = _number(components.picked(filled, "result"))
    with ambiguous.offering(lambda at_us: f"propose-early:{ctx.id}:{number}:{mark}:{at_us}"):
        said = result_fields.result(found.terms, choice, components.line(filled, "detail"), ctx.now)
    evidence, reason = result_fields.evidence(components.line(filled, "evidence"))
    request = proposing.Propose(
        guild=ctx.guild,
        key=by,
        actor=who.actor,
        claim=number,
        result=said,
        evidence=evidence,
        reason=reason or None,
        known_us=result_fields.day(components.line(filled, "known"), found.terms.zone, ctx.now),
        terms=found.digest,
    )
    made = await ctx.write(proposing.propose, request)
    seen = await ctx.read(view_claims.claim, ctx.guild, number, ctx.now)
    window = phrases.hours(made.window_seconds)
    words = [
        f"**{text.escape(found.terms.title, 200)}**",
        *became_public.lines(seen),
        f"Anyone may challenge it for {window}, from when it is announced; {standing_words.then(found, made)}",
        "A bond is held until then. Taken back after an hour, or failed, the house keeps it."
        if made.bond
        else "",
        "You can take it back until somebody answers: `/resolve withdraw`. Your next one here then waits 7 days.",
    ]
    title = f"You proposed {phrases.result(found.terms, made.result)}"
    return render.Did(title, tuple(filter(None, words)), who.places.announcement_channel)


@app_commands.describe(claim="The claim's number")
async def withdraw(ctx: Context, claim: Number) -> None:
    await answer(ctx, _to_withdraw(ctx, claim), standing_words.to_withdraw)


async def _to_withdraw(ctx: Context, number: int) -> tuple[Claim, Proposal]:
    who, standing = await ctx.who_and(_standing, ctx.guild, number)
    return await ctx.read(proposals.require_may_withdraw, ctx.guild, standing.number, who.number, ctx.now)


async def press_withdraw(ctx: Context, proposal: int) -> None:
    await answer(ctx, _withdraw(ctx, proposal), render.did)


async def _withdraw(ctx: Context, number: int) -> render.Did:
    who = await ctx.who()
    request = proposals.WithdrawProposal(ctx.guild, ctx.key, who.number, number)
    done = await ctx.write(proposals.withdraw, request)
    bond = "It was taken back after an hour, so its bond stays with the house."
    if done.bond is None:
        bond = "It had no bond."
    elif to_us(ctx.now) <= done.made_us + proposals.FREELY_US:
        bond = "Its bond is back in your wallet."
    words = (bond, "You can propose again on that claim in 7 days; others can at any time.")
    return render.Did("Your proposal is withdrawn", words, who.places.announcement_channel)


@app_commands.describe(claim="The claim's number")
async def sign(ctx: Context, claim: Number) -> None:
    """Show what stands; the press names it (D1)."""
    await answer(ctx, _to_sign(ctx, claim), standing_words.to_sign)


async def _to_sign(ctx: Context, number: int) -> tuple[Claim, Proposal]:
    who, standing = await ctx.who_and(_standing, ctx.guild, number)
    return await ctx.read(signing.require_may_sign, ctx.guild, standing.number, who.number, ctx.now)


async def press_sign(ctx: Context, proposal: int) -> None:
    await answer(ctx, _sign(ctx, proposal), render.did)


async def _sign(ctx: Context, number: int) -> render.Did:
    who = await ctx.who()
    done = await ctx.write(signing.sign, signing.SignProposal(ctx.guild, ctx.key, who.number, number))
    found = await ctx.read(claims.load, ctx.guild, done.claim)
    words = ["Trading rests until it is decided, or has rested for 14 days of 90."] if done.early else []
    if done.result.kind in proposals.NOT_BY_SILENCE:
        needs = proposals.is_unsigned(done)
        words.append(
            "The others haven't all signed." if needs else "All sides have signed: it needs no moderator."
        )
    title = f"You signed {phrases.result(found.terms, done.result)}"
    return render.Did(title, tuple(words), who.places.announcement_channel)


def _standing(tx: Connection, guild: int, number: int) -> Proposal:
    """What is shown, and named by what is sent then; whether it still stands is decided in the transaction (D1)."""
    found = proposals.standing(tx, claims.load(tx, guild, number))
    if found is None:
        raise UnknownProposal(guild, number)
    return found


# --- object -----------------------------------------------------------------------------------


@app_commands.describe(claim="The claim's number")
async def challenge(ctx: Context, claim: Number) -> None:
    await _ask_challenge(ctx, claim)


async def press_challenge_of_before(ctx: Context, claim: int) -> None:
    """Ask for the challenge by a button that was sent before buttons named their proposal."""
    await _ask_challenge(ctx, claim)


async def press_challenge(ctx: Context, claim: int, proposal: int) -> None:
    await _ask_challenge(ctx, claim, proposal)


async def _ask_challenge(ctx: Context, number: int, proposal: int | None = None) -> None:
    found = await ctx.read(claims.load, ctx.guild, number)
    found.require("challenge", ctx.now)
    standing = await ctx.read(_required, ctx.guild, number, proposal)
    await ask(ctx, render.challenge_form(found, standing, await ctx.currency()))


def _required(tx: Connection, guild: int, number: int, proposal: int | None) -> Proposal:
    return proposals.require_standing(tx, claims.load(tx, guild, number), proposal)


async def send_challenge(ctx: Context, claim: int, proposal: int) -> None:
    await answer(ctx, _challenge(ctx, claim, proposal), render.did)


async def _challenge(ctx: Context, number: int, proposal: int) -> render.Did:
    who = await ctx.who()
    filled = ctx.filled
    picked = components.picked(filled, "ground")
    ground = GROUND_OF.get(picked)
    if ground is None:
        raise BadInput("The ground", "choose one of the list")
    reason = components.line(filled, "reason")
    request = disputes.Challenge(ctx.guild, ctx.key, who.number, number, ground, reason, proposal)
    made = await ctx.write(disputes.challenge, request)
    words = (
        "Its judges are asked, and both sides are told. Others can add arguments, free of charge.",
        "Your bond returns if the ruling differs from what was proposed."
        if made.bond
        else "No bond was held.",
    )
    return render.Did(f"Dispute {made.number} is open", words, who.places.announcement_channel)


@app_commands.describe(claim="The claim's number")
async def argue(ctx: Context, claim: Number) -> None:
    await _ask_argument(ctx, claim)


async def press_argue(ctx: Context, claim: int) -> None:
    await _ask_argument(ctx, claim)


async def _ask_argument(ctx: Context, number: int) -> None:
    found = await ctx.read(claims.load, ctx.guild, number)
    found.require("argue", ctx.now)
    standing = await ctx.read(_standing, found.guild, number)
    await ask(ctx, render.argue_form(found, standing.number))


async def send_argument(ctx: Context, claim: int, proposal: int) -> None:
    await answer(ctx, _argue(ctx, claim, proposal), render.did)


async def _argue(ctx: Context, number: int, proposal: int) -> render.Did:
    who = await ctx.who()
    words = ctx.line("words")
    request = disputes.Argue(ctx.guild, ctx.key, who.number, number, words, proposal)
    await ctx.write(disputes.argue, request)
    said = ("It stands on the dispute's card, and the judges read it.",)
    return render.Did("Your argument is added", said, who.places.announcement_channel)


@app_commands.describe(claim="The claim's number")
async def appeal(ctx: Context, claim: Number) -> None:
    await _ask_appeal(ctx, claim)


async def press_appeal(ctx: Context, claim: int) -> None:
    await _ask_appeal(ctx, claim)


async def _ask_appeal(ctx: Context, number: int) -> None:
    found = await ctx.read(claims.load, ctx.guild, number)
    if found.state in (lifecycle.SETTLED, lifecycle.VOID):
        await ask(ctx, render.hold_form(found))
        return
    found.require("appeal", ctx.now)
    standing = await ctx.read(_standing, ctx.guild, number)
    await ask(ctx, render.appeal_form(found, standing.number, await ctx.currency()))


async def send_appeal(ctx: Context, claim: int, proposal: int) -> None:
    await answer(ctx, _appeal(ctx, claim, proposal), render.did)


async def _appeal(ctx: Context, number: int, proposal: int) -> render.Did:
    who = await ctx.who()
    reason = ctx.line("reason")
    request = disputes.Appeal(ctx.guild, ctx.key, who.number, number, reason, proposal)
    await ctx.write(disputes.appeal, request)
    words = ("Nothing is paid until it is decided, by other judges where there are any. That is final.",)
    return render.Did("You appealed", words, who.places.announcement_channel)


async def send_hold_of_before(ctx: Context, claim: int) -> None:
    """Ask once more: that form didn't name the result that would be taken back."""
    raise Outdated


async def send_hold(ctx: Context, claim: int, resolution: int) -> None:
    await answer(ctx, _hold(ctx, claim, resolution), render.did)


async def _hold(ctx: Context, number: int, resolution: int) -> render.Did:
    who = await ctx.who()
    said = reversals.HoldReversal(ctx.guild, ctx.key, who.number, number, ctx.line("reason"))
    await ctx.write(reversals.hold_of, reversals.HoldReversalOf(ctx.guild, ctx.key, said, resolution))
    words = ("What was paid stands, unless the server's owner takes it back.",)
    return render.Did("You appealed", words, who.places.announcement_channel)


@app_commands.describe(claim="The claim's number")
async def step_down(ctx: Context, claim: Number) -> None:
    await answer(ctx, _step_down(ctx, claim), render.did)


async def _step_down(ctx: Context, number: int) -> render.Did:
    who = await ctx.who()
    request = judges.StepDown(ctx.guild, ctx.key, who.number, number)
    left = await ctx.write(judges.step_down, request)
    words = (f"You may bet on claim {number} now. Other judges by name or by lot: {left}.",)
    return render.Did(f"You judge claim {number} no more", words, who.places.announcement_channel)


@app_commands.describe(on="Whether you are on call")
async def volunteer(ctx: Context, on: bool) -> None:
    who = await ctx.who()
    request = on_call.Volunteer(ctx.guild, ctx.key, who.number, on)
    await answer(ctx, ctx.write(on_call.volunteer, request), on_call_words.volunteered)


@app_commands.describe(claim="The claim's number", person="Somebody with nothing on it")
async def appoint(ctx: Context, claim: Number, person: discord.Member) -> None:
    """Show which dispute that is about; the press names it (D1)."""
    await answer(ctx, _to_appoint(ctx, claim, person), standing_words.to_appoint)


async def _to_appoint(ctx: Context, number: int, person: discord.Member) -> standing_words.ToAppoint:
    who = await ctx.who()
    judge = await number_of(ctx, person)
    request = voting.Appoint(ctx.guild, ctx.key, who.number, number, judge)
    found, dispute, proposal = await ctx.read(voting.require_may_appoint, request, ctx.now)
    return standing_words.ToAppoint(found, dispute, proposal, judge, text.person(person.id, judge))


async def press_appoint(ctx: Context, claim: int, dispute: int, round_: int, judge: int) -> None:
    await answer(ctx, _appoint(ctx, claim, dispute, round_, judge), render.did)


async def _appoint(ctx: Context, number: int, dispute: int, round_: int, judge: int) -> render.Did:
    who = await ctx.who()
    said = voting.Appoint(ctx.guild, ctx.key, who.number, number, judge)
    request = voting.AppointInRound(ctx.guild, ctx.key, said, dispute, round_)
    agreed = await ctx.write(voting.appoint_in_round, request)
    name = text.person(await ctx.read(accounts.discord_id, ctx.guild, judge), judge)
    if agreed:
        words = f"All sides agree on {name}, who may rule alone now."
        if await ctx.read(_waits_for_objections, ctx.guild, number):
            words = (
                f"More than half of each side agree on {name}. They may rule alone two days after that is posted, "
                "unless somebody with more than a trifle on it objects."
            )
        return render.Did("A judge is agreed on", (words,), who.places.announcement_channel)
    words = f"When every side of the bets on claim {number} names {name}, they may rule alone."
    return render.Did("You named a judge", (words,), -1)


def _waits_for_objections(tx: Connection, guild: int, number: int) -> bool:
    return agreed_judges.waited_for(tx, claims.load(tx, guild, number))


# --- what judges did --------------------------------------------------------------------------


async def acts(ctx: Context) -> None:
    await answer(ctx, _acts(ctx, 0), claim_acts.acts)


async def turn_acts(ctx: Context, before: int) -> None:
    await answer(ctx, _acts(ctx, before), claim_acts.acts, where=Where.IN_PLACE)


async def _acts(ctx: Context, before: int) -> claim_acts.ClaimActs:
    rows, people, about = await ctx.read(acts_about.acts, ctx.guild, ctx.now, before=before)
    return claim_acts.ClaimActs(rows, people, before == 0, about)


def _number(picked: str) -> int:
    return int(picked) if picked.isascii() and picked.isdecimal() and len(picked) < 6 else 10**6
