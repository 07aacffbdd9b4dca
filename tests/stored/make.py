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
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ledger import grants, settings, units, versions
from ledger.database import Database, run_alone
from tests.world import SALT, World

if Path("bot/app.py").is_file():  # run where that code lies: all are registered who carry out what is due
    import bot.app  # noqa: F401
try:  # version 0003 is the first with claims, and with exports
    from ledger import exports, journals, pages
    from markets import claims as claims_results
    from markets import exports as claims
    from tests.markets.club import Club
    from tests.markets.test_exports import everything
except ImportError:
    exports = everything = Club = claims = claims_results = journals = pages = None  # type: ignore[assignment]
try:  # the code at hand knows every operation of which the presses are
    from tests.stored.presses import a_year, all_of_them
except ImportError:
    a_year = all_of_them = None  # type: ignore[assignment]

GUILD = 7_000_000_000_000_000_007
Asked = dict[str, Any]


async def points(world: World) -> None:
    """What a book of before there were claims can hold: settings, starts, gifts, grants with words, a reversal."""

    def choose(tx: Connection, guild: int, now: object) -> None:
        settings.save(tx, guild, grants.Settings(weekly_allowance=7_700))

    db, guild = world.db, world.guild
    await db.claim(choose, guild, world.now)
    for person in (11, 12, 13):
        await world.start(8_000_000_000_000_000_000 + person, key=f"interaction:{person}")
        world.skip(minutes=1)
    ada, bo, cy = [await world.join(8_000_000_000_000_000_000 + person) for person in (11, 12, 13)]
    fund = grants.Act(guild, world.key(), ada.number, 0, 500_000, "ten default subsidies", SALT)
    await db.write(grants.fund, fund, world.now)
    await world.give(ada, bo, 1_234)
    for words in ("=1+1", 'a "quoted"\nline', "naïve 🦆"):
        world.skip(hours=7)
        grant = grants.Act(guild, world.key(), ada.number, cy.number, 500, words, SALT)
        granted = await db.write(grants.grant, grant, world.now)
    await world.reverse(granted.number, note="that was somebody else")
    take = grants.Act(guild, world.key(), ada.number, bo.number, 50_000, "a bot's points", SALT)
    await db.write(grants.take, take, world.now)
    world.skip(days=8)
    allowance = grants.Allowance(guild, world.key(), bo.number, staked=0, agreed_away=0)
    await db.write(grants.allowance, allowance, world.now)
    try:
        from ledger import people
    except ImportError:
        return
    gift = people.Present(guild, "interaction:21", *[8_000_000_000_000_000_000 + n for n in (13, 11)], 99)
    await db.write(people.present, gift, world.now)
    enter = people.Enter(guild, "interaction:22", 8_000_000_000_000_000_014, world.now - timedelta(days=999))
    await db.write(people.enter, enter, world.now)
    forget = people.Forget(guild, "interaction:23", 8_000_000_000_000_000_012, SALT)
    await db.write(people.forget, forget, world.now)


async def late(club: Any) -> None:
    """Results that became public while bets were made still, which version 0012 writes down otherwise."""
    ada, bo, mo = [await club.join(person) for person in (1, 2, 4)]
    paid, ruled = [
        await club.claim(mo, title=title, early="announced") for title in ("Paid late", "Ruled late")
    ]
    await club.bet(ada, bo, paid, maker_stake=61, taker_stake=62)
    await club.bet(ada, bo, ruled, maker_stake=63, taker_stake=64)
    club.skip(days=1)
    known_us = round(club.now.timestamp()) * 1_000_000
    club.skip(days=1)
    await club.bet(bo, ada, paid, maker_stake=65, taker_stake=66)
    yes = claims_results.Result("outcome", outcome=0)
    club.skip(days=30)
    await club.proposed(mo, paid, yes, moderator=True, known_us=known_us)
    await club.proposed(mo, ruled, yes, moderator=True, known_us=known_us)
    await club.challenge(bo, ruled)
    await club.vote(mo, ruled, yes)
    club.skip(days=3)
    await club.sweep()
    await club.claim(ada, title="After it")


async def tell(url: str, *, on: bool = False) -> tuple[list[Asked], str]:
    """The story; what was asked for, and the moment of its end. With `on` the calendar goes on for a year."""
    asked: list[Asked] = []
    db = await Database.open(url)
    try:
        noted(db, asked)
        world: Any = await (Club or World).make(db, GUILD)
        await (everything or points)(world)
        if all_of_them is not None:
            await all_of_them(world)
        elif everything is not None:
            await late(world)
        if on:
            await a_year(world)
    finally:
        await db.close()
    return asked, world.now.isoformat()


def noted(db: Database, asked: list[Asked]) -> None:
    """Keep a list of what is asked for through `write`, of the product's own operations."""
    write = db.write

    async def noting(unit: Any, request: Any, now: Any, **more: Any) -> Any:
        answer = await write(unit, request, now, **more)
        if not unit.__module__.startswith("tests."):
            fields = json.loads(units._requests(type(request)).dump_json(request))
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


def exported(url: str, folder: Path) -> dict[str, dict[str, Any]]:
    """Every way in which a whole book is exported: what each file came to. Without people is named what differs."""
    made: dict[str, dict[str, Any]] = {}
    if exports is None:
        return made
    for people in (True, False):
        place = folder / ("with people" if people else "without people")
        run_alone(url, lambda tx, to=place, who=people: export(tx, to, who))
        for path in sorted(place.rglob("*.csv")):
            what = described(path.read_bytes())
            if people or made[f"with people/{path.relative_to(place)}"] != what:
                made[f"{place.name}/{path.relative_to(place)}"] = what
    for style in ("hledger", "beancount"):
        out = io.StringIO(newline="")
        run_alone(
            url, lambda tx, s=style, o=out: journals.write_journal(tx, o, pages.Selection(GUILD), style=s)
        )
        made[f"journal.{style}"] = described(out.getvalue().encode())
    return made


def export(tx: Connection, place: Path, people: bool) -> None:
    """As `crux export --out` does it."""
    exports.export_folder(tx, GUILD, place, with_people=people)
    try:
        claims.add_to_folder(tx, GUILD, place, with_people=people)
    except TypeError:  # before people were left out of some files
        claims.add_to_folder(tx, GUILD, place)


def described(data: bytes) -> dict[str, Any]:
    header = data.partition(b"\n")[0].decode()
    return {"header": header, "lines": data.count(b"\n"), "sha256": hashlib.sha256(data).hexdigest()}


def store(out: Path, name: str, commit: str, *, on: bool = False) -> None:
    """One book, what is exported of it, and what was asked for: three files."""
    with tempfile.TemporaryDirectory() as place:
        book = Path(place) / "crux.db"
        url = f"sqlite:///{book}"
        run_alone(url, lambda tx: versions.migrate(tx, url), write=True)
        asked, now = asyncio.run(tell(url, on=on))
        files = exported(url, Path(place))
        packed = lzma.compress(book.read_bytes(), preset=9 | lzma.PRESET_EXTREME)
        if versions.known()[-1] >= "0010" and not on:  # the first whose exports this Crux imports
            pack(Path(place) / "with people", out / f"{name}.export.tar.xz")
    (out / f"{name}.db.xz").write_bytes(packed)
    told = {"version": versions.known()[-1], "commit": commit, "guild": GUILD, "now": now, "files": files}
    (out / f"{name}.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    if all_of_them is not None and not on:
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
    store(out, versions.known()[-1], commit)
    if all_of_them is not None:
        store(out, f"{versions.known()[-1]}-a-year-on", commit, on=True)


if __name__ == "__main__":
    here = Path(__file__).parent
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=here)
    main(Path(sys.argv[1]) if sys.argv[1:] else here, sys.argv[2] if sys.argv[2:] else head.stdout.strip())
