"""What a server chose for sections B, C and D of the rules. A claim keeps those it was opened under (B8)."""

from dataclasses import dataclass

from ledger import money

HOUR, DAY = 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Settings:
    """Spans in seconds, amounts in minor units, 0 for no limit."""

    who_may_open: str = "everyone"  # or "moderators"
    open_claims_per_person: int = 10
    most_on_one_bet: int = 0
    offer_seconds: int = 7 * DAY
    window_seconds: int = 48 * HOUR
    window_gains_seconds: int = 7 * DAY
    bond: int = 10 * money.UNIT
    zone: str = "UTC"
    liquidity: int = 1_000 * money.UNIT
    """Of a market for which nobody says another: 100 points then move 50% to about 55%."""
    who_holds_what: str = "always"  # or "closed": only after trading closes (E1)
