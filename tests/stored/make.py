"""Store a book of the version that this code is at: `python -m tests.stored.make`, as the README beside it says.

A story is told through the tests' own club, at times that are always the same; the file is packed, and beside it
stands what this very code exports of it, and what was asked for under which key.
"""

import asyncio
import hashlib
import io
import json
import lzma
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

import bot.app  # noqa: F401 - all are registered who carry out what is due
from ledger.files import exports, journals, paging
from ledger.storage import operations, schema_version
from ledger.storage.database import Database, run_alone
from markets.records import exports as claims
from markets.settlement import consequences
from tests.databases import recorder
from tests.markets.club import Club
from tests.markets.test_exports import everything
from tests.stored.presses import a_year, all_of_them

GUILD = 7_000_000_000_000_000_007
Asked = dict[str, Any]


async def tell(url: str, *, on: bool = False) -> tuple[list[Asked], str]:
    """The story; what was asked for, and the moment of its end. With `on` the calendar goes on for a year."""
    asked: list[Asked] = []
    db = await Database.open(url, follow=consequences.follow, recorder=recorder())
    try:
        noted(db, asked)
        club = await Club.make(db, GUILD)
        await everything(club)
        await all_of_them(club)
        if on:
            await a_year(club)
    finally:
        await db.close()
    return asked, club.now.isoformat()


def noted(db: Database, asked: list[Asked]) -> None:
    """Keep a list of what is asked for through `write`, of the product's own operations."""
    write = db.write

    async def noting(unit: Any, request: Any, now: Any, **more: Any) -> Any:
        answer = await write(unit, request, now, **more)
        if not unit.__module__.startswith("tests."):
            fields = json.loads(operations._requests(type(request)).dump_json(request))
            name = f"{unit.__module__.rpartition('.')[2]}.{unit.__qualname__}"
            asked.append({"operation": name, "key": request.key, "fields": fields})
        return answer

    db.write = noting  # type: ignore[method-assign]


def some_of_each(asked: list[Asked]) -> list[Asked]:
    """At most three of each operation, and one of each kind of due work."""
    counts: Counter[str] = Counter()
    kept: list[Asked] = []
    for one in asked:
        name = one["operation"]
        if name == "due.perform":
            name += one["fields"]["kind"]
        counts[name] += 1
        if counts[name] <= (1 if name != one["operation"] else 3):
            kept.append(one)
    return kept


def exported(url: str, folder: Path) -> dict[str, bytes]:
    """Every way in which a whole book is exported. Of what is without people, only what differs by that."""
    made: dict[str, bytes] = {}
    folder.mkdir(exist_ok=True)
    for people in (True, False):
        place = folder / ("with people" if people else "without people")
        run_alone(url, lambda tx, to=place, who=people: export(tx, to, people=who))
        for path in sorted(place.rglob("*.csv")):
            name, data = path.relative_to(place), path.read_bytes()
            if people or made[f"with people/{name}"] != data:
                made[f"{place.name}/{name}"] = data
    for style in ("hledger", "beancount"):
        out = io.StringIO(newline="")
        run_alone(
            url, lambda tx, s=style, o=out: journals.write_journal(tx, o, paging.Selection(GUILD), style=s)
        )
        made[f"journal.{style}"] = out.getvalue().encode()
    return made


def export(tx: Connection, place: Path, *, people: bool) -> None:
    """As `crux export --out` does it."""
    exports.export_folder(tx, GUILD, place, with_people=people)
    claims.add_to_folder(tx, GUILD, place, with_people=people)


def described(data: bytes) -> dict[str, Any]:
    header = data.partition(b"\n")[0].decode()
    return {"header": header, "lines": data.count(b"\n"), "sha256": hashlib.sha256(data).hexdigest()}


def store(out: Path, name: str, commit: str, *, on: bool = False) -> None:
    """One book, what is exported of it, and what was asked for: three files."""
    with tempfile.TemporaryDirectory() as place:
        book = Path(place) / "crux.db"
        url = f"sqlite:///{book}"
        run_alone(url, lambda tx: schema_version.migrate(tx, url), write=True)
        asked, now = asyncio.run(tell(url, on=on))
        files = {name: described(data) for name, data in exported(url, Path(place)).items()}
        packed = lzma.compress(book.read_bytes(), preset=9 | lzma.PRESET_EXTREME)
        if not on:
            pack(Path(place) / "with people", out / f"{name}.export.tar.xz")
    (out / f"{name}.db.xz").write_bytes(packed)
    told = {
        "version": schema_version.known()[-1],
        "commit": commit,
        "guild": GUILD,
        "now": now,
        "files": files,
    }
    (out / f"{name}.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    if not on:
        lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in some_of_each(asked))
        (out / f"{name}.asked.json").write_text(f"[\n{lines}\n]\n")
    print(name, commit, len(packed), "bytes,", len(asked), "asked,", now)


def pack(folder: Path, into: Path) -> None:
    """The folder as a tar file that is the same each time."""

    def plain(found: tarfile.TarInfo) -> tarfile.TarInfo:
        found.uid = found.gid = found.mtime = 0
        found.uname = found.gname = ""
        return found

    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        tar.add(folder, arcname="", filter=plain)
    into.write_bytes(lzma.compress(made.getvalue(), preset=9 | lzma.PRESET_EXTREME))


def main(out: Path, commit: str) -> None:
    store(out, schema_version.known()[-1], commit)
    store(out, f"{schema_version.known()[-1]}-a-year-on", commit, on=True)


if __name__ == "__main__":
    here = Path(__file__).parent
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=here)
    main(Path(sys.argv[1]) if sys.argv[1:] else here, sys.argv[2] if sys.argv[2:] else head.stdout.strip())
