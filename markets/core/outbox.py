"""Announcements waiting to be told: facts, never words.

A *card* is one message that always shows the newest state of one thing: changing it twice before it is drawn draws
it once. A *post* is a message that is sent once, in order for its claim. Both are written in the transaction of what
they tell. The bot's announcer takes them under a lease, notes that a send begins, sends, and tells what became of it;
what has to happen once Discord has a post (`SENT`) happens in the transaction that remembers its message.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from ledger import issuance
from ledger import schema as book
from ledger.compiled import Compiled, constants, in_guild, param, params
from ledger.types import to_us
from markets.core import tables
from markets.core.numbering import following
from markets.core.tables import (
    arguments,
    bets,
    cards,
    claims,
    clarifications,
    disputes,
    items,
    offers,
    posts,
    proposals,
    removals,
    stories,
    votes,
)

Facts = Mapping[str, int | str | list[int] | bool | None]

TRIES = 12
"""Failures that may be our own, after which a row is parked. Discord's own troubles are waited out."""

LONGEST_WAIT_SECONDS = 300

REPORTS = ("unreachable", "parked")
"""Cards for the log channel, about what could not be told in a channel, or not be done."""

DM = "dm"
RULING_DM = "ruling.told"
"""A ruling that could not be posted, told to one of its people."""

REFUSED = ("Forbidden", "NotFound", "HistoryHidden")
"""How the errors begin of what waits for a right, or for a place, and not for another Crux."""

PRIVATE = (DM, RULING_DM)
"""Posts that go to a person's own talk with the bot."""

AWAITED = ("act", "proposal.made", "dispute.ruled")
"""Posts that are sent after all once a server that had none has a channel; whether they still have to be, their words
know."""

SENT: dict[str, Callable[[Connection, int, dict[str, Any], datetime], None]] = {}
"""By kind of post: what has to happen when Discord has taken it; given the guild and the facts."""


# --- written by what changes something --------------------------------------------------------


_c = cards.c
_p = posts.c
_WAITING: sa.ColumnElement[str] = sa.literal_column("'waiting'")
_PARKED: sa.ColumnElement[str] = sa.literal_column("'parked'")
_new = constants(state="waiting", owner=0, lease_us=0, fence=0, tries=0)
_new_card = {"guild_id": param("g"), "kind": param("of_kind"), "ref": param("of_ref")}
_REDRAW = Compiled(
    postgresql.insert(cards)
    .values(_new_card | constants(wanted=1, shown=0) | _new)
    .on_conflict_do_update(
        index_elements=[_c.guild_id, _c.kind, _c.ref],
        set_={
            "wanted": _c.wanted + sa.literal_column("1"),
            "state": sa.literal_column("'waiting'"),
            "tries": sa.literal_column("0"),
        },
    )
)
_new_post = {
    "guild_id": param("g"),
    "number": param("n"),
    "line": param("in_line"),
    "kind": param("of_kind"),
    "facts": param("said"),
    "made_us": param("at"),
}
_POST = Compiled(sa.insert(posts).values(_new_post | _new))
_sent = (
    in_guild(_p),
    _p.state == sa.literal_column("'sent'"),
    _p.message.is_not(None),
    _p.message != 0,
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
    .where(*_sent, _p.line == 0, _p.facts.in_(params("told")))
    .values(state="waiting", tries=0, lease_us=0, owner=0)
)
_this_post = (in_guild(_p), _p.number == param("n"))
_this_card = (in_guild(_c), _c.kind == param("of_kind"), _c.ref == param("of_ref"))
_PLACE = sa.select(_c.channel, _c.message, _c.state).where(*_this_card)
_LOAD_POST = sa.select(_p.kind, _p.facts).where(*_this_post)
_begun = {"channel": param("channel"), "begun_us": param("begun"), "lease_us": param("lease")}
_BEGIN_POST = (
    sa.update(posts).where(*_this_post, _p.fence == param("held_fence"), _p.state == _WAITING).values(_begun)
)
_BEGIN_CARD = (
    sa.update(cards).where(*_this_card, _c.fence == param("held_fence"), _c.state == _WAITING).values(_begun)
)
_free_again = {"owner": 0, "lease_us": 0, "begun_us": None, "tries": 0, "last_error": None}
_SENT = (
    sa.update(posts)
    .where(*_this_post, _p.state != sa.literal_column("'sent'"))
    .values({"state": "sent", "channel": param("channel"), "message": param("message")} | _free_again)
)
_REWORDED = (
    sa.update(posts)
    .where(*_this_post, _p.fence == param("held_fence"), _p.message.is_not(None))
    .values({"state": "sent"} | _free_again)
)
_newest = (_c.fence == param("held_fence")) & (_c.wanted == param("version"))
_SHOWN = (
    sa.update(cards)
    .where(*_this_card)
    .values(
        {
            "state": sa.case((_newest, "shown"), else_="waiting"),
            "channel": param("channel"),
            "message": param("message"),
            "shown": param("version"),
        }
        | _free_again
    )
)
_failed = {
    "state": param("state"),
    "tries": param("tries"),
    "lease_us": param("lease"),
    "last_error": param("error"),
    "owner": 0,
}
_forget_begin = param("keep") == sa.literal_column("0")
_FAILED_POST = (
    sa.update(posts)
    .where(*_this_post, _p.fence == param("held_fence"))
    .values(_failed | {"begun_us": sa.case((_forget_begin, sa.null()), else_=_p.begun_us)})
    .returning(_p.channel)
)
_gone = param("gone") == sa.literal_column("1")
_FAILED_CARD = (
    sa.update(cards)
    .where(*_this_card, _c.fence == param("held_fence"))
    .values(
        _failed
        | {
            "begun_us": sa.case((_forget_begin, sa.null()), else_=_c.begun_us),
            "message": sa.case((_gone, sa.null()), else_=_c.message),
        }
    )
    .returning(_c.channel)
)
_again = {"state": "waiting", "tries": 0, "lease_us": 0, "owner": 0}
_HOMELESS = "NoChannel"
_homeless = sa.func.coalesce(_p.last_error, "") == _HOMELESS
_UNPARK_CARDS = sa.update(cards).where(in_guild(_c), _c.state == _PARKED).values(_again)
_UNPARK_POSTS = (
    sa.update(posts)
    .where(
        in_guild(_p),
        _p.state == _PARKED,
        _p.kind.not_in(PRIVATE),  # whoever takes no messages from Crux is asked no second time
        ~_homeless | _p.kind.in_(AWAITED),
    )
    .values(_again)
)
_REPORT_AGAIN = (
    sa.update(cards)
    .where(
        in_guild(_c),
        _c.kind == sa.literal_column("'unreachable'"),
        _c.state == sa.literal_column("'shown'"),
    )
    .values(wanted=_c.wanted + sa.literal_column("1"), state=_WAITING, tries=0)
)
_LET_GO_CARDS = sa.update(cards).where(_c.state == _WAITING, _c.owner != 0).values(owner=0, lease_us=0)
_LET_GO_POSTS = sa.update(posts).where(_p.state == _WAITING, _p.owner != 0).values(owner=0, lease_us=0)


def redraw(tx: Connection, guild: int, kind: str, ref: int) -> None:
    """The card of a claim, an offer or a bet shows something old now; the first time, it is to be made."""
    _REDRAW.execute(tx, g=guild, of_kind=kind, of_ref=ref)


def redraw_disputes(tx: Connection, guild: int, claim: int) -> None:
    """The cards of a claim's disputes show something old now."""
    tx.execute(_REDRAW_DISPUTES, {"g": guild, "claim": claim})


def redraw_naming(tx: Connection, guild: int, player: int) -> None:
    """Every card that names a player says something old now: as author, side, proposer, challenger, or as whoever
    judged, argued or clarified."""
    for redraws in _REDRAW_NAMING:
        tx.execute(redraws, {"g": guild, "p": player})


def redraw_about(tx: Connection, guild: int, claim: int) -> None:
    """All cards about a claim say something old now: its own, those of its offers and bets, its disputes'."""
    for redraws in _REDRAW_ABOUT:
        tx.execute(redraws, {"g": guild, "claim": claim})


def reword_naming(tx: Connection, guild: int, player: int) -> None:
    """Every post that may name a player says too much now: those about claims that they had to do with, and those
    about points that were given to or taken from them. Nothing is sent again; the messages are edited."""
    this = {"g": guild, "p": player}
    acts = tx.execute(_ACTS_NAMING, this).scalars().all()
    told = [json.dumps({"transfer": number}, sort_keys=True, separators=(",", ":")) for number in acts]
    for at in range(0, len(told), 500):
        tx.execute(_REWORD_ACTS, {"g": guild, "told": told[at : at + 500]})
    tx.execute(_REWORD, this)


def enqueue(tx: Connection, guild: int, kind: str, facts: Facts, now: datetime, *, line: int = 0) -> int:
    """Tell something once. Posts of one `line` (a claim's number, 0 for none) are sent in order.

    Returns:
        The post's number, for what has to happen when Discord has taken it.
    """
    number = following(tx, guild, "posts")
    _POST.execute(tx, g=guild, n=number, in_line=line, of_kind=kind, said=_encode(facts), at=to_us(now))
    return number


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


# --- taken by the announcer -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Take:
    """Take up to `most` rows until `lease_seconds` from now; `owner` and `eager` as in `due.Claim`."""

    owner: int
    most: int = 20
    lease_seconds: int = 120
    eager: bool = False


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post that an announcer holds. `begun_us` is when a send began of which nothing was heard; `message` is there
    where it was sent before, and names somebody who was deleted since."""

    guild: int
    number: int
    line: int
    kind: str
    facts: str
    made_us: int
    channel: int | None
    begun_us: int | None
    fence: int
    tries: int
    message: int | None = None


@dataclass(frozen=True, slots=True)
class HeldCard:
    """A card that an announcer holds; `message` once there is one, to be edited."""

    guild: int
    kind: str
    ref: int
    channel: int | None
    message: int | None
    wanted: int
    shown: int
    begun_us: int | None
    fence: int
    tries: int


Held = HeldPost | HeldCard


@dataclass(frozen=True, slots=True)
class Begin:
    """A send begins, into this channel, unless somebody else holds the row by now. `since_us` is when it was first
    tried of those times of which nothing was heard: from then on the message may be there."""

    held: Held
    channel: int
    since_us: int
    lease_seconds: int = 120


@dataclass(frozen=True, slots=True)
class Sent:
    """Discord has a post; `dms` are the players to be told of it in their own talk with the bot.

    `message` 0: there was nothing to tell any more, and it is let go.
    """

    guild: int
    key: str
    number: int
    channel: int
    message: int
    dms: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CardShown:
    """Discord shows this version of a card; `dms` as for a post, the first time.

    Runs through `db.write` where there are any, else through `db.claim`.
    """

    key: str
    held: HeldCard
    channel: int | None
    message: int | None
    dms: tuple[int, ...] = ()

    @property
    def guild(self) -> int:
        return self.held.guild


@dataclass(frozen=True, slots=True)
class SendFailed:
    """A send that failed, by the name of its error.

    `passing` is trouble that ends by itself (Discord's 429 and 5xx, a lost connection): it is waited out. `final`
    parks the row at once: the channel is gone, or Crux may not write there. `applied` is False where Discord surely
    did nothing, so that nobody has to look for the message; `gone` forgets a card's message.
    """

    held: Held
    error: str
    passing: bool = False
    final: bool = False
    applied: bool = True
    gone: bool = False


def take_posts(tx: Connection, request: Take, now: datetime) -> list[HeldPost]:
    """Take posts to send, over all guilds, the oldest first; of a line only its first. Those that are to be edited
    come last, and hold nothing up. Runs through `db.claim`."""
    rows = tx.execute(_TAKE_POSTS[request.eager], _taking(request, now)).all()
    return sorted((HeldPost(*row) for row in rows), key=lambda post: (post.guild, post.number))


def take_cards(tx: Connection, request: Take, now: datetime) -> list[HeldCard]:
    """Take cards to draw, over all guilds. Runs through `db.claim`."""
    rows = tx.execute(_TAKE_CARDS[request.eager], _taking(request, now)).all()
    return [HeldCard(*row) for row in rows]


def begin(tx: Connection, request: Begin, now: datetime) -> bool:
    """Note that a send begins, before it does; False where the row is somebody else's by now. Through `db.claim`."""
    held = request.held
    values = _key_of(held) | {
        "held_fence": held.fence,
        "channel": request.channel,
        "begun": request.since_us,
        "lease": to_us(now) + request.lease_seconds * 1_000_000,
    }
    return bool(tx.execute(_BEGIN_POST if isinstance(held, HeldPost) else _BEGIN_CARD, values).rowcount)


def sent(tx: Connection, request: Sent, now: datetime) -> bool:
    """Remember a post's message, and do what had to wait for it; False where it was remembered before.

    Whoever holds the row by now: the message is there.
    """
    row = tx.execute(_LOAD_POST, {"g": request.guild, "n": request.number}).one()
    values = {"g": request.guild, "n": request.number, "channel": request.channel, "message": request.message}
    if not tx.execute(_SENT, values).rowcount:
        return False
    if request.message:
        _tell_privately(tx, request.guild, request.dms, request.channel, request.message, now)
    done = SENT.get(row.kind)
    if done is not None and request.message:
        done(tx, request.guild, json.loads(row.facts), now)
    return True


def reworded(tx: Connection, held: HeldPost, now: datetime) -> None:
    """A post that was sent long ago names nobody any more who was deleted. Runs through `db.claim`."""
    tx.execute(_REWORDED, _key_of(held) | {"held_fence": held.fence})


def shown(tx: Connection, request: CardShown, now: datetime) -> None:
    """Remember what a card shows; one that changed meanwhile still waits.

    So does one that somebody else held meanwhile: of two edits the older may have reached Discord last.
    """
    held = request.held
    values = _key_of(held) | {
        "held_fence": held.fence,
        "channel": request.channel,
        "message": request.message,
        "version": held.wanted,
    }
    tx.execute(_SHOWN, values)
    if held.message is None and request.channel and request.message:
        _tell_privately(tx, held.guild, request.dms, request.channel, request.message, now)


def failed(tx: Connection, request: SendFailed, now: datetime) -> bool:
    """Count a failure; True if the row is parked now, which the log channel is told. Runs through `db.claim`."""
    held = request.held
    tries = held.tries + 1
    parked = request.final or (tries >= TRIES and not request.passing)
    wait = min(2 ** min(tries, 20), LONGEST_WAIT_SECONDS)
    values = _key_of(held) | {
        "held_fence": held.fence,
        "tries": tries,
        "state": "parked" if parked else "waiting",
        "lease": to_us(now) + wait * 1_000_000,
        "error": request.error[:80],
        "keep": int(request.applied),
    }
    if isinstance(held, HeldPost):
        row = tx.execute(_FAILED_POST, values).first()
    else:
        row = tx.execute(_FAILED_CARD, values | {"gone": int(request.gone)}).first()
    if row is None or not parked:
        return False
    if row.channel is not None and held.kind not in (*REPORTS, *PRIVATE):
        redraw(tx, held.guild, "unreachable", row.channel)
    return True


def all_failed(tx: Connection, request: tuple[SendFailed, ...], now: datetime) -> None:
    """Count several failures at once. Runs through `db.claim`."""
    for one in request:
        failed(tx, one, now)


def let_go(tx: Connection, request: None, now: datetime) -> int:
    """Free what a process held that is surely dead: where one process alone can have the book. Through `db.claim`."""
    return tx.execute(_LET_GO_CARDS).rowcount + tx.execute(_LET_GO_POSTS).rowcount


def unpark(tx: Connection, guild: int) -> int:
    """A server chose its channels: its cards are drawn, and what could not be told is, all of it in order; of what
    was to be told before it had a channel only what something waits for."""
    found = tx.execute(_UNPARK_CARDS, {"g": guild}).rowcount
    return found + tx.execute(_UNPARK_POSTS, {"g": guild}).rowcount


@dataclass(frozen=True, slots=True)
class Parked:
    """Something of one server is parked: in this channel, None where it came to none, and whether that is for a
    right that Crux lacked there."""

    guild: int
    channel: int | None
    refused: bool


@dataclass(frozen=True, slots=True)
class Again:
    """Tell what is parked in a server: what was refused in these channels, and with `others` what failed for any
    other reason, each once more."""

    guild: int
    channels: tuple[int, ...] = ()
    others: bool = False


def kept(tx: Connection) -> list[Parked]:
    """Where anything is parked that may be told again, over all servers that Crux is in."""
    return [Parked(row.guild_id, row.channel, bool(row.refused)) for row in tx.execute(_KEPT).all()]


def again(tx: Connection, request: Again, now: datetime) -> int:
    """Let what is parked be told, in order for each claim; how much that is. What fails once more is parked again.

    Runs through `db.claim`.
    """
    asked = {
        "g": request.guild,
        "channels": list(request.channels) or [0],
        "others": int(request.others),
        "last": TRIES - 1,
    }
    found = tx.execute(_AGAIN_CARDS, asked).rowcount + tx.execute(_AGAIN_POSTS, asked).rowcount
    if found:
        tx.execute(_REPORT_AGAIN, {"g": request.guild})
    return found


def _tell_privately(
    tx: Connection, guild: int, dms: tuple[int, ...], channel: int, message: int, now: datetime
) -> None:
    for player in dms:
        enqueue(tx, guild, DM, {"player": player, "channel": channel, "message": message}, now)


def _taking(request: Take, now: datetime) -> dict[str, int]:
    return {
        "now": to_us(now),
        "most": request.most,
        "owner": request.owner,
        "lease": to_us(now) + request.lease_seconds * 1_000_000,
    }


def _key_of(held: Held) -> dict[str, Any]:
    if isinstance(held, HeldPost):
        return {"g": held.guild, "n": held.number}
    return {"g": held.guild, "of_kind": held.kind, "of_ref": held.ref}


# --- reading ----------------------------------------------------------------------------------


def facts(held: HeldPost) -> dict[str, Any]:
    """What a post tells."""
    return json.loads(held.facts)


@dataclass(frozen=True, slots=True)
class CardPlace:
    """Where a card stands, if it is there; `waiting` while it still has to be drawn."""

    channel: int | None
    message: int | None
    waiting: bool


def place_of(tx: Connection, guild: int, kind: str, ref: int) -> tuple[int, int] | None:
    """The channel and the message of a card; None before it is there."""
    found = place(tx, guild, kind, ref)
    return (found.channel, found.message) if found.channel and found.message else None


def place(tx: Connection, guild: int, kind: str, ref: int) -> CardPlace:
    """Where a card stands."""
    row = tx.execute(_PLACE, {"g": guild, "of_kind": kind, "of_ref": ref}).first()
    return (
        CardPlace(None, None, False)
        if row is None
        else CardPlace(row.channel, row.message, row.state == "waiting")
    )


@dataclass(frozen=True, slots=True)
class Unsent:
    """How many announcements of one server could not be told in one channel, and a reason."""

    cards: int
    posts: int
    error: str


def unsent(tx: Connection, guild: int, channel: int) -> Unsent:
    """What is parked for one channel."""
    asked = {"g": guild, "channel": channel}
    parked_cards, card_error = tx.execute(_PARKED_CARDS, asked).one()
    parked_posts, post_error = tx.execute(_PARKED_POSTS, asked).one()
    errors = [error for error in (post_error, card_error) if error]
    refused = [error for error in errors if error.startswith(REFUSED)]
    return Unsent(parked_cards, parked_posts, (refused or errors or [""])[0])


def waiting(tx: Connection) -> int:
    """How many announcements are still to be told, over all servers that Crux is in."""
    return tx.execute(_WAITING_CARDS).scalar_one() + tx.execute(_WAITING_POSTS).scalar_one()


def _redrawing(kind: str, table: sa.Table, *which: sa.ColumnElement[bool]) -> sa.Update:
    """Of the cards that there are, those about such rows of a table."""
    about = sa.select(table.c.number).where(in_guild(table.c), *which)
    return (
        sa.update(cards)
        .where(in_guild(_c), _c.kind == sa.literal_column(f"'{kind}'"), _c.ref.in_(about))
        .values(wanted=_c.wanted + sa.literal_column("1"), state=_WAITING, tries=sa.literal_column("0"))
    )


_REDRAW_DISPUTES = _redrawing("dispute", disputes, disputes.c.claim == param("claim"))
_REDRAW_ABOUT = (
    _redrawing("claim", claims, claims.c.number == param("claim")),
    _redrawing("offer", offers, offers.c.claim == param("claim")),
    _redrawing("offer", bets, bets.c.claim == param("claim")),
    _REDRAW_DISPUTES,
)


def _theirs(table: sa.Table, *columns: str) -> sa.ColumnElement[bool]:
    return sa.or_(*(table.c[column] == param("p") for column in columns))


def _on_theirs(table: sa.Table, column: sa.ColumnElement[int], *columns: str) -> sa.ColumnElement[bool]:
    """About a claim on which somebody has a row of that table."""
    claims_of = sa.select(table.c.claim).where(in_guild(table.c), _theirs(table, *columns))
    return column.in_(claims_of)


def _judged(of: sa.Table, column: str) -> sa.ColumnElement[bool]:
    """About a dispute in which somebody voted, or argued."""
    theirs = sa.select(of.c.dispute).where(in_guild(of.c), _theirs(of, column))
    return disputes.c.number.in_(theirs)


_REDRAW_NAMING = (
    _redrawing("offer", offers, _theirs(offers, "maker", "taker")),
    _redrawing("offer", bets, _theirs(bets, "maker", "taker")),  # a bet has its offer's number, and its card
    _redrawing(
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
    _redrawing(
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
    .where(*_sent, _p.kind.not_in(PRIVATE), _p.line.in_(sa.union(*_theirs_in, _disputed)))
    .values(state="waiting", tries=0, lease_us=0, owner=0)
)


def _free(table: sa.Table, *, eager: bool) -> sa.ColumnElement[bool]:
    free = table.c.lease_us <= param("now")
    return free | (table.c.owner == 0) if eager else free


def _here(table: sa.Table) -> sa.ColumnElement[bool]:
    return ~sa.exists().where(removals.c.guild_id == table.c.guild_id)


_WAITING_CARDS = sa.select(sa.func.count()).select_from(cards).where(_c.state == _WAITING, _here(cards))
_WAITING_POSTS = sa.select(sa.func.count()).select_from(posts).where(_p.state == _WAITING, _here(posts))


def _taking_posts(*, eager: bool) -> sa.Executable:
    earlier = posts.alias("earlier")
    first = (
        (_p.line == 0)
        | _p.message.is_not(None)
        | ~sa.exists().where(
            earlier.c.guild_id == _p.guild_id,
            earlier.c.line == _p.line,
            earlier.c.state == _WAITING,
            earlier.c.message.is_(None),
            earlier.c.number < _p.number,
        )
    )
    picked = (
        sa.select(_p.guild_id, _p.number)
        .where(_p.state == _WAITING, _free(posts, eager=eager), first, _here(posts))
        .order_by(_p.message.is_not(None), _p.made_us, _p.number)
        .limit(param("most"))
        .with_for_update(skip_locked=True, of=posts)
    )
    return (
        sa.update(posts)
        .where(sa.tuple_(_p.guild_id, _p.number).in_(picked), _p.state == _WAITING)
        .values(owner=param("owner"), lease_us=param("lease"), fence=_p.fence + 1)
        .returning(
            _p.guild_id,
            _p.number,
            _p.line,
            _p.kind,
            _p.facts,
            _p.made_us,
            _p.channel,
            _p.begun_us,
            _p.fence,
            _p.tries,
            _p.message,
        )
    )


def _taking_cards(*, eager: bool) -> sa.Executable:
    picked = (
        sa.select(_c.guild_id, _c.kind, _c.ref)
        .where(_c.state == _WAITING, _free(cards, eager=eager), _here(cards))
        .order_by(_c.lease_us)
        .limit(param("most"))
        .with_for_update(skip_locked=True, of=cards)
    )
    return (
        sa.update(cards)
        .where(sa.tuple_(_c.guild_id, _c.kind, _c.ref).in_(picked), _c.state == _WAITING)
        .values(owner=param("owner"), lease_us=param("lease"), fence=_c.fence + 1)
        .returning(
            _c.guild_id,
            _c.kind,
            _c.ref,
            _c.channel,
            _c.message,
            _c.wanted,
            _c.shown,
            _c.begun_us,
            _c.fence,
            _c.tries,
        )
    )


_TAKE_POSTS = {eager: _taking_posts(eager=eager) for eager in (False, True)}
_TAKE_CARDS = {eager: _taking_cards(eager=eager) for eager in (False, True)}


def _refused(table: sa.Table) -> sa.ColumnElement[bool]:
    """Parked for a right that Crux lacked, or a place that was gone."""
    return sa.or_(*(table.c.last_error.like(f"{error}%") for error in REFUSED))


def _keeps(table: sa.Table) -> sa.ColumnElement[bool]:
    """Parked, and for another reason than that no channel was chosen."""
    keeps = (table.c.state == _PARKED) & (sa.func.coalesce(table.c.last_error, "") != _HOMELESS)
    return keeps & table.c.kind.not_in(PRIVATE) if table is posts else keeps


def _kept_in(table: sa.Table) -> sa.Select[Any, Any, Any]:
    refused = sa.case((_refused(table), sa.literal(1)), else_=sa.literal(0)).label("refused")
    return sa.select(table.c.guild_id, table.c.channel, refused).where(_keeps(table), _here(table))


_KEPT = sa.union(_kept_in(cards), _kept_in(posts))


def _telling_again(table: sa.Table) -> sa.Update:
    refused = _refused(table)
    there = refused & table.c.channel.in_(params("channels"))
    elsewhere = ~sa.func.coalesce(refused, sa.false()) | table.c.channel.is_(None)
    others = (param("others") == sa.literal_column("1")) & elsewhere
    tries = sa.case((refused, sa.literal(0)), else_=param("last"))
    return (
        sa.update(table)
        .where(in_guild(table.c), _keeps(table), there | others)
        .values(_again | {"tries": tries})
    )


_AGAIN_CARDS, _AGAIN_POSTS = _telling_again(cards), _telling_again(posts)


def _reason(table: sa.Table) -> sa.ColumnElement[str]:
    """Why some are parked; a right that is lacking before any other reason."""
    error = table.c.last_error
    return sa.func.coalesce(sa.func.max(sa.case((_refused(table), error))), sa.func.max(error))


_PARKED_CARDS = sa.select(sa.func.count(), _reason(cards)).where(
    in_guild(_c), _c.state == _PARKED, _c.channel == param("channel")
)
_PARKED_POSTS = sa.select(sa.func.count(), _reason(posts)).where(
    in_guild(_p), _p.state == _PARKED, _p.channel == param("channel")
)
