"""/claim condition, supersede and clarify, and the form of an open claim: what becomes of its words (RULES B5)."""

from dataclasses import replace

from discord import app_commands

from bot import text
from bot.answer import answer, ask
from bot.commands.drafts import (
    choices_between,
    draft_as_it_stands,
    draft_card,
    form_of,
    judges_of,
    remarks_on,
)
from bot.commands.options import Number, Words
from bot.context import Acting, Context
from bot.input import amounts, bet_fields, claim_fields, form_fields
from bot.refusals import BadInput, NotMember, ToBot
from bot.ui import components
from bot.ui.cards import Card
from bot.words import claim_forms, refusals, wording
from bot.words import claims as render
from bot.words import conditions as condition_words
from ledger import players
from markets.claims import claims, drafts, editing, kept_edits, sides
from markets.claims.claims import Claim
from markets.claims.conditions import MOST_DAYS, Condition
from markets.settlement import recusal
from markets.views import claims as view_claims

# --- changing and replacing one ---------------------------------------------------------------


async def ask_change(ctx: Context, number: int) -> None:
    """Ask its author for a change, while nothing but offers hangs on the claim (B5)."""
    who, found = await ctx.who_and(claims.load, ctx.guild, number)
    editing.require_editable(found, who.number, ctx.now)
    held, tales = claim_fields.held_of(found.terms), found.terms.scenario is not None
    await ask(ctx, claim_forms.first_form(f"claim-save:{number}", held, scenario=tales))


async def send_change(ctx: Context, number: int) -> None:
    filled = form_of(ctx, claim_fields.FIRST)
    await answer(ctx, _change(ctx, number, filled, 1))


async def ask_change_rest(ctx: Context, number: int) -> None:
    who, found = await ctx.who_and(claims.load, ctx.guild, number)
    editing.require_editable(found, who.number, ctx.now)
    named = found.terms.judges.named
    known = await ctx.read(players.ids, ctx.guild, list(named)) if named else {}
    chosen = tuple(known[one] for one in named if one in known)
    held = claim_fields.held_of(found.terms)
    await ask(ctx, claim_forms.second_form(f"claim-save-rest:{number}", held, chosen))


async def send_change_rest(ctx: Context, number: int) -> None:
    filled, wrong = form_of(ctx, claim_fields.SECOND), ()
    try:
        filled["judges"] = await judges_of(ctx)
    except (NotMember, ToBot) as bad:  # the rest of the form is kept all the same
        wrong = (BadInput("The judges", refusals.refusal(bad, text.Currency()) or ""),)
    await answer(ctx, _change(ctx, number, filled, 2, wrong))


async def change_again(ctx: Context, number: int, form: int) -> None:
    """Open the form with the values that couldn't be taken."""
    found, held, _ = await _own_change(ctx, number)
    if form == 1:
        tales = found.terms.scenario is not None
        await ask(ctx, claim_forms.first_form(f"claim-save:{number}", held, scenario=tales))
        return
    named = [int(one) for one in held.get("judges", "").split(",") if one]
    known = await ctx.read(players.ids, ctx.guild, named) if named else {}
    chosen = tuple(known[one] for one in named if one in known)
    await ask(ctx, claim_forms.second_form(f"claim-save-rest:{number}", held, chosen))


async def choose_in_change(ctx: Context, number: int, form: int, field: int, until: int) -> None:
    """Take one of the two moments that a change of an open claim could mean."""
    await answer(ctx, _choose_in_change(ctx, number, form, field, until))


async def _choose_in_change(ctx: Context, number: int, form: int, field: int, until: int) -> Card:
    found, held, who = await _own_change(ctx, number)
    zone = held.get("zone") or found.terms.zone or who.places.time_zone
    return await _change(ctx, number, held | claim_fields.chosen(zone, field, until), form)


async def _own_change(ctx: Context, number: int) -> tuple[Claim, dict[str, str], Acting]:
    """A claim of the player who presses that may still be changed, and what was last typed for that."""
    who = await ctx.who()
    found, stored = await ctx.read(kept_edits.change, ctx.guild, number, who.number, ctx.now)
    return found, claim_fields.held_of(found.terms) | form_fields.decode(stored), who


async def _change(
    ctx: Context, number: int, filled: dict[str, str], form: int, wrong: tuple[BadInput, ...] = ()
) -> Card:
    """Change an open claim as a form says. What can't be taken as it is, is kept for its author (B6): for that alone
    a refusal is caught here, and it is worded as everywhere."""
    who, found = await ctx.who_and(claims.load, ctx.guild, number)
    typed = claim_fields.held_of(found.terms) | filled
    terms, held, bad = claim_fields.claim_terms(found.terms, typed, who.places.time_zone, ctx.now)
    bad = wrong + bad
    remarks = remarks_on(terms, held)
    if bad or any(one.level == "blocks" for one in remarks):
        keeps = kept_edits.KeepChange(ctx.guild, ctx.key, who.number, number, form_fields.encode(typed))
        await ctx.write(kept_edits.keep_change, keeps)
        choices = choices_between(bad, lambda field, at_us: f"claim-until:{number}:{form}:{field}:{at_us}")
        why = [refusals.refusal(one, text.Currency()) or "" for one in bad]
        why += [] if bad else [wording.remark(one) for one in remarks if one.level == "blocks"]
        return render.unchanged(number, form, tuple(why), choices)
    warned = tuple(one.code for one in remarks)
    request = editing.Edit(ctx.guild, ctx.key, who.number, number, terms, warned)
    died = await ctx.write(editing.edit, request)
    seen = await ctx.read(view_claims.claim, ctx.guild, number, ctx.now)
    channel = who.places.announcement_channel
    return render.opened(render.ClaimOpened(seen, channel, True, len(died), wording.remarks(remarks)))


@app_commands.describe(
    claim="Your draft's or claim's number, as long as nothing is bet on it",
    on="The claim that it hangs on; nothing: on none",
    outcome="Which of its outcomes; nothing: the first, such as YES",
    days="The deadline, in days after that; nothing: only its own deadline",
)
async def condition(
    ctx: Context,
    claim: Number,
    on: Number | None = None,
    outcome: Words | None = None,
    days: app_commands.Range[int, 1, MOST_DAYS] | None = None,
) -> None:
    await answer(ctx, _hang(ctx, claim, on, outcome or "", days))


async def ask_condition(ctx: Context, number: int) -> None:
    who, found = await ctx.who_and(claims.load, ctx.guild, number)
    editing.require_editable(found, who.number, ctx.now)
    await ask(ctx, condition_words.form(found))


async def send_condition(ctx: Context, number: int) -> None:
    filled = ctx.filled
    on, outcome, days = (components.line(filled, name) for name in ("on", "outcome", "days"))
    work = _hang(ctx, number, _whole("Which claim", on), outcome, _whole("The days", days))
    await answer(ctx, work)


def _whole(field: str, typed: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 16):
        raise BadInput(field, "write a whole number, or nothing")
    return int(typed)


async def _hang(ctx: Context, number: int, on: int | None, outcome: str, days: int | None) -> Card:
    """Set or take away a claim's condition, in a draft or while nothing but offers hangs on it (C10)."""
    who, found = await ctx.who_and(claims.load, ctx.guild, number)
    editing.require_editable(found, who.number, ctx.now)
    if on is None and (outcome or days):
        raise BadInput("Which claim", "name the claim that it hangs on, by its number")
    said = None if on is None else await _condition(ctx, on, outcome, days)
    terms = replace(found.terms, condition=said)
    remarks = remarks_on(terms, claim_fields.held_of(terms))
    if found.state != "draft":
        claims.require_wording(remarks)
    warned = tuple(one.code for one in remarks)
    request = editing.Edit(ctx.guild, ctx.key, who.number, number, terms, warned)
    died = await ctx.write(editing.edit, request)
    if found.state == "draft":
        return await draft_as_it_stands(ctx, number)
    seen = await ctx.read(view_claims.claim, ctx.guild, number, ctx.now)
    return render.opened(render.ClaimOpened(seen, who.places.announcement_channel, True, len(died)))


async def _condition(ctx: Context, on: int, outcome: str, days: int | None) -> Condition:
    hung = await ctx.read(claims.load, ctx.guild, on)
    claims.require_public(hung)
    usual = sides.usual(hung.terms.names), False
    at, against = bet_fields.side(hung.terms, outcome, "The outcome") if outcome else usual
    if against:
        raise BadInput("Which of its outcomes", "write the outcome itself, without not before it")
    return Condition(on, at, hung.terms.outcomes[at].name, days)


@app_commands.describe(claim="The old claim's number")
async def supersede(ctx: Context, claim: Number) -> None:
    await answer(ctx, _supersede(ctx, claim))


async def _supersede(ctx: Context, number: int) -> Card:
    """A draft with the old words, to be changed and opened in its place."""
    who, old = await ctx.who_and(claims.load, ctx.guild, number)
    drafts.require_may_supersede(old, who.actor)
    terms = claim_fields.in_order(old.terms)
    held = claim_fields.held_of(terms) | {"supersedes": str(number)}
    request = drafts.SaveDraft(ctx.guild, ctx.key, who.number, terms, None, form_fields.encode(held))
    draft = await ctx.write(drafts.save_draft, request)
    _, held, bad = claim_fields.claim_terms(terms, held, who.places.time_zone, ctx.now)
    return await draft_card(ctx, who, draft, held, bad)


@app_commands.describe(claim="The claim's number", words="What was left open, and how it is meant")
async def clarify(ctx: Context, claim: Number, words: app_commands.Range[str, 3, 500]) -> None:
    await answer(ctx, _clarify(ctx, claim, words), render.claim)


async def _clarify(ctx: Context, number: int, words: str) -> view_claims.ClaimSeen:
    who = await ctx.who()
    request = recusal.Clarify(ctx.guild, ctx.key, who.actor, number, amounts.words(words))
    await ctx.write(recusal.clarify, request)
    return await ctx.read(view_claims.claim, ctx.guild, number, ctx.now)
