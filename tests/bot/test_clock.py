"""The one clock: the machine's, or one that is told."""

from datetime import UTC, datetime, timedelta

from bot.clock import Clock, created
from ledger.types import to_us

THEN = datetime(2030, 1, 1, tzinfo=UTC)


def snowflake(moment: datetime) -> int:
    return (int(moment.timestamp() * 1000) - 1_420_070_400_000) << 22


def test_an_id_tells_when_it_was_made():
    assert created(175928847299117063) == datetime(2016, 4, 30, 11, 18, 25, 796_000, tzinfo=UTC)


def test_without_being_told_it_is_the_machines():
    before = datetime.now(UTC)
    assert before <= Clock().now() <= datetime.now(UTC)


def test_a_press_has_its_own_time_but_never_a_later_one_than_now():
    clock = Clock()
    clock.set(to_us(THEN), frozen=True)
    earlier = THEN - timedelta(seconds=30)
    assert clock.of(snowflake(earlier)) == earlier
    assert clock.of(snowflake(THEN + timedelta(days=1))) == THEN


def test_frozen_it_stands_and_else_it_goes_on_from_what_it_was_told():
    clock = Clock()
    clock.set(to_us(THEN), frozen=True)
    assert clock.now() == clock.now() == THEN
    clock.set(to_us(THEN))
    first, second = clock.now(), clock.now()
    assert THEN <= first <= second
