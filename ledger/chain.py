"""The canonical bytes of a transfer, and the digest that ties it to all before it.

A digest covers every column of the transfer, its entries in order, and the digest before it. Two people who hold
the same head hold the same book. `tests/ledger/test_chain.py` pins the bytes with golden vectors: a change of
them is a new FORMAT, and old transfers are verified as they were written.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import NamedTuple

FORMAT = 1
GENESIS = bytes(32)
"""The digest before the first transfer of a book."""


class Line(NamedTuple):
    """One entry as the chain names it: its account by kind, number and owner, never by a person."""

    kind: str
    account: int
    owner: int
    amount: int
    balance_after: int
    account_seq: int


def canonical(
    *,
    before: bytes,
    guild: int,
    number: int,
    key: str,
    kind: str,
    actor: int,
    at_us: int,
    reverses: int | None,
    words: bytes | None,
    lines: Iterable[Line],
) -> bytes:
    """Format 1: one flat JSON array of integers and strings in UTF-8, without spaces.

    `[1, digest before, guild, number, key, kind, actor, at_us, reverses, words, (kind, account, owner, amount,
    balance after, account's sequence) for each entry]`. Digests are lower-case hex; a transfer that reverses
    none has 0 there, one without words the empty string.
    """
    head = [
        FORMAT,
        before.hex(),
        guild,
        number,
        key,
        kind,
        actor,
        at_us,
        reverses or 0,
        words.hex() if words else "",
    ]
    for line in lines:
        head += line
    return _encode(head).encode()


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def digest(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def words_digest(words: str, salt: bytes) -> bytes:
    """What the chain holds of words: SHA-256 over a 16-byte random salt and their UTF-8.

    Without the salt nobody who guesses the words can check the guess; erasing both leaves a number that says
    nothing.
    """
    return hashlib.sha256(salt + words.encode()).digest()


def seal(guild: int, number: int, kind: str, owner: int) -> bytes:
    """Covers what never changes of an account, so that damage shows before its first entry does."""
    return digest(_encode([FORMAT, "account", guild, number, kind, owner]).encode())
