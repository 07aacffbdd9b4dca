"""Take what waits in the outbox, send it once, and remember what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.core.events import ChannelUnreachable
from markets.core.outbox import WAITING, HeldCard, HeldPost, c, enqueue, p, this_card
from markets.core.tables import cards, posts
from markets.core.turns import TAKE_CARDS, TAKE_POSTS, with_crux

TRIES = 12
"""Failures that may be our own, after which a row is parked. Discord's own troubles are waited out."""

LONGEST_WAIT_SECONDS = 300


REPORTS = ("unreachable", "parked")
"""Cards for the log channel, about what could not be told in a channel, or not be done."""

DM = "dm"

RULING_DM = "ruling.told"
"""A ruling that could not be posted, told to one of its people."""

CALL_DM = "call.told"
"""An announced draw that could not be posted, told to one of its people."""

AGREED_DM = "agreed.told"
"""That holders agreed on a judge, which could not be posted, told to one of the claim's people."""

PRIVATE = (DM, RULING_DM, CALL_DM, AGREED_DM)
"""Posts that go to a person's own talk with the bot."""

_this_post = (in_guild(p), p.number == param("n"))
LOAD_POST = sa.select(p.kind, p.facts).where(*_this_post)
_begun = {"channel": param("channel"), "begun_us": param("begun"), "lease_us": param("lease")}
_BEGIN_POST = (
    sa.update(posts).where(*_this_post, p.fence == param("held_fence"), p.state == WAITING).values(_begun)
)
_BEGIN_CARD = (
    sa.update(cards).where(*this_card, c.fence == param("held_fence"), c.state == WAITING).values(_begun)
)
_free_again = {"owner": 0, "lease_us": 0, "begun_us": None, "tries": 0, "last_error": None}
MARK_SENT = (
    sa.update(posts)
    .where(*_this_post, p.state != sa.literal_column("'sent'"))
    .values({"state": "sent", "channel": param("channel"), "message": param("message")} | _free_again)
)
_REWORDED = (
    sa.update(posts)
    .where(*_this_post, p.fence == param("held_fence"), p.message.is_not(None))
    .values({"state": "sent"} | _free_again)
)
_newest = (c.fence == param("held_fence")) & (c.wanted == param("version"))
_SHOWN = (
    sa.update(cards)
    .where(*this_card)
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
_PLACED = (
    sa.update(cards)
    .where(*this_card, c.message.is_(None))
    .values(
        _free_again
        | {
            "state": sa.case((c.wanted == sa.literal_column("1"), "shown"), else_=WAITING),
            "channel": param("channel"),
            "message": param("message"),
            "shown": sa.literal_column("1"),
        }
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
    .where(*_this_post, p.fence == param("held_fence"))
    .values(_failed | {"begun_us": sa.case((_forget_begin, sa.null()), else_=p.begun_us)})
    .returning(p.channel)
)
_gone = param("gone") == sa.literal_column("1")
_FAILED_CARD = (
    sa.update(cards)
    .where(*this_card, c.fence == param("held_fence"))
    .values(
        _failed
        | {
            "begun_us": sa.case((_forget_begin, sa.null()), else_=c.begun_us),
            "message": sa.case((_gone, sa.null()), else_=c.message),
        }
    )
    .returning(c.channel)
)
_LET_GO_CARDS = sa.update(cards).where(c.state == WAITING, c.owner != 0).values(owner=0, lease_us=0)
_LET_GO_POSTS = sa.update(posts).where(p.state == WAITING, p.owner != 0).values(owner=0, lease_us=0)


@dataclass(frozen=True, slots=True)
class Take:
    """Take up to `most` rows until `lease_seconds` from now; `owner` and `eager` as in `due.Claim`."""

    owner: int
    most: int = 20
    lease_seconds: int = 120
    eager: bool = False


@dataclass(frozen=True, slots=True)
class CardPlaced:
    """A public answer in `channel` is the card: the server chose no channel."""

    guild: int
    kind: str
    ref: int
    channel: int
    message: int


Held = HeldPost | HeldCard


@dataclass(frozen=True, slots=True)
class Begin:
    """A send begins, into this channel, unless another worker holds the row by now. `since_us` is when it was first
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

    Runs through `db.write` where there are any, else through `db.background`.
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
    come last, and hold nothing up. Runs through `db.background`."""
    rows = tx.execute(TAKE_POSTS[request.eager], _taking(request, now)).all()
    return sorted((HeldPost(*row) for row in rows), key=lambda post: (post.guild, post.number))


def take_cards(tx: Connection, request: Take, now: datetime) -> list[HeldCard]:
    """Take cards to draw, over all guilds. Runs through `db.background`."""
    rows = tx.execute(TAKE_CARDS[request.eager], _taking(request, now)).all()
    return [HeldCard(*row) for row in rows]


def begin(tx: Connection, request: Begin, now: datetime) -> bool:
    """Note that a send begins, before it does; False where another worker has the row by now. In the background."""
    held = request.held
    values = _key_of(held) | {
        "held_fence": held.fence,
        "channel": request.channel,
        "begun": request.since_us,
        "lease": to_us(now) + request.lease_seconds * 1_000_000,
    }
    return bool(tx.execute(_BEGIN_POST if isinstance(held, HeldPost) else _BEGIN_CARD, values).rowcount)


def reworded(tx: Connection, held: HeldPost, now: datetime) -> None:
    """Edit a post that was sent long ago, so that it names no deleted player. Runs through `db.background`."""
    tx.execute(_REWORDED, _key_of(held) | {"held_fence": held.fence})


def shown(tx: Connection, request: CardShown, now: datetime) -> None:
    """Remember what a card shows; one that changed meanwhile still waits.

    So does one that another worker held meanwhile: of two edits the older may have reached Discord last.
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
        tell_privately(tx, held.guild, request.dms, request.channel, request.message, now)


def placed(tx: Connection, request: CardPlaced, now: datetime) -> bool:
    """Have a card drawn again in the answer that shows its first state; False where it stands elsewhere. What changed
    meanwhile is drawn at once. Runs through `db.background`."""
    values = {"g": request.guild, "of_kind": request.kind, "of_ref": request.ref}
    there = {"channel": request.channel, "message": request.message}
    return bool(tx.execute(_PLACED, values | there).rowcount)


def failed(tx: Connection, request: SendFailed, now: datetime) -> bool:
    """Count a failure; True if the row is parked now, which the log channel is told. Runs through `db.background`."""
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
        happened(tx, ChannelUnreachable(held.guild, row.channel))
    return True


def all_failed(tx: Connection, request: tuple[SendFailed, ...], now: datetime) -> None:
    """Count several failures at once. Runs through `db.background`."""
    for one in request:
        failed(tx, one, now)


def let_go(tx: Connection, request: None, now: datetime) -> int:
    """Free what a process held that is surely dead: where one process alone can have the book. In the background."""
    return tx.execute(_LET_GO_CARDS).rowcount + tx.execute(_LET_GO_POSTS).rowcount


def tell_privately(
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


def waiting(tx: Connection) -> int:
    """Count the announcements that are still to be told, over all servers that Crux is in."""
    return tx.execute(_WAITING_CARDS).scalar_one() + tx.execute(_WAITING_POSTS).scalar_one()


_WAITING_CARDS = sa.select(sa.func.count()).select_from(cards).where(c.state == WAITING, with_crux(cards))
_WAITING_POSTS = sa.select(sa.func.count()).select_from(posts).where(p.state == WAITING, with_crux(posts))
