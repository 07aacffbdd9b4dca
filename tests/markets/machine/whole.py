"""Runs a state machine that looks at the whole book now and then, and again at each step where something is wrong."""

from typing import ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.database import InMemoryExampleDatabase
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

TENTH = 10
"""Looking at all of a book takes longer than a step does."""


class Looking(RuleBasedStateMachine):
    """A machine that looks at everything after each step whose number within an example divides by `every`.

    Counted within the example: Hypothesis plays one again to make it smaller, and calls it flaky where it fails
    elsewhere then.
    """

    every: ClassVar[int] = 1


def run(machine: type[Looking], *, every: int, examples: int, steps: int, first: int) -> None:
    """Run a machine on the examples of a seed.

    What breaks and heals again between two looks is not seen unless `every` is 1. An example that fails is played
    once more with a look after each of its steps: its error is of the first one after which something was wrong.

    Args:
        every: Look at the whole book after every so many steps.
        first: The seed; the same examples come of it each time.
    """
    kept = InMemoryExampleDatabase()
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=False,
        database=kept,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    machine.every = every
    try:
        run_state_machine_as_test(seed(first)(machine), settings=chosen)
    except Exception as found:
        if every == 1:
            raise
        machine.every = 1
        try:
            run_state_machine_as_test(machine, settings=settings(chosen, phases=[Phase.reuse]))
        except Exception as earlier:
            raise earlier from found
        raise
