"""Say what an ended market paid: privately to one player, and in a post (RULES E1)."""

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Button, Card
from bot.words import phrases
from bot.words.announced import Ask, Told
from bot.words.claim_posts import about_claim
from bot.words.markets import called
from ledger.types import from_us, to_us
from markets.claims import claims as stored_claims
from markets.claims import emptied
from markets.claims.terms import Result
from markets.settlement import resolution
from markets.views import claims, markets
from markets.views.markets import Receipt

TOLD, CONCERNED = 8, 80


def receipt(seen: Receipt) -> Card:
    """Show what an ended market paid the reader, to the unit."""
    terms, number = seen.claim.terms, seen.claim.number
    rows = [
        f"- {text.shares(one.shares)} of {called(terms, one.outcome)}: {_put_in(one.cost)}, got back "
        f"{text.number(one.paid)}, **{phrases.change(one.paid - one.cost)}**"
        for one in seen.shares
    ]
    if seen.paid_in:
        change = phrases.change(seen.returned - seen.paid_in)
        rows.append(
            f"- liquidity: paid {text.number(seen.paid_in)}, got back {text.number(seen.returned)}, **{change}**"
        )
    total = f"Together **{phrases.change(seen.change)}**." if len(rows) > 1 else ""
    return Card(
        f"What the market on claim {number} paid you",
        phrases.lines(f"**{text.escape(terms.title, 200)}**", *(rows or ["You had nothing in it."]), total),
        "Only you can see this. Anyone can check the book with /ledger verify.",
        (Button("History", "history:0"),),
        Accent.DONE,
    )


def _put_in(cost: int) -> str:
    """Say what a player had put in; below zero, they had sold with a profit."""
    return f"put in {text.number(cost)}" if cost >= 0 else f"had taken out {text.number(-cost)}"


def paid(tx: Connection, ask: Ask) -> Told | None:
    """Post what the market brought each player, the largest change first (RULES E1)."""
    seen = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    market = seen.market
    alone = market is not None and market.state == "void" and market.resolution is None
    if market is None or market.state not in ("settled", "void") or (seen.result is None and not alone):
        return None
    rows, count = markets.came(tx, ask.guild, market.claim, CONCERNED)
    people = claims.named(tx, ask.guild, {one.player for one in rows})
    lines = [
        f"- {phrases.who(people, one.player)}: {_put_in(one.put_in)}, got back {text.number(one.paid)}, "
        f"**{phrases.change(one.paid - one.put_in)}**"
        for one in rows[:TOLD]
    ]
    more = f"and {count - TOLD} more" if count > TOLD else ""
    came = "" if seen.result is None else phrases.result(seen.claim.terms, seen.result)
    why = "Nobody held shares of it any more. What else hangs on the claim goes on." if alone else ""
    shown = Card(
        f"The market on claim {market.claim} is {'void' if market.state == 'void' else f'paid: {came}'}",
        phrases.lines(f"**{text.escape(seen.claim.terms.title, 160)}**", why, *lines, more),
        "Anyone can check it with /ledger verify",
        (Button("What it paid me", f"market-paid:{market.claim}"),),
        Accent.DONE,
    )
    return Told(shown, concerned=tuple(one.player for one in rows), line=market.claim)


def empty(tx: Connection, ask: Ask) -> Told | None:
    """Tell that nobody holds shares of a market, and mention whom it costs something if it is filed as void (B8)."""
    claim = stored_claims.load(tx, ask.guild, ask.facts["claim"])
    if not emptied.will_be_void(tx, claim):
        return None
    seen = claims.claim(tx, ask.guild, claim.number, ask.now)
    closes_us = claim.closes_us or 0
    closes, checked = text.at(from_us(closes_us)), text.at(from_us(claim.check_us or 0))
    void = f"its trades are void: on {checked} each gets back what they put in, and profits that were taken go back."
    if to_us(ask.now) < closes_us:
        words = (
            f"Nobody holds shares of its market any more. If that is so when trading closes on {closes}, {void} Once "
            "somebody buys a share before that, the claim is asked about, and the trades stand by its result."
        )
    else:
        words = f"Nobody held shares of its market when trading closed on {closes}, so {void}"
    return Told(
        about_claim(seen, "Nobody holds this market", words),
        players=tuple(resolution.losers(tx, claim, Result("void"))),
        line=claim.number,
    )
