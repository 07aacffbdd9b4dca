"""What a question about points asks to be confirmed: it packs itself into its button's `custom_id`, and reads itself
back from the numbers of one.

The ids of buttons that were sent once stay as they are: what is added comes last, and its lack means an older button.
"""

from dataclasses import dataclass
from enum import IntEnum

from bot.refusals import Outdated


class How(IntEnum):
    """How a trade's amount is meant: minor units to spend, units of shares, or a price to reach in basis points."""

    BUDGET = 0
    QUANTITY = 1
    TARGET = 2


@dataclass(frozen=True, slots=True)
class TradeTicket:
    """A purchase or a sale.

    asked           the interaction that asked, which the write's key is made of
    amount          as `how` says; of a quantity to sell, 0 is all there are
    seen_bps        the price that was shown, and by how much it may be worse
    most            the cost in minor units, or the shares to sell in units, that was shown; None on a button of
                    before, which doesn't say
    """

    asked: int
    claim: int
    outcome: int
    how: How
    amount: int
    seen_bps: int
    tolerance_bps: int
    sells: bool
    most: int | None = None

    @property
    def custom_id(self) -> str:
        """Of the button that confirms it."""
        return (
            f"market-{'sell' if self.sells else 'buy'}:{self.asked}:{self.claim}:{self.outcome}:"
            f"{self.how.value}:{self.amount}:{self.seen_bps}:{self.tolerance_bps}:{self.most}"
        )

    @classmethod
    def to_buy(cls, how: int, seen: int, tolerance: int, **numbers: int) -> "TradeTicket":
        """Read a ticket to buy.

        Raises:
            Outdated: There is no such way to say how much.
        """
        return cls(how=_how(how), seen_bps=seen, tolerance_bps=tolerance, sells=False, **numbers)

    @classmethod
    def to_sell(cls, how: int, seen: int, tolerance: int, **numbers: int) -> "TradeTicket":
        """Read a ticket to sell. Raise what `to_buy` does."""
        return cls(how=_how(how), seen_bps=seen, tolerance_bps=tolerance, sells=True, **numbers)


def _how(number: int) -> How:
    try:
        return How(number)
    except ValueError:
        raise Outdated from None


@dataclass(frozen=True, slots=True)
class OrderTicket:
    """A limit order: a budget in minor units to buy, or units of shares to sell. `expires` in microseconds; 0 when
    trading closes."""

    asked: int
    claim: int
    outcome: int
    limit_bps: int
    sells: bool
    amount: int
    expires: int = 0

    @property
    def custom_id(self) -> str:
        """Of the button that places it."""
        return f"market-order:{self.asked}:{self._words}:{self.expires}"

    def until(self, at_us: int) -> str:
        """Return the custom_id of the button that chooses when it expires, and asks then."""
        return f"market-order-until:{self._words}:{at_us}"

    @property
    def _words(self) -> str:
        return f"{self.claim}:{self.outcome}:{self.limit_bps}:{int(self.sells)}:{self.amount}"

    @classmethod
    def read(
        cls, claim: int, outcome: int, limit: int, sells: int, amount: int, asked: int = 0, expires: int = 0
    ) -> "OrderTicket":
        return cls(asked, claim, outcome, limit, sells != 0, amount, expires)

    @classmethod
    def read_until(cls, until: int, **numbers: int) -> "OrderTicket":
        """Read an order that nobody asked for yet: `asked` is 0."""
        return cls.read(expires=until, **numbers)


@dataclass(frozen=True, slots=True)
class OpeningTicket:
    """A market to be opened. `first` and `rest` are its opening chances, packed; `mark` says which terms were shown,
    None on a button of before."""

    asked: int
    claim: int
    liquidity: int
    house: bool
    first: int
    rest: int
    mark: int | None = None

    @property
    def custom_id(self) -> str:
        return (
            f"market-open:{self.asked}:{self.claim}:{self.liquidity}:{int(self.house)}:{self.first}:{self.rest}:"
            f"{self.mark}"
        )

    @classmethod
    def read(cls, house: int, **numbers: int) -> "OpeningTicket":
        return cls(house=house == 1, **numbers)


@dataclass(frozen=True, slots=True)
class DeepeningTicket:
    """Liquidity to be added. `cost` in minor units; `trades` says at which prices, None on a button of before."""

    asked: int
    claim: int
    liquidity: int
    cost: int
    trades: int | None = None

    @property
    def custom_id(self) -> str:
        return f"market-deepen:{self.asked}:{self.claim}:{self.liquidity}:{self.cost}:{self.trades}"


@dataclass(frozen=True, slots=True)
class StakeTicket:
    """A stake in a pool, in minor units; `mark` says which terms were shown."""

    asked: int
    claim: int
    outcome: int
    amount: int
    mark: int

    @property
    def custom_id(self) -> str:
        return f"pool-lock:{self.asked}:{self.claim}:{self.outcome}:{self.amount}:{self.mark}"
