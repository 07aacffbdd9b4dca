"""The first press of any button or command makes the wallet; there is no registration (RULES A5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.answer import Press
from bot.refusals import Expired, OutsideServer
from ledger import players
from ledger.errors import GrantRefused
from ledger.players import Entered, Glance
from ledger.storage import operations
from ledger.types import from_us

CONFIRM_WITHIN = timedelta(minutes=1)
"""How long a question about points can be confirmed."""


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody with a wallet. `started` is the starting balance in minor units if this press gave it, `again` from
    when on a person who had themselves deleted can have another."""

    glance: Glance
    started: int = 0
    again: datetime | None = None


def guild_of(press: Press) -> int:
    """The server's id; the gate has let nothing else through."""
    if press.guild_id is None:
        raise OutsideServer
    return press.guild_id


def key(press: Press) -> str:
    """The key of a write that this very press asks for."""
    return f"interaction:{press.id}"


async def require_in_time(
    press: Press, asked: int, command: str, *, within: timedelta = CONFIRM_WITHIN
) -> None:
    """
    Raises:
        Expired: The interaction that asked for this confirmation is longer ago.
    """
    clock = press.client.clock
    if clock.of(press.id) - clock.of(asked) > within:
        done = await press.client.db.read(operations.was_done, guild_of(press), f"interaction:{asked}")
        raise Expired(command, done=done)


async def enter(press: Press) -> Known:
    """Whoever presses, with a wallet.

    Raises:
        GrantRefused: A5: the Discord account is too young for one.
    """
    crux, guild = press.client, guild_of(press)
    seen = await crux.db.read(players.glance, guild, press.user.id)
    if seen is not None and seen.started:
        return Known(seen)
    try:
        entered = await _enter(press, guild)
    except GrantRefused:
        if seen is None:
            raise
        return Known(seen)  # given points before being old enough for the starting balance
    seen = await crux.db.read(players.glance, guild, press.user.id)
    assert seen is not None, "a wallet that was just made is gone"
    return Known(seen, entered.started, from_us(entered.again_us) if entered.again_us else None)


async def _enter(press: Press, guild: int) -> Entered:
    request = players.Enter(guild, f"enter:{press.id}", press.user.id, press.user.created_at)
    return await press.client.write(players.enter, request, press.client.clock.of(press.id))
