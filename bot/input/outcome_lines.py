"""Read outcomes as people type them: one on each line, with what must be true after a colon.

A criterion may run over several lines: once one line has one, a line that begins with no name and colon goes on with
the criterion before it. A colon inside a link or a time of day (https://, 18:00) ends no name, nor does one that
stands further on than a name can reach. YES and NO alone on a line are always names.
"""

import re
from collections.abc import Sequence

MOST_NAME = 60
"""Letters of an outcome's name: buttons and lists show it."""

_NAMED = re.compile(r"(?P<name>[^:]*):(?!//)(?P<rest>.*)")
_TIME = re.compile(r".*[0-9]:[0-5][0-9]\b.*")


def read(typed: str) -> list[tuple[str, str]]:
    """Read each outcome's name and criterion, whole; the criterion is empty if it has none."""
    rows = [row.strip() for row in typed.splitlines() if row.strip()]
    found: list[tuple[str, str]] = []
    for row in rows:
        named = _NAMED.fullmatch(row)
        if named and _TIME.match(row[: named.end("name") + 4]):
            named = None
        if named and (not goes_on(found) or len(named["name"].strip()) <= MOST_NAME):
            found.append((named["name"].strip(), named["rest"].strip()))
        elif goes_on(found) and row.casefold() not in ("yes", "no"):
            name, criterion = found[-1]
            found[-1] = name, f"{criterion} {row}"
        else:
            found.append((row, ""))
    return found


def written(outcomes: Sequence[tuple[str, str]]) -> str:
    """Write lines that `read` turns into the same outcomes. A colon keeps a bare name from continuing a criterion."""
    bare = ":" if any(criterion for _, criterion in outcomes) else ""
    return "\n".join(f"{name}: {criterion}" if criterion else f"{name}{bare}" for name, criterion in outcomes)


def goes_on(found: list[tuple[str, str]]) -> bool:
    """Tell whether the last outcome has a criterion, which the next line may continue."""
    return bool(found and found[-1][1])


def joined(typed: str) -> int:
    """Count the lines that were read as the rest of a criterion."""
    return len([row for row in typed.splitlines() if row.strip()]) - len(read(typed))
