"""/claim: statements that can be judged, from a draft to what is said of them later (RULES B)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from discord import app_commands

from bot import text
from bot.acting import Acting, acting, number_of
from bot.answer import Press, Where, answer, ask
from bot.commands import bet as bets
from bot.entering import guild_of, key
from bot.input import (
    ambiguous,
    amounts,
    bet_fields,
    claim_fields,
    form_fields,
    odds,
    outcome_lines,
    quick_bet_fields,
)
from bot.refusals import BadInput, NotMember, ToBot, Unclear
from bot.ui import components
from bot.ui.cards import Button, Card
from bot.ui.components import routes
from bot.words import claim_forms, claim_lists, draft_cards, library_shelf, refusals, terms_card, wording
from bot.words import claims as render
from bot.words import conditions as condition_words
from ledger import players
from ledger.types import to_us
from markets.claims import ambiguity, claims, kept_edits, library, sides
from markets.claims import terms as claim_terms
from markets.claims.claims import Claim
from markets.claims.conditions import MOST_DAYS, Condition
from markets.claims.library import Starter
from markets.claims.terms import Outcome, Terms
from markets.claims.wording import Remark, check
from markets.settlement import recusal
from markets.views import queries

Number = app_commands.Range[int, 1, 2**53 - 1]

claim = app_commands.Group(name="claim", description="Statements that can be judged", guild_only=True)


# --- drafts: what is typed is kept throughout -------------------------------------------------


@claim.command(description="Write a claim in two steps; it is kept as a draft until you open it")
async def new(press: Press) -> None:
    await ask(press, claim_forms.first_form("draft-new", {}))


@routes.on("draft-new")
async def send_new(press: Press) -> None:
    await _save(press, None, claim_fields.FIRST)


@routes.on("draft-first:{draft}")
async def ask_first(press: Press, draft: int) -> None:
    found, held, _ = await _own_draft(press, draft)
    tales = found.terms.scenario is not None
    await ask(press, claim_forms.first_form(f"draft-save-first:{found.number}", held, scenario=tales))


@routes.on("draft-save-first:{draft}")
async def send_first(press: Press, draft: int) -> None:
    await _save(press, draft, claim_fields.FIRST)


@routes.on("draft-second:{draft}")
async def ask_second(press: Press, draft: int) -> None:
    found, held, _ = await _own_draft(press, draft)
    named = found.terms.judges.named
    known = await press.client.db.read(players.ids, guild_of(press), list(named)) if named else {}
    chosen = tuple(known[one] for one in named if one in known)
    await ask(press, claim_forms.second_form(f"draft-save-second:{found.number}", held, chosen))


@routes.on("draft-save-second:{draft}")
async def send_second(press: Press, draft: int) -> None:
    await _save(press, draft, claim_fields.SECOND)


@routes.on("draft-third:{draft}")
async def ask_third(press: Press, draft: int) -> None:
    found, held, _ = await _own_draft(press, draft)
    await ask(press, claim_forms.third_form(f"draft-save-third:{found.number}", held))


@routes.on("draft-save-third:{draft}")
async def send_third(press: Press, draft: int) -> None:
    await _save(press, draft, claim_fields.THIRD)


@routes.on("draft-until:{draft}:{field}:{until}")
async def choose_in_draft(press: Press, draft: int, field: int, until: int) -> None:
    """One of the two moments that were meant in a field of a draft."""
    await answer(press, _choose_in_draft(press, draft, field, until), _same)


async def _choose_in_draft(press: Press, draft: int, field: int, until: int) -> Card:
    found, _, who = await _own_draft(press, draft)
    chosen = claim_fields.chosen(found.terms.zone or who.places.time_zone, field, until)
    return await _keep(press, draft, chosen)


@claim.command(description="Your drafts")
async def drafts(press: Press) -> None:
    await answer(press, _drafts(press), draft_cards.drafts)


@routes.on("draft:{draft}")
async def look_at_draft(press: Press, draft: int) -> None:
    await answer(press, draft_as_it_stands(press, draft), _same)


@routes.on("draft-show:{draft}")
async def show_draft(press: Press, draft: int) -> None:
    """To everybody in this channel, to be worded together (B6)."""
    await answer(press, draft_as_it_stands(press, draft, public=True), _same, where=Where.PUBLIC)


@routes.on("draft-drop:{draft}")
async def drop_draft(press: Press, draft: int) -> None:
    await answer(press, _drop(press, draft), draft_cards.dropped)


@routes.on("draft-open:{asked}:{draft}")
async def open_draft(press: Press, asked: int, draft: int) -> None:
    """The key is the interaction that showed it, so two presses open one claim."""
    who = await acting(press)
    where = Where.PRIVATE if who.places.announcement_channel else Where.PUBLIC
    await answer(press, _open(press, who, asked, draft), render.opened, where=where)


async def _own_draft(press: Press, number: int) -> tuple[Claim, dict[str, str], Acting]:
    """A draft of whoever presses, and what its forms hold."""
    who = await acting(press)
    found, stored = await press.client.db.read(queries.draft, guild_of(press), number)
    claims.require_draft_of(found, who.number)
    held = claim_fields.held_of(found.terms) | form_fields.decode(stored)
    return found, held, who


def _filled(press: Press, names: tuple[str, ...]) -> dict[str, str]:
    """What a form holds; choices in lists as their value."""
    filled = components.values(press.data or {})
    return {
        name: components.picked(filled, name)
        if name in ("early", "clause")
        else components.line(filled, name)
        for name in names
        if name != "judges"
    }


async def _judges(press: Press) -> str:
    data: Any = press.data or {}
    chosen = components.people(data, "judges")
    return ",".join([str(await number_of(press, one)) for one in chosen])


async def _save(press: Press, draft: int | None, names: tuple[str, ...]) -> None:
    """Keep what a form was filled in with, and show the draft as it stands now."""
    held, wrong = _filled(press, names), ()
    if "judges" in names:
        try:
            held["judges"] = await _judges(press)
        except (NotMember, ToBot) as bad:  # the rest of the form is kept all the same
            wrong = (BadInput("The judges", refusals.refusal(bad, text.Currency()) or ""),)
    await answer(press, _keep(press, draft, held, wrong), _same)


async def _keep(
    press: Press, draft: int | None, filled: dict[str, str], wrong: tuple[BadInput, ...] = ()
) -> Card:
    crux = press.client
    if draft is None:
        who, base, held = await acting(press), Terms(title=""), dict[str, str]()
    else:
        found, held, who = await _own_draft(press, draft)
        base = found.terms
    typed = held | filled
    terms, typed, bad = claim_fields.claim_terms(base, typed, who.places.time_zone, crux.clock.of(press.id))
    request = claims.SaveDraft(
        guild_of(press), key(press), who.number, terms, draft, form_fields.encode(typed)
    )
    number = await crux.write(claims.save_draft, request, crux.clock.of(press.id))
    return await draft_card(press, who, number, typed, wrong + bad)


async def draft_as_it_stands(press: Press, number: int, *, public: bool = False) -> Card:
    found, held, who = await _own_draft(press, number)
    now = press.client.clock.of(press.id)
    if held.get("side"):
        bad = quick_bet_fields.unread_quick(held, who.places.time_zone, now)
        return bets.held_card(press, number, ("A quick bet that isn't open yet.",), bad=bad)
    _, _, bad = claim_fields.claim_terms(found.terms, held, who.places.time_zone, now)
    return await draft_card(press, who, number, held, bad, public=public)


async def draft_card(
    press: Press,
    who: Acting,
    number: int,
    held: dict[str, str],
    bad: tuple[BadInput, ...],
    *,
    public: bool = False,
) -> Card:
    """The draft as it stands, with the wording check's list (B7), or what can't be read."""
    guild = guild_of(press)
    found, _ = await press.client.db.read(queries.draft, guild, number)
    writers = found.terms.scenario.writers if found.terms.scenario else ()
    named = {*found.terms.judges.named, found.author, *writers}
    known = await press.client.db.read(queries.named, guild, named)
    # Whoever chooses between two readings of the deadline has no need of the warning that there are two.
    remarks = remarks_on(found.terms, {} if bad else held)
    choices = _choices(bad, lambda field, at_us: f"draft-until:{number}:{field}:{at_us}")
    if found.terms.scenario is not None and len(found.terms.outcomes) < claims.FEWEST:
        few = (BadInput("The stories", "there are 2 to 10: write another one, or let others write theirs"),)
        bad, remarks = few + bad, tuple(one for one in remarks if one.code != "no_outcomes")
    unread = tuple(f"**Must change:** {refusals.refusal(one, text.Currency()) or ''}" for one in bad)
    # What can't be read is said once, as that.
    said = unread + wording.remarks(tuple(one for one in remarks if not (bad and one.code == "no_deadline")))
    blocked = bool(bad) or any(one.level == "blocks" for one in remarks)
    return draft_cards.draft(
        draft_cards.DraftSeen(found, said, blocked, known, press.id, public, choices, _noted(held))
    )


def _noted(held: Mapping[str, str]) -> str:
    """How the lines of the outcomes were read, where not every line is one."""
    typed = held.get("outcomes", "")
    names = [text.escape(name, outcome_lines.MOST_NAME) for name, _ in outcome_lines.read(typed)]
    if not outcome_lines.joined(typed):
        return ""
    return f"Read as {len(names)} outcomes: {text.listed(names)}. Other lines go on with the criterion before them."


def _choices(bad: tuple[BadInput, ...], go: Callable[[int, int], str]) -> tuple[Button, ...]:
    """The buttons for the first moment that can be read two ways; the next one is asked about after it."""
    for one in bad:
        if isinstance(one, Unclear) and one.field in claim_fields.MOMENTS.values():
            field = list(claim_fields.MOMENTS.values()).index(one.field)
            ambiguous.offer(one, partial(go, field))
            return refusals.choices(one)
    return ()


def remarks_on(terms: Terms, held: Mapping[str, str]) -> tuple[Remark, ...]:
    return check(wording.draft_of(terms, held.get("when", ""), zone_given=bool(terms.zone)))


async def _drafts(press: Press) -> list[queries.Row]:
    who = await acting(press)
    return await press.client.db.read(queries.drafts, guild_of(press), who.number)


async def _drop(press: Press, number: int) -> int:
    crux, who = press.client, await acting(press)
    request = claims.Drop(guild_of(press), key(press), who.number, number)
    await crux.write(claims.drop, request, crux.clock.of(press.id))
    return number


async def _open(press: Press, who: Acting, asked: int, number: int) -> render.ClaimOpened:
    crux, guild = press.client, guild_of(press)
    now = crux.clock.of(press.id)
    found, stored = await crux.db.read(queries.draft, guild, number)
    claims.require_author(found, who.number)
    held = form_fields.decode(stored)
    _require_read(found.terms, held, who.places.time_zone, now)
    remarks = remarks_on(found.terms, held)
    claims.require_wording(remarks)
    warned = tuple(one.code for one in remarks)
    by = f"interaction:{asked}:open"
    if held.get("supersedes"):
        old = int(held["supersedes"])
        better = claims.Supersede(guild, by, who.actor, old, found.terms, number, warned)
        await crux.write(claims.supersede, better, now)
    else:
        await crux.write(claims.open_claim, claims.Open(guild, by, who.actor, number, warned), now)
    seen = await crux.db.read(queries.claim, guild, number, now)
    return render.ClaimOpened(seen, who.places.announcement_channel)


def _require_read(terms: Terms, held: Mapping[str, str], zone: str, now: datetime) -> None:
    """A draft's terms leave out what couldn't be read of it: an older card may still have the button that opens it.

    Raises:
        BadInput: Something that was typed into it can't be read, or can be read two ways.
    """
    _, _, bad = claim_fields.claim_terms(terms, claim_fields.held_of(terms) | dict(held), zone, now)
    if bad:
        raise bad[0]


# --- changing and replacing one ---------------------------------------------------------------


@routes.on("claim-change:{number}")
async def ask_change(press: Press, number: int) -> None:
    """While nothing but offers hangs on it, its author changes it (B5)."""
    who = await acting(press)
    found = await press.client.db.read(claims.load, guild_of(press), number)
    claims.require_editable(found, who.number, press.client.clock.of(press.id))
    held, tales = claim_fields.held_of(found.terms), found.terms.scenario is not None
    await ask(press, claim_forms.first_form(f"claim-save:{number}", held, scenario=tales))


@routes.on("claim-save:{number}")
async def send_change(press: Press, number: int) -> None:
    filled = _filled(press, claim_fields.FIRST)
    await answer(press, _change(press, number, filled, 1), _same)


@routes.on("claim-change-rest:{number}")
async def ask_change_rest(press: Press, number: int) -> None:
    who = await acting(press)
    found = await press.client.db.read(claims.load, guild_of(press), number)
    claims.require_editable(found, who.number, press.client.clock.of(press.id))
    named = found.terms.judges.named
    known = await press.client.db.read(players.ids, guild_of(press), list(named)) if named else {}
    chosen = tuple(known[one] for one in named if one in known)
    held = claim_fields.held_of(found.terms)
    await ask(press, claim_forms.second_form(f"claim-save-rest:{number}", held, chosen))


@routes.on("claim-save-rest:{number}")
async def send_change_rest(press: Press, number: int) -> None:
    filled, wrong = _filled(press, claim_fields.SECOND), ()
    try:
        filled["judges"] = await _judges(press)
    except (NotMember, ToBot) as bad:  # the rest of the form is kept all the same
        wrong = (BadInput("The judges", refusals.refusal(bad, text.Currency()) or ""),)
    await answer(press, _change(press, number, filled, 2, wrong), _same)


@routes.on("claim-again:{number}:{form}")
async def change_again(press: Press, number: int, form: int) -> None:
    """The form with what was typed and couldn't be taken as it was."""
    found, held, _ = await _own_change(press, number)
    if form == 1:
        tales = found.terms.scenario is not None
        await ask(press, claim_forms.first_form(f"claim-save:{number}", held, scenario=tales))
        return
    named = [int(one) for one in held.get("judges", "").split(",") if one]
    known = await press.client.db.read(players.ids, guild_of(press), named) if named else {}
    chosen = tuple(known[one] for one in named if one in known)
    await ask(press, claim_forms.second_form(f"claim-save-rest:{number}", held, chosen))


@routes.on("claim-until:{number}:{form}:{field}:{until}")
async def choose_in_change(press: Press, number: int, form: int, field: int, until: int) -> None:
    """One of the two moments that were meant in a change of an open claim."""
    await answer(press, _choose_in_change(press, number, form, field, until), _same)


async def _choose_in_change(press: Press, number: int, form: int, field: int, until: int) -> Card:
    found, held, who = await _own_change(press, number)
    zone = held.get("zone") or found.terms.zone or who.places.time_zone
    return await _change(press, number, held | claim_fields.chosen(zone, field, until), form)


async def _own_change(press: Press, number: int) -> tuple[Claim, dict[str, str], Acting]:
    """A claim of whoever presses that may still be changed, and what was last typed for that."""
    crux, who = press.client, await acting(press)
    now = crux.clock.of(press.id)
    found, stored = await crux.db.read(kept_edits.change, guild_of(press), number, who.number, now)
    return found, claim_fields.held_of(found.terms) | form_fields.decode(stored), who


async def _change(
    press: Press, number: int, filled: dict[str, str], form: int, wrong: tuple[BadInput, ...] = ()
) -> Card:
    """Change an open claim as a form says. What can't be taken as it is, is kept for its author (B6): for that alone
    a refusal is caught here, and it is worded as everywhere."""
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    found = await crux.db.read(claims.load, guild, number)
    typed = claim_fields.held_of(found.terms) | filled
    terms, held, bad = claim_fields.claim_terms(found.terms, typed, who.places.time_zone, now)
    bad = wrong + bad
    remarks = remarks_on(terms, held)
    if bad or any(one.level == "blocks" for one in remarks):
        keeps = kept_edits.KeepChange(guild, key(press), who.number, number, form_fields.encode(typed))
        await crux.write(kept_edits.keep_change, keeps, now)
        choices = _choices(bad, lambda field, at_us: f"claim-until:{number}:{form}:{field}:{at_us}")
        why = [refusals.refusal(one, text.Currency()) or "" for one in bad]
        why += [] if bad else [wording.remark(one) for one in remarks if one.level == "blocks"]
        return render.unchanged(number, form, tuple(why), choices)
    warned = tuple(one.code for one in remarks)
    request = claims.Edit(guild, key(press), who.number, number, terms, warned)
    died = await crux.write(claims.edit, request, now)
    seen = await crux.db.read(queries.claim, guild, number, now)
    channel = who.places.announcement_channel
    return render.opened(render.ClaimOpened(seen, channel, True, len(died), wording.remarks(remarks)))


@claim.command(description="Let a claim of yours count only if another one ends so")
@app_commands.describe(
    claim="Your draft's or claim's number, as long as nothing is bet on it",
    on="The claim that it hangs on; nothing: on none",
    outcome="Which of its outcomes; nothing: the first, such as YES",
    days="The deadline, in days after that; nothing: only its own deadline",
)
async def condition(
    press: Press,
    claim: Number,
    on: Number | None = None,
    outcome: app_commands.Range[str, 1, 80] | None = None,
    days: app_commands.Range[int, 1, MOST_DAYS] | None = None,
) -> None:
    await answer(press, _hang(press, claim, on, outcome or "", days), _same)


@routes.on("claim-condition:{number}")
async def ask_condition(press: Press, number: int) -> None:
    who = await acting(press)
    found = await press.client.db.read(claims.load, guild_of(press), number)
    claims.require_editable(found, who.number, press.client.clock.of(press.id))
    await ask(press, condition_words.form(found))


@routes.on("claim-condition-save:{number}")
async def send_condition(press: Press, number: int) -> None:
    filled = components.values(press.data or {})
    on, outcome, days = (components.line(filled, name) for name in ("on", "outcome", "days"))
    work = _hang(press, number, _whole("Which claim", on), outcome, _whole("The days", days))
    await answer(press, work, _same)


def _whole(field: str, typed: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 16):
        raise BadInput(field, "write a whole number, or nothing")
    return int(typed)


async def _hang(press: Press, number: int, on: int | None, outcome: str, days: int | None) -> Card:
    """Set or take away a claim's condition, in a draft or while nothing but offers hangs on it (C10)."""
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    found = await crux.db.read(claims.load, guild, number)
    claims.require_editable(found, who.number, now)
    if on is None and (outcome or days):
        raise BadInput("Which claim", "name the claim that it hangs on, by its number")
    said = None if on is None else await _condition(press, on, outcome, days)
    terms = replace(found.terms, condition=said)
    remarks = remarks_on(terms, claim_fields.held_of(terms))
    if found.state != "draft":
        claims.require_wording(remarks)
    warned = tuple(one.code for one in remarks)
    request = claims.Edit(guild, key(press), who.number, number, terms, warned)
    died = await crux.write(claims.edit, request, now)
    if found.state == "draft":
        return await draft_as_it_stands(press, number)
    seen = await crux.db.read(queries.claim, guild, number, now)
    return render.opened(render.ClaimOpened(seen, who.places.announcement_channel, True, len(died)))


async def _condition(press: Press, on: int, outcome: str, days: int | None) -> Condition:
    hung = await press.client.db.read(claims.load, guild_of(press), on)
    claims.require_public(hung)
    usual = sides.usual(hung.terms.names), False
    at, against = bet_fields.side(hung.terms, outcome, "The outcome") if outcome else usual
    if against:
        raise BadInput("Which of its outcomes", "write the outcome itself, without not before it")
    return Condition(on, at, hung.terms.outcomes[at].name, days)


@claim.command(description="Word a claim better: a new claim, beside the old one")
@app_commands.describe(claim="The old claim's number")
async def supersede(press: Press, claim: Number) -> None:
    await answer(press, _supersede(press, claim), _same)


async def _supersede(press: Press, number: int) -> Card:
    """A draft with the old words, to be changed and opened in its place."""
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    old = await crux.db.read(claims.load, guild, number)
    claims.require_may_supersede(old, who.actor)
    terms = claim_fields.in_order(old.terms)
    held = claim_fields.held_of(terms) | {"supersedes": str(number)}
    request = claims.SaveDraft(guild, key(press), who.number, terms, None, form_fields.encode(held))
    draft = await crux.write(claims.save_draft, request, now)
    _, held, bad = claim_fields.claim_terms(terms, held, who.places.time_zone, now)
    return await draft_card(press, who, draft, held, bad)


@claim.command(description="For its judges: fill a gap in a claim's wording; every holder is told")
@app_commands.describe(claim="The claim's number", words="What was left open, and how it is meant")
async def clarify(press: Press, claim: Number, words: app_commands.Range[str, 3, 500]) -> None:
    await answer(press, _clarify(press, claim, words), render.claim)


async def _clarify(press: Press, number: int, words: str) -> queries.ClaimSeen:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    await crux.write(
        recusal.clarify, recusal.Clarify(guild, key(press), who.actor, number, amounts.words(words)), now
    )
    return await crux.db.read(queries.claim, guild, number, now)


# --- looking ----------------------------------------------------------------------------------


@claim.command(description="A claim: where it stands, and what happens next and when")
@app_commands.describe(claim="The claim's number")
async def show(press: Press, claim: Number) -> None:
    await answer(press, _seen(press, claim), render.show)


@routes.on("terms:{number}")
async def terms(press: Press, number: int) -> None:
    await answer(press, _seen(press, number), terms_card.terms)


async def _seen(press: Press, number: int) -> queries.ClaimSeen:
    now = press.client.clock.of(press.id)
    seen = await press.client.db.read(queries.claim, guild_of(press), number, now)
    claims.require_public(seen.claim)
    return seen


@claim.command(description="Hear how a claim comes out, without a bet on it")
@app_commands.describe(claim="The claim's number")
async def follow(press: Press, claim: Number) -> None:
    await _follow(press, claim, True)


@routes.on("follow:{number}:{on}")
async def press_follow(press: Press, number: int, on: int) -> None:
    await _follow(press, number, on == 1)


async def _follow(press: Press, number: int, follows: bool) -> None:
    crux, who = press.client, await acting(press)
    request = claims.Follow(guild_of(press), key(press), who.number, number, follows)
    work = crux.write(claims.follow, request, crux.clock.of(press.id))
    await answer(press, work, lambda now: render.followed(number, now))


@claim.command(
    name="list", description="Claims: closing soon, wanting a counterpart, yours, linked to yours, or by tag"
)
@app_commands.describe(which="Which ones", tag="With this tag")
@app_commands.choices(
    which=[
        app_commands.Choice(name="Closing soon", value="closing"),
        app_commands.Choice(name="Wanting a counterpart", value="wanting"),
        app_commands.Choice(name="Mine", value="mine"),
        app_commands.Choice(name="Linked to one of mine", value="linked"),
    ]
)
async def list_(
    press: Press, which: str = "closing", tag: app_commands.Range[str, 1, 30] | None = None
) -> None:
    if tag:
        await answer(press, _tagged(press, tag), claim_lists.listed)
    elif which == "wanting":
        await bets.show_wanting(press)
    elif which == "linked":
        await answer(press, _linked(press), claim_lists.listed)
    elif which == "mine":
        await answer(press, _mine(press, 0), claim_lists.listed)
    else:
        await answer(press, _closing(press, 0), claim_lists.listed)


@routes.on("claims-closing:{after}")
async def turn_closing(press: Press, after: int) -> None:
    await answer(press, _closing(press, after), claim_lists.listed, where=Where.IN_PLACE)


@routes.on("claims-mine:{before}")
async def turn_mine(press: Press, before: int) -> None:
    await answer(press, _mine(press, before), claim_lists.listed, where=Where.IN_PLACE)


@claim.command(description="Claims that hold all of these words")
@app_commands.describe(words="Words of the claim")
async def search(press: Press, words: app_commands.Range[str, 2, 100]) -> None:
    await answer(press, _search(press, words), claim_lists.listed)


async def _closing(press: Press, after: int) -> claim_lists.Page:
    crux = press.client
    rows = await crux.db.read(queries.closing, guild_of(press), crux.clock.of(press.id), after=after)
    return _page("Claims that close soon", rows, "claims-closing", after)


async def _mine(press: Press, before: int) -> claim_lists.Page:
    who = await acting(press)
    rows = await press.client.db.read(queries.mine, guild_of(press), who.number, before=before)
    return _page("Claims you opened or have a bet on", rows, "claims-mine", before)


async def _linked(press: Press) -> claim_lists.Page:
    who = await acting(press)
    rows = await press.client.db.read(queries.linked, guild_of(press), who.number)
    none = (
        "There are none: no crux, no better wording and nothing of the library is linked to a claim of yours. "
        "`/claim link` links two."
    )
    return claim_lists.Page("Claims linked to one of yours", rows, none)


async def _tagged(press: Press, tag: str) -> claim_lists.Page:
    plain = tag.casefold().strip()
    rows = await press.client.db.read(queries.tagged, guild_of(press), plain)
    return claim_lists.Page(f"Claims tagged {text.escape(plain, 40)}", rows, "None has this tag.")


async def _search(press: Press, words: str) -> claim_lists.Page:
    rows = await press.client.db.read(queries.search, guild_of(press), words)
    none = "No claim holds all of these words. Fewer words find more."
    return claim_lists.Page(f"Claims with “{text.escape(words, 60)}”", rows, none)


def _page(title: str, rows: list[queries.Row], name: str, at: int) -> claim_lists.Page:
    more = rows[queries.PAGE - 1].number if len(rows) > queries.PAGE else 0
    none = "There are none. `/claim new` or `/bet quick` opens one."
    return claim_lists.Page(title, rows, none, f"{name}:{more}" if more else "", f"{name}:0" if at else "")


# --- the library ------------------------------------------------------------------------------


@claim.command(name="library", description="Claims to begin with, ready worded; and a forecasting game")
@app_commands.describe(number="The number of one of them")
async def library_(press: Press, number: app_commands.Range[int, 1, 1000] | None = None) -> None:
    starters = library.load()
    if number is None:
        await answer(press, _nothing(), lambda _: library_shelf.shelf(0, starters))
    else:
        one = _starter(number)
        await answer(press, _nothing(), lambda _: library_shelf.starter(number, one))


@routes.on("library:{page}")
async def turn_shelf(press: Press, page: int) -> None:
    starters = library.load()
    at = min(page, (len(starters) - 1) // library_shelf.SHELF)
    await answer(press, _nothing(), lambda _: library_shelf.shelf(at, starters), where=Where.IN_PLACE)


@routes.on("library-take:{number}")
async def take_starter(press: Press, number: int) -> None:
    await answer(press, _take(press, number), _same)


@routes.on("library-guess:{number}")
async def ask_guess(press: Press, number: int) -> None:
    await ask(press, library_shelf.guess_form(number, _starter(number)))


@routes.on("library-answer:{number}")
async def send_guess(press: Press, number: int) -> None:
    one = _starter(number)
    typed = components.line(components.values(press.data or {}), "chance")
    chance = odds.chance(typed, "Your chance")
    await answer(press, _nothing(), lambda _: library_shelf.guessed(one, chance))


async def _take(press: Press, number: int) -> Card:
    crux, who = press.client, await acting(press)
    now, one = crux.clock.of(press.id), _starter(number)
    if not one.for_stakes:
        raise BadInput("The library's claim", "it is for forecasts only, so choose another one")
    terms = terms_of(one)
    held = claim_fields.held_of(terms)
    request = claims.SaveDraft(guild_of(press), key(press), who.number, terms, None, form_fields.encode(held))
    draft = await crux.write(claims.save_draft, request, now)
    _, held, bad = claim_fields.claim_terms(terms, held, who.places.time_zone, now)
    return await draft_card(press, who, draft, held, bad)


def terms_of(one: Starter) -> Terms:
    """A starter claim as a claim's terms; judges that it doesn't name are moderators."""
    deadline_us = to_us(one.deadline_at)
    return Terms(
        title=one.title,
        statement=one.said,
        kind=one.kind,
        outcomes=tuple(Outcome(*answer) for answer in one.answers),
        unit=one.check.unit,
        source=one.source,
        fallback=one.fallback,
        closes_us=deadline_us,
        deadline_us=deadline_us,
        check_us=deadline_us,
        zone=one.zone,
        early=one.early,
        clause=ambiguity.encode(one.clause),
        judges=claim_terms.Judges(votes=one.judges.votes),
        tags=one.tags,
        check=one.check.facts(),
        library=one.id,
    )


def _starter(number: int) -> Starter:
    starters = library.load()
    if not 1 <= number <= len(starters):
        raise BadInput("The number", f"the library has {len(starters)} claims, so write one from 1 to that")
    return starters[number - 1]


async def _nothing() -> None:
    """The library ships with Crux: nothing is read."""


def _same(card: Card) -> Card:
    return card
