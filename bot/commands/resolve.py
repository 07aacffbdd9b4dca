"""/resolve: how a claim came out, and what to do where one doesn't agree (RULES D)."""

import discord
from discord import app_commands
from sqlalchemy import Connection

from bot import text
from bot.acting import acting, number_of
from bot.answer import Press, Where, answer, ask
from bot.entering import guild_of, key
from bot.input import ambiguous, date_words, result_fields
from bot.input.result_codes import ResultCode
from bot.refusals import BadInput
from bot.shown import require_shown
from bot.ui import components
from bot.ui.components import routes
from bot.words import became_public, claim_acts, phrases
from bot.words import results as render
from bot.words import standing as standing_words
from markets.claims import claims, judges, zones
from markets.core.errors import UnknownProposal
from markets.settlement import disputes, proposals
from markets.settlement.disputes import GROUNDS, Ground
from markets.settlement.proposals import Proposal
from markets.views import queries

GROUND_OF: dict[str, Ground] = {str(ground): ground for ground in GROUNDS}

Number = app_commands.Range[int, 1, 2**53 - 1]

resolve = app_commands.Group(name="resolve", description="How a claim came out", guild_only=True)


# --- propose ----------------------------------------------------------------------------------


@resolve.command(description="Name how a claim came out, with evidence")
@app_commands.describe(claim="The claim's number")
async def propose(press: Press, claim: Number) -> None:
    await _ask_result(press, claim)


@routes.on("propose:{claim}")
async def press_propose(press: Press, claim: int) -> None:
    await _ask_result(press, claim)


@routes.on("propose-again:{claim}:{result}")
async def propose_again(press: Press, claim: int, result: int) -> None:
    """The form with the result that was chosen, after what was typed beside it was refused."""
    await _ask_result(press, claim, str(result))


async def _ask_result(press: Press, number: int, result: str = "") -> None:
    crux, guild = press.client, guild_of(press)
    seen = await crux.db.read(queries.claim, guild, number, crux.clock.of(press.id))
    replaces = seen.at == "proposed" and seen.proposal is not None and proposals.is_unsigned(seen.proposal)
    seen.claim.require("replace" if replaces else "propose", crux.clock.of(press.id))
    form = render.propose_form(seen, await crux.currency(guild))
    await ask(press, components.refilled(form, {"result": result}) if result else form)


@routes.on("propose-send:{claim}:{mark}", again="propose-again:{claim}:{result}")
async def send_result(press: Press, claim: int, mark: int) -> None:
    filled = components.values(press.data or {})
    await answer(press, _propose(press, claim, mark, filled, key(press)), render.did)


@routes.on("propose-early:{asked}:{claim}:{mark}:{until}")
async def choose_until(press: Press, asked: int, claim: int, mark: int, until: int) -> None:
    """Too early, with one of the two moments that were meant; the rest of the form stands on the card that asked.
    The key is the interaction that sent it, so two presses are one proposal."""
    typed = components.typed_in(press.message.components if press.message else ())
    found = await press.client.db.read(claims.load, guild_of(press), claim)
    when = date_words.chosen(until, zones.zone(found.terms.zone or "UTC"))
    filled = typed | {"result": [str(ResultCode.EARLY)], "detail": when}
    await answer(press, _propose(press, claim, mark, filled, f"interaction:{asked}"), render.did)


async def _propose(press: Press, number: int, mark: int, filled: components.Values, by: str) -> render.Did:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    found = await crux.db.read(claims.load, guild, number)
    require_shown(found, mark)
    choice = _number(components.picked(filled, "result"))
    with ambiguous.offering(lambda at_us: f"propose-early:{press.id}:{number}:{mark}:{at_us}"):
        said = result_fields.result(found.terms, choice, components.line(filled, "detail"), now)
    evidence, reason = result_fields.evidence(components.line(filled, "evidence"))
    request = proposals.Propose(
        guild=guild,
        key=by,
        actor=who.actor,
        claim=number,
        result=said,
        evidence=evidence,
        reason=reason or None,
        known_us=result_fields.day(components.line(filled, "known"), found.terms.zone, now),
        terms=found.digest,
    )
    made = await crux.write(proposals.propose, request, now)
    seen = await crux.db.read(queries.claim, guild, number, now)
    window = phrases.hours(made.window_seconds)
    words = [
        f"**{text.escape(found.terms.title, 200)}**",
        *became_public.lines(seen),
        f"Anyone may challenge it for {window}, from when it is announced; {standing_words.then(found, made)}",
        "A bond is held until then." if made.bond else "",
        "You can take it back until somebody answers: `/resolve withdraw`."
        + (" Your next one here then waits 7 days, or for the deadline." if made.early else ""),
    ]
    title = f"You proposed {phrases.result(found.terms, made.result)}"
    return render.Did(title, tuple(filter(None, words)), who.places.announcement_channel)


@resolve.command(description="Take back a proposal of yours that nobody has answered")
@app_commands.describe(claim="The claim's number")
async def withdraw(press: Press, claim: Number) -> None:
    await answer(press, _withdraw(press, claim), render.did)


async def _withdraw(press: Press, number: int) -> render.Did:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    standing = await crux.db.read(_standing, guild, number)
    request = proposals.WithdrawProposal(guild, key(press), who.number, standing.number)
    await crux.write(proposals.withdraw, request, now)
    words = ("A bond is back in your wallet, if there was one.",)
    return render.Did("Your proposal is withdrawn", words, who.places.announcement_channel)


def _standing(tx: Connection, guild: int, number: int) -> Proposal:
    """What is shown, and named by what is sent then; whether it still stands is decided in the transaction (D1)."""
    found = proposals.standing(tx, claims.load(tx, guild, number))
    if found is None:
        raise UnknownProposal(guild, number)
    return found


# --- object -----------------------------------------------------------------------------------


@resolve.command(description="Object to a proposed result")
@app_commands.describe(claim="The claim's number")
async def challenge(press: Press, claim: Number) -> None:
    await _ask_challenge(press, claim)


@routes.on("challenge:{claim}")
async def press_challenge_of_before(press: Press, claim: int) -> None:
    """A button of a message that was sent before buttons named their proposal."""
    await _ask_challenge(press, claim)


@routes.on("challenge:{claim}:{proposal}")
async def press_challenge(press: Press, claim: int, proposal: int) -> None:
    await _ask_challenge(press, claim, proposal)


async def _ask_challenge(press: Press, number: int, proposal: int | None = None) -> None:
    crux, guild = press.client, guild_of(press)
    found = await crux.db.read(claims.load, guild, number)
    found.require("challenge", crux.clock.of(press.id))
    standing = await crux.db.read(_required, guild, number, proposal)
    await ask(press, render.challenge_form(found, standing, await crux.currency(guild)))


def _required(tx: Connection, guild: int, number: int, proposal: int | None) -> Proposal:
    return proposals.require_standing(tx, claims.load(tx, guild, number), proposal)


@routes.on("challenge-send:{claim}:{proposal}")
async def send_challenge(press: Press, claim: int, proposal: int) -> None:
    await answer(press, _challenge(press, claim, proposal), render.did)


async def _challenge(press: Press, number: int, proposal: int) -> render.Did:
    crux, who = press.client, await acting(press)
    filled = components.values(press.data or {})
    picked = components.picked(filled, "ground")
    ground = GROUND_OF.get(picked)
    if ground is None:
        raise BadInput("The ground", "choose one of the list")
    reason = components.line(filled, "reason")
    request = disputes.Challenge(guild_of(press), key(press), who.number, number, ground, reason, proposal)
    made = await crux.write(disputes.challenge, request, crux.clock.of(press.id))
    words = (
        "Its judges are asked, and both sides are told. Others can add arguments, free of charge.",
        "Your bond returns if the ruling differs from what was proposed."
        if made.bond
        else "No bond was held.",
    )
    return render.Did(f"Dispute {made.number} is open", words, who.places.announcement_channel)


@resolve.command(description="Add an argument to a dispute, free of charge")
@app_commands.describe(claim="The claim's number")
async def argue(press: Press, claim: Number) -> None:
    await _ask_argument(press, claim)


@routes.on("argue:{claim}")
async def press_argue(press: Press, claim: int) -> None:
    await _ask_argument(press, claim)


async def _ask_argument(press: Press, number: int) -> None:
    found = await press.client.db.read(claims.load, guild_of(press), number)
    found.require("argue", press.client.clock.of(press.id))
    standing = await press.client.db.read(_standing, found.guild, number)
    await ask(press, render.argue_form(found, standing.number))


@routes.on("argue-send:{claim}:{proposal}")
async def send_argument(press: Press, claim: int, proposal: int) -> None:
    await answer(press, _argue(press, claim, proposal), render.did)


async def _argue(press: Press, number: int, proposal: int) -> render.Did:
    crux, who = press.client, await acting(press)
    words = components.line(components.values(press.data or {}), "words")
    request = disputes.Argue(guild_of(press), key(press), who.number, number, words, proposal)
    await crux.write(disputes.argue, request, crux.clock.of(press.id))
    said = ("It stands on the dispute's card, and the judges read it.",)
    return render.Did("Your argument is added", said, who.places.announcement_channel)


@resolve.command(description="Appeal a ruling with new evidence, within the day before it is paid")
@app_commands.describe(claim="The claim's number")
async def appeal(press: Press, claim: Number) -> None:
    await _ask_appeal(press, claim)


@routes.on("appeal:{claim}")
async def press_appeal(press: Press, claim: int) -> None:
    await _ask_appeal(press, claim)


async def _ask_appeal(press: Press, number: int) -> None:
    crux, guild = press.client, guild_of(press)
    found = await crux.db.read(claims.load, guild, number)
    found.require("appeal", crux.clock.of(press.id))
    standing = await crux.db.read(_standing, guild, number)
    await ask(press, render.appeal_form(found, standing.number, await crux.currency(guild)))


@routes.on("appeal-send:{claim}:{proposal}")
async def send_appeal(press: Press, claim: int, proposal: int) -> None:
    await answer(press, _appeal(press, claim, proposal), render.did)


async def _appeal(press: Press, number: int, proposal: int) -> render.Did:
    crux, who = press.client, await acting(press)
    reason = components.line(components.values(press.data or {}), "reason")
    request = disputes.Appeal(guild_of(press), key(press), who.number, number, reason, proposal)
    await crux.write(disputes.appeal, request, crux.clock.of(press.id))
    words = ("Nothing is paid until it is decided, by other judges where there are any. That is final.",)
    return render.Did("You appealed", words, who.places.announcement_channel)


@resolve.command(name="step-down", description="As a named judge: judge no more, in public and for good")
@app_commands.describe(claim="The claim's number")
async def step_down(press: Press, claim: Number) -> None:
    await answer(press, _step_down(press, claim), render.did)


async def _step_down(press: Press, number: int) -> render.Did:
    crux, who = press.client, await acting(press)
    request = judges.StepDown(guild_of(press), key(press), who.number, number)
    left = await crux.write(judges.step_down, request, crux.clock.of(press.id))
    words = (f"You may bet on claim {number} now. Named judges left: {left}.",)
    return render.Did(f"You judge claim {number} no more", words, who.places.announcement_channel)


@resolve.command(description="After a week without a ruling: agree with the other side on who judges")
@app_commands.describe(claim="The claim's number", person="Somebody with nothing on it")
async def appoint(press: Press, claim: Number, person: discord.Member) -> None:
    await answer(press, _appoint(press, claim, person), render.did)


async def _appoint(press: Press, number: int, person: discord.Member) -> render.Did:
    crux, who = press.client, await acting(press)
    judge = await number_of(press, person)
    request = disputes.Appoint(guild_of(press), key(press), who.number, number, judge)
    agreed = await crux.write(disputes.appoint, request, crux.clock.of(press.id))
    name = text.person(person.id, judge)
    if agreed:
        words = f"All sides agree on {name}, who may rule alone now."
        return render.Did("A judge is agreed on", (words,), who.places.announcement_channel)
    words = f"When every side of the bets on claim {number} names {name}, they may rule alone."
    return render.Did("You named a judge", (words,), -1)


# --- what judges did --------------------------------------------------------------------------


@resolve.command(description="What moderators and judges did about claims, and why")
async def acts(press: Press) -> None:
    await answer(press, _acts(press, 0), claim_acts.acts)


@routes.on("done:{before}")
async def turn_acts(press: Press, before: int) -> None:
    await answer(press, _acts(press, before), claim_acts.acts, where=Where.IN_PLACE)


async def _acts(press: Press, before: int) -> claim_acts.ClaimActs:
    rows, people = await press.client.db.read(queries.acts, guild_of(press), before=before)
    return claim_acts.ClaimActs(rows, people, before == 0)


def _number(picked: str) -> int:
    return int(picked) if picked.isascii() and picked.isdecimal() and len(picked) < 6 else 10**6
