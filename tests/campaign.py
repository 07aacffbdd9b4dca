"""The campaign: every proof that has one, at its full size, in slices of at most 20 minutes.

python -m tests.campaign                  # all that isn't recorded yet, in order
python -m tests.campaign claims-3 spend   # those whose names begin so
python -m tests.campaign --list           # which slices there are, and which are due

What a slice came to is a line of `docs/campaigns.md`, with the day and the commit; so it may be stopped and go on at
any time. A slice that passed at a commit since which none of its files changed is left out. It is the commit that is
recorded: what isn't committed stops it. Beside other work, where the clock says little, `--minutes 60` gives slices
more time.
"""

import argparse
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

TOP = Path(__file__).parents[1]
RECORD = TOP / "docs" / "campaigns.md"
MINUTES = 20
PYTEST = (
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "-n",
    "2",
    "--dist",
    "worksteal",
    "-m",
    "proof",
    "--size",
    "campaign",
)

LEDGER = ("ledger", "migrations", "requirements", "tests/ledger", "tests/world.py", "tests/databases.py")
MARKETS = (*LEDGER, "markets", "tests/markets")
BOT = (*MARKETS, "bot", "tests/end_to_end")


@dataclass(frozen=True, slots=True)
class Slice:
    """Part of a campaign.

    Args:
        tests: What pytest is given.
        paths: What it runs through: where none of these changed, its result stands.
    """

    name: str
    tests: str
    paths: tuple[str, ...]

    @property
    def command(self) -> tuple[str, ...]:
        return (*PYTEST, *self.tests.split())


def parts(name: str, count: int, tests: str, paths: tuple[str, ...]) -> tuple[Slice, ...]:
    """The same at other seeds, so many times."""
    return tuple(Slice(f"{name}-{n}", f"{tests} --part {n}/{count}", paths) for n in range(1, count + 1))


SLICES = (
    *parts("ledger-sqlite", 8, "tests/ledger/proofs/test_machine.py -k on_sqlite", LEDGER),
    *parts("ledger-postgresql", 4, "tests/ledger/proofs/test_machine.py -k on_postgresql", LEDGER),
    *parts(
        "ledger-scripts",
        1,
        "tests/ledger/proofs/test_same_script.py tests/ledger/proofs/test_replay.py",
        LEDGER,
    ),
    *parts("ledger-kills", 4, "tests/ledger/proofs/test_kill.py", LEDGER),
    *parts("spend", 10, "tests/ledger/proofs/test_spend.py", LEDGER),
    *parts("damage", 4, "tests/ledger/test_damage.py tests/ledger/test_storage.py", LEDGER),
    *parts("files", 1, "tests/ledger/test_journals.py tests/ledger/test_migrations.py", LEDGER),
    *parts("claims", 40, "tests/markets/test_machine.py", MARKETS),
    *parts("due", 4, "tests/markets/test_due_processes.py", MARKETS),
    *parts("tampering", 4, "tests/markets/test_tampering.py", MARKETS),
    *parts("record-exports", 1, "tests/markets/test_record_exports.py", MARKETS),
    *parts("settling", 1, "tests/markets/test_settling_kills.py", MARKETS),
    *parts("writes", 5, "tests/markets/test_write_kills.py", MARKETS),
    *parts("attacker", 20, "tests/markets/test_random_attacker.py", MARKETS),
    *parts("pairs", 50, "tests/markets/test_pairs.py", MARKETS),
    *parts("months", 10, "tests/end_to_end/test_simulation.py", BOT),
    *parts("flood", 4, "tests/end_to_end/test_flood.py", BOT),
    *parts(
        *("bot", 1),
        "tests/end_to_end --ignore tests/end_to_end/test_simulation.py --ignore tests/end_to_end/test_flood.py",
        BOT,
    ),
    *parts("wheel", 1, "tests/test_wheel.py", (*BOT, "pyproject.toml", "tests/test_wheel.py")),
)
"""From top to bottom, the ledger first: what stands on it is worth nothing without it."""

LINE = re.compile(
    r"^\| \S+ \| (?P<commit>[0-9a-f]{7,40}) \| (?P<name>\S+) \| (?P<how>passed|FAILED) ", re.MULTILINE
)


def git(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *words], cwd=TOP, capture_output=True, text=True)


def stands(one: Slice, record: str) -> str | None:
    """The newest commit at which a slice passed, if nothing that it runs through has changed since."""
    newest: dict[str, str] = {}
    for line in LINE.finditer(record):
        if line["name"] == one.name:
            newest = line.groupdict()
    if newest.get("how") != "passed":
        return None
    same = git("diff", "--quiet", newest["commit"], "--", *one.paths).returncode == 0
    return newest["commit"] if same else None


def is_meant(one: Slice, name: str) -> bool:
    """A whole name means that slice alone: claims-1 isn't claims-10."""
    return one.name == name if any(each.name == name for each in SLICES) else one.name.startswith(name)


def commit() -> str | None:
    """The commit that a result is of; None where something isn't committed."""
    if git("status", "--porcelain", "--", *BOT).stdout:
        print("There are changes that aren't committed: a result is recorded with its commit.")
        return None
    return git("rev-parse", "--short=10", "HEAD").stdout.strip()


def note(at: str, name: str, how: str, minutes: str = "") -> None:
    with RECORD.open("a") as record:
        record.write(f"| {datetime.now(UTC):%Y-%m-%d} | {at} | {name} | {how} | {minutes} |\n")


def carried_out(one: Slice, at: str, limit: int) -> bool:
    """Run a slice and record what it came to, in `limit` minutes at most."""
    print(f"\n=== {one.name}: {' '.join(one.command[1:])}", flush=True)
    began = time.monotonic()
    try:
        passed = subprocess.run(one.command, cwd=TOP, timeout=limit * 60).returncode == 0
        how = "passed" if passed else "FAILED"
    except subprocess.TimeoutExpired:
        passed, how = False, f"FAILED (more than {limit} min)"
    minutes = (time.monotonic() - began) / 60
    note(at, one.name, how, f"{minutes:.1f}")
    return passed


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the proofs at their full size, slice by slice.")
    parser.add_argument("names", nargs="*", help="only slices whose names begin so")
    parser.add_argument("--list", action="store_true", help="say which slices there are, and run none")
    parser.add_argument("--minutes", type=int, default=MINUTES, help=f"a slice's time, {MINUTES} unless told")
    parser.add_argument("--passed", metavar="NAME", help="only record that something passed at this commit")
    asked = parser.parse_args()
    if asked.passed:
        if at := commit():
            note(at, asked.passed, "passed")
        return 0
    record = RECORD.read_text()
    chosen = [one for one in SLICES if not asked.names or any(is_meant(one, name) for name in asked.names)]
    standing = {one.name: stands(one, record) for one in chosen}
    if asked.list:
        for one in chosen:
            print(f"{one.name:20} {standing[one.name] or 'due'}")
        return 0
    failed: list[str] = []
    for one in chosen:
        if standing[one.name] is None:
            at = commit()
            if at is None:
                return 2
            if not carried_out(one, at, asked.minutes):
                failed.append(one.name)
    print("\nfailed: " + (", ".join(failed) or "none"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
