"""List claims: by tag, by words, by date, by what waits (RULES B6). Read only, page after page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import JsonText, columns_of, in_guild, param, params
from ledger.types import to_us
from markets.bets import offers
from markets.bets.offers import Offer
from markets.claims import claim_words, claims, conditions, library, terms
from markets.core import tables

_claims = tables.claims.c
_offers = tables.offers.c
_bets = tables.bets.c
_links = tables.links.c
_w = book.accounts.c
PAGE = 8


FEW = 5
"""Offers that a claim's card names."""


LIVE, DUE, ENDED = "live", "due", "ended"


@dataclass(frozen=True, slots=True)
class Row:
    """A claim in a list."""

    number: int
    title: str
    state: str
    closes_us: int | None
    deadline_us: int | None
    author: int


p_maker, p_taker = _bets.maker == param("p"), _bets.taker == param("p")


_ROW = columns_of(tables.claims, Row, named={"title": "terms"})


in_server = sa.select(*_ROW).where(in_guild(_claims))


_CLOSING = (
    in_server.where(
        _claims.state == "open",
        sa.or_(
            _claims.closes_us > param("from"),
            sa.and_(_claims.closes_us == param("from"), _claims.number > param("after")),
        ),
    )
    .order_by(_claims.closes_us, _claims.number)
    .limit(PAGE + 1)
)


_my_bets = sa.union(
    sa.select(_bets.claim).where(in_guild(_bets), p_maker),
    sa.select(_bets.claim).where(in_guild(_bets), p_taker),
)


_theirs = (
    _claims.state.not_in(["draft", "dropped"]),
    sa.or_(_claims.author == param("p"), _claims.number.in_(_my_bets)),
)


_ALL_MINE = sa.select(_claims.number, _claims.terms, _claims.supersedes).where(in_guild(_claims), *_theirs)


_MINE = (
    in_server.where(_claims.number < param("before"), *_theirs)
    .order_by(_claims.number.desc())
    .limit(PAGE + 1)
)


_TAGGED = (
    in_server.join(
        tables.tags, (tables.tags.c.guild_id == _claims.guild_id) & (tables.tags.c.claim == _claims.number)
    )
    .where(tables.tags.c.tag == param("tag"), _claims.number < param("before"))
    .order_by(_claims.number.desc())
    .limit(PAGE + 1)
)


_DRAFTS = (
    in_server.where(_claims.author == param("p"), _claims.state == "draft")
    .order_by(_claims.number.desc())
    .limit(PAGE + 1)
)


_payable = (
    sa.exists()
    .where(
        _w.guild_id == _offers.guild_id,
        _w.kind == "wallet",
        _w.owner == _offers.maker,
        _w.balance >= _offers.maker_stake,
    )
    .correlate(tables.offers)
)


standing = (in_guild(_offers), _offers.state == "open", _offers.expires_us > param("now"))


ON_CLAIM = (
    sa.select(*offers.OFFER_COLUMNS)
    .where(*standing, _offers.claim == param("c"), _payable)
    .order_by(_offers.number.desc())
    .limit(FEW)
)


_WANTING = (
    sa.select(*offers.OFFER_COLUMNS)
    .where(*standing, _offers.taker == 0, _payable, _offers.number < param("before"))
    .order_by(_offers.number.desc())
    .limit(param("limit"))
)


def closing(tx: Connection, guild: int, now: datetime, *, after: int = 0) -> list[Row]:
    """Open claims by when trading closes, the soonest first; `after` is the last one's number."""
    from_us = to_us(now)
    if after:
        from_us = claims.load(tx, guild, after).closes_us or from_us
    return read_rows(tx, _CLOSING, {"g": guild, "from": from_us, "after": after})


def wanting(tx: Connection, guild: int, now: datetime, *, before: int = 0) -> list[Offer]:
    """List offers that everybody may take just now, the newest first, without those whose maker lacks the points."""
    asked = {"g": guild, "now": to_us(now), "before": before or MOST, "limit": PAGE + 1}
    return [offers.offer_of(row) for row in tx.execute(_WANTING, asked)]


def mine(tx: Connection, guild: int, player: int, *, before: int = 0) -> list[Row]:
    """List the claims that a player opened or has a bet on, the newest first."""
    return read_rows(tx, _MINE, {"g": guild, "p": player, "before": before or MOST})


def linked(tx: Connection, guild: int, player: int) -> list[Row]:
    """List claims that hang together with one of a player's, the newest first: linked by anybody's crux, a better
    wording or what it replaced, a condition either way, or related in the library."""
    own = tx.execute(_ALL_MINE, {"g": guild, "p": player}).all()
    taken = {of for one in own if (of := terms.read_terms(one.terms).library)}
    related = {name for one in library.load() if one.id in taken for name in one.related}
    related |= {one.id for one in library.load() if taken & set(one.related)}
    numbers = [one.number for one in own]
    replaced = [one.supersedes for one in own if one.supersedes]
    replaced += [said.on for one in own if (said := terms.read_terms(one.terms).condition)]
    replaced += [link.claim for number in numbers for link in conditions.hanging(tx, guild, number)]
    links = [_claims.supersedes.in_(numbers), _claims.number.in_(replaced)]
    links += [JsonText(_claims.terms, "library").in_(sorted(related))]
    others = sa.and_(_claims.number.not_in(numbers), sa.or_(*links))
    targets = sa.select(_links.target).where(in_guild(_links), _links.claim.in_(numbers))
    sources = sa.select(_links.claim).where(in_guild(_links), _links.target.in_(numbers))
    hang = sa.or_(others, _claims.number.in_(targets), _claims.number.in_(sources))
    found = in_server.where(_claims.state.not_in(["draft", "dropped"]), hang)
    return read_rows(tx, found.order_by(_claims.number.desc()).limit(PAGE + 1), {"g": guild})


def tagged(tx: Connection, guild: int, tag: str, *, before: int = 0) -> list[Row]:
    return read_rows(tx, _TAGGED, {"g": guild, "tag": tag, "before": before or MOST})


def search(tx: Connection, guild: int, words: str) -> list[Row]:
    """Find the newest claims that hold all of these words, or longer ones that begin so, in their title, statement,
    outcome names or tags; none where there is no word in it."""
    holding, values = claim_words.search(words)
    if holding is None:
        return []
    return read_rows(tx, holding_words(holding), {"g": guild} | values)


def holding_words(claims_that_do: sa.CompoundSelect[tuple[int]]) -> sa.Select[*tuple[Any, ...]]:
    """Select the newest of the claims whose numbers another statement selects, for a list."""
    found = in_server.where(_claims.state.not_in(["draft", "dropped"]), _claims.number.in_(claims_that_do))
    return found.order_by(_claims.number.desc()).limit(PAGE + 1)


def drafts(tx: Connection, guild: int, player: int) -> list[Row]:
    """List a player's drafts, the newest first."""
    return read_rows(tx, _DRAFTS, {"g": guild, "p": player})


def read_rows(tx: Connection, statement: sa.Executable, asked: Mapping[str, Any]) -> list[Row]:
    return [_row(row) for row in tx.execute(statement, dict(asked))]


def _row(row: Sequence[Any]) -> Row:
    values = _ROW.values(row)
    values["title"] = terms.read_terms(values["title"]).title
    return Row(**values)


MOST = 2**62


BY_NUMBER = in_server.where(_claims.number.in_(params("numbers")))
