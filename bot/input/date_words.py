"""Write moments so that they can be typed again, and show them as Discord's timestamps."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.refusals import Outdated
from ledger.types import from_us, to_us
from markets.claims import zones


def written(at: datetime, zone: ZoneInfo) -> str:
    """Write a moment so that only it can be meant when it is typed; the end of a day as its date."""
    if zones.is_day_end(at, zone):
        return f"{(at - timedelta(seconds=1)).astimezone(zone):%Y-%m-%d}"
    local = at.astimezone(zone)
    first, second = zones.both(local.replace(tzinfo=None), zone)
    offset = f" {local:%z}" if first != second else ""
    return f"{local:%Y-%m-%d %H:%M:%S}".removesuffix(":00") + offset


def chosen(at_us: int, zone: ZoneInfo) -> str:
    """Write the reading that a button stands for, as it can be typed.

    Raises:
        Outdated: It is no moment of a claim: the button isn't one of ours.
    """
    if not 0 < at_us <= to_us(zones.latest(zone)):
        raise Outdated
    return written(from_us(at_us), zone)


def stamp(at: datetime, zone: ZoneInfo) -> str:
    """Show an instant as Discord's own timestamp, in each reader's zone.

    A deadline at the end of a day is shown as that day's last minute, not as midnight of the next.
    """
    shown = at - timedelta(seconds=1) if zones.is_day_end(at, zone) else at
    return f"<t:{int(shown.timestamp())}:F>"
