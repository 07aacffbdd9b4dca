"""A book as CSV: entries, transfers or accounts of a guild, a player or a period, and the folder of a whole guild.

Streamed page by page during the writes (`paging`), cells as `cells` says, UTF-8, one line break a row. Numbers are
plain, so a column of them adds up anywhere; ids of Discord are text.

In `entries` a row's first cell says what it is: `opening` rows tell what each account held before the period,
`entry` rows what moved, `closing` rows what each account held at its end. Opening and closing rows move nothing
(`amount` is 0), so the amounts of a file still sum up; they carry the account's last entry and balance. In
`accounts` opening and closing balance are columns.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import version
from itertools import zip_longest
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema
from ledger.compiled import Compiled, in_guild, param
from ledger.errors import AlreadyThere, BadFolder
from ledger.files import paging, private
from ledger.files.cells import amount, ident, moment, word
from ledger.files.paging import AccountAfter, PageQuery, Rows, Scope, Selection, Steps
from ledger.storage.database import Database
from ledger.types import to_us

FORMAT = 1
"""Of an exported folder. What an older Crux can't read gets another number."""

MANIFEST = "manifest.json"

COLUMNS = {
    "entries": (
        *("row", "guild", "transfer", "at", "kind", "key", "actor"),
        *("line", "account", "account_kind", "player", "sequence"),
        *("amount", "amount_points", "balance", "balance_points"),
    ),
    "transfers": (
        *("guild", "transfer", "at", "kind", "key", "actor"),
        *("reverses", "format", "words", "digest"),
    ),
    "accounts": (
        *("guild", "account", "kind", "player", "entries"),
        *("opening", "opening_points", "closing", "closing_points", "ended_by", "seal"),
    ),
    "players": ("guild", "player", "joined", "discord_id"),
    "notes": ("guild", "transfer", "erased", "salt", "words"),
    "done": ("guild", "key", "at", "request_digest", "answer"),
    "settings": ("guild", "name", "value"),
    "forgotten": ("guild", "player", "salt", "digest", "until"),
}

ABOUT = """\
The book of one Discord server, as Crux kept it. `crux import` reads this folder back.

entries.csv      what moved: one signed line each, with the balance after it; at the end what every account holds
transfers.csv    the movements that the lines belong to, with the digest of each over all before it
accounts.csv     where points are, and the account's balance before (nothing) and now
players.csv      the numbers that the book uses for people; their Discord ids only if the export was asked for them
notes.csv        the words that go with transfers
done.csv         what was asked for under which key, so that nothing is done twice after an import
settings.csv     what the server chose
forgotten.csv    salted digests of people who had themselves deleted; only where Discord ids are exported too
manifest.json    which server, how far the book goes, and the digest of each file

Amounts are whole hundredths of a point; the columns ending in _points show the same with two decimals. Times are UTC.
Text that a spreadsheet would compute or round has an apostrophe before it (so has text that begins with one):
take one leading apostrophe away. Points have no cash value.
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a folder holds: how far the book goes, how many rows of what, and whether people's ids are in it."""

    guild: int
    head: str
    transfers: int
    entries: int
    accounts: int
    players: int
    people: bool


_g, _after, _upto = param("g"), param("after"), param("upto")
_players = schema.players.c
_notes = schema.notes.c
_d = schema.done.c
_settings = schema.settings.c
_forgotten = schema.forgotten.c
_PLAYERS = paging.page(
    sa.select(_players.number, _players.joined_us, _players.discord_id)
    .where(in_guild(_players), _players.number > _after, _players.number <= _upto)
    .order_by(_players.number)
)
_NOTES = paging.page(
    sa.select(_notes.transfer, _notes.erased, _notes.salt, _notes.words)
    .where(in_guild(_notes), _notes.transfer > _after, _notes.transfer <= _upto)
    .order_by(_notes.transfer)
)
_DONE = paging.page(
    sa.select(_d.key, _d.at_us, _d.request_digest, _d.answer)
    .where(in_guild(_d), _d.key > _after)
    .order_by(_d.key)
)
_SETTINGS = paging.page(
    sa.select(_settings.name, _settings.value)
    .where(in_guild(_settings), _settings.name > _after)
    .order_by(_settings.name)
)
_FORGOTTEN = paging.page(
    sa.select(_forgotten.player, _forgotten.salt, _forgotten.digest, _forgotten.until_us)
    .where(in_guild(_forgotten), _forgotten.player > _after)
    .order_by(_forgotten.player)
)


def blocks(tx: Connection, selection: Selection) -> Iterator[str]:
    """Yield a table as CSV, some whole lines at a time.

    Raises:
        UnknownGuild, UnknownPlayer: There is nothing to export.
        BookDamaged: There is something that was never written so.
    """
    return paging.run(tx, paging.guarded(selection.guild, _selected(selection)))


def stream(db: Database, selection: Selection) -> AsyncIterator[str]:
    """Yield the same of an open database, without stopping its writes."""
    return paging.stream(db, paging.guarded(selection.guild, _selected(selection)))


def write_csv(tx: Connection, out: TextIO, selection: Selection) -> None:
    """Write a table as CSV. `out` is opened with `newline=""` and in UTF-8.

    Raises:
        UnknownGuild, UnknownPlayer: There is nothing to export.
        BookDamaged: There is something that was never written so.
    """
    for block in blocks(tx, selection):
        out.write(block)


def export_folder(tx: Connection, guild: int, folder: Path, *, with_people: bool = False) -> Summary:
    """Write a guild's whole book into a new or empty folder, all of it or none.

    Without people, their Discord ids stay behind, and with them what could be used to check a guess of one: what
    was asked for and answered under each key, and the digests of who was forgotten. The keys themselves go along.

    Raises:
        UnknownGuild, BookDamaged: There is no such book, or it isn't sound.
        AlreadyThere: The folder holds something.
        BadFolder: It can't be written.
    """
    everything = Selection(guild)
    paging.find(tx, paging.note(everything))
    with _new(folder) as place:
        files = _Files(tx, guild, place, folder)
        # Keys first and the head after them: what is marked as done stands in the book that follows.
        files.write("done", _table("done", guild, _DONE, _done if with_people else _done_key, after=""))
        files.write("settings", _table("settings", guild, _SETTINGS, _setting, after=""))
        if with_people:
            files.write("forgotten", _table("forgotten", guild, _FORGOTTEN, _forgot, after=0))
        scope = paging.find(tx, paging.note(everything))
        player = _player if with_people else _player_number
        files.write("players", _table("players", guild, _PLAYERS, player, after=0, upto=scope.players))
        files.write("accounts", _accounts(scope))
        files.write("transfers", _transfers(scope))
        files.write("entries", _entries(scope))
        files.write("notes", _table("notes", guild, _NOTES, _note, after=0, upto=scope.last))
        summary = Summary(
            guild, scope.head.hex(), scope.last, files.entries, scope.accounts, scope.players, with_people
        )
        files.finish(summary)
    return summary


# --- tables -----------------------------------------------------------------------------------


def _selected(selection: Selection) -> Steps:
    scope = yield from paging.note(selection)
    yield from {"entries": _entries, "transfers": _transfers, "accounts": _accounts}[selection.table](scope)


def _header(table: str) -> str:
    return ",".join(COLUMNS[table]) + "\n"


def _entries(scope: Scope) -> Steps:
    yield _header("entries")
    if scope.after:
        yield from _balances("opening", scope, scope.after, scope.selection.since)
    guild, last = ident(scope.guild), (scope.after + 1, 0)
    while rows := (yield paging.ask_entries(scope, last)):
        found: Rows = yield paging.ask_acts(scope, rows[0][0] - 1, rows[-1][0])
        acts = {act[0]: _act(guild, *act) for act in found}
        yield "".join(
            [
                f"entry,{acts[transfer]},{line},{account},{kind},{owner},{sequence},"
                f"{amount(moved)},{amount(balance)}\n"
                for transfer, line, account, kind, owner, sequence, moved, balance in rows
            ]
        )
        last = rows[-1][:2]
    yield from _balances("closing", scope, scope.last, scope.selection.until)


def _act(guild: str, number: int, at_us: int, kind: str, key: str, actor: int) -> str:
    """The first six cells of a transfer, which its entries repeat."""
    return f"{guild},{number},{moment(at_us)},{word(kind)},{word(key)},{actor}"


def _balances(row: str, scope: Scope, at: int, when: datetime | None) -> Steps:
    """What each selected account held after transfer number `at`; those that nothing had touched are left out."""
    start = f"{row},{ident(scope.guild)}"
    act = f"{moment(to_us(when)) if when else ''},,,0"
    last = 0
    while states := (yield from paging.states(scope, last, at=at)):
        yield "".join(
            f"{start},{state.transfer},{act},0,{state.number},{state.kind},{state.owner},{state.sequence},"
            f"{amount(0)},{amount(state.balance)}\n"
            for state in states
            if state.sequence
        )
        last = states[-1].number


def _transfers(scope: Scope) -> Steps:
    yield _header("transfers")
    guild, last = ident(scope.guild), scope.after
    while rows := (yield paging.ask_transfers(scope, last, scope.last)):
        yield "".join(
            [
                f"{_act(guild, number, at_us, kind, key, actor)},{_or_empty(reverses)},{form},"
                f"{_hex(words)},{_hex(digest)}\n"
                for number, at_us, kind, key, actor, reverses, form, words, digest in rows
            ]
        )
        last = rows[-1][0]


def _accounts(scope: Scope) -> Steps:
    yield _header("accounts")
    guild, last = ident(scope.guild), 0
    while closing := (yield from paging.states(scope, last, at=scope.last)):
        opening = (yield from paging.states(scope, last, at=scope.after)) if scope.after else []
        yield "".join(
            _account_line(guild, before, after, upto=scope.last)
            for before, after in zip_longest(opening, closing)
        )
        last = closing[-1].number


def _account_line(guild: str, before: AccountAfter | None, after: AccountAfter, *, upto: int) -> str:
    entries, opening = (before.sequence, before.balance) if before else (0, 0)
    # An account that ended since then had not ended yet.
    ended = after.ended_by if after.ended_by is not None and after.ended_by <= upto else None
    return (
        f"{guild},{after.number},{after.kind},{after.owner},{after.sequence - entries},"
        f"{amount(opening)},{amount(after.balance)},{_or_empty(ended)},"
        f"{_hex(after.seal)}\n"
    )


def _table(
    table: str,
    guild: int,
    statement: Compiled,
    line: Callable[..., str],
    *,
    after: int | str,
    upto: int = 0,
) -> Steps:
    """A table that only a whole guild's export has, in order of its key."""
    yield _header(table)
    start = ident(guild)
    while rows := (
        yield PageQuery(statement, {"g": guild, "after": after, "upto": upto, "limit": paging.PAGE})
    ):
        yield "".join([f"{start},{line(*row)}\n" for row in rows])
        after = rows[-1][0]


def _player(number: int, joined_us: int, discord_id: int | None) -> str:
    return f"{number},{moment(joined_us)},{'' if discord_id is None else ident(discord_id)}"


def _player_number(number: int, joined_us: int, _: int | None) -> str:
    return _player(number, joined_us, None)


def _note(transfer: int, erased: int, salt: bytes | None, words: str | None) -> str:
    return f"{transfer},{erased},{_hex(salt)},{'' if words is None else word(words)}"


def _done(key: str, at_us: int, request_digest: bytes, answer: str) -> str:
    return f"{word(key)},{moment(at_us)},{_hex(request_digest)},{word(answer)}"


def _done_key(key: str, at_us: int, _: bytes, __: str) -> str:
    return f"{word(key)},{moment(at_us)},,"


def _setting(name: str, value: str) -> str:
    return f"{word(name)},{word(value)}"


def _forgot(player: int, salt: bytes, digest: bytes, until_us: int) -> str:
    return f"{player},{_hex(salt)},{_hex(digest)},{moment(until_us)}"


def _or_empty(number: int | None) -> str:
    return "" if number is None else str(number)


def _hex(data: bytes | None) -> str:
    return "" if data is None else word(data.hex())


# --- the folder -------------------------------------------------------------------------------


@dataclass(slots=True)
class _Files:
    """Writes one table after another, and remembers for the manifest what each file came to."""

    tx: Connection
    guild: int
    place: Path
    shown: Path
    made: dict[str, dict[str, int | str]] = field(default_factory=dict[str, dict[str, int | str]])
    entries: int = 0

    def write(self, table: str, steps: Steps) -> None:
        name, lines, digest = f"{table}.csv", 0, hashlib.sha256()
        with _disk(self.shown), private.new_file(self.place / name) as file:
            for block in paging.run(self.tx, paging.guarded(self.guild, steps)):
                data = block.encode()
                file.write(data)
                digest.update(data)
                rows = block.count("\n")
                lines += rows
                self.entries += rows if block.startswith("entry,") else 0
        self.made[name] = {"lines": lines, "sha256": digest.hexdigest()}

    def finish(self, summary: Summary) -> None:
        """The manifest comes last: a folder without one is no export."""
        manifest = {"format": FORMAT, "crux": version("crux-bot"), **asdict(summary), "files": self.made}
        manifest["guild"] = str(summary.guild)  # text, as many a reader of JSON rounds a number this long
        with _disk(self.shown):
            private.write_text(self.place / "README.txt", ABOUT)
            text = json.dumps(manifest, indent=2) + "\n"
            private.write_text(self.place / MANIFEST, text)


@contextmanager
def _new(folder: Path) -> Generator[Path, None, None]:
    """A folder next to the wanted one, which takes its name when all went well and else is gone."""
    with _disk(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise AlreadyThere(folder)
        place = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.absolute().parent))
    try:
        yield place
        with _disk(folder):
            if folder.exists():
                folder.rmdir()
            place.chmod(private.FOLDER)
            place.rename(folder)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


@contextmanager
def _disk(folder: Path) -> Generator[None, None, None]:
    try:
        yield
    except OSError as error:
        raise BadFolder(folder, error.strerror or type(error).__name__) from error
