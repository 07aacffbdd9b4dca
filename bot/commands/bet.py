"""/bet: offers between two people, from a sentence to what is locked (RULES C1, C2)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import discord
from discord import app_commands
from sqlalchemy import Connection

from bot import text
from bot.acting import Acting, acting, acting_on, number_of
from bot.answer import Press, Where, answer, ask
from bot.entering import CONFIRM_WITHIN, guild_of, key, require_in_time
from bot.input import ambiguous, amounts, bet_fields, date_words, form_fields, quick_bet_fields
from bot.input.form_fields import Held
from bot.refusals import BadInput, NotMember, Outdated, ToBot, Unclear
from bot.ui import components
from bot.ui.cards import Card
from bot.ui.components import routes
from bot.words import bet_lists, bet_moves, offer_card, offer_forms, phrases, refusals, taking, wording
from bot.words import bets as render
from ledger.storage import operations
from markets.bets import offers, quick_bet
from markets.bets.offers import Offer
from markets.claims import claims, library, zones
from markets.claims.claims import Claim
from markets.claims.terms import Terms
from markets.claims.wording import check
from markets.core.errors import OfferGone
from markets.mechanisms.two_party import Stakes
from markets.people import notes, preferences
from markets.views import queries

Amount = app_commands.Range[str, 1, 40]
Number = app_commands.Range[int, 1, 2**53 - 1]

bet = app_commands.Group(name="bet", description="Bets between two people", guild_only=True)


# --- from a sentence to an offer --------------------------------------------------------------


@bet.command(name="quick", description="From a sentence to an offer in one form")
async def quick_(press: Press) -> None:
    await ask(press, offer_forms.quick_form("quick:0:0", {}))


async def _bet_on_this(press: Press, message: discord.Message) -> None:
    """The words of a message are what happens, until they are changed; its author is whom to bet with."""
    held = {"what": text.clean(message.content, form_fields.MOST_QUICK)}
    letters = len(text.clean(message.content, max(len(message.content), 1)))
    if letters > form_fields.MOST_QUICK:
        held["cut"] = (
            f"The message has {letters:,} letters, and this takes {form_fields.MOST_QUICK}: say it shorter"
        )
    person = 0 if message.author.bot or message.author.id == press.user.id else message.author.id
    await ask(press, offer_forms.quick_form(f"quick:{message.channel.id}:{message.id}", held, person))


bet_on_this = app_commands.ContextMenu(name="Bet on this", callback=_bet_on_this)
bet_on_this.guild_only = True


@routes.on("quick:{channel}:{message}")
async def send_quick(press: Press, channel: int, message: int) -> None:
    await _quick(press, _held(press, _link(press, channel, message)), None)


@routes.on("quick-draft:{draft}")
async def send_quick_draft(press: Press, draft: int) -> None:
    _, stored = await press.client.db.read(queries.draft, guild_of(press), draft)
    await _quick(press, _held(press, form_fields.decode(stored).get("origin", "")), draft)


@routes.on("quick-change:{draft}")
async def change_quick(press: Press, draft: int) -> None:
    who = await acting(press)
    found, stored = await press.client.db.read(queries.draft, guild_of(press), draft)
    claims.require_draft_of(found, who.number)
    held = _quick_held(stored)
    await ask(press, offer_forms.quick_form(f"quick-draft:{draft}", held, int(held.get("who") or 0)))


@routes.on("quick-anyway:{asked}:{draft}")
async def open_anyway(press: Press, asked: int, draft: int) -> None:
    """The key is the interaction that was warned, so two presses open one claim."""
    who = await acting(press)
    found, stored = await press.client.db.read(queries.draft, guild_of(press), draft)
    claims.require_author(found, who.number)
    held = _quick_held(stored)
    await answer(press, _open_quick(press, who, held, draft, f"interaction:{asked}:open"), _same)


def _quick_held(stored: str) -> dict[str, str]:
    """What a quick bet's form held.

    Raises:
        Outdated: The draft is no quick bet: a button of ours doesn't lead to it.
    """
    held = form_fields.decode(stored)
    if not {"what", "side", "when"} <= held.keys():
        raise Outdated
    return held


async def _quick(press: Press, held: dict[str, str], draft: int | None) -> None:
    who = await acting(press)
    try:
        held["who"] = "".join(map(str, components.people(_data(press), "who")))
    except (NotMember, ToBot) as bad:
        why = refusals.refusal(bad, text.Currency()) or ""
        await answer(press, _keep(press, who, held, draft, (why,)), _same)
        return
    await _go_on(press, who, held, draft, key(press))


@routes.on("quick-until:{asked}:{draft}:{until}")
async def choose_until(press: Press, asked: int, draft: int, until: int) -> None:
    """One of the two deadlines that were meant. The key is the interaction that was asked, so two presses open one
    claim."""
    who = await acting(press)
    found, stored = await press.client.db.read(queries.draft, guild_of(press), draft)
    claims.require_author(found, who.number)
    when = date_words.chosen(until, zones.zone(who.places.time_zone))
    held = _quick_held(stored) | {"when": when}
    await _go_on(press, who, held, draft, f"interaction:{asked}:open")


async def _go_on(press: Press, who: Acting, held: dict[str, str], draft: int | None, by: str) -> None:
    """Open what a quick bet says, or keep it where it can't be read, can be read two ways, or is warned of."""
    where = Where.PRIVATE if who.places.announcement_channel else Where.PUBLIC
    try:
        terms, _, _ = _read_quick(press, who, held)
        remarks = check(wording.draft_of(terms, held["when"], zone_given=True))
    except BadInput as bad:
        await answer(press, _keep(press, who, held, draft, bad=bad), _same)
        return
    if remarks:
        blocked = any(one.level == "blocks" for one in remarks)
        why = wording.remarks(remarks)
        await answer(press, _keep(press, who, held, draft, why, may=not blocked), _same)
        return
    await answer(press, _open_quick(press, who, held, draft, by), _same, where=where)


def _read_quick(press: Press, who: Acting, held: Held) -> tuple[Terms, int, Stakes]:
    terms = quick_bet_fields.quick_terms(held, who.places.time_zone, press.client.clock.of(press.id))
    return terms, *quick_bet_fields.quick_stakes(held)


async def _open_quick(press: Press, who: Acting, held: Held, draft: int | None, by: str) -> Card:
    crux, guild = press.client, guild_of(press)
    terms, side, stakes = _read_quick(press, who, held)
    remarks = check(wording.draft_of(terms, held["when"], zone_given=True))
    person = int(held.get("who") or 0)
    request = quick_bet.Quick(
        guild=guild,
        key=by,
        actor=who.actor,
        terms=terms,
        side=side,
        maker_stake=stakes.maker,
        taker_stake=stakes.taker,
        taker=await number_of(press, person) if person else offers.ANYONE,
        claim=draft,
        warned=tuple(one.code for one in remarks),
    )
    opened = await crux.write(quick_bet.quick, request, crux.clock.of(press.id))
    return offer_card.offered(await _offered(press, opened.offer, who, opened=True))


async def _keep(
    press: Press,
    who: Acting,
    held: Held,
    draft: int | None,
    why: tuple[str, ...] = (),
    *,
    may: bool = False,
    bad: BadInput | None = None,
) -> Card:
    """Keep what was typed as a draft, and say what is the matter with it, or that it can't be read."""
    request = claims.SaveDraft(
        guild_of(press),
        key(press),
        who.number,
        quick_bet_fields.quick_draft(held),
        draft,
        form_fields.encode(held),
    )
    number = await press.client.write(claims.save_draft, request, press.client.clock.of(press.id))
    return held_card(press, number, why, may=may, bad=bad)


def held_card(
    press: Press, number: int, why: tuple[str, ...] = (), *, may: bool = False, bad: BadInput | None = None
) -> Card:
    """A quick bet that isn't open yet, with a button for each reading of a deadline that can be read two ways."""
    if isinstance(bad, Unclear):
        ambiguous.offer(bad, lambda at_us: f"quick-until:{press.id}:{number}:{at_us}")
    if bad is not None:
        why = (*why, refusals.refusal(bad, text.Currency()) or "")
    return offer_forms.held(
        offer_forms.HeldQuickBet(number, press.id, why, may, refusals.choices(bad) if bad else ())
    )


def _held(press: Press, origin: str) -> dict[str, str]:
    """What was typed into the form of a quick bet; with whom is read where it can be refused."""
    filled = components.values(press.data or {})
    held = {name: components.line(filled, name) for name in ("what", "when", "side", "stake")}
    return held | {"who": "", "origin": origin}


def _link(press: Press, channel: int, message: int) -> str:
    return f"https://discord.com/channels/{guild_of(press)}/{channel}/{message}" if message else ""


def _data(press: Press) -> Mapping[str, Any]:
    data: Any = press.data or {}
    return data


def _same(card: Card) -> Card:
    return card


async def _offered(
    press: Press, number: int, who: Acting, *, opened: bool = False, died: int = 0
) -> offer_card.Offered:
    crux, guild = press.client, guild_of(press)
    seen = await crux.db.read(queries.offer, guild, number, crux.clock.of(press.id))
    return offer_card.Offered(seen, who.places.announcement_channel, opened, died)


# --- an offer on a claim ----------------------------------------------------------------------


@bet.command(description="Offer a two-person bet on a claim, at your own odds")
@app_commands.describe(
    claim="The claim's number",
    side="What you say: YES, NO, or another outcome; or not before it",
    stake="What you risk, in points",
    odds="75%, or 3:1 (you risk 3 to win 1), or x4.0",
    theirs="Or what they risk, in points",
    to="Whom you offer it to; nobody means anyone",
)
async def offer(
    press: Press,
    claim: Number,
    side: app_commands.Range[str, 1, 80],
    stake: Amount,
    odds: Amount | None = None,
    theirs: Amount | None = None,
    to: discord.Member | None = None,
) -> None:
    who = await acting(press)
    taker = await number_of(press, to) if to else offers.ANYONE
    await _make(press, who, claim, side, stake, odds or "", theirs or "", taker)


@routes.on("claim-offer:{claim}")
async def ask_offer(press: Press, claim: int) -> None:
    await ask(press, offer_forms.offer_form(await press.client.db.read(claims.load, guild_of(press), claim)))


@routes.on("offer:{claim}")
async def send_offer(press: Press, claim: int) -> None:
    who = await acting(press)
    filled = components.values(press.data or {})
    people = components.people(_data(press), "who")
    taker = await number_of(press, people[0]) if people else offers.ANYONE
    side, stake, odds, theirs = (
        components.line(filled, name) for name in ("side", "stake", "odds", "theirs")
    )
    await _make(press, who, claim, side, stake, odds, theirs, taker)


async def _make(
    press: Press, who: Acting, number: int, side: str, stake: str, odds: str, theirs: str, taker: int
) -> None:
    claim = await press.client.db.read(claims.load, guild_of(press), number)
    at, against = bet_fields.side(claim.terms, side)
    stakes = bet_fields.stakes(stake, theirs, odds)
    request = offers.MakeOffer(
        guild=claim.guild,
        key=key(press),
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
    await answer(press, _offer(press, who, request), offer_card.offered, where=where)


async def _offer(press: Press, who: Acting, request: offers.MakeOffer) -> offer_card.Offered:
    made = await press.client.write(offers.make, request, press.client.clock.of(press.id))
    return await _offered(press, made.number, who)


@routes.on("offer-renew:{number}")
async def renew(press: Press, number: int) -> None:
    """The same offer once more, after its claim was changed (B5)."""
    who = await acting(press)
    await answer(press, _renew(press, who, number), offer_card.offered)


async def _renew(press: Press, who: Acting, number: int) -> offer_card.Offered:
    crux, guild = press.client, guild_of(press)

    def require(tx: Connection) -> None:
        offers.require_maker(offers.load_offer(tx, guild, number), who.number)
        if operations.was_done(
            tx, guild, f"renew:{number}"
        ):  # as it was asked for before sides went by their names
            raise OfferGone(number, "renewed")

    await crux.db.read(require)
    request = offers.Renew(guild, f"renew:{number}:offer", number, who.number)
    made = await crux.write(offers.renew, request, crux.clock.of(press.id))
    again = await _offered(press, made.number, who)
    if again.seen.state != "open":  # it was made again by an earlier press, and has ended since
        raise OfferGone(made.number, again.seen.state)
    return again


@bet.command(description="Answer an offer with one of your own; the first one ends")
@app_commands.describe(
    offer="The offer's number",
    stake="What you would risk, in points",
    theirs="What they would risk, in points",
    odds="Or your odds: 75%, or 3:1 (you risk 3 to win 1), or x4.0",
)
async def counter(
    press: Press, offer: Number, stake: Amount, theirs: Amount | None = None, odds: Amount | None = None
) -> None:
    await _counter(press, offer, bet_fields.stakes(stake, theirs or "", odds or ""))


@routes.on("offer-counter:{number}")
async def ask_counter(press: Press, number: int) -> None:
    guild = guild_of(press)
    seen = await press.client.db.read(queries.offer, guild, number, press.client.clock.of(press.id))
    await ask(press, offer_forms.counter_form(seen.offer, seen.claim))


@routes.on("counter:{number}")
async def send_counter(press: Press, number: int) -> None:
    filled = components.values(press.data or {})
    stake, theirs, odds = (components.line(filled, name) for name in ("stake", "theirs", "odds"))
    await _counter(press, number, bet_fields.stakes(stake, "" if odds else theirs, odds))


async def _counter(press: Press, number: int, stakes: Stakes) -> None:
    who = await acting(press)
    request = offers.Counter(guild_of(press), key(press), number, who.number, stakes.maker, stakes.taker)
    where = Where.PRIVATE if who.places.announcement_channel else Where.PUBLIC
    await answer(press, _countered(press, who, request), offer_card.offered, where=where)


async def _countered(press: Press, who: Acting, request: offers.Counter) -> offer_card.Offered:
    made = await press.client.write(offers.counter, request, press.client.clock.of(press.id))
    return await _offered(press, made.number, who, died=request.offer)


@bet.command(description="Withdraw an offer of yours")
@app_commands.describe(offer="The offer's number")
async def withdraw(press: Press, offer: Number) -> None:
    await answer(press, _withdraw(press, offer), offer_card.withdrawn)


@routes.on("offer-withdraw:{number}")
async def press_withdraw(press: Press, number: int) -> None:
    await answer(press, _withdraw(press, number), offer_card.withdrawn)


async def _withdraw(press: Press, number: int) -> queries.OfferSeen:
    crux, who = press.client, await acting(press)
    now = crux.clock.of(press.id)
    request = offers.WithdrawOffer(guild_of(press), key(press), number, who.number)
    await crux.write(offers.withdraw, request, now)
    return await crux.db.read(queries.offer, guild_of(press), number, now)


# --- taking one -------------------------------------------------------------------------------


@bet.command(description="Take an offer: you see every ending before anything is locked")
@app_commands.describe(offer="The offer's number")
async def accept(press: Press, offer: Number) -> None:
    await answer(press, _ask_taking(press, offer), taking.ask_taking)


@routes.on("offer-take:{number}")
async def press_take(press: Press, number: int) -> None:
    await answer(press, _ask_taking(press, number), taking.ask_taking)


@routes.on("lock:{asked}:{number}:{mark}")
async def confirm_taking(press: Press, asked: int, number: int, mark: int) -> None:
    """The key is the interaction that asked, so two presses are one bet."""
    await require_in_time(press, asked, "/bet accept")
    await answer(press, _take(press, asked, number, mark), taking.taken, where=Where.IN_PLACE)


async def _ask_taking(press: Press, number: int) -> taking.Taking:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    seen = await crux.db.read(_before_taking, guild, number, who.number, now)
    currency = await crux.currency(guild)
    return taking.Taking(press.id, who.number, seen, now + CONFIRM_WITHIN, currency)


def _before_taking(tx: Connection, guild: int, number: int, player: int, now: datetime) -> queries.TakeSeen:
    """Refuses what couldn't be taken anyway, before anybody reads its endings."""
    offers.require_takeable(tx, guild, number, player, now)
    return queries.before_taking(tx, guild, number, player, now)


async def _take(press: Press, asked: int, number: int, mark: int) -> taking.Taken:
    crux, guild = press.client, guild_of(press)

    def read(tx: Connection) -> tuple[Offer, Claim]:
        of = offers.load_offer(tx, guild, number)
        return of, claims.load(tx, guild, of.claim)

    who, (of, claim) = await acting_on(press, read)
    # Another text than was shown has another digest, which `accept` refuses.
    terms = claim.digest if phrases.mark(claim) == mark else ""
    request = offers.Accept(guild, f"interaction:{asked}", number, who.number, terms)
    accepted = await crux.write(offers.accept, request, crux.clock.of(press.id))
    return taking.Taken(accepted, of, claim, bool(who.places.announcement_channel))


# --- an ending by agreement -------------------------------------------------------------------


@bet.command(description="End a bet of yours by agreement: suggest an ending, or sign the one that stands")
@app_commands.describe(bet="The bet's number")
async def agree(press: Press, bet: Number) -> None:
    await answer(press, _agreement(press, bet), _same)


@routes.on("bet-end:{number}")
async def press_end(press: Press, number: int) -> None:
    await answer(press, _agreement(press, number), _same)


@routes.on("bet-suggest-form:{number}")
async def ask_ending(press: Press, number: int) -> None:
    seen, _ = await _own_bet(press, number)
    assert seen.bet is not None
    await ask(press, render.end_form(seen, seen.bet))


@routes.on("bet-suggest:{number}")
async def send_ending(press: Press, number: int) -> None:
    filled = components.values(press.data or {})
    ending, mine = components.picked(filled, "ending"), components.line(filled, "mine")
    await answer(press, _suggest(press, number, ending, mine), _same)


@routes.on("bet-sign:{asked}:{number}:{maker}:{taker}")
async def sign(press: Press, asked: int, number: int, maker: int, taker: int) -> None:
    await require_in_time(press, asked, "/bet agree")
    await answer(press, _sign(press, asked, number, maker, taker), _same, where=Where.IN_PLACE)


async def _own_bet(press: Press, number: int) -> tuple[queries.OfferSeen, int]:
    """A live bet of whoever presses, and their number."""
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    await crux.db.read(offers.require_side, guild, number, who.number, now)
    return await crux.db.read(queries.offer, guild, number, now), who.number


async def _agreement(press: Press, number: int) -> Card:
    seen, player = await _own_bet(press, number)
    assert seen.bet is not None
    return render.agreement(seen, seen.bet, player, press.id)


async def _suggest(press: Press, number: int, ending: str, mine: str) -> Card:
    crux = press.client
    seen, player = await _own_bet(press, number)
    found = seen.bet
    assert found is not None
    gets = bet_fields.ending(found, player, ending, mine)
    request = offers.Suggest(found.guild, key(press), number, player, ending, gets.maker, gets.taker)
    now = crux.clock.of(press.id)
    await crux.write(offers.suggest, request, now)
    shown = await crux.db.read(queries.offer, found.guild, number, now)
    return render.suggested_now(shown, found)


async def _sign(press: Press, asked: int, number: int, maker: int, taker: int) -> Card:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    request = offers.Agree(guild, f"interaction:{asked}", number, who.number, maker, taker)
    ended = await crux.write(offers.agree, request, now)
    return render.signed(await crux.db.read(queries.offer, guild, number, now), ended)


@bet.command(description="Move a bet of yours to the better wording of its claim; both sides sign")
@app_commands.describe(bet="The bet's number", claim="The new claim's number")
async def move(press: Press, bet: Number, claim: Number) -> None:
    await answer(press, _ask_move(press, bet, claim), _same)


@routes.on("bet-move-look:{number}:{to}")
async def look_at_move(press: Press, number: int, to: int) -> None:
    await answer(press, _ask_move(press, number, to), _same)


@routes.on("bet-move:{asked}:{number}:{to}:{mark}")
async def sign_move(press: Press, asked: int, number: int, to: int, mark: int) -> None:
    await answer(press, _move(press, asked, number, to, mark), _same, where=Where.IN_PLACE)


async def _ask_move(press: Press, number: int, to: int) -> Card:
    return bet_moves.ask_move(await _moving(press, number, to))


async def _moving(press: Press, number: int, to: int) -> bet_moves.Moving:
    """A bet of whoever presses, and how it would be on the other claim; refuses where it couldn't be moved there."""
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    currency = await crux.currency(guild)

    def read(tx: Connection) -> bet_moves.Moving:
        there = offers.before_move(tx, guild, number, who.number, to, now)
        seen, new = queries.offer(tx, guild, number, now), queries.claim(tx, guild, to, now)
        return bet_moves.Moving(press.id, who.number, seen, new, there, currency)

    return await crux.db.read(read)


async def _move(press: Press, asked: int, number: int, to: int, mark: int) -> Card:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    new = await crux.db.read(claims.load, guild, to)
    terms = new.digest if phrases.mark(new) == mark else ""
    request = offers.MoveBet(guild, f"interaction:{asked}", number, who.number, to, terms)
    await crux.write(offers.move_bet, request, now)
    seen = await crux.db.read(queries.offer, guild, number, now)
    if seen.bet is None or seen.claim.number != to:
        return bet_moves.moved(await _moving(press, number, to))
    there = await crux.db.read(queries.claim, guild, to, now)
    currency = await crux.currency(guild)
    return bet_moves.moved(bet_moves.Moving(press.id, who.number, seen, there, seen.bet, currency))


@bet.command(description="How you are told of your bets: by a mention, by direct message, or not at all")
@app_commands.describe(how="How")
@app_commands.choices(how=[app_commands.Choice(name=words, value=by) for by, words in render.TOLD_BY.items()])
async def reminders(press: Press, how: str) -> None:
    await answer(press, _choose(press, how), render.chose)


async def _choose(press: Press, how: str) -> str:
    crux, who = press.client, await acting(press)
    by: dict[str, preferences.By] = {str(one): one for one in preferences.CHOICES}
    request = preferences.Choose(guild_of(press), key(press), who.number, by.get(how, "mention"))
    return await crux.write(preferences.choose, request, crux.clock.of(press.id))


@bet.command(description="Attach a note of dissent to a bet you lost; everybody can read it")
@app_commands.describe(bet="The bet's number", words="Why you think it should have come out otherwise")
async def dissent(press: Press, bet: Number, words: app_commands.Range[str, 3, 500]) -> None:
    await answer(press, _dissent(press, bet, words), offer_card.offer)


async def _dissent(press: Press, number: int, words: str) -> queries.OfferSeen:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    request = notes.Dissent(guild, key(press), who.number, number, amounts.words(words))
    await crux.write(notes.dissent, request, now)
    return await crux.db.read(queries.offer, guild, number, now)


# --- looking ----------------------------------------------------------------------------------


@bet.command(name="list", description="Offers that anyone may take")
async def list_(press: Press) -> None:
    await show_wanting(press)


async def show_wanting(press: Press) -> None:
    """The newest offers that anyone may take."""
    await answer(press, _wanting(press, 0), bet_lists.wanting)


@routes.on("offers:{before}")
async def turn_offers(press: Press, before: int) -> None:
    await answer(press, _wanting(press, before), bet_lists.wanting, where=Where.IN_PLACE)


@bet.command(description="An offer, or the bet it became")
@app_commands.describe(number="Its number")
async def show(press: Press, number: Number) -> None:
    now = press.client.clock.of(press.id)
    work = press.client.db.read(queries.offer, guild_of(press), number, now)
    await answer(press, work, offer_card.offer)


@bet.command(description="Your bets and offers: open, due, settled")
async def mine(press: Press) -> None:
    await answer(press, _mine(press, 0, 0), bet_lists.mine)


@routes.on("mine:{kind}:{before}")
async def turn_mine(press: Press, kind: int, before: int) -> None:
    await answer(press, _mine(press, kind, before), bet_lists.mine, where=Where.IN_PLACE)


async def _wanting(press: Press, before: int) -> bet_lists.Wanting:
    crux, guild = press.client, guild_of(press)
    return await crux.db.read(_page_of_offers, guild, crux.clock.of(press.id), before)


def _page_of_offers(tx: Connection, guild: int, now: datetime, before: int) -> bet_lists.Wanting:
    found = queries.wanting(tx, guild, now, before=before)
    of_claims = {of.claim: claims.load(tx, guild, of.claim).terms for of in found}
    people = queries.named(tx, guild, {of.maker for of in found})
    titles = {number: terms.title for number, terms in of_claims.items()}
    return bet_lists.Wanting(found, titles, people, of_claims, before == 0)


async def _mine(press: Press, kind: int, before: int) -> bet_lists.MyBetsPage:
    crux, who = press.client, await acting(press)
    name = bet_lists.KINDS[min(kind, len(bet_lists.KINDS) - 1)]
    guild, now = guild_of(press), crux.clock.of(press.id)
    seen = await crux.db.read(queries.my_bets, guild, who.number, name, now, before=before)
    return bet_lists.MyBetsPage(seen, who.number, name, before == 0)
