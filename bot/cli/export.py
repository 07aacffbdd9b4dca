"""`crux export`."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from bot.cli.books import add_guild, guild_meant, output
from bot.cli.command import Command
from bot.config import Config
from bot.errors import CannotRun
from ledger.files import exports, journals
from ledger.files.paging import Selection
from ledger.storage.database import read_book
from markets.records import exports as claims

PARTS = ("table", "player", "since", "until", "format")
JOURNALS = ("hledger", "beancount")


def options(parser: argparse.ArgumentParser) -> None:
    add_guild(parser, " (not needed where there is one book)")
    whole = parser.add_argument_group("the whole book, as a folder that `crux import` reads")
    whole.add_argument(
        "--out", type=Path, metavar="FOLDER", help="a folder that isn't there yet, or is empty"
    )
    whole.add_argument("--with-people", action="store_true", help="with people's Discord ids")
    part = parser.add_argument_group("a part of it, to standard output")
    part.add_argument(
        "--table", choices=("entries", "transfers", "accounts"), help="as CSV; entries if not said"
    )
    part.add_argument("--format", choices=("csv", *JOURNALS), help="csv, or a plain-text accounting journal")
    part.add_argument("--player", type=int, metavar="N", help="only the player with this number")
    part.add_argument("--since", type=_moment, metavar="TIME", help="from this moment on, as in 2026-11-20")
    part.add_argument(
        "--until", type=_moment, metavar="TIME", help="before this moment; UTC if no zone is given"
    )


def run(config: Config, args: argparse.Namespace) -> int:
    asked = {name: getattr(args, name) for name in PARTS if getattr(args, name) is not None}
    if args.out is not None and asked:
        raise CannotRun(
            f"--out is for the whole book: leave out --{next(iter(asked))}, or send it to a file with >."
        )
    if args.out is None and args.with_people:
        raise CannotRun("--with-people is for the whole book: say where to with --out.")
    if args.format in JOURNALS and args.table:
        raise CannotRun("--table is for CSV: a journal holds transfers with their entries.")
    read_book(
        config.database.url, lambda tx: _whole(tx, args) if args.out else _part(tx, args.guild, **asked)
    )
    return 0


def _whole(tx: Connection, args: argparse.Namespace) -> None:
    guild = guild_meant(tx, args.guild)
    wrote = exports.export_folder(tx, guild, args.out, with_people=args.with_people)
    claims.add_to_folder(tx, guild, args.out, with_people=args.with_people)
    print(f"{args.out} holds the book of guild {guild} up to transfer {wrote.transfers}, head {wrote.head}")


def _part(
    tx: Connection,
    asked: int | None,
    *,
    format: Literal["csv", "hledger", "beancount"] = "csv",
    **selected: Any,
) -> None:
    selection = Selection(guild_meant(tx, asked), **selected)
    with output() as out:
        if format == "csv":
            exports.write_csv(tx, out, selection)
        else:
            journals.write_journal(tx, out, selection, style=format)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_moment.__name__ = "time"  # argparse names it when the text is none

EXPORT = Command(
    "export",
    "write a book as CSV or as a journal, to be checked elsewhere",
    "Reads beside a running Crux. Amounts stand in hundredths of a point and in points; times are UTC. Opening and\n"
    "closing balances come along, so each file adds up by itself.",
    run,
    options,
)
