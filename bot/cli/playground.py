"""`crux playground`."""

import argparse
import sys
from pathlib import Path

from bot.cli.command import Command
from bot.config import Config
from bot.errors import CannotRun
from bot.loading import loading
from ledger.storage import schema_version
from ledger.storage.database import run_alone


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=int, metavar="N", help="listen on this port of 127.0.0.1; 0 takes any free one"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="PATH",
        help="keep its small world and its book here, not in playground-data",
    )
    parser.add_argument("--no-browser", action="store_true", help="print the address and open nothing")


def run(config: Config, args: argparse.Namespace) -> int:
    with loading():
        from bot.playground.serve import CannotStart, Options, refuse_real_token
        from bot.playground.serve import run as serve

    try:
        refuse_real_token()
    except CannotStart as reason:
        raise CannotRun(f"{reason}") from None
    folder = Path(args.folder or config.playground.folder)
    port: int = config.playground.port if args.port is None else args.port
    folder.mkdir(parents=True, exist_ok=True)
    book = f"sqlite:///{folder / 'crux.db'}"
    run_alone(book, lambda tx: schema_version.migrate(tx, str(folder / "crux.db")), write=True)
    bot = (sys.executable, "-m", "bot", "run", "--discord-url", "{url}", "--database", book)
    return serve(Options(port=port, folder=folder, bot=bot), open_browser=not args.no_browser)


PLAYGROUND = Command(
    "playground",
    "try Crux on this machine, without a token or a server",
    "Starts a small Discord on 127.0.0.1 with four people in it and Crux living there, and opens its page.\n"
    "Everything is kept in its folder; delete that to begin anew. It never runs beside a real token.",
    run,
    options,
)
