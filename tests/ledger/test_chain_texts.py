"""The fast way to the canonical bytes, which audits take, agrees with `canonical`, which defines them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import hash_chain

WHOLE = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=130)
DIGEST = st.binary(min_size=32, max_size=32)
ACCOUNTS = st.lists(
    st.tuples(TEXT, WHOLE, WHOLE), min_size=1, max_size=5, unique_by=lambda account: account[1]
)


@st.composite
def books(draw: st.DrawFn) -> tuple[list[Any], list[Any], list[list[Any]]]:
    """Accounts, rows of transfers, and for each the rows of its entries."""
    accounts = draw(ACCOUNTS)
    numbers = st.sampled_from([account[1] for account in accounts])
    entry = st.tuples(WHOLE, WHOLE, numbers, WHOLE, WHOLE, WHOLE)
    reverses, words = st.none() | WHOLE, st.none() | DIGEST | st.just(b"")
    transfer = st.tuples(WHOLE, st.just(1), TEXT, TEXT, WHOLE, WHOLE, reverses, words, DIGEST)
    transfers = draw(st.lists(transfer, max_size=5))
    return accounts, transfers, [draw(st.lists(entry, max_size=4)) for _ in transfers]


@given(before=DIGEST, guild=WHOLE, book=books())
def test_both_ways_make_the_same_digests(before: bytes, guild: int, book: tuple[Any, ...]):
    accounts, transfers, entries = book
    starts = {number: hash_chain.line_start(kind, number, owner) for kind, number, owner in accounts}
    kinds = {number: (kind, owner) for kind, number, owner in accounts}

    made = hash_chain.digests(
        before, guild, transfers, ["".join(hash_chain.line_texts(starts, lines)) for lines in entries]
    )

    expected: list[bytes] = []
    tie = before
    for (number, _, key, kind, actor, at_us, reverses, words, _), lines in zip(
        transfers, entries, strict=True
    ):
        tie = hash_chain.digest(
            hash_chain.canonical(
                before=tie,
                guild=guild,
                number=number,
                key=key,
                kind=kind,
                actor=actor,
                at_us=at_us,
                reverses=reverses,
                words=words,
                lines=[hash_chain.ChainEntry(*_named(kinds, line)) for line in lines],
            )
        )
        expected.append(tie)
    assert made == expected


def _named(kinds: dict[int, tuple[str, int]], line: tuple[int, ...]) -> tuple[Any, ...]:
    kind, owner = kinds[line[2]]
    return (kind, line[2], owner, *line[3:])


@pytest.mark.parametrize("place", [0, 2, 3, 4, 5, 6, 7])
@pytest.mark.parametrize("value", [None, 1.0, b"bytes", "text", True])
def test_a_value_of_another_type_makes_no_digest_or_another(place: int, value: object):
    """Damage can change what a column holds; what must not happen is that its digest stays right."""
    right = (7, 1, "test:7", "stake", 3, 1_795_176_000_000_000, 4, bytes(32), bytes(32))
    row = (*right[:place], value, *right[place + 1 :])
    try:
        made = hash_chain.digests(hash_chain.GENESIS, 1001, [row], [""])
    except (TypeError, AttributeError):
        return
    assert made != hash_chain.digests(hash_chain.GENESIS, 1001, [right], [""])
