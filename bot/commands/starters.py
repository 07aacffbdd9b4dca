"""/claim library: claims to begin with, ready worded; and a forecasting game."""

from discord import app_commands

from bot.answer import Where, answer, ask
from bot.commands.drafts import draft_card
from bot.context import Context
from bot.input import claim_fields, form_fields, odds
from bot.refusals import BadInput
from bot.ui.cards import Card
from bot.words import library_shelf
from ledger.types import to_us
from markets.claims import ambiguity, drafts, library
from markets.claims import terms as claim_terms
from markets.claims.library import Starter
from markets.claims.terms import Outcome, Terms

# --- the library ------------------------------------------------------------------------------


@app_commands.describe(number="The number of one of them")
async def library_(ctx: Context, number: app_commands.Range[int, 1, 1000] | None = None) -> None:
    starters = library.load()
    if number is None:
        await answer(ctx, library_shelf.shelf(0, starters))
    else:
        one = _starter(number)
        await answer(ctx, library_shelf.starter(number, one))


async def turn_shelf(ctx: Context, page: int) -> None:
    starters = library.load()
    at = min(page, (len(starters) - 1) // library_shelf.SHELF)
    await answer(ctx, library_shelf.shelf(at, starters), where=Where.IN_PLACE)


async def take_starter(ctx: Context, number: int) -> None:
    await answer(ctx, _take(ctx, number))


async def ask_guess(ctx: Context, number: int) -> None:
    await ask(ctx, library_shelf.guess_form(number, _starter(number)))


async def send_guess(ctx: Context, number: int) -> None:
    one = _starter(number)
    typed = ctx.line("chance")
    chance = odds.chance(typed, "Your chance")
    await answer(ctx, library_shelf.guessed(one, chance))


async def _take(ctx: Context, number: int) -> Card:
    who = await ctx.who()
    one = _starter(number)
    if not one.for_stakes:
        raise BadInput("The library's claim", "it is for forecasts only, so choose another one")
    terms = terms_of(one)
    held = claim_fields.held_of(terms)
    request = drafts.SaveDraft(ctx.guild, ctx.key, who.number, terms, None, form_fields.encode(held))
    draft = await ctx.write(drafts.save_draft, request)
    _, held, bad = claim_fields.claim_terms(terms, held, who.places.time_zone, ctx.now)
    return await draft_card(ctx, who, draft, held, bad)


def terms_of(one: Starter) -> Terms:
    """Return a starter claim as a claim's terms; judges that it doesn't name are moderators."""
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
