"""The accounts of a book: whole, sealed, owned by players, and in the end where the transfers leave them."""

from collections.abc import Iterator
from itertools import chain as joined
from typing import Any

from sqlalchemy import Connection

from ledger import hash_chain, schema
from ledger.audit import rows as audit_rows
from ledger.audit.candidates import near
from ledger.audit.rows import Rows
from ledger.audit.state import HOUSE, MINT, MISSING, Phrase, StoredAccount, Walk

_CANDIDATES = 1_000
_MANY_MISSING = 1_000  # more than so many, and it is rather the count that is wrong
_FEW_PLAYERS = 5_000  # up to which each is tried as the owner of an account whose seal is broken

_TYPES: dict[str, tuple[type, ...]] = {
    "kind": (str,),
    "owner": (int,),
    "balance": (int,),
    "entries": (int,),
    "ended_by": (int, type(None)),
    "seal": (bytes,),
}


def gather(tx: Connection, walk: Walk, rows: Rows, *, count: int) -> None:
    """Take the accounts into the walk, each in its place and with its kind and owner as they were sealed.

    Args:
        rows: As `audit_rows.ACCOUNTS` reads them.
        count: How many there are, by the book's row.
    """
    found = [StoredAccount(*row) for row in rows]
    order = [account.number for account in found]
    if len(order) != count or order != list(range(1, count + 1)):
        said = len(walk.problems)
        found = _in_place(tx, walk, _all_that_are_there(tx, walk, found), count)
        if len(walk.problems) == said:  # all are there, and yet in another order than they must be
            place = next((n for n, number in enumerate(order, 1) if number != n), 0)
            walk.report("accounts.number", place, order[place - 1] if order else MISSING, account=place)
    for account in found:
        walk.add(_sealed(walk, account))


def _all_that_are_there(tx: Connection, walk: Walk, found: list[StoredAccount]) -> list[StoredAccount]:
    """What a walk through the whole table finds; where that can't be made to its end, what was found by key too."""
    own, failed = audit_rows.read(tx, audit_rows.OWN_ACCOUNTS, g=walk.guild)
    through = [StoredAccount(*row) for row in own]
    return through + [account for account in found if failed and account not in through]


def _in_place(tx: Connection, walk: Walk, found: list[StoredAccount], count: int) -> list[StoredAccount]:
    """Every account under its number, after saying which are missing, misplaced or not counted."""
    places: dict[int, StoredAccount] = {}
    strays: list[StoredAccount] = []
    for account in sorted(found, key=lambda account: not _is_sealed(walk, account)):  # the true ones first
        if type(account.number) is int and account.number >= 1 and account.number not in places:
            places[account.number] = account
        else:
            strays.append(account)
    count = _right_count(tx, walk, places, len(found), count)
    upper = min(count, len(found) + _MANY_MISSING)
    for number in [number for number in range(1, upper + 1) if number not in places]:
        beyond = [places[other] for other in places if other > count]
        column, there = _elsewhere(tx, walk, number, strays + beyond)
        if there is None:
            walk.missing.add(number)
            if not walk.lost:  # else the table couldn't be read to its end, and that was said
                walk.report("accounts.number", number, MISSING, account=number)
            continue
        right = number if column == "number" else walk.guild
        walk.report(f"accounts.{column}", right, there[0], account=number)
        if there in beyond:
            del places[there.number]
        places[number] = there._replace(number=number)
    for number in places:
        if number > count:
            walk.report("accounts.number", Phrase(f"at most {count}"), number, account=number)
    return [places[number] for number in sorted(places)]


def _right_count(tx: Connection, walk: Walk, places: dict[int, StoredAccount], rows: int, count: int) -> int:
    """How many accounts there are: what the book says, unless those that are there have no gap and none is missed."""
    if rows != count and rows == len(places) == max(places, default=0):
        highest, _ = audit_rows.read(tx, audit_rows.HIGHEST_ACCOUNT, g=walk.guild)
        used = max((row[0] or 0 for row in highest), default=0)
        last_astray = count == rows + 1 and _elsewhere(tx, walk, count, [])[1] is not None
        if not rows < used <= count and not last_astray:
            walk.report("books.accounts", rows, count)
            return rows
    return count


def _elsewhere(
    tx: Connection, walk: Walk, number: int, strays: list[StoredAccount]
) -> tuple[str, StoredAccount | None]:
    """The account that is missing as `number`, recognised by its seal, and by which column it went astray.

    Where that is the guild, the account's number is the guild it was found with.
    """
    searched, _ = audit_rows.read(
        tx, audit_rows.STRAY_ACCOUNTS, g=walk.guild, first=number, limit=_CANDIDATES
    )
    others = [StoredAccount(row[0], *row[2:]) for row in searched]
    for column, candidates in (("number", strays), ("guild_id", others)):
        for account in candidates:
            if _is_sealed(walk, account._replace(number=number)):
                return column, account
    return "", None


def _is_sealed(walk: Walk, account: StoredAccount) -> bool:
    return _seal(walk.guild, account.number, account.kind, account.owner) == account.seal


def _sealed(walk: Walk, account: StoredAccount) -> StoredAccount:
    """The account with its kind and owner as its seal has them, after saying what is wrong with it."""
    if _seal(walk.guild, account.number, account.kind, account.owner) != account.seal:
        for column, value in _likely(walk, account):
            fixed = account._replace(**{column: value})
            if _seal(walk.guild, fixed.number, fixed.kind, fixed.owner) == fixed.seal:
                walk.report(f"accounts.{column}", value, getattr(account, column), account=account.number)
                account = fixed
                break
        else:
            expected = _seal(walk.guild, account.number, account.kind, account.owner)
            walk.report("accounts.seal", expected or Phrase("a seal"), account.seal, account=account.number)
    _check_kind(walk, account)
    for column in ("balance", "entries", "ended_by"):
        found = getattr(account, column)
        if type(found) not in _TYPES[column]:
            walk.report(f"accounts.{column}", Phrase("a whole number"), found, account=account.number)
    return account


def _likely(walk: Walk, account: StoredAccount) -> Iterator[tuple[str, object]]:
    for kind in schema.KINDS:
        yield "kind", kind
    for owner in joined(near(account.owner), range(min(walk.players, _FEW_PLAYERS) + 1)):
        yield "owner", owner


def _check_kind(walk: Walk, account: StoredAccount) -> None:
    """What the table's CHECKs say of kinds and owners, and that an owner is a player of the book."""
    number, kind, owner = account[:3]
    due = {MINT: "mint", HOUSE: "house"}.get(number)
    if kind not in schema.KINDS or (due or kind) != kind or (due is None and kind in ("mint", "house")):
        walk.report("accounts.kind", due or Phrase("a kind of account"), kind, account=number)
    least = 1 if kind == "wallet" else 0
    most = 0 if kind in ("mint", "house") else walk.players
    if type(owner) is not int or not least <= owner <= most:
        walk.report("accounts.owner", Phrase("a player" if most else "nobody"), owner, account=number)
    elif kind == "wallet":
        if owner in walk.owners:
            walk.report("accounts.owner", Phrase("a player without a wallet"), owner, account=number)
        walk.owners.add(owner)


def _seal(guild: int, number: int, kind: Any, owner: Any) -> bytes | None:
    """None where it can't be made of what is there."""
    try:
        return hash_chain.seal(guild, number, kind, owner)
    except (TypeError, ValueError):
        return None


def compare(walk: Walk) -> None:
    """Compare the stored balances, counts and ends with those that the transfers come to."""
    for number, account in walk.accounts.items():
        stood = walk.standing[number]
        if stood is None or (walk.lost and stood[1] != account.entries):
            continue  # its last entries are lost, which was said
        balance, entries, last = stood
        if not _same(account.balance, balance):
            walk.report("accounts.balance", balance, account.balance, account=number)
        if not _same(account.entries, entries):
            walk.report("accounts.entries", entries, account.entries, account=number)
        if account.ended_by is not None:
            _check_end(walk, account, balance, last or schema.NEVER_USED)


def _check_end(walk: Walk, account: StoredAccount, balance: int, last: int) -> None:
    if account.kind not in schema.NEVER_NEGATIVE or not _same(account.ended_by, last):
        expected = last if account.kind in schema.NEVER_NEGATIVE else None
        walk.report("accounts.ended_by", expected, account.ended_by, account=account.number)
    elif balance:
        walk.report("accounts.balance", 0, balance, account=account.number)


def _same(stored: object, made: int) -> bool:
    """Equal, and a whole number: a float that equals it is damage too."""
    return type(stored) is int and stored == made
