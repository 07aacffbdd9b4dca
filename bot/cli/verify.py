"""`crux verify`."""

import argparse
from collections.abc import Sequence

from sqlalchemy import Connection

from bot.cli.books import add_guild, guild_meant
from bot.cli.command import Command
from bot.config import Config
from bot.errors import CannotRun
from ledger.audit import verify
from ledger.audit.verify import Report
from ledger.storage.database import read_book

WRONG = 1


def options(parser: argparse.ArgumentParser) -> None:
    add_guild(parser, "; every server's book if not said")
    parser.add_argument(
        "--head",
        metavar="HEX",
        type=_digest,
        help="a digest noted elsewhere, which the book's chain must hold",
    )
    parser.add_argument(
        "--deep", action="store_true", help="let SQLite check a large file page by page as well"
    )
    parser.add_argument(
        "--all", action="store_true", help="name more than the first difference, up to fifty a book"
    )


def run(config: Config, args: argparse.Namespace) -> int:
    return tell(read_book(config.database.url, lambda tx: _reports(tx, args)), every=args.all)


def tell(reports: Sequence[Report], *, every: bool = False) -> int:
    """Print what audits found; the exit code."""
    if not reports:
        print("There are no books in this database yet.")
    for report in reports:
        if not report.problems:
            print(
                f"Guild {report.guild}: {report.transfers} transfers, {report.entries} entries,"
                f" {report.accounts} accounts, all right. Head {report.head}"
            )
        for problem in report.problems[: None if every else 1]:
            print(problem)
        if len(report.problems) > 1 and not every:
            print(
                f"Further differences, which may follow from it: {len(report.problems) - 1}. --all names them."
            )
    return WRONG if any(report.problems for report in reports) else 0


def _reports(tx: Connection, args: argparse.Namespace) -> Sequence[Report]:
    if args.guild is None and args.head is None:
        return verify.audit_all(tx, deep=args.deep or None)
    if args.head and not args.head.strip("0"):
        raise CannotRun("--head is 64 zeros, where every chain begins: give a digest that Crux told later.")
    if args.deep:
        raise CannotRun("--deep is about the whole file: leave out --guild and --head.")
    return (verify.audit(tx, guild_meant(tx, args.guild), head=args.head),)


def _digest(text: str) -> str:
    if len(bytes.fromhex(text)) != 32:
        raise ValueError
    return text.lower()


_digest.__name__ = "digest"  # argparse names it when the text is none

VERIFY = Command(
    "verify",
    "rebuild every balance and digest, and name the first difference",
    "Reads beside a running Crux, from the first transfer on. Exits with 0 when every book is right, with 1 naming\n"
    "guild, transfer and column of the first difference, and with 2 if it couldn't be done. A chain can't miss what\n"
    "was cut off its end: note its newest digest elsewhere (Crux posts it in the log channel) and give it as --head.",
    run,
    options,
)
