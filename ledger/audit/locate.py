"""A page on which something is wrong, read row by row until it is clear what.

A book says most things twice, and that tells where it lies. An entry's amount, balance and sequence each follow from
the others and from the entry before; the digest covers all of them and what the transfer says. So the stored digest
is asked: with which one value put right does it agree? A value that follows from the rest is tried first, then every
value that is one bit away from what is stored. Where it agrees with nothing (several things are wrong at once, or
a forger rewrote the chain as well) the sums alone must tell, and where they can't, what it can be is named.
"""

from collections.abc import Iterator
from itertools import chain as joined
from typing import Any

from sqlalchemy import Connection

from ledger import hash_chain
from ledger.audit import candidates
from ledger.audit import rows as audit_rows
from ledger.audit.candidates import Fix, Lines, near
from ledger.audit.doubted_page import DoubtedPage, check_order, read_page
from ledger.audit.rows import Entry, Transfer
from ledger.audit.state import MISSING, Phrase, Walk, note_fits, overdraws
from ledger.transfers import REVERSAL

_CANDIDATES = 1_000


def trace(tx: Connection, walk: Walk, first: int, last: int) -> None:
    """Check the transfers from `first` to `last`, say what is wrong, and move the walk past them."""
    with audit_rows.any_text(tx):
        page, found = read_page(tx, walk, first, last), len(walk.problems)
        tracer = _Tracer(tx, walk, page)
        for number in range(first, last + 1):
            if not walk.full:
                tracer.trace(number)
        if len(walk.problems) == found:
            check_order(tx, walk, page, first, last)


class _Tracer:
    """Follows the chain through one page. `walk.befores` are the digests that may stand before the next transfer."""

    def __init__(self, tx: Connection, walk: Walk, page: DoubtedPage) -> None:
        self.tx = tx
        self.walk = walk
        self.page = page

    def trace(self, number: int) -> None:
        """Check one transfer and move past it."""
        lines = self.page.entries.get(number, [])
        row = self._row(number, lines)
        torn = number in self.page.unreadable and (row is None or row.digest not in self._digests(row, lines))
        if row is None or torn:
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
        rows = self.page.transfers.get(number, [])
        if len(rows) > 1:
            return next((row for row in rows if row.digest in self._digests(row, lines)), rows[0])
        if rows or number in self.page.unreadable:
            return rows[0] if rows else None
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
        if self.walk.may_search():
            asked = {"g": self.walk.guild, "first": number, "last": self.walk.counter, "limit": _CANDIDATES}
            found, _ = audit_rows.read(self.tx, audit_rows.STRAY_TRANSFERS, **asked)
            yield from (Transfer(*row) for row in found)

    def _lose(self, number: int, lines: Lines) -> None:
        """Go on past a transfer that is missing or can't be read, and say so once for all that follow each other."""
        unreadable = self.page.unreadable.get(number)
        if unreadable and not self.walk.gap:
            table, failed = unreadable
            self._report(number, f"{table}.*", Phrase("readable"), failed.why)
        elif not self.walk.gap and number <= self.walk.counter:
            self._report(number, "transfers.number", number, MISSING)
        self.walk.gap = self.walk.lost = True
        self.walk.unsure.add(number)
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
        if row.format != hash_chain.FORMAT:
            self._report(row.number, "transfers.format", hash_chain.FORMAT, row.format)
        made = self._digests(row, lines)
        follows = self._follows(row, lines)
        unknown = any(line.account in self.walk.missing for line in lines)
        agrees = row.digest in made or unknown or not self.walk.befores
        mistyped = candidates.of_types(row, lines)
        if agrees and mistyped:
            self._report_fix(mistyped, lines)
        if agrees and follows:
            self._settle(row, lines)
        elif agrees:
            self._report_fix(self._summing(row, lines) or self._unclear_sums(row, lines), lines)
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
            fix = self._summing(row, lines) or self._unclear_sums(row, lines)
        fix = fix or candidates.of_types(row, lines)
        if fix is not None:
            self._report_fix(fix, lines)
            self._settle(fix.row, fix.lines, *(() if isinstance(row.digest, bytes) else made))
        else:
            columns = "|".join((*candidates.CONTENTS, "digest"))
            self._report(
                row.number, f"transfers.{columns}", made[0] if made else Phrase("hashed"), row.digest
            )
            self._settle(row, lines, *made)

    def _agreeing(self, row: Transfer, lines: Lines, *, follows: bool) -> Fix | None:
        """The one value with which the digest is right."""
        words = [digest for note in self.page.notes.get(row.number, ()) for digest in _digest_of(note)]
        of_lines = candidates.of_lines(self.walk, row, lines)
        of_contents = candidates.of_contents(self.walk, row, lines, words)
        tries = (of_contents, of_lines) if follows else (of_lines, self._of_rows(row, lines), of_contents)
        return next(
            (fix for fix in joined(*tries) if fix.row.digest in self._digests(fix.row, fix.lines)), None
        )

    def _summing(self, row: Transfer, lines: Lines) -> Fix | None:
        """The one value with which the entries add up, for any digest."""
        tries = candidates.of_lines(self.walk, row, lines)
        return next((fix for fix in tries if self._follows(fix.row, fix.lines)), None)

    def _unclear_sums(self, row: Transfer, lines: Lines) -> Fix:
        """What is wrong with the entries, where it can't be told how they should be."""
        self.walk.unsure.add(row.number)
        self.walk.lost = True
        return candidates.of_sums(self.walk, row, lines)

    def _of_rows(self, row: Transfer, lines: Lines) -> Iterator[Fix]:
        others = [
            line for number, there in self.page.entries.items() if number != row.number for line in there
        ]
        yield from candidates.of_rows(
            self.walk, row, lines, [*self.walk.strays, *self.page.stray_entries, *others]
        )
        if self.walk.may_search():
            amount = -sum(line.amount for line in lines if type(line.amount) is int)
            asked = {"amount": amount, "limit": _CANDIDATES}
            found, _ = audit_rows.read(self.tx, audit_rows.STRAY_ENTRIES, **asked)
            # Its own guild's first: another guild may have the very same entry, and rightly.
            guilds = [self.walk.guild, *near(self.walk.guild)]
            strays = sorted(map(Entry._make, found), key=lambda stray: stray.guild_id not in guilds[:1])
            strays.sort(key=lambda stray: stray.guild_id not in guilds)
            yield from candidates.of_rows(self.walk, row, lines, strays)

    def _goes_on(self, row: Transfer, digest: bytes) -> bool:
        """Whether the chain goes on from `digest`, so that the one that is stored is damaged."""
        if digest in near(row.digest):
            return True
        following, lines = self._look_up(row.number + 1)
        if following is None:
            return self.walk.head == digest
        return following.digest == self._digest(digest, following, lines)

    def _look_up(self, number: int) -> tuple[Transfer | None, Lines]:
        """Another transfer, on this page or not, put right if it had to be."""
        if number in self.walk.mended:
            return self.walk.mended[number]
        rows, lines = self.page.transfers.get(number), self.page.entries.get(number)
        if rows is None or lines is None:
            asked = {"g": self.walk.guild, "first": number}
            rows = [Transfer(*row) for row in audit_rows.read(self.tx, audit_rows.TRANSFER, **asked)[0]]
            lines = [Entry(*row) for row in audit_rows.read(self.tx, audit_rows.ENTRIES_OF, **asked)[0]]
        return (rows[0] if rows else None), lines

    def _digests(self, row: Transfer, lines: Lines) -> tuple[bytes, ...]:
        """What the transfer's digest must be, for each digest that may stand before it."""
        made = [self._digest(before, row, lines) for before in self.walk.befores]
        return tuple(digest for digest in made if digest is not None)

    def _digest(self, before: bytes, row: Transfer, lines: Lines) -> bytes | None:
        """None where something can't be hashed: an account that isn't there, a text that is none."""
        try:
            named = [(line, self.walk.accounts[line.account]) for line in lines]
            data = hash_chain.canonical(
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
                    hash_chain.ChainEntry(account.kind, line.account, account.owner, *line[4:])
                    for line, account in named
                ],
            )
        except (LookupError, TypeError, ValueError, AttributeError):
            return None
        return hash_chain.digest(data)

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
        return stood is None or candidates.continues(stood, line, lost=self.walk.lost)

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
        if type(row.words) not in (bytes, type(None)):
            return  # said already
        if row.words is None or not notes:
            if notes or row.words is not None:
                expected, found = (MISSING, Phrase("there")) if notes else (Phrase("there"), MISSING)
                self._report(row.number, "notes.transfer", expected, found)
        elif not _fits(row.words, notes[0]):
            self._report(row.number, "notes.words", Phrase("what its digest says"), Phrase("something else"))

    def _check_reversal(self, row: Transfer, lines: Lines) -> None:
        if {row.number, row.reverses} & self.walk.unsure:
            return
        undone, reversed_lines = self._look_up(row.reverses) if type(row.reverses) is int else (None, [])
        times = self.page.reversals.get(row.number, [(None, 0)])[0][1]
        if undone is None or undone.kind == REVERSAL or not 1 <= row.reverses < row.number:
            expected = Phrase("an earlier transfer that is no reversal")
            self._report(row.number, "transfers.reverses", expected, row.reverses)
        elif times:
            self._report(row.number, "transfers.reverses", Phrase("reversed once"), row.reverses)
        elif _moved(reversed_lines, -1) != _moved(lines, 1):
            expected = Phrase("the exact opposite")
            self._report(row.number, "entries.amount", expected, Phrase("something else"))

    # --- telling ----------------------------------------------------------------------------

    def _report_fix(self, fix: Fix, lines: Lines) -> None:
        self.walk.mended[fix.row.number] = (fix.row, fix.lines)
        if fix.stray:
            self.walk.explained.add(fix.stray)
        if len(fix.lines) < len(lines):
            self.walk.strays += [line for line in lines if line not in fix.lines]
            return  # told where it belongs, or at the end of the audit
        self._report(fix.row.number, fix.column, fix.expected, fix.found, fix.account)

    def _report(
        self, transfer: int, column: str, expected: object, found: object, account: int | None = None
    ) -> None:
        self.walk.report(column, expected, found, transfer=transfer, account=account)


def _digest_of(note: Any) -> list[bytes]:
    """What the chain would hold of a note, if it is one."""
    try:
        return [hash_chain.words_digest(note[0], note[1])]
    except (TypeError, ValueError, AttributeError):
        return []


def _fits(words: bytes, note: Any) -> bool:
    try:
        return note_fits(words, *note)
    except (TypeError, ValueError, AttributeError):
        return False


def _moved(lines: Lines, sign: int) -> list[tuple[Any, Any]]:
    """What a transfer gives to whom, times `sign`, in order."""
    return sorted((line.account, sign * line.amount) for line in lines)
