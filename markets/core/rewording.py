"""Word again what names a person, after they had themselves deleted (RULES E4), and what bears a claim's words."""

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import issuance
from ledger import schema as book
from ledger.compiled import in_guild, param, params
from markets.core import tables
from markets.core.delivery import PRIVATE
from markets.core.outbox import REDRAW_DISPUTES, p, redrawing, sent
from markets.core.tables import (
    arguments,
    bets,
    claims,
    clarifications,
    conditions,
    disputes,
    items,
    links,
    offers,
    posts,
    proposals,
    stories,
    votes,
)

_t = book.transfers.c
_e = book.entries.c
_a = book.accounts.c
_ACTS_NAMING = sa.select(_t.number).where(
    in_guild(_t),
    _t.kind.in_(issuance.ACTS),
    (_t.actor == param("p"))
    | _t.number.in_(
        sa.select(_e.transfer)
        .join(book.accounts, (_a.guild_id == _e.guild_id) & (_a.number == _e.account))
        .where(in_guild(_e), _a.owner == param("p"))
    ),
)


_REWORD_ACTS = (
    sa.update(posts)
    .where(*sent, p.line == 0, p.facts.in_(params("told")))
    .values(state="waiting", tries=0, lease_us=0, owner=0)
)


_REDRAW_ABOUT = (
    redrawing("claim", claims, claims.c.number == param("claim")),
    redrawing("offer", offers, offers.c.claim == param("claim")),
    redrawing("offer", bets, bets.c.claim == param("claim")),
    REDRAW_DISPUTES,
)


_HANGING = sa.select(conditions.c.claim).where(
    in_guild(conditions.c), conditions.c.on_claim == param("claim")
)
_LINKED = sa.union_all(
    sa.select(links.c.target).where(in_guild(links.c), links.c.claim == param("claim")),
    sa.select(links.c.claim).where(in_guild(links.c), links.c.target == param("claim")),
)
_REDRAW_HANGING = tuple(
    redrawing("claim", claims, claims.c.number.in_(which)) for which in (_HANGING, _LINKED)
)


def redraw_naming(tx: Connection, guild: int, player: int) -> None:
    """Have every card that names a player drawn again: as author, side, proposer, challenger, or as the one who
    judged, argued or clarified."""
    for redraws in _REDRAW_NAMING:
        tx.execute(redraws, {"g": guild, "p": player})


def redraw_about(tx: Connection, guild: int, claim: int) -> None:
    """Have all cards about a claim drawn again: its own, those of its offers and bets, its disputes'."""
    for redraws in _REDRAW_ABOUT:
        tx.execute(redraws, {"g": guild, "claim": claim})


def redraw_hanging(tx: Connection, guild: int, claim: int) -> None:
    """Have the cards of the claims drawn again that hang on one, or that a crux links with it: they say its title."""
    for redraws in _REDRAW_HANGING:
        tx.execute(redraws, {"g": guild, "claim": claim})


def reword_naming(tx: Connection, guild: int, player: int) -> None:
    """Edit every post that may name a player: those about claims that they had to do with, and those about points
    that were given to or taken from them. Nothing is sent again; the messages are edited."""
    this = {"g": guild, "p": player}
    acts = tx.execute(_ACTS_NAMING, this).scalars().all()
    told = [json.dumps({"transfer": number}, sort_keys=True, separators=(",", ":")) for number in acts]
    for at in range(0, len(told), 500):
        tx.execute(_REWORD_ACTS, {"g": guild, "told": told[at : at + 500]})
    tx.execute(_REWORD, this)


def _theirs(table: sa.Table, *columns: str) -> sa.ColumnElement[bool]:
    return sa.or_(*(table.c[column] == param("p") for column in columns))


def _on_theirs(table: sa.Table, column: sa.ColumnElement[int], *columns: str) -> sa.ColumnElement[bool]:
    """About a claim on which the player has a row of that table."""
    claims_of = sa.select(table.c.claim).where(in_guild(table.c), _theirs(table, *columns))
    return column.in_(claims_of)


def _judged(of: sa.Table, column: str) -> sa.ColumnElement[bool]:
    """About a dispute in which the player voted, or argued."""
    theirs = sa.select(of.c.dispute).where(in_guild(of.c), _theirs(of, column))
    return disputes.c.number.in_(theirs)


_REDRAW_NAMING = (
    redrawing("offer", offers, _theirs(offers, "maker", "taker")),
    redrawing("offer", bets, _theirs(bets, "maker", "taker")),  # a bet has its offer's number, and its card
    redrawing(
        "claim",
        claims,
        _theirs(claims, "author")
        | _on_theirs(offers, claims.c.number, "maker", "taker")
        | _on_theirs(bets, claims.c.number, "maker", "taker")
        | _on_theirs(proposals, claims.c.number, "proposer")
        | _on_theirs(clarifications, claims.c.number, "author")
        | _on_theirs(stories, claims.c.number, "writer")
        | _on_theirs(items, claims.c.number, "judge"),
    ),
    redrawing(
        "dispute",
        disputes,
        _theirs(disputes, "challenger", "appellant")
        | _on_theirs(bets, disputes.c.claim, "maker", "taker")
        | _on_theirs(proposals, disputes.c.claim, "proposer")
        | _judged(votes, "judge")
        | _judged(arguments, "author"),
    ),
)
_disputed = sa.select(disputes.c.claim).where(
    in_guild(disputes.c), _judged(votes, "judge") | _judged(arguments, "author")
)


def _claims_of(table: sa.Table) -> sa.Select[Any] | None:
    """The claims about which a table has rows that name a player; None where it knows no players or no claims.

    Asked of the schema, so that a table to come is not forgotten.
    """
    names = {key.parent.name for key in table.foreign_keys if key.column.table.name == "players"} - {
        "guild_id"
    }
    names |= (
        {"taker"} if table.name == "offers" else set()
    )  # 0 is anyone, so the schema can't say whom it names
    about = "number" if table.name == "claims" else "claim"
    if not names or about not in table.c:
        return None
    return sa.select(table.c[about]).where(in_guild(table.c), _theirs(table, *sorted(names)))


_theirs_in = [found for table in tables.ALL if (found := _claims_of(table)) is not None]
_REWORD = (
    sa.update(posts)
    .where(*sent, p.kind.not_in(PRIVATE), p.line.in_(sa.union(*_theirs_in, _disputed)))
    .values(state="waiting", tries=0, lease_us=0, owner=0)
)
