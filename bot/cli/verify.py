"""`crux verify`."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bot import text
from bot.cli.books import add_guild, guild_meant
from bot.cli.command import Command
from bot.config import Config
from bot.errors import CannotRun
from ledger import statements
from ledger.audit import verify
from ledger.audit.verify import Problem, Report
from ledger.hash_chain import GENESIS
from ledger.storage.database import read_book
from ledger.types import from_us
from markets.records import record_audit, record_since
from markets.records.record_audit import RecordReport
from markets.records.streams import seldom

WRONG = 1


def options(parser: argparse.ArgumentParser) -> None:
    add_guild(parser, "; every server's book if not said")
    parser.add_argument(
        "--head",
        metavar="HEX",
        type=_digest,
        help="a digest noted elsewhere, which the book's chain or that of its record must hold",
    )
    parser.add_argument(
        "--deep", action="store_true", help="let SQLite check a large file page by page as well"
    )
    parser.add_argument(
        "--all", action="store_true", help="name more than the first difference, up to fifty a book"
    )


@dataclass(frozen=True, slots=True)
class BookReport:
    """What was found of one server: of its points, and of what was said there. Damage alone can have made a server
    without a book, which has no record."""

    points: Report
    record: RecordReport | None

    @property
    def problems(self) -> tuple[Problem | str, ...]:
        return (*self.points.problems, *(self.record.problems if self.record else ()))


def run(config: Config, args: argparse.Namespace) -> int:
    seldom()
    return tell(read_book(config.database.url, lambda tx: _reports(tx, args)), every=args.all)


def tell(reports: Sequence[BookReport], *, every: bool = False) -> int:
    """Print what audits found; the exit code."""
    if not reports:
        print("There are no books in this database yet.")
    for report in reports:
        if not report.problems:
            _right(report)
        _since(report.record)
        for problem in report.problems[: None if every else 1]:
            print(problem)
        if len(report.problems) > 1 and not every:
            print(
                f"Further differences, which may follow from it: {len(report.problems) - 1}. --all names them."
            )
    return WRONG if any(report.problems for report in reports) else 0


def _right(report: BookReport) -> None:
    points, record = report.points, report.record
    print(
        f"Guild {points.guild}: {points.transfers} transfers, {points.entries} entries,"
        f" {points.accounts} accounts, all right. Head {points.head}"
    )
    if record is not None and record.rows:
        print(f"Its record: {record.rows} rows, all right. Head {record.head}")
        if record.found:
            print(f"Rows 1 to {record.found} of it say what was there when it began, not who did it.")


def _since(record: RecordReport | None) -> None:
    """Say what came after the head that was given: it holds nothing of that."""
    since = None if record is None else record.since
    if since is None:
        return
    if since.from_us is None or since.to_us is None:
        print("Nothing came after that head.")
        return
    transfers, records = sum(since.transfers.values()), sum(since.records.values())
    first, last = (f"{from_us(at):%Y-%m-%d %H:%M:%S}" for at in (since.from_us, since.to_us))
    print(
        f"After that head, which holds nothing of it: {text.count(transfers, 'transfer')} and"
        f" {text.count(records, 'row')} of the record, from {first} to {last} UTC."
    )
    for name, kinds in (("transfers", since.transfers), ("record", since.records)):
        if kinds:
            print(f"  {name}: {', '.join(f'{many} {kind}' for kind, many in kinds.items())}")


def everything(tx: Connection, *, deep: bool | None = None) -> tuple[BookReport, ...]:
    """Check the books and the records of all servers."""
    reports = verify.audit_all(tx, deep=deep)
    there = set(statements.guilds(tx))
    return tuple(
        BookReport(report, record_audit.look(tx, report.guild) if report.guild in there else None)
        for report in reports
    )


def _reports(tx: Connection, args: argparse.Namespace) -> Sequence[BookReport]:
    if args.guild is None and args.head is None:
        return everything(tx, deep=args.deep or None)
    if args.deep:
        raise CannotRun("--deep is about the whole file: leave out --guild and --head.")
    guild = guild_meant(tx, args.guild)
    stands = record_since.place(tx, guild, bytes.fromhex(args.head)) if args.head else None
    points = verify.audit(tx, guild, head=None if stands and stands.of_record else args.head)
    return (BookReport(points, record_audit.look(tx, guild, head=args.head if stands else None)),)


def _digest(text: str) -> str:
    digest = bytes.fromhex(text)
    if len(digest) != 32:
        raise ValueError
    if digest == GENESIS:
        raise argparse.ArgumentTypeError("64 zeros are what every book begins with, and no head")
    return text.lower()


_digest.__name__ = "digest"  # argparse names it when the text is none

VERIFY = Command(
    "verify",
    "rebuild every balance and digest, and name the first difference",
    "Reads beside a running Crux: points from the first transfer on, what was said from the first record on. Exits\n"
    "with 0 when every book is right, with 1 naming server and row of the first difference, and with 2 if it wasn't\n"
    "done. A chain can't miss what was cut off its end: note its newest digest elsewhere (Crux posts both in the\n"
    "log channel) and give it as --head; what came after it is counted by kind, for nothing holds that yet.",
    run,
    options,
)
