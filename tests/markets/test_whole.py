"""A machine that looks only now and then still says at which step something went wrong."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from tests.markets.machine import whole


class Counts(whole.Looking):
    """Counts its steps; from its third small number on something is wrong, and stays so."""

    looks = 0

    def __init__(self) -> None:
        super().__init__()
        self.taken = self.small = 0

    @rule(n=st.integers(0, 20))
    def step(self, n: int) -> None:
        self.taken += 1
        self.small += n < 9

    @invariant()
    def is_right(self) -> None:
        if self.taken and self.taken % self.every == 0:
            Counts.looks += 1
            assert self.small < 3, f"wrong after step {self.taken}"


class Heals(Counts):
    @invariant()
    def is_right(self) -> None:
        if self.taken and self.taken % self.every == 0:
            Counts.looks += 1
            assert self.small != 3, "only for a while"


def test_a_failing_example_is_played_again_with_a_look_after_each_step():
    with pytest.raises(AssertionError, match="wrong after step 3") as found:
        whole.run(Counts, every=10, examples=20, steps=30, first=1)
    assert "wrong after step 10" in str(found.value.__cause__)


def test_the_whole_is_looked_at_after_every_tenth_step_of_each_example():
    class Never(Counts):
        @invariant()
        def is_right(self) -> None:
            if self.taken and self.taken % self.every == 0:
                Counts.looks += 1

    Counts.looks = 0
    whole.run(Never, every=10, examples=10, steps=30, first=1)
    seldom, Counts.looks = Counts.looks, 0
    whole.run(Never, every=1, examples=10, steps=30, first=1)
    assert 0 < seldom <= Counts.looks // 10


def test_with_a_look_after_each_step_what_heals_is_found_too():
    with pytest.raises(AssertionError, match="only for a while"):
        whole.run(Heals, every=1, examples=20, steps=30, first=1)
