"""Say whose cards and posts are told next, so that nobody's many hold up another's one (RULES E2)."""

import sqlalchemy as sa

from ledger.compiled import columns_of, param
from markets.core.outbox import WAITING, HeldCard, HeldPost, c, p
from markets.core.tables import cards, claims, offers, posts, removals

AT_ONCE_OF_SERVER = 5
"""Cards of one server, and posts of it, that are taken at a time. Discord takes as many in five seconds: what others
make meanwhile waits for no more than these."""


def _free(table: sa.Table, *, eager: bool) -> sa.ColumnElement[bool]:
    free = table.c.lease_us <= param("now")
    return free | (table.c.owner == 0) if eager else free


def with_crux(table: sa.Table) -> sa.ColumnElement[bool]:
    """Select rows of servers that Crux is in."""
    return ~sa.exists().where(removals.c.guild_id == table.c.guild_id)


def _taking_posts(*, eager: bool) -> sa.Executable:
    earlier = posts.alias("earlier")
    first = (
        (p.line == 0)
        | p.message.is_not(None)
        | ~sa.exists().where(
            earlier.c.guild_id == p.guild_id,
            earlier.c.line == p.line,
            earlier.c.state == WAITING,
            earlier.c.message.is_(None),
            earlier.c.number < p.number,
        )
    )
    oldest = (p.message.is_not(None), p.made_us, p.number)
    place = sa.func.row_number().over(partition_by=p.guild_id, order_by=oldest)
    some = (
        sa.select(p.guild_id, p.number, place.label("place"))
        .where(p.state == WAITING, _free(posts, eager=eager), first, with_crux(posts))
        .subquery()
    )
    picked = (
        sa.select(p.guild_id, p.number)
        .join(some, (some.c.guild_id == p.guild_id) & (some.c.number == p.number))
        .where(some.c.place <= AT_ONCE_OF_SERVER)
        .order_by(*oldest)
        .limit(param("most"))
        .with_for_update(skip_locked=True, of=posts)
    )
    return (
        sa.update(posts)
        .where(sa.tuple_(p.guild_id, p.number).in_(picked), p.state == WAITING)
        .values(owner=param("owner"), lease_us=param("lease"), fence=p.fence + 1)
        .returning(*columns_of(posts, HeldPost))
    )


def _taking_cards(*, eager: bool) -> sa.Executable:
    """Each server's next cards, by turns of the people who made what they show: nobody's many hold up another's one
    (E2)."""
    maker = sa.select(offers.c.maker).where(offers.c.guild_id == c.guild_id, offers.c.number == c.ref)
    author = sa.select(claims.c.author).where(claims.c.guild_id == c.guild_id, claims.c.number == c.ref)
    person = sa.case(
        (c.kind == "offer", maker.correlate(cards).scalar_subquery()),
        (c.kind == "claim", author.correlate(cards).scalar_subquery()),
        else_=0,
    )
    turn = sa.func.row_number().over(partition_by=(c.guild_id, person), order_by=(c.lease_us, c.kind, c.ref))
    waiting = (
        sa.select(c.guild_id, c.kind, c.ref, c.lease_us, turn.label("turn"))
        .where(c.state == WAITING, _free(cards, eager=eager), with_crux(cards))
        .subquery()
    )
    w = waiting.c
    place = sa.func.row_number().over(partition_by=w.guild_id, order_by=(w.turn, w.lease_us, w.kind, w.ref))
    fair = sa.select(w.guild_id, w.kind, w.ref, w.turn, w.lease_us, place.label("place")).subquery()
    f = fair.c
    picked = (
        sa.select(c.guild_id, c.kind, c.ref)
        .join(fair, (f.guild_id == c.guild_id) & (f.kind == c.kind) & (f.ref == c.ref))
        .where(f.place <= AT_ONCE_OF_SERVER)
        .order_by(f.turn, f.lease_us)
        .limit(param("most"))
        .with_for_update(skip_locked=True, of=cards)
    )
    return (
        sa.update(cards)
        .where(sa.tuple_(c.guild_id, c.kind, c.ref).in_(picked), c.state == WAITING)
        .values(owner=param("owner"), lease_us=param("lease"), fence=c.fence + 1)
        .returning(*columns_of(cards, HeldCard))
    )


TAKE_POSTS = {eager: _taking_posts(eager=eager) for eager in (False, True)}


TAKE_CARDS = {eager: _taking_cards(eager=eager) for eager in (False, True)}
