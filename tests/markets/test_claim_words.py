"""The rows that the search reads: from the terms alone, held by the audit, and there in books of before."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.storage import schema_version
from ledger.storage.database import run_alone
from markets.claims import claim_words
from markets.claims.terms import Outcome, Terms, canonical, digest
from markets.core import tables
from markets.records import audit
from markets.views import lists
from tests import databases
from tests.ledger import stories
from tests.markets.club import Club

WORDINGS = (
    Terms("Übergabe vor 2030", "Straße\nund “Café”", outcomes=(Outcome("Ja", "x"), Outcome("Nein", "y"))),
    Terms("ＦＵＬＬ width İstanbul ﬁne", "a" * 100, tags=("AI Safety", "日本")),
    Terms("हिन्दी में", "soft\N{SOFT HYPHEN}hyphen, zero\N{ZERO WIDTH JOINER}width"),
    Terms("…", "?"),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of this test alone, with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'crux.db'}"
    else:
        server: databases.Server = request.getfixturevalue("postgresql")
        yield server.empty()


def words(tx: Connection) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for claim, word in tx.execute(sa.select(tables.claim_words.c.claim, tables.claim_words.c.word)):
        found.setdefault(claim, set()).add(word)
    return found


def _claims_of_before(tx: Connection) -> None:
    """A book as version 0014 holds it: an open claim of each wording, and the last once more as a draft."""
    tx.execute(
        sa.insert(book.books),
        {"guild_id": 7, "transfers": 0, "accounts": 2, "players": 1, "head": bytes(32)},
    )
    tx.execute(sa.insert(book.players), {"guild_id": 7, "number": 1, "discord_id": 1, "joined_us": 0})
    for number, terms in enumerate((*WORDINGS, WORDINGS[0]), 1):
        state = "open" if number <= len(WORDINGS) else "draft"
        row = {
            "guild_id": 7,
            "number": number,
            "author": 1,
            "state": state,
            "kind": "binary",
            "settings": "{}",
        }
        row |= {"terms": canonical(terms), "digest": digest(terms), "made_us": 0, "closes_us": 1}
        tx.execute(sa.insert(tables.claims), row)


def test_a_book_of_before_gets_the_words_of_its_open_claims(own: str):
    run_alone(own, lambda tx: schema_version.migrate(tx, own, "0014"), write=True)
    run_alone(own, _claims_of_before, write=True)

    run_alone(own, lambda tx: schema_version.migrate(tx, own), write=True)

    wanted = {number: claim_words.words_of(terms) for number, terms in enumerate(WORDINGS, 1)}
    assert run_alone(own, words) == {number: of for number, of in wanted.items() if of}
    assert len(wanted[1]) > 5

    found = run_alone(own, lambda tx: lists.search(tx, 7, "strasse CAFÉ"))
    assert [row.number for row in found] == [1]


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM claim_words WHERE guild_id = :g AND word = 'superhuman'",
        "UPDATE claim_words SET word = 'ia' WHERE guild_id = :g AND word = 'ai'",
        "INSERT INTO claim_words (guild_id, word, claim) VALUES (:g, 'votes', 1)",
    ],
    ids=["lost", "other", "more"],
)
async def test_the_audit_tells_words_that_are_not_those_of_the_terms(club: Club, damage: str):
    await club.claim(await club.member(1))
    assert await club.db.read(audit.problems, club.guild) == ()

    await club.db.background(
        lambda tx, guild, now: tx.execute(sa.text(damage), {"g": guild}), club.guild, club.now
    )

    told = await club.db.read(audit.problems, club.guild)
    assert told == ("Claim 1 is searched by other words than its terms hold.",)


async def test_a_search_reads_ranges_of_the_key_and_claims_by_number(club: Club, url: str):
    """No search walks the words or the claims of a server."""
    for n in range(3):
        await club.claim(await club.member(n + 1))
    holding, values = claim_words.search("superhuman coder task")
    assert holding is not None
    statement = lists.holding_words(holding)

    def plan(tx: Connection) -> str:
        sqlite = tx.dialect.name == "sqlite"
        asked = statement.params({"g": club.guild} | values)
        text = str(asked.compile(dialect=tx.dialect, compile_kwargs={"literal_binds": True}))
        if not sqlite:
            tx.exec_driver_sql("SET LOCAL enable_seqscan = off")  # so few rows are walked otherwise
            tx.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        explains = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
        return "\n".join(str(row[-1]) for row in tx.exec_driver_sql(explains + text.replace("%", "%%")))

    told = await stories.alone(url, plan)

    if url.startswith("sqlite"):
        ranges = r"SEARCH claim_words USING PRIMARY KEY \(guild_id=\? AND word>\? AND word<\?\)"
        assert "SEARCH claims USING PRIMARY KEY (guild_id=? AND number=?)" in told
    else:
        ranges = r"Index Cond: \(\(guild_id = .*\) AND \(word >= .*\) AND \(word < .*\)\)"
        assert "Seq Scan" not in told
    assert len(re.findall(ranges, told)) == 3, told
    assert "SCAN claim" not in told


def test_both_databases_compare_words_by_their_bytes(own: str):
    run_alone(own, lambda tx: schema_version.migrate(tx, own), write=True)

    def compare(tx: Connection) -> list[str]:
        run = tables.claim_words.c.word
        _claims_of_before_without(tx)
        ordered = tx.execute(sa.select(run).order_by(run)).scalars().all()
        return list(ordered)

    assert run_alone(own, compare, write=True) == sorted(SAID)


SAID = ["a", "z", "é", "ß", "日本", "a1", "aé", "\U0001f600", "zz"]


def _claims_of_before_without(tx: Connection) -> None:
    _claims_of_before(tx)
    tx.execute(sa.insert(tables.claim_words), [{"guild_id": 7, "word": one, "claim": 1} for one in SAID])


@pytest.mark.parametrize("text", ["".join(map(chr, range(128))), "a1 B2_c-3's\nd\te", "x" * 100 + " y"])
def test_plain_letters_are_split_as_all_others_are(text: str):
    assert claim_words.split(text) == claim_words.split(text + " é")[:-1]
