"""A server's own settings: where Crux posts, who moderates, and what points are called (RULES E)."""

import json
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection

from ledger import accounts, issuance, settings
from markets.claims.judges import SETTING, note_act
from markets.core import outbox, parked_sends
from markets.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Places:
    """Discord ids, 0 where nothing was chosen."""

    announcement_channel: int = 0
    forum_channel: int = 0
    log_channel: int = 0
    moderator_role: int = 0
    time_zone: str = "UTC"
    currency_name: str = "points"
    currency_symbol: str = ""

    @property
    def public_channel(self) -> int:
        """Where acts of moderators are made public: the announcements, else the log; 0 where neither was chosen."""
        return self.announcement_channel or self.log_channel

    @property
    def told_in(self) -> tuple[int, ...]:
        """The chosen channels in which people are called."""
        return tuple(one for one in (self.announcement_channel, self.forum_channel) if one)

    @property
    def nowhere(self) -> bool:
        """Whether no channel of any kind was chosen."""
        return not (self.announcement_channel or self.forum_channel or self.log_channel)


def load(tx: Connection, guild: int) -> Places:
    """Return the places of one server; the defaults where it has no book yet."""
    return settings.load(tx, guild, Places)


@dataclass(frozen=True, slots=True)
class Save:
    """Asks for one room's settings of a server to be what `chosen` says."""

    guild: int
    key: str
    chosen: Places | issuance.PointSettings | Settings


def save(tx: Connection, request: Save, now: datetime) -> None:
    if isinstance(request.chosen, issuance.PointSettings):
        issuance.require_start(request.chosen.starting_balance)
    settings.save(tx, request.guild, request.chosen)
    if isinstance(request.chosen, Places):
        parked_sends.unpark(tx, request.guild)


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """Asks for the same, in the name of a person: each change is a listed act (A7)."""

    guild: int
    key: str
    chosen: Places | issuance.PointSettings | Settings
    person: int


def change(tx: Connection, request: ChangeSettings, now: datetime) -> int:
    """Save one room's settings. Each that is another now is a listed act with its value before and after, posted in
    the log channel; how many those are.

    Raises:
        BadSetting: One of them is not what its room allows; nothing is stored.
    """
    before = settings.load(tx, request.guild, type(request.chosen))
    save(tx, Save(request.guild, request.key, request.chosen), now)
    changes = [
        {"setting": one.name, "before": getattr(before, one.name), "after": getattr(request.chosen, one.name)}
        for one in fields(request.chosen)
        if getattr(before, one.name) != getattr(request.chosen, one.name)
    ]
    if not changes:
        return 0
    actor = accounts.join(tx, request.guild, request.person, now).number
    acts = [
        note_act(tx, request.guild, SETTING, actor=actor, now=now, claim=None, reason=json.dumps(made))
        for made in changes
    ]
    outbox.enqueue(tx, request.guild, "settings.changed", {"first": acts[0], "last": acts[-1]}, now)
    return len(acts)


def load_bets(tx: Connection, guild: int) -> Settings:
    """Return what a server chose for claims and bets (RULES B, C, D)."""
    return settings.load(tx, guild, Settings)


def load_rules(tx: Connection, guild: int) -> issuance.PointSettings:
    """Return what a server chose for points and gifts (RULES A)."""
    return settings.load(tx, guild, issuance.PointSettings)
