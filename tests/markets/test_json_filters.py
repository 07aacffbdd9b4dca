"""What is decided by something inside stored JSON is read as JSON, never as text that happens to hold it."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

import ledger
import markets
from ledger.compiled import JsonText
from tests.ledger import stories

COMPARED = re.compile(r"(\w+|\))\.((?:not_)?i?(?:like|contains|startswith|endswith)|regexp_match)\(|\bLIKE\b")
PLAIN = {"last_error", "kind", "key"}
"""Columns of plain words, which may be compared by a part."""


def _parts_of_columns(text: str) -> list[str]:
    """What is compared by a part of it, in text that SQLAlchemy sends; Python's own `startswith` looks alike."""
    found = [match for match in COMPARED.finditer(text) if match[2] not in ("startswith", "endswith")]
    found += [match for match in COMPARED.finditer(text) if re.match(r"\w+\.c\.\w+\.\w+swith", match[0])]
    return [match[0] for match in found if match[1] not in PLAIN]


@pytest.mark.parametrize("room", [ledger, markets], ids=["ledger", "markets"])
def test_no_json_is_compared_as_text(room: object):
    folder = Path(room.__path__[0])  # type: ignore[attr-defined]
    found = {str(path): _parts_of_columns(path.read_text()) for path in folder.rglob("*.py")}

    assert {path: parts for path, parts in found.items() if parts} == {}


@pytest.mark.parametrize(
    "text",
    [
        "_claims.terms.contains('x')",
        "_proposals.result.like('%\"kind\"%')",
        "found.where(sa.func.lower(_claims.terms).contains(param('w')))",
        "SELECT 1 FROM claims WHERE terms LIKE '%x%'",
        "column.contains('known_us')",
        "c.settings.not_like('x')",
    ],
)
def test_what_compares_json_as_text_is_seen(text: str):
    assert _parts_of_columns(text)


@pytest.mark.parametrize(
    ("stored", "path", "found"),
    [
        ('{"kind":"void"}', ("kind",), "void"),
        ('{ "kind" : "void" }', ("kind",), "void"),
        ('{"reason":"\\"kind\\":\\"void\\"","kind":"early"}', ("kind",), "early"),
        ('{"library":null}', ("library",), None),
        ("{}", ("library",), None),
        ('{"judges":{"named":[]}}', ("judges", "named"), "[]"),
        ('{"judges":null}', ("judges", "named"), None),
        ('{"who":"Zoë \\u00e9 \\"x\\" % _"}', ("who",), 'Zoë é "x" % _'),
    ],
)
async def test_both_databases_read_the_same_out_of_json(
    url: str, stored: str, path: tuple[str, ...], found: str | None
):
    def read(tx: Connection) -> str | None:
        rows = sa.select(sa.literal(stored, sa.Text()).label("said")).subquery()
        return tx.execute(sa.select(JsonText(rows.c.said, *path))).scalar_one()

    assert await stories.alone(url, read) == found


def test_two_places_in_one_column_are_two_statements():
    """The place is a part of what a compiled statement is remembered by."""
    column = sa.column("said", sa.Text())

    assert not JsonText(column, "a").compare(JsonText(column, "b"))
