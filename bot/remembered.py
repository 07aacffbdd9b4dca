"""What the program as a whole remembers, by name: which commands Discord has been told of."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema
from ledger.compiled import param


@dataclass(frozen=True, slots=True)
class Mark:
    name: str
    value: str


_marks = schema.marks.c
_LOAD = sa.select(_marks.value).where(_marks.name == param("name"))
_CHANGE = sa.update(schema.marks).where(_marks.name == param("called")).values(value=param("said"))
_ADD = sa.insert(schema.marks)


def load(tx: Connection, name: str) -> str | None:
    return tx.execute(_LOAD, {"name": name}).scalar()


def save(tx: Connection, mark: Mark, now: datetime) -> None:
    """Remember it, and forget what stood there. Runs through `db.background`."""
    if not tx.execute(_CHANGE, {"called": mark.name, "said": mark.value}).rowcount:
        tx.execute(_ADD, {"name": mark.name, "value": mark.value})
