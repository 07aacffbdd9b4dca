"""Reading a guild's exported folder back: a whole book, proven to its head, or nothing at all.

Every cell must stand exactly as `exports` writes it. The chain is rebuilt from the files as they are read, so that
what was changed is named by file, line and transfer; then the files are compared with the manifest's digests, which
cover what the chain does not, and the book that came of it is audited. Only then does the transaction commit.
"""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from ledger import hash_chain, schema, types
from ledger.audit.verify import audit
from ledger.compiled import insert_if_new
from ledger.errors import BadFolder, BadKey, BookExists, NotABook
from ledger.files import cells
from ledger.files.exports import COLUMNS, Summary
from ledger.files.read_back import READ, CsvFile, manifest
from ledger.storage import schema_version

CHUNK = 1_000
"""Rows that go to the database in one call."""

UNKNOWN = bytes(32)
"""The request digest of a key whose request stayed behind: a repeat of it is refused all the same."""

_CONSTRAINT = re.compile(r"\b(?:ck|uq|pk|fk|ix)_\w+")


Also = Callable[[Connection, Summary], object]


_OPEN_BOOK = insert_if_new(schema.books)


def import_folder(tx: Connection, folder: Path, also: Also | None = None) -> Summary:
    """Make a guild's book of its exported folder, in one transaction.

    Where people stayed behind, players have numbers and no Discord ids, as if they had all had themselves deleted.

    Args:
        also: Reads what other rooms have put next to the book, once it is audited; what it raises undoes all of it.

    Raises:
        NotABook: The folder is not a whole export, or something in it was changed; the sentence says what and where.
        BadFolder: It can't be read.
        BookExists: There is a book of this server already.
        NotMigrated, NewerThanCode: The database is at another version.
    """
    schema_version.require(schema_version.found(tx), "The database")
    try:
        with _wholly(tx):
            made = _Import(tx, folder).run()
            if also is not None:
                also(tx, made)
            return made
    except OSError as error:
        raise BadFolder(folder, error.strerror or type(error).__name__) from error


@contextmanager
def _wholly(tx: Connection) -> Generator[None, None, None]:
    """One transaction, committed at the end or rolled back."""
    tx.exec_driver_sql("BEGIN IMMEDIATE" if tx.dialect.name == "sqlite" else "BEGIN")
    try:
        yield
        tx.exec_driver_sql("COMMIT")
    except BaseException as error:
        try:
            tx.exec_driver_sql("ROLLBACK")
        except DBAPIError:  # a full disk or a lost connection has rolled it back already
            raise error from None
        raise


Pending = list[tuple[int, dict[str, Any]]]
"""Rows for the database, each with the line it stands on."""


def store(tx: Connection, guild: int, file: CsvFile, table: sa.Table, pending: Pending) -> None:
    """Store what is pending, and forget it. What the database refuses is named by its line."""
    if not pending:
        return
    rows = [{"guild_id": guild, **row} for _, row in pending]
    tx.exec_driver_sql("SAVEPOINT chunk")
    try:
        tx.execute(sa.insert(table), rows)
    except (IntegrityError, DataError):
        tx.exec_driver_sql("ROLLBACK TO SAVEPOINT chunk")
        for (file.line, _), row in zip(pending, rows, strict=True):
            _store_one(tx, file, table, row)
        raise
    tx.exec_driver_sql("RELEASE SAVEPOINT chunk")
    pending.clear()


def _store_one(tx: Connection, file: CsvFile, table: sa.Table, row: dict[str, Any]) -> None:
    try:
        tx.execute(sa.insert(table), row)
    except (IntegrityError, DataError) as error:
        rule = _CONSTRAINT.search(str(error.orig))
        why = f" ({rule[0]})" if rule else ""
        raise file.wrong(f"the book's own rules refuse it{why}") from error


class _Import:
    def __init__(self, tx: Connection, folder: Path) -> None:
        self.tx, self.folder, self.manifest = tx, folder, manifest(folder)
        self.guild = self.manifest.guild
        self.files: list[CsvFile] = []
        self.entries = 0
        self.accounts: dict[int, tuple[str, int, int, int]] = {}
        """Kind, owner, balance and count of entries of each account."""

    def run(self) -> Summary:
        self._open_book()
        self._copy("players", self._player)
        self._copy("accounts", self._account)
        self._count("players.csv", "players", self.manifest.players, self.files[0].rows)
        self._count("accounts.csv", "accounts", self.manifest.accounts, self.files[1].rows)
        self._book(self._file("transfers"), self._file("entries"))
        self._copy("notes", self._note)
        self._copy("done", self._done)
        self._copy("settings", self._setting)
        if self.manifest.people:
            self._copy("forgotten", self._forgot)
        for file in self.files:
            file.finish()
        self._audit()
        told = self.manifest
        return Summary(
            told.guild, told.head, told.transfers, told.entries, told.accounts, told.players, told.people
        )

    def _open_book(self) -> None:
        told = self.manifest
        row = {"transfers": told.transfers, "accounts": told.accounts, "players": told.players}
        row |= {"guild_id": self.guild, "head": bytes.fromhex(told.head)}
        if not self.tx.execute(_OPEN_BOOK, row).rowcount:
            raise BookExists(self.guild)

    # Each makes a row for the database of a row of its file, and raises where the two can't belong together.

    def _player(self, file: CsvFile, row: list[Any]) -> dict[str, Any]:
        _, number, joined_us, discord_id = row
        file.require(number == file.rows, f"player {file.rows} should stand here")
        return {"number": number, "joined_us": joined_us, "discord_id": discord_id}

    def _account(self, file: CsvFile, row: list[Any]) -> dict[str, Any]:
        _, number, kind, owner, entries, opening, _, balance, _, ended_by, seal = row
        file.require(number == file.rows, f"account {file.rows} should stand here")
        file.require(not opening, "a whole book opens with nothing")
        file.require_points(6, 8)
        expected = hash_chain.seal(self.guild, number, kind, owner)
        file.require(seal == expected, "the seal doesn't fit the guild, account, kind and player")
        self.accounts[number] = (kind, owner, balance, entries)
        made = {"number": number, "kind": kind, "owner": owner, "balance": balance, "entries": entries}
        return made | {"ended_by": ended_by, "seal": seal}

    def _note(self, _: CsvFile, row: list[Any]) -> dict[str, Any]:
        return dict(zip(("transfer", "erased", "salt", "words"), row[1:], strict=True))

    def _done(self, _: CsvFile, row: list[Any]) -> dict[str, Any]:
        _, key, at_us, request_digest, answer = row
        known = request_digest is not None
        digest = request_digest if known else UNKNOWN
        return {"key": key, "at_us": at_us, "request_digest": digest, "answer": answer if known else "null"}

    def _setting(self, _: CsvFile, row: list[Any]) -> dict[str, Any]:
        return {"name": row[1], "value": row[2]}

    def _forgot(self, _: CsvFile, row: list[Any]) -> dict[str, Any]:
        return dict(zip(("player", "salt", "digest", "until_us"), row[1:], strict=True))

    # The book itself: transfers and their entries, read side by side.

    def _book(self, transfers: CsvFile, entries: CsvFile) -> None:
        head, moved = hash_chain.GENESIS, iter(entries)
        entry = next(moved, None)
        acts: Pending = []
        lines: Pending = []
        for row in transfers:
            act = self._transfer(transfers, row)
            held: list[hash_chain.ChainEntry] = []
            while entry is not None and entry[0] == "entry" and entry[2] == act["number"]:
                lines.append((entries.line, self._entry(entries, entry, transfers, len(held) + 1)))
                held.append(self._line(entry))
                entry = next(moved, None)
            head = self._linked(transfers, act, held, head)
            acts.append((transfers.line, act))
            if len(acts) >= CHUNK:
                self._insert(transfers, schema.transfers, acts)
                self._insert(entries, schema.entries, lines)
        self._insert(transfers, schema.transfers, acts)
        self._insert(entries, schema.entries, lines)
        self._closed(entries, entry, moved)
        self._count("transfers.csv", "transfers", self.manifest.transfers, transfers.rows)
        self._count("entries.csv", "entries", self.manifest.entries, self.entries)
        if head.hex() != self.manifest.head:
            raise NotABook(f"The book ends in {head.hex()}, and manifest.json says {self.manifest.head}.")

    def _transfer(self, file: CsvFile, row: list[Any]) -> dict[str, Any]:
        _, number, at_us, kind, key, actor, reverses, form, words, digest = row
        file.require(number == file.rows, f"transfer {file.rows} should stand here")
        file.require(
            form == hash_chain.FORMAT, f"its format is {form}, and this Crux knows {hash_chain.FORMAT}"
        )
        try:
            types.key(key)
        except BadKey as refused:
            raise file.wrong(str(refused).removesuffix(".")) from None
        made = {"number": number, "format": form, "key": key, "kind": kind, "actor": actor, "at_us": at_us}
        return made | {"reverses": reverses, "words": words, "digest": digest}

    def _entry(self, file: CsvFile, row: list[Any], transfers: CsvFile, place: int) -> dict[str, Any]:
        transfer, line, account, sequence, amount, balance = (row[n] for n in (2, 7, 8, 11, 12, 14))
        file.require(line == place, f"line {place} of transfer {transfer} should stand here")
        repeated = file.raw[1:7] == transfers.raw[:6]
        file.require(repeated, f"time, kind, key and actor differ from transfer {transfer} in transfers.csv")
        kind, owner, _, _ = self.accounts.get(account) or ("", 0, 0, 0)
        file.require(file.raw[9:11] == [kind, str(owner)], f"account {account} is another in accounts.csv")
        file.require_points(13, 15)
        self.entries += 1
        made = {"transfer": transfer, "line": line, "account": account, "amount": amount}
        return made | {"balance_after": balance, "account_seq": sequence}

    def _line(self, row: list[Any]) -> hash_chain.ChainEntry:
        account = row[8]
        kind, owner, _, _ = self.accounts[account]
        return hash_chain.ChainEntry(kind, account, owner, row[12], row[14], row[11])

    def _linked(
        self, file: CsvFile, act: dict[str, Any], held: list[hash_chain.ChainEntry], before: bytes
    ) -> bytes:
        """The transfer's digest, if it and its entries come to it."""
        body = {name: value for name, value in act.items() if name not in ("format", "digest")}
        found = hash_chain.digest(hash_chain.canonical(before=before, guild=self.guild, lines=held, **body))
        number = act["number"]
        file.require(found == act["digest"], f"transfer {number} and its entries don't come to its digest")
        return found

    def _closed(self, file: CsvFile, row: list[Any] | None, rest: Iterator[list[Any]]) -> None:
        """After the last entry follow the closing balances of accounts.csv, of each account that has entries."""
        due = [number for number, (*_, entries) in self.accounts.items() if entries]
        for account in due:
            if row is None:
                raise NotABook(f"{file.name} ends before account {account} closes. Nothing was imported.")
            file.require(row[0] == "closing", "it belongs to no transfer before it in transfers.csv")
            kind, owner, balance, entries = self.accounts[account]
            same = [account, kind, str(owner), balance, entries] == [row[8], *row[9:11], row[14], row[11]]
            file.require(same, f"account {account} closes differently in accounts.csv")
            file.require_points(13, 15)
            row = next(rest, None)
        file.require(row is None, "nothing should follow the closing balances")

    # What all tables share.

    def _file(self, table: str) -> CsvFile:
        promise = self.manifest.files[f"{table}.csv"]
        guild, columns, readers = cells.ident(self.guild), COLUMNS[table], READ[table]
        self.files.append(CsvFile(self.folder, f"{table}.csv", guild, promise, columns, readers))
        return self.files[-1]

    def _copy(self, table: str, make: Callable[[CsvFile, list[Any]], dict[str, Any]]) -> None:
        file, pending = self._file(table), Pending()
        for row in file:
            pending.append((file.line, make(file, row)))
            if len(pending) >= CHUNK:
                self._insert(file, schema.metadata.tables[table], pending)
        self._insert(file, schema.metadata.tables[table], pending)

    def _insert(self, file: CsvFile, table: sa.Table, pending: Pending) -> None:
        store(self.tx, self.guild, file, table, pending)

    def _count(self, name: str, what: str, promised: int, found: int) -> None:
        if promised != found:
            raise NotABook(f"{name} holds {found} {what} instead of {promised}. Nothing was imported.")

    def _audit(self) -> None:
        """The other things that a book must hold, its words' digests among them."""
        if self.tx.dialect.name == "postgresql":
            # Until its daemon has looked, PostgreSQL takes the tables for as small as they were, and reads each
            # page of a large book by way of all its accounts: 15 times slower at 100,000 entries.
            self.tx.exec_driver_sql("ANALYZE accounts, transfers, entries, notes")
        problems = audit(self.tx, self.guild, head=self.manifest.head).problems
        if problems:
            raise NotABook(f"The book does not hold together. {problems[0]} Nothing was imported.")
