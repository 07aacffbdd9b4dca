"""The chain of a stored book, computed again with nothing but `json` and `hashlib`.

Written from the description of format 1 alone, as somebody who doesn't trust Crux would: it shares no code with it.
"""

import hashlib
import json
from typing import Any


def heads(book: dict[str, list[tuple[Any, ...]]]) -> list[str]:
    """The digest after each transfer, in order, from the rows of one guild (see `rows.of`)."""
    kinds = {number: (kind, owner) for _, number, kind, owner, *_ in book["accounts"]}
    tie, found = "00" * 32, list[str]()
    for guild, number, form, key, kind, actor, at_us, reverses, words, _digest in book["transfers"]:
        body = [
            form,
            tie,
            guild,
            number,
            key,
            kind,
            actor,
            at_us,
            reverses or 0,
            words.hex() if words else "",
        ]
        for _, transfer, _line, account, amount, after, sequence in book["entries"]:
            if transfer == number:
                body += [kinds[account][0], account, kinds[account][1], amount, after, sequence]
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        tie = hashlib.sha256(text.encode()).hexdigest()
        found.append(tie)
    return found


def balances(book: dict[str, list[tuple[Any, ...]]]) -> dict[int, tuple[int, int]]:
    """What each account must hold and how many entries it must have, from the entries alone."""
    held = {row[1]: (0, 0) for row in book["accounts"]}
    for _, _, _, account, amount, after, sequence in book["entries"]:
        balance, entries = held[account]
        assert (after, sequence) == (balance + amount, entries + 1), (account, after, sequence)
        held[account] = after, sequence
    return held
