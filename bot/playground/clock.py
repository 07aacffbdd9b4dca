"""The playground's clock: real time plus an offset, or frozen; it moves forward by assignment."""

import time
from datetime import UTC, datetime


class PlaygroundClock:
    """Microseconds since 1970, UTC. Snowflakes, timestamps and the 15-minute token follow it."""

    def __init__(self, *, offset_us: int = 0, frozen_us: int | None = None) -> None:
        self.offset_us = offset_us
        self.frozen_us = frozen_us

    def now_us(self) -> int:
        if self.frozen_us is not None:
            return self.frozen_us
        return time.time_ns() // 1000 + self.offset_us

    @property
    def frozen(self) -> bool:
        return self.frozen_us is not None

    def move_to(self, at_us: int) -> None:
        """Move forward only: Discord's time never runs back."""
        if at_us < self.now_us():
            raise ValueError("The clock only moves forward.")
        if self.frozen_us is not None:
            self.frozen_us = at_us
        else:
            self.offset_us += at_us - self.now_us()

    def freeze(self) -> None:
        self.frozen_us = self.now_us()

    def thaw(self) -> None:
        """Run on from where it stood."""
        now_us, self.frozen_us = self.now_us(), None
        self.offset_us = now_us - time.time_ns() // 1000


def begun(at: datetime | None) -> PlaygroundClock:
    """Return a clock that runs from `at` on, or with the machine's own."""
    return (
        PlaygroundClock()
        if at is None
        else PlaygroundClock(offset_us=int(at.timestamp() * 1_000_000) - time.time_ns() // 1000)
    )


def iso(at_us: int) -> str:
    """Write a time as Discord does: with microseconds and an offset."""
    return datetime.fromtimestamp(at_us / 1_000_000, UTC).isoformat(timespec="microseconds")
