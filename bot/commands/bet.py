"""/bet offer, counter, withdraw and accept: from an offer to what is locked (RULES C1)."""

import discord
from discord import app_commands
from sqlalchemy import Connection

from bot.answer import Where, answer, ask
from bot.commands.options import Amount, Number, Words
from bot.context import CONFIRM_WITHIN, Acting, Context, key_of, number_of
from bot.input import bet_fields
from bot.ui import components
from bot.words import offer_card, offer_forms, phrases, taking
from ledger.storage import operations
from markets.bets import offering, offers
from markets.bets.offers import Offer
from markets.claims import claims, library, wallet_keeps
from markets.claims.claims import Claim
from markets.core.errors import OfferGone
from markets.mechanisms.two_party import Stakes
from markets.views import offers as view_offers


async def offered(
    ctx: Context, number: int, who: Acting, *, opened: bool = False, died: int = 0
) -> offer_card.Offered:
    seen = await ctx.read(view_offers.offer, ctx.guild, number, ctx.now)
    return offer_card.Offered(seen, who.places.announcement_channel, opened, died)


# --- an offer on a claim ----------------------------------------------------------------------


@app_commands.describe(
    claim="The claim's number",
    side="What you say: YES, NO, or another outcome; or not before it",
    stake="What you risk, in points",
    odds="75%, or 3:1 (you risk 3 to win 1), or x4.0",
    theirs="Or what they risk, in points",
    to="Whom you offer it to; nobody means anyone",
)
async def offer(
    ctx: Context,
    claim: Number,
    side: Words,
    stake: Amount,
    odds: Amount | None = None,
    theirs: Amount | None = None,
    to: discord.Member | None = None,
) -> None:
    await _make(ctx, claim, side, stake, odds or "", theirs or "", to)


async def ask_offer(ctx: Context, claim: int) -> None:
    await ask(ctx, offer_forms.offer_form(await ctx.read(claims.load, ctx.guild, claim)))


async def send_offer(ctx: Context, claim: int) -> None:
    filled = ctx.filled
    people = components.people(ctx.data, "who")
    side, stake, odds, theirs = (
        components.line(filled, name) for name in ("side", "stake", "odds", "theirs")
    )
    await _make(ctx, claim, side, stake, odds, theirs, people[0] if people else None)


async def _make(
    ctx: Context, number: int, side: str, stake: str, odds: str, theirs: str, to: discord.Member | int | None
) -> None:
    """Offer the bet. What was typed is read before anybody gets a wallet."""
    claim = await ctx.read(claims.load, ctx.guild, number)
    at, against = bet_fields.side(claim.terms, side)
    stakes = bet_fields.stakes(stake, theirs, odds)
    who = await ctx.who()
    taker = await number_of(ctx, to) if to else offers.ANYONE
    request = offering.MakeOffer(
        guild=claim.guild,
        key=ctx.key,
        maker=who.number,
        claim=claim.number,
        side=at,
        against=against,
        maker_stake=stakes.maker,
        taker_stake=stakes.taker,
        taker=taker,
        clause=library.own_clause(claim.terms.library, at),
        terms=claim.digest,
    )
    where = Where.PRIVATE if who.places.announcement_channel else Where.PUBLIC
    await answer(ctx, _offer(ctx, who, request), offer_card.offered, where=where)


async def _offer(ctx: Context, who: Acting, request: offering.MakeOffer) -> offer_card.Offered:
    made = await ctx.write(offering.make, request)
    return await offered(ctx, made.number, who)


async def renew(ctx: Context, number: int) -> None:
    """Offer the same once more, after the claim was changed (B5)."""
    who = await ctx.who()
    await answer(ctx, _renew(ctx, who, number), offer_card.offered)


async def _renew(ctx: Context, who: Acting, number: int) -> offer_card.Offered:

    def require(tx: Connection) -> None:
        offers.require_maker(offers.load_offer(tx, ctx.guild, number), who.number)
        if operations.was_done(
            tx, ctx.guild, f"renew:{number}"
        ):  # as it was asked for before sides went by their names
            raise OfferGone(number, "renewed")

    await ctx.read(require)
    request = offering.Renew(ctx.guild, f"renew:{number}:offer", number, who.number)
    made = await ctx.write(offering.renew, request)
    again = await offered(ctx, made.number, who)
    if again.seen.state != "open":  # it was made again by an earlier press, and has ended since
        raise OfferGone(made.number, again.seen.state)
    return again


@app_commands.describe(
    offer="The offer's number",
    stake="What you would risk, in points",
    theirs="What they would risk, in points",
    odds="Or your odds: 75%, or 3:1 (you risk 3 to win 1), or x4.0",
)
async def counter(
    ctx: Context, offer: Number, stake: Amount, theirs: Amount | None = None, odds: Amount | None = None
) -> None:
    await _counter(ctx, offer, bet_fields.stakes(stake, theirs or "", odds or ""))


async def ask_counter(ctx: Context, number: int) -> None:
    seen = await ctx.read(view_offers.offer, ctx.guild, number, ctx.now)
    if seen.state != "open":  # an older card may still have the button
        raise OfferGone(number, seen.state)
    who = await ctx.who()
    usable = await ctx.read(wallet_keeps.usable, ctx.guild, who.number)
    await ask(ctx, offer_forms.counter_form(seen.offer, seen.claim, usable))


async def send_counter(ctx: Context, number: int) -> None:
    filled = ctx.filled
    stake, theirs, odds = (components.line(filled, name) for name in ("stake", "theirs", "odds"))
    await _counter(ctx, number, bet_fields.stakes(stake, "" if odds else theirs, odds))


async def _counter(ctx: Context, number: int, stakes: Stakes) -> None:
    who = await ctx.who()
    request = offering.Counter(ctx.guild, ctx.key, number, who.number, stakes.maker, stakes.taker)
    where = Where.PRIVATE if who.places.announcement_channel else Where.PUBLIC
    await answer(ctx, _countered(ctx, who, request), offer_card.offered, where=where)


async def _countered(ctx: Context, who: Acting, request: offering.Counter) -> offer_card.Offered:
    made = await ctx.write(offering.counter, request)
    return await offered(ctx, made.number, who, died=request.offer)


@app_commands.describe(offer="The offer's number")
async def withdraw(ctx: Context, offer: Number) -> None:
    await answer(ctx, _withdraw(ctx, offer), offer_card.withdrawn)


async def press_withdraw(ctx: Context, number: int) -> None:
    await answer(ctx, _withdraw(ctx, number), offer_card.withdrawn)


async def _withdraw(ctx: Context, number: int) -> view_offers.OfferSeen:
    who = await ctx.who()
    request = offering.WithdrawOffer(ctx.guild, ctx.key, number, who.number)
    await ctx.write(offering.withdraw, request)
    return await ctx.read(view_offers.offer, ctx.guild, number, ctx.now)


# --- taking one -------------------------------------------------------------------------------


@app_commands.describe(offer="The offer's number")
async def accept(ctx: Context, offer: Number) -> None:
    await answer(ctx, _ask_taking(ctx, offer), taking.ask_taking)


async def press_take(ctx: Context, number: int) -> None:
    await answer(ctx, _ask_taking(ctx, number), taking.ask_taking)


async def confirm_taking(ctx: Context, asked: int, number: int, mark: int) -> None:
    """Lock the stakes. The key is the interaction that asked, so two presses are one bet."""
    await ctx.require_in_time(asked, "/bet accept")
    await answer(ctx, _take(ctx, asked, number, mark), taking.taken, where=Where.IN_PLACE)


async def _ask_taking(ctx: Context, number: int) -> taking.Taking:
    """The question; what couldn't be taken anyway is refused before anybody reads its endings."""

    def read(tx: Connection, player: int) -> view_offers.TakeSeen:
        found = view_offers.before_taking(tx, ctx.guild, number, player, ctx.now)
        offers.require_takeable(tx, found.seen.offer, found.seen.claim, player, ctx.now)
        return found

    who, seen = await ctx.as_player(read)
    currency = await ctx.currency()
    return taking.Taking(ctx.id, who.number, seen, ctx.now + CONFIRM_WITHIN, currency)


async def _take(ctx: Context, asked: int, number: int, mark: int) -> taking.Taken:
    def read(tx: Connection, _: int) -> tuple[Offer, Claim]:
        of = offers.load_offer(tx, ctx.guild, number)
        return of, claims.load(tx, ctx.guild, of.claim)

    who, (of, claim) = await ctx.as_player(read)
    # Another text than was shown has another digest, which `accept` refuses.
    terms = claim.digest if phrases.mark(claim) == mark else ""
    request = offers.Accept(ctx.guild, key_of(asked), number, who.number, terms)
    accepted = await ctx.write(offers.accept, request)
    return taking.Taken(accepted, of, claim, bool(who.places.announcement_channel))
