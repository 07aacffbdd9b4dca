"""Ask about what can be read two ways, with one button for each reading (RULES B7).

The caller says which button carries a reading on. Without one, the refusal names both readings and how each is
typed.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from bot.refusals import Unclear
from ledger.types import to_us

Go = Callable[[int], str]
"""The custom_id that goes on with an instant, in microseconds."""


@contextmanager
def offering(go: Go) -> Generator[None]:
    """Offer a choice of readings for what is unclear inside the block."""
    try:
        yield
    except Unclear as unclear:
        offer(unclear, go)
        raise


def offer(unclear: Unclear, go: Go) -> None:
    """Give it its buttons."""
    unclear.buttons = tuple(
        (f"{one.words[0].upper()}{one.words[1:]}: {one.typed}", go(to_us(one.at))) for one in unclear.readings
    )
