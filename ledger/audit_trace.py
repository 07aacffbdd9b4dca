"""A page on which something is wrong, read row by row until it is clear what.

A book says most things twice, and that tells where it lies. An entry's amount, balance and sequence each follow from
the others and from the entry before; the digest covers all of them and what the transfer says. So the stored digest
is asked: with which one value put right does it agree? A value that follows from the rest is tried first, then every
value that is one bit away from what is stored. Where it agrees with nothing (several things are wrong at once, or
somebody rewrote the chain as well) the sums alone must tell, and where they can't, what it can be is named.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain as joined
from typing import Any

from sqlalchemy import Connection

from ledger import audit_fixes, audit_rows, chain
from ledger.audit_fixes import Fix, Lines, near
from ledger.audit_rows import Entry, Transfer, Unreadable
from ledger.audit_state import MISSING, Phrase, Walk, note_fits, overdraws
from ledger.transfers import REVERSAL

_BEYOND = 16  # rows past the page that are read along, for what stands among them in the wrong place
_SEARCHES = 3  # walks through a whole table for a row that is missing, in one guild's audit
_CANDIDATES = 1_000


@dataclass(slots=True)
class _Page:
    """What could be read of a page, by transfer; rows that stand among the others but belong elsewhere."""

    transfers: dict[int, Transfer] = field(default_factory=dict[int, Transfer])
    entries: dict[int, Lines] = field(default_factory=dict[int, Lines])
    notes: dict[int, list[Any]] = field(default_factory=dict[int, list[Any]])
    reversals: dict[int, list[Any]] = field(default_factory=dict[int, list[Any]])
    unreadable: dict[int, tuple[str, Unreadable]] = field(default_factory=dict[int, tuple[str, Unreadable]])
    stray_transfers: list[Transfer] = field(default_factory=list[Transfer])
    stray_entries: list[Entry] = field(default_factory=list[Entry])


def trace(tx: Connection, walk: Walk, first: int, last: int) -> None:
    """Check the transfers from `first` to `last`, say what is wrong, and move the walk past them."""
    with audit_rows.any_text(tx):
        tracer = _Tracer(tx, walk, _read(tx, walk.guild, first, last))
        for number in range(first, last + 1):
            if not walk.full:
                tracer.trace(number)


def _read(tx: Connection, guild: int, first: int, last: int) -> _Page:
    """Everything on a page, by walking through it and by asking for each transfer by its key."""
    page = _Page()
    _walk_through(tx, page, guild, first, last)
    for number in range(first, last + 1):
        if number not in page.transfers:
            rows, failed = audit_rows.read(tx, audit_rows.TRANSFER, g=guild, first=number)
            page.transfers.update((number, Transfer(*row)) for row in rows)
            if failed:
                page.unreadable[number] = ("transfers", failed)
        rows, failed = audit_rows.read(tx, audit_rows.ENTRIES_OF, g=guild, first=number)
        lines = page.entries.setdefault(number, [])
        lines += [entry for entry in (Entry(*row) for row in rows) if entry not in lines]
        if failed:
            page.unreadable.setdefault(number, ("entries", failed))
    return page


def _walk_through(tx: Connection, page: _Page, guild: int, first: int, last: int) -> None:
    asked, size = {"g": guild, "first": first}, last - first + 1 + _BEYOND
    here = range(first, last + 1)
    for row in audit_rows.read(tx, audit_rows.TRANSFERS_FROM, **asked, limit=size)[0]:
        transfer = Transfer(*row)
        if transfer.guild_id == guild and transfer.number in here and transfer.number not in page.transfers:
            page.transfers[transfer.number] = transfer
        else:
            page.stray_transfers.append(transfer)
    for row in audit_rows.read(tx, audit_rows.ENTRIES_FROM, **asked, limit=8 * size)[0]:
        entry = Entry(*row)
        if entry.guild_id == guild and entry.transfer in here:
            page.entries.setdefault(entry.transfer, []).append(entry)
        else:
            page.stray_entries.append(entry)
    for row in audit_rows.read(tx, audit_rows.NOTES, **asked, last=last)[0]:
        page.notes.setdefault(row[0], []).append(row[1:])
    for row in audit_rows.read(tx, audit_rows.REVERSALS, **asked, last=last)[0]:
        page.reversals.setdefault(row[0], []).append(row[1:])


class _Tracer:
    """Follows the chain through one page. `walk.befores` are the digests that may stand before the next transfer."""

    def __init__(self, tx: Connection, walk: Walk, page: _Page) -> None:
        self.tx = tx
        self.walk = walk
        self.page = page

    def trace(self, number: int) -> None:
        """Check one transfer and move past it."""
        lines = self.page.entries[number]
        row = None if number in self.page.unreadable else self._row(number, lines)
        if row is None:
            self._lose(number, lines)
        elif self.walk.gap and number > self.walk.counter:
            self._beyond(row)
        else:
            self.walk.gap = False
            self._check(row, lines)
            self.walk.end = number
        self.walk.reached = number
        self.walk.entries += len(lines)
        self.walk.traced += 1

    # --- what is there, and what is missing -------------------------------------------------

    def _row(self, number: int, lines: Lines) -> Transfer | None:
        """The transfer's row: in its place, or recognised elsewhere by its digest."""
        row = self.page.transfers.get(number)
        if row is not None:
            return row
        right = {"guild_id": self.walk.guild, "number": number}
        for stray in self._stray_transfers(number):
            moved = stray._replace(**right)
            off = [column for column, value in right.items() if getattr(stray, column) != value]
            if len(off) == 1 and moved.digest in self._digests(moved, lines):
                self._report(number, f"transfers.{off[0]}", right[off[0]], getattr(stray, off[0]))
                self.walk.explained.add(("transfers", stray.guild_id, stray.number))
                return moved
        return None

    def _stray_transfers(self, number: int) -> Iterator[Transfer]:
        yield from self.page.stray_transfers
        if self._may_search():
            asked = {"g": self.walk.guild, "first": number, "last": self.walk.counter, "limit": _CANDIDATES}
            found, _ = audit_rows.read(self.tx, audit_rows.STRAY_TRANSFERS, **asked)
            yield from (Transfer(*row) for row in found)

    def _may_search(self) -> bool:
        self.walk.searches += 1
        return self.walk.searches <= _SEARCHES

    def _lose(self, number: int, lines: Lines) -> None:
        """Go on past a transfer that is missing or can't be read, and say so once for all that follow each other."""
        unreadable = self.page.unreadable.get(number)
        if unreadable and not self.walk.gap:
            table, failed = unreadable
            self._report(number, f"{table}.*", Phrase("readable"), failed.why)
        elif not self.walk.gap and number <= self.walk.counter:
            self._report(number, "transfers.number", number, MISSING)
        self.walk.gap = self.walk.lost = True
        self.walk.befores = ()
        self._move(number, lines)

    def _beyond(self, row: Transfer) -> None:
        """A transfer stands alone behind the end of the book."""
        if ("transfers", self.walk.guild, row.number) not in self.walk.explained:
            expected = Phrase(f"at most {self.walk.counter}")
            self._report(row.number, "transfers.number", expected, row.number)

    # --- one transfer -----------------------------------------------------------------------

    def _check(self, row: Transfer, lines: Lines) -> None:
        """Compare a transfer with its digest, and its entries with what came before them."""
        if row.format != chain.FORMAT:
            self._report(row.number, "transfers.format", chain.FORMAT, row.format)
        made = self._digests(row, lines)
        follows = self._follows(row, lines)
        unknown = any(line.account in self.walk.missing for line in lines)
        agrees = row.digest in made or unknown or not self.walk.befores
        if agrees and follows:
            self._settle(row, lines)
        elif agrees:
            self._report_fix(self._summing(row, lines) or audit_fixes.of_sums(self.walk, row, lines), lines)
            self._settle(row, lines)
        elif follows and any(self._goes_on(row, digest) for digest in made):
            self._report(row.number, "transfers.digest", made[0], row.digest)
            self._settle(row._replace(digest=made[0]), lines)
        else:
            self._explain(row, lines, made, follows=follows)

    def _explain(self, row: Transfer, lines: Lines, made: tuple[bytes, ...], *, follows: bool) -> None:
        """The digest is not that of what is there, and it isn't the digest that is damaged."""
        fix = self._agreeing(row, lines, follows=follows)
        if fix is None and not follows:
            fix = self._summing(row, lines) or audit_fixes.of_sums(self.walk, row, lines)
        fix = fix or audit_fixes.of_types(row, lines)
        if fix is not None:
            self._report_fix(fix, lines)
            self._settle(fix.row, fix.lines, *(() if isinstance(row.digest, bytes) else made))
        else:
            columns = "|".join((*audit_fixes.CONTENTS, "digest"))
            self._report(
                row.number, f"transfers.{columns}", made[0] if made else Phrase("hashed"), row.digest
            )
            self._settle(row, lines, *made)

    def _agreeing(self, row: Transfer, lines: Lines, *, follows: bool) -> Fix | None:
        """The one value with which the digest is right."""
        words = [digest for note in self.page.notes.get(row.number, ()) for digest in _digest_of(note)]
        of_lines = audit_fixes.of_lines(self.walk, row, lines)
        of_contents = audit_fixes.of_contents(self.walk, row, lines, words)
        tries = (of_contents, of_lines) if follows else (of_lines, self._of_rows(row, lines), of_contents)
        return next(
            (fix for fix in joined(*tries) if fix.row.digest in self._digests(fix.row, fix.lines)), None
        )

    def _summing(self, row: Transfer, lines: Lines) -> Fix | None:
        """The one value with which the entries add up, whatever the digest says."""
        tries = joined(audit_fixes.of_lines(self.walk, row, lines), self._of_rows(row, lines))
        return next((fix for fix in tries if self._follows(fix.row, fix.lines)), None)

    def _of_rows(self, row: Transfer, lines: Lines) -> Iterator[Fix]:
        yield from audit_fixes.of_rows(self.walk, row, lines, [*self.walk.strays, *self.page.stray_entries])
        if self._may_search():
            amount = -sum(line.amount for line in lines if type(line.amount) is int)
            asked = {"amount": amount, "limit": _CANDIDATES}
            found, _ = audit_rows.read(self.tx, audit_rows.STRAY_ENTRIES, **asked)
            yield from audit_fixes.of_rows(self.walk, row, lines, [Entry(*stray) for stray in found])

    def _goes_on(self, row: Transfer, digest: bytes) -> bool:
        """Whether the chain goes on from `digest`, so that the one that is stored is damaged."""
        if digest in near(row.digest):
            return True
        number, guild = row.number + 1, self.walk.guild
        found, _ = audit_rows.read(self.tx, audit_rows.TRANSFER, g=guild, first=number)
        if not found:
            return self.walk.head == digest
        lines, _ = audit_rows.read(self.tx, audit_rows.ENTRIES_OF, g=guild, first=number)
        then = Transfer(*found[0])
        return then.digest == self._digest(digest, then, [Entry(*line) for line in lines])

    def _digests(self, row: Transfer, lines: Lines) -> tuple[bytes, ...]:
        """What the transfer's digest must be, for each digest that may stand before it."""
        made = [self._digest(before, row, lines) for before in self.walk.befores]
        return tuple(digest for digest in made if digest is not None)

    def _digest(self, before: bytes, row: Transfer, lines: Lines) -> bytes | None:
        """None where something can't be hashed: an account that isn't there, a text that is none."""
        try:
            named = [(line, self.walk.accounts[line.account]) for line in lines]
            data = chain.canonical(
                before=before,
                guild=self.walk.guild,
                number=row.number,
                key=row.key,
                kind=row.kind,
                actor=row.actor,
                at_us=row.at_us,
                reverses=row.reverses,
                words=row.words,
                lines=[
                    chain.Line(account.kind, line.account, account.owner, *line[4:])
                    for line, account in named
                ],
            )
        except (LookupError, TypeError, ValueError, AttributeError):
            return None
        return chain.digest(data)

    def _follows(self, row: Transfer, lines: Lines) -> bool:
        """Whether the entries are a transfer by themselves, and continue their accounts."""
        if len(lines) < 2 or any(type(value) is not int for line in lines for value in line):
            return False
        numbered = all(
            line[:3] == (self.walk.guild, row.number, place) for place, line in enumerate(lines, 1)
        )
        if not numbered or sum(line.amount for line in lines):
            return False
        return all(self._continues(line) for line in lines)

    def _continues(self, line: Entry) -> bool:
        if line.account not in self.walk.accounts:
            return line.account in self.walk.missing
        stood = self.walk.standing[line.account]
        return stood is None or audit_fixes.continues(stood, line, lost=self.walk.lost)

    # --- what holds of a transfer, damaged or not -------------------------------------------

    def _settle(self, row: Transfer, lines: Lines, *others: bytes) -> None:
        """Move the accounts, and check what no digest covers. `others`: digests that may stand here instead."""
        self.walk.befores = tuple(digest for digest in (row.digest, *others) if isinstance(digest, bytes))
        self.walk.meet(*self.walk.befores)
        self._check_kind(row)
        self._check_overdrafts(row, lines)
        self._check_notes(row)
        if row.reverses is not None:
            self._check_reversal(row, lines)
        self._move(row.number, lines)

    def _move(self, number: int, lines: Lines) -> None:
        for line in lines:
            if line.account in self.walk.standing:
                sure = type(line.balance_after) is int and type(line.account_seq) is int
                self.walk.standing[line.account] = (
                    (line.balance_after, line.account_seq, number) if sure else None
                )

    def _check_kind(self, row: Transfer) -> None:
        if not isinstance(row.kind, str) or not self.walk.knows({row.kind}):
            self._report(row.number, "transfers.kind", Phrase("a kind of transfer"), row.kind)
        elif (row.kind == REVERSAL) != (row.reverses is not None):
            expected = Phrase("a transfer") if row.kind == REVERSAL else None
            self._report(row.number, "transfers.reverses", expected, row.reverses)

    def _check_overdrafts(self, row: Transfer, lines: Lines) -> None:
        for line in lines:
            account = self.walk.accounts.get(line.account)
            if account and overdraws(row.kind, account.kind, line.amount, line.balance_after):
                expected = Phrase("zero or more")
                self._report(row.number, "entries.balance_after", expected, line.balance_after, line.account)

    def _check_notes(self, row: Transfer) -> None:
        notes = self.page.notes.get(row.number, [])
        if row.words is None or not notes:
            if notes or row.words is not None:
                expected, found = (MISSING, Phrase("there")) if notes else (Phrase("there"), MISSING)
                self._report(row.number, "notes.transfer", expected, found)
        elif not _fits(row.words, notes[0]):
            self._report(row.number, "notes.words", Phrase("what its digest says"), Phrase("something else"))

    def _check_reversal(self, row: Transfer, lines: Lines) -> None:
        undone = self.page.reversals.get(row.number, [])
        kind, times = undone[0][:2] if undone else (None, 0)
        if kind is None or kind == REVERSAL or not 1 <= row.reverses < row.number:
            expected = Phrase("an earlier transfer that is no reversal")
            self._report(row.number, "transfers.reverses", expected, row.reverses)
        elif times:
            self._report(row.number, "transfers.reverses", Phrase("reversed once"), row.reverses)
        elif sorted(row[2:] for row in undone) != sorted((line.account, -line.amount) for line in lines):
            expected = Phrase("the exact opposite")
            self._report(row.number, "entries.amount", expected, Phrase("something else"))

    # --- telling ----------------------------------------------------------------------------

    def _report_fix(self, fix: Fix, lines: Lines) -> None:
        if fix.stray:
            self.walk.explained.add(fix.stray)
        if len(fix.lines) < len(lines):
            self.walk.strays += [line for line in lines if line not in fix.lines]
        self._report(fix.row.number, fix.column, fix.expected, fix.found, fix.account)

    def _report(
        self, transfer: int, column: str, expected: object, found: object, account: int | None = None
    ) -> None:
        self.walk.report(column, expected, found, transfer=transfer, account=account)


def _digest_of(note: Any) -> list[bytes]:
    """What the chain would hold of a note, if it is one."""
    try:
        return [chain.words_digest(note[0], note[1])]
    except (TypeError, ValueError, AttributeError):
        return []


def _fits(words: bytes, note: Any) -> bool:
    try:
        return note_fits(words, *note)
    except (TypeError, ValueError, AttributeError):
        return False
