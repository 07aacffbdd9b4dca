"""The book's bytes: pinned, complete, and the same for whoever computes them (RULES A8)."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import hash_chain
from ledger.accounts import house, mint
from ledger.hash_chain import ChainEntry
from tests.ledger import recomputed, rows
from tests.world import World

pytestmark = pytest.mark.rule("A8")

# --- golden vectors: format 1 is these bytes, for as long as there are books written in it ------

START: dict[str, Any] = {
    "before": bytes(32),
    "guild": 1001,
    "number": 1,
    "key": "interaction:1234567890123456789",
    "kind": "start",
    "actor": 1,
    "at_us": 1795176000000000,
    "reverses": None,
    "words": None,
    "lines": [ChainEntry("mint", 1, 0, -100000, -100000, 1), ChainEntry("wallet", 3, 1, 100000, 100000, 1)],
}
START_BYTES = (
    b'[1,"0000000000000000000000000000000000000000000000000000000000000000",1001,1,'
    b'"interaction:1234567890123456789","start",1,1795176000000000,0,"",'
    b'"mint",1,0,-100000,-100000,1,"wallet",3,1,100000,100000,1]'
)
START_DIGEST = "85674fcbe9aaad25be72c6cbb0752451e4ea578523dccf1f635be7227e0a6852"

WORDS_DIGEST = "370e9f663621d917952c25da09ca1b20da277100bcf01eab09509d23ce318c12"

GIFT: dict[str, Any] = {
    "before": bytes.fromhex(START_DIGEST),
    "guild": 1001,
    "number": 2,
    "key": "a/b.c_d-e:F",
    "kind": "gift",
    "actor": 1,
    "at_us": 1795176000000001,
    "reverses": None,
    "words": bytes.fromhex(WORDS_DIGEST),
    "lines": [ChainEntry("wallet", 3, 1, -2500, 97500, 2), ChainEntry("wallet", 4, 2, 2500, 2500, 1)],
}
GIFT_BYTES = (
    b'[1,"85674fcbe9aaad25be72c6cbb0752451e4ea578523dccf1f635be7227e0a6852",1001,2,'
    b'"a/b.c_d-e:F","gift",1,1795176000000001,0,'
    b'"370e9f663621d917952c25da09ca1b20da277100bcf01eab09509d23ce318c12",'
    b'"wallet",3,1,-2500,97500,2,"wallet",4,2,2500,2500,1]'
)
GIFT_DIGEST = "174c214b9020f4374775669bf77949b9e15fff3898d70ebb91ef692b691838d6"

REVERSAL: dict[str, Any] = {
    "before": bytes.fromhex(GIFT_DIGEST),
    "guild": 1001,
    "number": 3,
    "key": "undo",
    "kind": "reversal",
    "actor": 0,
    "at_us": 1795176000000002,
    "reverses": 2,
    "words": None,
    "lines": [ChainEntry("wallet", 3, 1, 2500, 100000, 3), ChainEntry("wallet", 4, 2, -2500, 0, 2)],
}
REVERSAL_BYTES = (
    b'[1,"174c214b9020f4374775669bf77949b9e15fff3898d70ebb91ef692b691838d6",1001,3,'
    b'"undo","reversal",0,1795176000000002,2,"","wallet",3,1,2500,100000,3,"wallet",4,2,-2500,0,2]'
)
REVERSAL_DIGEST = "0aa990c363c0828fa3a1dd3d09d0263c75abe50b8088f4b8c219a58fe0c7f896"

MOST: dict[str, Any] = {
    "before": b"\xff" * 32,
    "guild": 2**63 - 1,
    "number": 2**63 - 1,
    "key": "k" * 120,
    "kind": "x" * 40,
    "actor": 2**63 - 1,
    "at_us": -(2**63),
    "reverses": 2**63 - 2,
    "words": b"\xab" * 32,
    "lines": [
        ChainEntry("house", 2, 0, -(10**15), -(10**18), 2**63 - 1),
        ChainEntry("escrow", 2**63 - 1, 0, 10**15, 10**18, 2**63 - 1),
    ],
}
MOST_DIGEST = "bb0c111e716db8429c50eb01b79e962e332360b643b00875a0c187811d682d8f"


@pytest.mark.parametrize(
    ("transfer", "written", "digest"),
    [
        pytest.param(START, START_BYTES, START_DIGEST, id="start"),
        pytest.param(GIFT, GIFT_BYTES, GIFT_DIGEST, id="gift"),
        pytest.param(REVERSAL, REVERSAL_BYTES, REVERSAL_DIGEST, id="reversal"),
    ],
)
def test_format_1_is_written_to_the_byte(transfer: dict[str, Any], written: bytes, digest: str):
    assert hash_chain.FORMAT == 1, "a new format keeps these vectors and adds its own"
    assert hash_chain.canonical(**transfer) == written
    assert hash_chain.digest(written).hex() == digest


def test_the_largest_numbers_are_written_in_full():
    assert hash_chain.digest(hash_chain.canonical(**MOST)).hex() == MOST_DIGEST


def test_the_first_digest_ties_to_nothing():
    assert bytes(32) == hash_chain.GENESIS


def test_words_are_covered_by_a_salted_digest():
    assert hash_chain.words_digest("„Zitat“ 🎲", bytes(range(16))).hex() == WORDS_DIGEST
    assert hash_chain.words_digest("„Zitat“ 🎲", bytes(range(1, 17))).hex() != WORDS_DIGEST


def test_what_never_changes_of_an_account_is_sealed():
    assert (
        hash_chain.seal(1001, 1, "mint", 0).hex()
        == "38dacffffe9023a370fba123b93ec25bf8218b27df1a7d94bd0d34abe316b190"
    )
    assert (
        hash_chain.seal(1001, 3, "wallet", 1).hex()
        == "d1eef5f2ad8e41f4ab22f9ca08917622a693bc555822c851e66e6412110ba3ee"
    )


# --- nothing is left out ----------------------------------------------------------------------

WHOLE = st.integers(-(2**63), 2**63 - 1)
COUNT = st.integers(1, 2**63 - 1)
KEYS = st.from_regex(r"[A-Za-z0-9._:/-]{1,120}", fullmatch=True)
KINDS = st.from_regex(r"[a-z][a-z0-9_.]{0,39}", fullmatch=True)
DIGESTS = st.binary(min_size=32, max_size=32)
LINES = st.lists(
    st.builds(
        ChainEntry, st.sampled_from(["mint", "house", "wallet", "escrow"]), COUNT, COUNT, WHOLE, WHOLE, COUNT
    ),
    min_size=2,
    max_size=4,
)
TRANSFERS = st.fixed_dictionaries(
    {
        "before": DIGESTS,
        "guild": COUNT,
        "number": COUNT,
        "key": KEYS,
        "kind": KINDS,
        "actor": COUNT,
        "at_us": WHOLE,
        "reverses": st.none() | COUNT,
        "words": st.none() | DIGESTS,
        "lines": LINES,
    }
)


def changed(transfer: dict[str, Any], **columns: Any) -> dict[str, Any]:
    return {**transfer, **columns}


@given(TRANSFERS)
def test_a_transfer_can_be_read_back_from_its_bytes(transfer: dict[str, Any]):
    """So no two transfers are written alike, and what the digest covers is all there is."""
    written = hash_chain.canonical(**transfer)

    form, before, *middle, reverses, words = (read := json.loads(written))[:10]
    flat = read[10:]
    lines = [ChainEntry(*flat[place : place + 6]) for place in range(0, len(flat), 6)]
    assert form == 1
    assert middle == [transfer[name] for name in ("guild", "number", "key", "kind", "actor", "at_us")]
    assert bytes.fromhex(before) == transfer["before"]
    assert (reverses or None) == transfer["reverses"]
    assert (bytes.fromhex(words) or None) == transfer["words"]
    assert lines == transfer["lines"]
    assert b" " not in written


@given(TRANSFERS, TRANSFERS, st.data())
def test_a_change_of_any_column_changes_the_digest(
    transfer: dict[str, Any], other: dict[str, Any], data: st.DataObject
):
    def digest(of: dict[str, Any]) -> bytes:
        return hash_chain.digest(hash_chain.canonical(**of))

    for column in transfer:
        if transfer[column] != other[column]:
            assert digest(changed(transfer, **{column: other[column]})) != digest(transfer)
    place = data.draw(st.integers(0, len(transfer["lines"]) - 1))
    line, others = transfer["lines"][place], other["lines"][0]
    for column in ChainEntry._fields:
        if getattr(line, column) != getattr(others, column):
            lines = [*transfer["lines"]]
            lines[place] = line._replace(**{column: getattr(others, column)})
            assert digest(changed(transfer, lines=lines)) != digest(transfer)


@given(TRANSFERS)
def test_the_order_and_number_of_entries_count(transfer: dict[str, Any]):
    whole = hash_chain.canonical(**transfer)
    lines = transfer["lines"]

    assert hash_chain.canonical(**changed(transfer, lines=lines[:-1])) != whole
    assert hash_chain.canonical(**changed(transfer, lines=[*lines, lines[0]])) != whole
    if lines[0] != lines[1]:
        assert hash_chain.canonical(**changed(transfer, lines=[lines[1], lines[0], *lines[2:]])) != whole


@given(st.text(), st.text(), st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_other_words_or_another_salt_make_another_digest(one: str, two: str, salt: bytes, other: bytes):
    def encodable(text: str) -> str:
        return text.encode(errors="ignore").decode()

    one, two = encodable(one), encodable(two)
    assert (hash_chain.words_digest(one, salt) == hash_chain.words_digest(two, other)) == (
        (one, salt) == (two, other)
    )


# --- stored books -----------------------------------------------------------------------------


async def test_a_stored_book_is_computed_again_by_somebody_else(world: World):
    ada, bo = await world.player(1, balance=1000), await world.player(2, balance=500)
    escrow = await world.account("escrow")
    for turn in range(10):
        await world.post(
            {ada.wallet: -7, bo.wallet: -3, escrow: 10}, kind="stake", actor=1, note=f"Ünïcode 🎲 {turn}"
        )
        world.skip(microseconds=999_999)
    undone = await world.reverse(5, note="not so")
    await world.post({escrow: -90, house(world.guild): 90}, kind="void")

    book = await rows.everything(world.db, world.guild)
    heads = recomputed.heads(book)

    assert heads == [row[-1].hex() for row in book["transfers"]]
    assert heads[undone.number - 1] == undone.digest
    assert (await world.head()).digest == heads[-1]
    assert book["books"][0][-1].hex() == heads[-1]
    assert recomputed.balances(book) == {row[1]: (row[4], row[5]) for row in book["accounts"]}
    for _, _, words, salt, _ in book["notes"]:
        digest = hashlib.sha256(salt + words.encode()).digest()
        assert digest in [row[8] for row in book["transfers"]]


async def test_the_digest_is_of_the_moment_to_the_microsecond(world: World):
    world.now = datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    await world.post({mint(world.guild): -1, house(world.guild): 1})

    book = await rows.everything(world.db, world.guild)

    assert book["transfers"][0][6] == 946684799999999
    assert recomputed.heads(book) == [(await world.head()).digest]
