"""The lanes that tests run in, and how much each proof does in each.

`make test` runs every test that isn't a proof; `.ci/run` those and the proofs at a small size, the same each time;
`make proofs` the proofs at the sizes that issues name; `make campaign` the largest sizes, in slices
(`tests/campaign.py`). `docs/testing.md` tells of them, and `tests/test_lanes.py` holds it against this table.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import pytest

Lane = Literal["ci", "proofs", "campaign"]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of its `unit` a proof does in each lane."""

    unit: str
    ci: int
    proofs: int
    campaign: int


SIZES = {
    "test_the_ledger_on_sqlite_does_what_the_model_says": Sizes("steps", 3_000, 20_000, 1_000_000),
    "test_the_ledger_on_postgresql_does_what_the_model_says": Sizes("steps", 600, 2_000, 100_000),
    "test_both_databases_come_to_the_same_book": Sizes("scripts", 1, 3, 60),
    "test_one_balance_spent_by_200_callers_is_spent_once": Sizes("attempts", 2_000, 10_000, 1_000_000),
    "test_one_balance_spent_by_four_programs_on_one_file_is_spent_once": Sizes(
        "attempts", 500, 1_000, 100_000
    ),
    "test_one_balance_spent_over_64_connections_is_spent_once": Sizes("attempts", 2_000, 10_000, 1_000_000),
    "test_nothing_acknowledged_is_lost_when_a_writing_process_is_killed": Sizes("kills", 10, 50, 2_000),
    "test_nothing_acknowledged_is_lost_when_a_process_on_postgresql_is_killed": Sizes("kills", 4, 10, 500),
    "test_every_flipped_bit_that_changes_a_value_is_found_and_named": Sizes("bits", 60, 200, 2_000),
    "test_every_column_changed_by_one_bit_is_found_and_named": Sizes("rows a table", 1, 3, 40),
    "test_every_column_of_every_table_that_is_changed_is_found": Sizes("columns", 3, 500, 500),
    "test_every_table_that_is_emptied_is_found": Sizes("tables", 2, 100, 100),
    "test_two_rows_of_every_table_that_are_swapped_are_found": Sizes("tables", 2, 100, 100),
    "test_a_row_of_every_table_that_is_made_up_is_found": Sizes("tables", 2, 100, 100),
    "test_what_is_changed_in_the_tables_is_refused_by_an_import": Sizes("tables", 1, 100, 100),
    "test_every_flipped_bit_that_changes_what_is_covered_is_found": Sizes("bits", 20, 200, 10_000),
    "test_every_column_of_an_export_that_is_changed_is_refused": Sizes("columns", 3, 1_000, 1_000),
    "test_one_member_s_flood_delays_nobody_else": Sizes("seconds", 4, 120, 3_600),
    "test_hledger_accepts_every_assertion_and_comes_to_our_balances": Sizes(
        "transfers", 2_000, 10_000, 333_500
    ),
    "test_ledger_accepts_every_assertion_and_comes_to_our_balances": Sizes(
        "transfers", 2_000, 10_000, 333_500
    ),
    "test_beancount_accepts_every_assertion_and_comes_to_our_balances": Sizes(
        "transfers", 2_000, 10_000, 333_500
    ),
    "test_due_work_is_neither_lost_nor_doubled_when_processes_are_killed": Sizes("kills", 10, 50, 500),
    "test_whatever_is_done_in_whatever_order_the_books_balance_and_everything_ends[sqlite]": Sizes(
        "steps", 600, 4_200, 420_000
    ),
    # A step takes PostgreSQL seven times as long.
    "test_whatever_is_done_in_whatever_order_the_books_balance_and_everything_ends[postgresql]": Sizes(
        "steps", 400, 800, 80_000
    ),
    "test_nobody_who_knows_the_rules_takes_more_than_is_fair_or_locks_anything_for_ever": Sizes(
        "steps", 300, 20_000, 1_000_000
    ),
    "test_of_ten_presses_at_once_each_is_done_or_refused_and_the_books_are_whole": Sizes(
        "rounds a pair", 1, 20, 1_000
    ),
    "test_a_kill_before_each_write_of_a_payment_its_reversal_and_a_void_changes_nothing": Sizes(
        "kills", 2, 400, 2_000
    ),
    "test_when_the_troubles_stop_everything_owed_is_done_within_one_sweep": Sizes("seeds", 4, 20, 1_000),
    "test_every_cell_of_the_permission_matrix_is_answered_as_the_table_says": Sizes(
        "cells", 24, 10_000, 10_000
    ),
    "test_a_kill_between_every_two_steps_loses_and_doubles_nothing": Sizes("kills", 4, 22, 22),
}
"""By the name of a proof's function, or with its parameters. A proof without a row is whole in each lane."""


@dataclass(frozen=True, slots=True)
class Run:
    """What the command line asks of the proofs.

    Args:
        part, parts: A slice of a campaign: a run does a share of each size, of seeds that no other part takes.
        seed: Replay this seed alone.
    """

    lane: Lane
    part: int = 1
    parts: int = 1
    seed: int | None = None

    @classmethod
    def of(cls, config: pytest.Config) -> "Run":
        asked: Callable[[str], Any] = config.getoption
        part, _, parts = str(asked("--part")).partition("/")
        lane = "campaign" if asked("--campaign") else asked("--size")
        run = cls(cast(Lane, lane), int(part), int(parts or 1), asked("--seed"))
        if not 1 <= run.part <= run.parts:
            raise pytest.UsageError(f"--part {part}/{parts}: it is one of 1/{parts} to {parts}/{parts}")
        return run

    def size(self, name: str) -> int:
        """This part's share of a proof's size, rounded up."""
        whole: int = getattr(SIZES[name], self.lane)
        return -(-whole // self.parts)

    def seeds(self, name: str) -> range:
        """The seeds of a proof whose size counts seeds."""
        if self.seed is not None:
            return range(self.seed, self.seed + 1)
        whole: int = getattr(SIZES[name], self.lane)
        return range(whole * (self.part - 1) // self.parts, whole * self.part // self.parts)

    @property
    def first_seed(self) -> int:
        """Where chance begins: the same in every run of one lane, and elsewhere in each part of a campaign."""
        if self.seed is not None:
            return self.seed
        return self.part * 1_000_000 if self.lane == "campaign" else 0


def named(item: pytest.Function) -> str:
    """The row of SIZES that a test has, or its function's name."""
    name = item.originalname
    with_parameters = f"{name}[{item.callspec.id}]" if hasattr(item, "callspec") else name
    return with_parameters if with_parameters in SIZES else name


@dataclass(frozen=True, slots=True)
class Test:
    """What a lane is chosen by."""

    id: str
    file: str
    function: str
    proof: bool
    core: bool
    twin: bool

    __test__ = False

    @classmethod
    def of(cls, item: pytest.Item) -> "Test":
        proof, core = (item.get_closest_marker(mark) is not None for mark in ("proof", "core"))
        function = getattr(item, "originalname", item.name)
        return cls(item.nodeid, str(item.path), function, proof, core, is_core(item, twin=True))


def may_hold_a_proof(file: Path) -> bool:
    """Whether a file of tests names the mark, as one with a proof must: `tests/test_lanes.py`."""
    return "mark.proof" in file.read_text(encoding="utf-8")


COLLECTED = pytest.StashKey[list[Test]]()
"""All that a run has collected, before anything is left out."""


def is_core(item: pytest.Item, *, twin: bool) -> bool:
    """Whether SQLite's half of a pair of tests says as much as PostgreSQL's, and this is the latter, its twin.

    That is so where everything goes through prepared statements of SQLAlchemy's Core, which both databases are given
    alike: such a module or test bears the mark `core`. Where SQL differs, both halves always run: writers, what is
    leased and sent, conflicts, the order of exports, the schema, races, search and plans.

    Args:
        twin: Ask of PostgreSQL's half; else of all that is no twin.
    """
    if item.get_closest_marker("core") is None or item.get_closest_marker("proof"):
        return False
    return ("postgresql" in re.split(r"\W", item.name.partition("[")[2])) == twin
