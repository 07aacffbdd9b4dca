"""Rebuild a book from its first transfer on, and name the first row that differs from what it must be.

    report = run_alone(url, lambda tx: audit(tx, guild, head=told))
    print(*report.problems)  # Guild 1001, transfer 7, account 3: entries.amount should be 100 and is 612.

No stored value is trusted for another: balances, sequences and digests are made again from the first transfer on, and
the accounts and the head as they are now are compared with what comes out. It works while a writer runs: head and
accounts are noted in one short read, then transfers and entries are read by key up to that head, a page at a time.
In memory are the accounts and one page.

What it can't see: a forger of every row may rewrite every digest too, and what comes out is a sound book of
other transfers. Against that, and against a book that ends too early, stands only a head that a person noted
elsewhere: `head`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from ledger import hash_chain
from ledger.audit import accounts as audit_accounts
from ledger.audit import locate
from ledger.audit import pages as audit_pages
from ledger.audit import rows as audit_rows
from ledger.audit.rows import Rows, Unreadable
from ledger.audit.state import FILE, MISSING, Phrase, Problem, Walk
from ledger.errors import UnknownGuild

__all__ = ["Problem", "Report", "audit", "audit_all"]

_SMALL = 32 * 1024 * 1024
"""Bytes of a SQLite file up to which SQLite's own checks take less than half a second, and are always made."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit of one guild read, and what it found.

    Attributes:
        guild: 0 where it is about the database as a whole.
        transfers, entries, accounts: How many were read.
        head: The digest of the last transfer, in hex. A noted head can be given to the next audit.
        problems: The first is the first difference; what follows may be its consequences. At most 50.
    """

    guild: int
    transfers: int
    entries: int
    accounts: int
    head: str
    problems: tuple[Problem, ...]


def audit(tx: Connection, guild: int, *, head: str | None = None, transfers: int | None = None) -> Report:
    """Check everything about one guild's book.

    Args:
        head: A digest that was told earlier, in hex: it must be the book's head, or stand earlier in its chain.
        transfers: How many transfers were told to be there; more may have come since.

    Raises:
        UnknownGuild: The database holds nothing of that guild, and nothing was told that it should hold.
    """
    walk = Walk(guild, wanted=_told(head))
    if not _rebuild(tx, walk) and head is None and transfers is None:
        raise UnknownGuild(guild)
    _check_told(walk, head, transfers)
    return _report(walk)


def audit_all(
    tx: Connection, *, heads: Mapping[int, str] | None = None, deep: bool | None = None
) -> tuple[Report, ...]:
    """Check the books of all guilds, also of those that have rows in some table and no book.

    Args:
        heads: Digests that were told earlier, by guild.
        deep: Let SQLite check its file and indexes as well. One read that takes about a second for each 70 MB;
            without a word it is made for files up to 32 MB. PostgreSQL has `pg_amcheck` for this.

    Returns:
        Reports of the guilds that have a book, in order; then of numbers that only damage can have made a guild; at
        last one of guild 0, if something is wrong with the database itself.
    """
    told = heads or {}
    torn: list[Problem] = []
    with audit_rows.any_text(tx):
        guilds = dict.fromkeys((*_guilds(tx, torn), *sorted(told)))  # those of books come first
    reports = [_audit_known(tx, guild, told.get(guild)) for guild in guilds]
    reports.sort(key=lambda report: not report.accounts)  # a number with nothing behind it explains nothing
    problems = [*([] if any(report.problems for report in reports) else torn), *_check_file(tx, deep)]
    return (*reports, Report(FILE, 0, 0, 0, "", tuple(problems))) if problems else tuple(reports)


def _audit_known(tx: Connection, guild: int, head: str | None) -> Report:
    """One guild of which some table has a row, so that finding none is a problem."""
    walk = Walk(guild, wanted=_told(head))
    if not _rebuild(tx, walk) and head is None:
        walk.report("books.guild_id", guild, MISSING)
    _check_told(walk, head, None)
    return _report(walk)


def _report(walk: Walk) -> Report:
    last = walk.befores[0].hex() if walk.befores else ""
    return Report(walk.guild, walk.end, walk.entries, len(walk.accounts), last, tuple(walk.problems))


# --- one guild --------------------------------------------------------------------------------


def _rebuild(tx: Connection, walk: Walk) -> bool:
    """Check the whole book; False if nothing is there of its guild."""
    ends = _note(tx, walk)
    if ends is None:
        return bool(walk.problems)
    unseen = "transfers" in walk.torn
    _follow(tx, walk, walk.counter if unseen else (ends["transfers"] or (0, 0))[1])
    if not walk.problems:
        for table, why in walk.torn.items():
            walk.report(f"{table}.*", Phrase("readable"), why)
    _check_end(tx, walk, ends)
    if walk.booked:
        audit_accounts.compare(walk)
    return True


def _note(tx: Connection, walk: Walk) -> dict[str, tuple[int, int] | None] | None:
    """Note a guild's book, players and accounts as they stand at one moment.

    Returns:
        The lowest and highest transfer that each table has; None where nothing is there of that guild.
    """
    with audit_rows.any_text(tx), audit_rows.one_moment(tx):
        books = _readable(tx, walk, "books", audit_rows.BOOK)
        if walk.guild not in [row[0] for row in books]:
            books = _readable(tx, walk, "books", audit_rows.BOOKS)
        players = _readable(tx, walk, "players", audit_rows.PLAYERS)
        accounts = _readable(tx, walk, "accounts", audit_rows.ACCOUNTS)
        ends = {table: _ends(tx, walk, table) for table in audit_rows.ENDS}
    book = next((row for row in books if row[0] == walk.guild), None)
    if not book and not players and not accounts and not any(ends.values()):
        return None
    if book and not accounts:
        walk.report("books.guild_id", Phrase("a guild with accounts"), walk.guild)
        return ends
    count = _check_book(walk, book, accounts, ends["transfers"])
    _check_players(walk, players, book)
    audit_accounts.gather(tx, walk, accounts, count=count)
    return ends


def _readable(tx: Connection, walk: Walk, table: str, statement: audit_rows.Compiled) -> Rows:
    rows, failed = audit_rows.read(tx, statement, g=walk.guild)
    if failed:
        walk.lost = True
        reached = rows[-1][0] if rows and table == "accounts" else 0
        account = reached + 1 if table == "accounts" and isinstance(reached, int) else None
        walk.report(f"{table}.*", Phrase("readable"), failed.why, account=account)
    return rows


def _ends(tx: Connection, walk: Walk, table: str) -> tuple[int, int] | None:
    rows, failed = audit_rows.read(tx, audit_rows.ENDS[table], g=walk.guild)
    if failed:
        walk.torn[table] = failed.why  # the walk will come to it, and can say where
    low, high = rows[0] if rows else (None, None)
    return (low, high) if isinstance(low, int) and isinstance(high, int) else None


def _check_book(walk: Walk, book: Sequence[Any] | None, accounts: Rows, ends: tuple[int, int] | None) -> int:
    """Take over what the guild's own row says, or without one what there is; how many accounts there are by it."""
    if book is None:
        walk.booked, walk.counter = False, ends[1] if ends else 0
        return len(accounts)
    for column, value in zip(("transfers", "accounts", "players"), book[1:4], strict=True):
        if type(value) is not int:
            walk.report(f"books.{column}", Phrase("a whole number"), value)
    if type(book[4]) is not bytes:
        walk.report("books.head", Phrase("a digest"), book[4])
    walk.counter = book[1] if type(book[1]) is int else ends[1] if ends else 0
    walk.head = book[4] if type(book[4]) is bytes else None
    return book[2] if type(book[2]) is int else len(accounts)


def _check_players(walk: Walk, players: Rows, book: Sequence[Any] | None) -> None:
    """Players are numbered from 1 without gaps."""
    numbers = [row[0] for row in players]
    walk.players = len(numbers)
    if numbers != list(range(1, len(numbers) + 1)):
        first = next(place for place, number in enumerate(numbers, 1) if number != place)
        walk.report("players.number", first, numbers[first - 1])
    elif book and type(book[3]) is int and book[3] != len(numbers):
        walk.report("books.players", len(numbers), book[3])


def _follow(tx: Connection, walk: Walk, top: int) -> None:
    """Go through the transfers up to number `top`, and as far as the book's row says unless its head comes first."""
    while not walk.full:
        if walk.reached >= top and (walk.gap or walk.reached >= walk.counter or walk.head in walk.befores):
            return
        first = walk.reached + 1
        last = min(walk.reached + audit_pages.PAGE, top if walk.reached < top else walk.counter)
        if not audit_pages.passes(tx, walk, first, last):
            locate.trace(tx, walk, first, last)
            if walk.gap:
                _skip(tx, walk)


def _skip(tx: Connection, walk: Walk) -> None:
    """Where transfers are missing, go on at the next that is there."""
    rows, _ = audit_rows.read(tx, audit_rows.NEXT, g=walk.guild, first=walk.reached + 1)
    following = rows[0][0] if rows else None
    if isinstance(following, int) and following > walk.reached + 1:
        walk.reached = following - 1


def _check_end(tx: Connection, walk: Walk, ends: Mapping[str, tuple[int, int] | None]) -> None:
    """The book's row says how many transfers there are and how the last one hashes, and nothing lies beyond."""
    fits = walk.head in walk.befores
    if not walk.booked:
        _look_for_book(tx, walk, ends)
        return
    if walk.end != walk.counter and (fits or walk.end > walk.counter):
        walk.report("books.transfers", walk.end, walk.counter)
    elif walk.end != walk.counter and not walk.gap:
        walk.report("transfers.number", walk.end + 1, MISSING, transfer=walk.end + 1)
    elif walk.befores and walk.head is not None and not fits:
        walk.report("books.head", walk.befores[0], walk.head)
    for stray in walk.strays:
        if ("entries", stray.guild_id, stray.transfer, stray.line) not in walk.explained:
            walk.report("entries.transfer", Phrase("another"), stray.transfer, transfer=stray.transfer)
    for table, column in (("transfers", "number"), ("entries", "transfer"), ("notes", "transfer")):
        for number in set(ends[table] or ()):
            known = any(key[:3] == (table, walk.guild, number) for key in walk.explained)
            if not 1 <= number <= max(walk.end, walk.reached) and not known:
                expected = Phrase(f"between 1 and {walk.end}")
                walk.report(f"{table}.{column}", expected, number, transfer=number)


def _look_for_book(tx: Connection, walk: Walk, ends: Mapping[str, tuple[int, int] | None]) -> None:
    """A guild without a row of its own has lost it to another number, or is itself a damaged number of a few rows."""
    strays = [
        row[0] for row in audit_rows.read(tx, audit_rows.BOOKS)[0] if row[4] in walk.befores and walk.end
    ]
    if strays:
        walk.report("books.guild_id", walk.guild, strays[0])
        return
    walk.problems.clear()
    first = next((end[0] for end in ends.values() if end), None)
    account = next(iter(walk.accounts), None) if first is None else None
    walk.report("books.guild_id", walk.guild, MISSING, transfer=first, account=account)


def _told(head: str | None) -> bytes | None:
    """The digest that must occur in the chain; one that can't be a digest never will."""
    if head is None:
        return None
    try:
        digest = bytes.fromhex(head)
    except ValueError:
        digest = b""
    return None if digest == hash_chain.GENESIS else digest


def _check_told(walk: Walk, head: str | None, transfers: int | None) -> None:
    """The head that was noted earlier must still be there; else the book was cut off, or rewritten."""
    if transfers is not None and walk.end < transfers:
        walk.report("transfers.number", transfers, Phrase(f"cut off after {walk.end}"), transfer=walk.end + 1)
    if walk.wanted is not None and not walk.full:
        expected = Phrase(f"{head} or lead on from it")
        walk.report("books.head", expected, walk.head or MISSING, transfer=walk.end)


# --- the whole database -----------------------------------------------------------------------


def _guilds(tx: Connection, problems: list[Problem]) -> Iterator[int]:
    """Every guild that a table of the book knows, as far as it can be read; first those of books, all of them."""
    rows, failed = audit_rows.read(tx, audit_rows.BOOKS)
    books = [row[0] for row in rows if isinstance(row[0], int)]
    yield from books
    if failed:
        problems.append(Problem(FILE, None, None, "books.*", "readable", str(failed.why)))
    elif books != sorted(set(books)) or len(books) != len(rows):
        problems.append(Problem(FILE, None, None, "books.guild_id", "each once and in order", "out of order"))
    for table, statement in audit_rows.GUILDS.items():
        guild: Any = -(2**63)
        try:
            while isinstance(found := audit_rows.rows(tx, statement, g=guild)[0][0], int) and found > guild:
                guild = found
                yield guild
        except Unreadable as unreadable:
            problems.append(Problem(FILE, None, None, f"{table}.*", "readable", str(unreadable.why)))


def _check_file(tx: Connection, deep: bool | None) -> list[Problem]:
    """What SQLite finds wrong with its file: pages, order, indexes, CHECKs and foreign keys."""
    if tx.dialect.name != "sqlite":
        return []
    problems: list[Problem] = []
    for pragma in ("integrity_check", "foreign_key_check"):
        if deep or (deep is None and _is_small(tx)):
            found = (" ".join(str(part) for part in row) for row in _pragma(tx, pragma))
            problems += [Problem(FILE, None, None, pragma, "ok", said) for said in found if said != "ok"]
    return problems


def _is_small(tx: Connection) -> bool:
    """Also where it can't be read how large it is."""
    pages, size = (_pragma(tx, pragma)[0][0] for pragma in ("page_count", "page_size"))
    return not (isinstance(pages, int) and isinstance(size, int)) or pages * size <= _SMALL


def _pragma(tx: Connection, name: str) -> list[Any]:
    """Rows of a PRAGMA; the error as the only one, if it can't be read."""
    try:
        return list(tx.exec_driver_sql(f"PRAGMA {name}"))
    except Exception as error:
        failed = audit_rows.unreadable(error)
        if failed is None:
            raise
        return [(str(failed.why),)]
