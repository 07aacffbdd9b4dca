"""Discord's ids: milliseconds since 2015 in the upper bits, so an id says when a thing was made."""

from bot.playground.clock import PlaygroundClock

EPOCH_MS = 1_420_070_400_000
DAY_MS = 86_400_000


def snowflake_at(at_ms: int, sequence: int = 0) -> int:
    return (at_ms - EPOCH_MS) << 22 | sequence


def created_ms(snowflake: int) -> int:
    return (snowflake >> 22) + EPOCH_MS


def created_us(snowflake: int) -> int:
    return created_ms(snowflake) * 1000


class Snowflakes:
    """Hands out ids in order, each once. After 4,096 in one millisecond it borrows from the next."""

    def __init__(self, clock: PlaygroundClock, last: int = 0) -> None:
        self._clock = clock
        self.last = last

    def next(self) -> int:
        self.last = max(snowflake_at(self._clock.now_us() // 1000), self.last + 1)
        return self.last
