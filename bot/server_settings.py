"""A server's own settings: where Crux posts, who moderates, and what points are called (RULES E)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ledger import issuance, settings
from markets.core import parked_sends
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
    settings.save(tx, request.guild, request.chosen)
    if isinstance(request.chosen, Places):
        parked_sends.unpark(tx, request.guild)


def load_bets(tx: Connection, guild: int) -> Settings:
    """Return what a server chose for claims and bets (RULES B, C, D)."""
    return settings.load(tx, guild, Settings)


def load_rules(tx: Connection, guild: int) -> issuance.PointSettings:
    """Return what a server chose for points and gifts (RULES A)."""
    return settings.load(tx, guild, issuance.PointSettings)
