"""The canonical bytes of a transfer, and the digest that ties it to all before it.

A digest covers every column of the transfer, its entries in order, and the digest before it. Two people who hold
the same head hold the same book. `tests/ledger/test_chain.py` pins the bytes with golden vectors: a change of
them is a new FORMAT, and old transfers are verified as they were written.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

FORMAT = 1
GENESIS = bytes(32)
"""The digest before the first transfer of a book."""


class ChainEntry(NamedTuple):
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
    lines: Iterable[ChainEntry],
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


def line_start(kind: str, account: int, owner: int) -> str:
    """Return what the canonical bytes of each entry of one account begin with, for `line_texts`."""
    return f",{_quote(kind)},{account},{owner},"


def line_texts(starts: Mapping[int, str], entries: Iterable[Sequence[Any]]) -> list[str]:
    """Return the canonical bytes of many entries, as text.

    Args:
        starts: What `line_start` says of each account.
        entries: Rows of transfer, line, account, amount, balance_after and account_seq.
    """
    return [f"{starts[account]}{amount},{after},{seq}" for _, _, account, amount, after, seq in entries]


def digests(
    before: bytes, guild: int, transfers: Iterable[Sequence[Any]], lines: Iterable[str]
) -> list[bytes]:
    """Return the digests of transfers that follow each other: those of `canonical`, at a fifth of the time.

    An audit makes them by the million. `tests/ledger/test_chain_texts.py` compares both for all
    numbers, text and bytes that a row holds. Anything else raises here or makes another digest.

    Args:
        before: The digest before the first of them.
        transfers: Rows of number, format, key, kind, actor, at_us, reverses, words and digest.
        lines: The texts of each transfer's entries, joined.
    """
    made: list[bytes] = []
    start, book, tie = f'[{FORMAT},"', f'",{guild},', before.hex()
    for (number, _, key, kind, actor, at_us, reverses, words, _), text in zip(transfers, lines, strict=True):
        body = (
            f"{start}{tie}{book}{number},{_quote(key)},{_quote(kind)},{actor},{at_us},{reverses or 0}"
            f',"{words.hex() if words else ""}"{text}]'
        )
        found = hashlib.sha256(body.encode())
        tie = found.hexdigest()
        made.append(found.digest())
    return made


_quote = json.encoder.encode_basestring


def digest(data: bytes) -> bytes:
    """Compute SHA-256."""
    return hashlib.sha256(data).digest()


def words_digest(words: str, salt: bytes) -> bytes:
    """Return what the chain holds of words: SHA-256 over a 16-byte random salt and their UTF-8.

    Without the salt nobody who guesses the words can check the guess; erasing both leaves a number that says
    nothing.
    """
    return hashlib.sha256(salt + words.encode()).digest()


def seal(guild: int, number: int, kind: str, owner: int) -> bytes:
    """Cover what never changes of an account, so that damage shows before its first entry does."""
    return digest(_encode([FORMAT, "account", guild, number, kind, owner]).encode())
