"""/claim new and drafts: what is typed is kept throughout, until it is opened (RULES B6, B7)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from bot import text
from bot.answer import Where, answer, ask
from bot.commands.quick import held_card
from bot.context import Acting, Context, key_of, number_of
from bot.input import ambiguous, claim_fields, form_fields, outcome_lines, quick_bet_fields
from bot.refusals import BadInput, NotMember, ToBot, Unclear
from bot.ui import components
from bot.ui.cards import Button, Card
from bot.words import claim_forms, draft_cards, refusals, wording
from bot.words import claims as render
from ledger import players
from markets.claims import claims, editing
from markets.claims import drafts as claim_drafts
from markets.claims.claims import Claim
from markets.claims.terms import Terms
from markets.claims.wording import Remark, check
from markets.views import claims as view_claims
from markets.views import lists


async def new(ctx: Context) -> None:
    await ask(ctx, claim_forms.first_form("draft-new", {}))


async def send_new(ctx: Context) -> None:
    await _save(ctx, None, claim_fields.FIRST)


async def ask_first(ctx: Context, draft: int) -> None:
    found, held, _ = await _own_draft(ctx, draft)
    tales = found.terms.scenario is not None
    await ask(ctx, claim_forms.first_form(f"draft-save-first:{found.number}", held, scenario=tales))


async def send_first(ctx: Context, draft: int) -> None:
    await _save(ctx, draft, claim_fields.FIRST)


async def ask_second(ctx: Context, draft: int) -> None:
    found, held, _ = await _own_draft(ctx, draft)
    named = found.terms.judges.named
    known = await ctx.read(players.ids, ctx.guild, list(named)) if named else {}
    chosen = tuple(known[one] for one in named if one in known)
    await ask(ctx, claim_forms.second_form(f"draft-save-second:{found.number}", held, chosen))


async def send_second(ctx: Context, draft: int) -> None:
    await _save(ctx, draft, claim_fields.SECOND)


async def ask_third(ctx: Context, draft: int) -> None:
    found, held, _ = await _own_draft(ctx, draft)
    await ask(ctx, claim_forms.third_form(f"draft-save-third:{found.number}", held))


async def send_third(ctx: Context, draft: int) -> None:
    await _save(ctx, draft, claim_fields.THIRD)


async def choose_in_draft(ctx: Context, draft: int, field: int, until: int) -> None:
    """Take one of the two moments that a field of a draft could mean."""
    await answer(ctx, _choose_in_draft(ctx, draft, field, until))


async def _choose_in_draft(ctx: Context, draft: int, field: int, until: int) -> Card:
    found, _, who = await _own_draft(ctx, draft)
    chosen = claim_fields.chosen(found.terms.zone or who.places.time_zone, field, until)
    return await _keep(ctx, draft, chosen)


async def drafts(ctx: Context) -> None:
    await answer(ctx, _drafts(ctx), draft_cards.drafts)


async def look_at_draft(ctx: Context, draft: int) -> None:
    await answer(ctx, draft_as_it_stands(ctx, draft))


async def show_draft(ctx: Context, draft: int) -> None:
    """Show it to everybody in this channel, who word it together (B6)."""
    await answer(ctx, draft_as_it_stands(ctx, draft, public=True), where=Where.PUBLIC)


async def drop_draft(ctx: Context, draft: int) -> None:
    await answer(ctx, _drop(ctx, draft), draft_cards.dropped)


async def open_draft(ctx: Context, asked: int, draft: int) -> None:
    """Open the claim. The key is the interaction that showed the draft, so two presses open one claim."""
    who = await ctx.who()
    where = Where.PRIVATE if who.places.announcement_channel else Where.PUBLIC
    await answer(ctx, _open(ctx, who, asked, draft), render.opened, where=where)


async def _own_draft(ctx: Context, number: int) -> tuple[Claim, dict[str, str], Acting]:
    """A draft of the player who presses, and what its forms hold."""
    who, (found, stored) = await ctx.who_and(view_claims.draft, ctx.guild, number)
    claim_drafts.require_draft_of(found, who.number)
    held = claim_fields.held_of(found.terms) | form_fields.decode(stored)
    return found, held, who


def form_of(ctx: Context, names: tuple[str, ...]) -> dict[str, str]:
    """Return what a form holds, with choices in lists as their value."""
    filled = ctx.filled
    return {
        name: components.picked(filled, name)
        if name in ("early", "clause")
        else components.line(filled, name)
        for name in names
        if name != "judges"
    }


async def judges_of(ctx: Context) -> str:
    """Return the people chosen as judges, by their numbers in the book.

    Raises:
        NotMember, ToBot: One of them can't judge.
    """
    chosen = components.people(ctx.data, "judges")
    return ",".join([str(await number_of(ctx, one)) for one in chosen])


async def _save(ctx: Context, draft: int | None, names: tuple[str, ...]) -> None:
    """Keep what a form was filled in with, and show the draft as it stands now."""
    held, wrong = form_of(ctx, names), ()
    if "judges" in names:
        try:
            held["judges"] = await judges_of(ctx)
        except (NotMember, ToBot) as bad:  # the rest of the form is kept all the same
            wrong = (BadInput("The judges", refusals.refusal(bad, text.Currency()) or ""),)
    await answer(ctx, _keep(ctx, draft, held, wrong))


async def _keep(
    ctx: Context, draft: int | None, filled: dict[str, str], wrong: tuple[BadInput, ...] = ()
) -> Card:
    if draft is None:
        who, base, held = await ctx.who(), Terms(title=""), dict[str, str]()
    else:
        found, held, who = await _own_draft(ctx, draft)
        base = found.terms
    typed = held | filled
    terms, typed, bad = claim_fields.claim_terms(base, typed, who.places.time_zone, ctx.now)
    request = claim_drafts.SaveDraft(ctx.guild, ctx.key, who.number, terms, draft, form_fields.encode(typed))
    number = await ctx.write(claim_drafts.save_draft, request)
    return await draft_card(ctx, who, number, typed, wrong + bad)


async def draft_as_it_stands(ctx: Context, number: int, *, public: bool = False) -> Card:
    found, held, who = await _own_draft(ctx, number)
    if held.get("side"):
        bad = quick_bet_fields.unread_quick(held, who.places.time_zone, ctx.now)
        return held_card(ctx, number, ("A quick bet that isn't open yet.",), bad=bad)
    _, _, bad = claim_fields.claim_terms(found.terms, held, who.places.time_zone, ctx.now)
    return await draft_card(ctx, who, number, held, bad, public=public)


async def draft_card(
    ctx: Context,
    who: Acting,
    number: int,
    held: dict[str, str],
    bad: tuple[BadInput, ...],
    *,
    public: bool = False,
) -> Card:
    """Return the draft as it stands, with the wording check's list (B7), or what can't be read."""
    found, _ = await ctx.read(view_claims.draft, ctx.guild, number)
    writers = found.terms.scenario.writers if found.terms.scenario else ()
    named = {*found.terms.judges.named, found.author, *writers}
    known = await ctx.read(view_claims.named, ctx.guild, named)
    # A choice between two readings of the deadline has no need of the warning that there are two.
    remarks = remarks_on(found.terms, {} if bad else held)
    choices = choices_between(bad, lambda field, at_us: f"draft-until:{number}:{field}:{at_us}")
    if found.terms.scenario is not None and len(found.terms.outcomes) < claims.FEWEST:
        few = (BadInput("The stories", "there are 2 to 10: write another one, or let others write theirs"),)
        bad, remarks = few + bad, tuple(one for one in remarks if one.code != "no_outcomes")
    unread = tuple(f"**Must change:** {refusals.refusal(one, text.Currency()) or ''}" for one in bad)
    # What can't be read is said once, as that.
    said = unread + wording.remarks(tuple(one for one in remarks if not (bad and one.code == "no_deadline")))
    blocked = bool(bad) or any(one.level == "blocks" for one in remarks)
    return draft_cards.draft(
        draft_cards.DraftSeen(found, said, blocked, known, ctx.id, public, choices, _noted(held))
    )


def _noted(held: Mapping[str, str]) -> str:
    """How the lines of the outcomes were read, where not every line is one."""
    typed = held.get("outcomes", "")
    names = [text.escape(name, outcome_lines.MOST_NAME) for name, _ in outcome_lines.read(typed)]
    if not outcome_lines.joined(typed):
        return ""
    return f"Read as {len(names)} outcomes: {text.listed(names)}. Other lines go on with the criterion before them."


def choices_between(bad: tuple[BadInput, ...], go: Callable[[int, int], str]) -> tuple[Button, ...]:
    """Return the buttons for the first moment that can be read two ways; the next one is asked about after it."""
    for one in bad:
        if isinstance(one, Unclear) and one.field in claim_fields.MOMENTS.values():
            field = list(claim_fields.MOMENTS.values()).index(one.field)
            ambiguous.offer(one, partial(go, field))
            return refusals.choices(one)
    return ()


def remarks_on(terms: Terms, held: Mapping[str, str]) -> tuple[Remark, ...]:
    return check(wording.draft_of(terms, held.get("when", ""), zone_given=bool(terms.zone)))


async def _drafts(ctx: Context) -> list[lists.Row]:
    who = await ctx.who()
    return await ctx.read(lists.drafts, ctx.guild, who.number)


async def _drop(ctx: Context, number: int) -> int:
    who = await ctx.who()
    request = claim_drafts.Drop(ctx.guild, ctx.key, who.number, number)
    await ctx.write(claim_drafts.drop, request)
    return number


async def _open(ctx: Context, who: Acting, asked: int, number: int) -> render.ClaimOpened:
    found, stored = await ctx.read(view_claims.draft, ctx.guild, number)
    claims.require_author(found, who.number)
    held = form_fields.decode(stored)
    _require_read(found.terms, held, who.places.time_zone, ctx.now)
    remarks = remarks_on(found.terms, held)
    claims.require_wording(remarks)
    warned = tuple(one.code for one in remarks)
    by = f"{key_of(asked)}:open"
    if held.get("supersedes"):
        old = int(held["supersedes"])
        better = claim_drafts.Supersede(ctx.guild, by, who.actor, old, found.terms, number, warned)
        await ctx.write(claim_drafts.supersede, better)
    else:
        await ctx.write(editing.open_claim, editing.Open(ctx.guild, by, who.actor, number, warned))
    seen = await ctx.read(view_claims.claim, ctx.guild, number, ctx.now)
    return render.ClaimOpened(seen, who.places.announcement_channel)


def _require_read(terms: Terms, held: Mapping[str, str], zone: str, now: datetime) -> None:
    """A draft's terms leave out what couldn't be read of it: an older card may still have the button that opens it.

    Raises:
        BadInput: Something that was typed into it can't be read, or can be read two ways.
    """
    _, _, bad = claim_fields.claim_terms(terms, claim_fields.held_of(terms) | dict(held), zone, now)
    if bad:
        raise bad[0]
