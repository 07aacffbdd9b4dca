"""An exported folder as it is read back: the manifest, and files whose every cell is checked."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from ledger import money
from ledger.errors import NotABook
from ledger.files import cells
from ledger.files.exports import COLUMNS, FORMAT, MANIFEST
from ledger.types import fits, to_us

# --- cells ------------------------------------------------------------------------------------
# Each reads a cell and raises ValueError unless it stands exactly as it would be written.


def whole_number(cell: str) -> int:
    number = int(cell)
    if str(number) != cell or not fits(number):
        raise ValueError
    return number


def text(cell: str) -> str:
    words = cells.unguard(cell)
    if cells.guard(words) != cell or "\0" in words:
        raise ValueError
    return words


def ident(cell: str) -> int:
    number = whole_number(cell.removeprefix("'"))
    if cells.ident(number) != cell:
        raise ValueError
    return number


def moment(cell: str) -> int:
    us = to_us(datetime.fromisoformat(cell))
    if cells.moment(us) != cell:
        raise ValueError
    return us


def hexed(cell: str) -> bytes:
    data = bytes.fromhex(text(cell))
    if cells.guard(data.hex()) != cell:
        raise ValueError
    return data


def flag(cell: str) -> int:
    return ("0", "1").index(cell)


def maybe(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda cell: None if cell == "" else read(cell)


Reader = Callable[[str], Any]

READ: dict[str, tuple[Reader, ...]] = {
    # What an entry repeats of its transfer and account is compared with those as it stands.
    "entries": (
        *(str, str, whole_number, str, str, str, str),
        *(whole_number, whole_number, str, str, whole_number),
        *(whole_number, str, whole_number, str),
    ),
    "transfers": (
        *(str, whole_number, moment, text, text, whole_number),
        *(maybe(whole_number), whole_number, maybe(hexed), hexed),
    ),
    "accounts": (
        *(str, whole_number, text, whole_number, whole_number),
        *(whole_number, str, whole_number, str, maybe(whole_number), hexed),
    ),
    "players": (str, whole_number, moment, maybe(ident)),
    "notes": (str, whole_number, flag, maybe(hexed), maybe(text)),
    "done": (str, text, moment, maybe(hexed), text),
    "settings": (str, text, text),
    "forgotten": (str, whole_number, hexed, hexed, moment),
}


# --- files ------------------------------------------------------------------------------------


class Promise(NamedTuple):
    """What the manifest says of a file."""

    lines: int
    sha256: str


@dataclass
class CsvFile:
    """One CSV file of the folder, read once from its beginning to its end."""

    folder: Path
    name: str
    """Within the folder."""
    guild: str
    promise: Promise
    columns: Sequence[str]
    readers: Sequence[Reader]
    raw: list[str] = field(default_factory=list[str])
    """The cells of the row that was read last, as they stand."""
    line: int = 0
    """Where that row begins."""
    rows: int = 0
    """How many were read."""
    _lines: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    def __iter__(self) -> Iterator[list[Any]]:
        """The rows' values, each cell checked."""
        guild = self.columns.index("guild")
        for raw in self._rows():
            self.raw = raw
            self.rows += 1
            count = len(self.raw)
            self.require(count == len(self.columns), f"it has {count} cells instead of {len(self.columns)}")
            self.require(self.raw[guild] == self.guild, "it is another guild's")
            try:
                row = [read(cell) for read, cell in zip(self.readers, self.raw, strict=True)]
            except (ValueError, OverflowError):
                raise self._bad_cell() from None
            yield row

    def require(self, holds: bool, otherwise: str) -> None:
        """Refuse the row that was read last unless something holds."""
        if not holds:
            raise self.wrong(otherwise)

    def require_points(self, *places: int) -> None:
        """Check that points say the same as the minor units in the cell before them."""
        for place in places:
            said = money.points(int(self.raw[place - 1]))
            self.require(self.raw[place] == said, f"{self.columns[place]} should be {said}")

    def wrong(self, why: str) -> NotABook:
        return NotABook(f"{self.name}, line {self.line}: {why}. Nothing was imported.")

    def finish(self) -> None:
        """Refuse a file that is not byte for byte what was exported."""
        if self._lines != self.promise.lines:
            raise NotABook(
                f"{self.name} has {self._lines} lines instead of {self.promise.lines}: it was cut or added to."
                " Nothing was imported."
            )
        if self._digest.hexdigest() != self.promise.sha256:
            raise NotABook(
                f"{self.name} was changed after the export: its digest is another. Nothing was imported."
            )

    def _rows(self) -> Iterator[list[str]]:
        path = self.folder / self.name
        if not path.is_file():
            raise NotABook(f"{self.name} is missing. Nothing was imported.")
        with path.open("rb") as file:
            rows = csv.reader(self._text(file), strict=True)
            if self._next(rows) != list(self.columns):
                raise self.wrong(f"the columns must be {','.join(self.columns)}")
            while (row := self._next(rows)) is not None:
                yield row

    def _next(self, rows: Any) -> list[str] | None:
        """The next row, of which `line` then tells where it begins; None at the end."""
        self.line = rows.line_num + 1
        try:
            return next(rows, None)
        except csv.Error:
            raise self.wrong("it is not CSV, or was cut off") from None

    def _text(self, file: Iterable[bytes]) -> Iterator[str]:
        for data in file:
            self._lines += 1
            self._digest.update(data)
            try:
                yield data.decode()
            except UnicodeDecodeError:
                self.line = self._lines
                raise self.wrong("it is not UTF-8") from None

    def _bad_cell(self) -> NotABook:
        for column, read, cell in zip(self.columns, self.readers, self.raw, strict=True):
            try:
                read(cell)
            except ValueError:
                shown = cell if len(cell) <= 40 else cell[:37] + "..."
                return self.wrong(f"{column} can't be {shown!r}")
        raise AssertionError("a row was refused and none of its cells is")


COUNTED = ("transfers", "entries", "accounts", "players")


class Manifest(NamedTuple):
    """What the folder holds, by its own word."""

    guild: int
    head: str
    transfers: int
    entries: int
    accounts: int
    players: int
    people: bool
    files: dict[str, Promise]


def manifest(folder: Path) -> Manifest:
    if not folder.is_dir():
        raise NotABook(f"{folder} is not a folder.")
    path = folder / MANIFEST
    if not path.is_file():
        raise NotABook(f"{folder} holds no {MANIFEST}: it is not the export of a whole book.")
    try:
        found = json.loads(path.read_bytes())
        if found["format"] != FORMAT:
            raise NotABook(f"{MANIFEST} says format {found['format']!r:.40}, and this Crux reads {FORMAT}.")
        return _promised(found)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotABook(f"{MANIFEST} is damaged. Nothing was imported.") from None


def _promised(found: dict[str, Any]) -> Manifest:
    """The manifest's facts; every fault in them raises one of the errors that `manifest` catches."""
    transfers, entries, accounts, players = (found[name] for name in COUNTED)
    files = {name: Promise(made["lines"], made["sha256"]) for name, made in found["files"].items()}
    tables_there = {name for name in COLUMNS if name != "forgotten" or found["people"] is True}
    counted = all(type(found[name]) is int and found[name] >= 0 for name in COUNTED)
    if (
        not counted
        or type(found["people"]) is not bool
        or set(files) != {f"{name}.csv" for name in tables_there}
    ):
        raise ValueError
    if len(bytes.fromhex(found["head"])) != 32 or bytes.fromhex(found["head"]).hex() != found["head"]:
        raise ValueError
    guild = whole_number(found["guild"])
    if guild <= 0:
        raise ValueError
    return Manifest(guild, found["head"], transfers, entries, accounts, players, found["people"], files)
