"""Show the book: whether it is right, and what is in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot import text
from bot.text import Currency
from bot.ui.cards import Accent, Button, Card, File
from bot.words.announced import Ask, Told
from ledger.statements import Balanced, Supply

DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check found. `wrong` is the first difference in words, empty where there is none; `again` says that
    this is an earlier check's result, shown because it was less than a minute ago."""

    at: datetime
    transfers: int
    head: str
    wrong: str
    records: int = 0
    record_head: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """`whole` says that it is the server's, not one person's. Without a file it was too large for Discord."""

    name: str
    content: bytes | None
    entries: int
    whole: bool


@dataclass(frozen=True, slots=True)
class ExportedClaims:
    """`rows` of each table; without a file it was too large for Discord."""

    content: bytes | None
    rows: Mapping[str, int]


def verified(seen: Verified) -> Card:
    when = (
        f"This was checked {text.ago(seen.at)}; a book is checked at most once a minute."
        if seen.again
        else ""
    )
    if seen.wrong:
        return Card(
            "The book is not right",
            (
                f"The first difference: {text.escape(seen.wrong, 300)}",
                "Points should not be moved until whoever runs Crux has looked at it, with `crux verify`.",
            ),
            when,
            accent=Accent.CAREFUL,
        )
    record = (
        f"{text.count(seen.records, 'record', grouped=True)} of what was said and decided checked: every claim, bet, "
        "forecast and result is as it was left, and what follows from them was worked out again.",
        f"Newest digest of the record: `{seen.record_head}`",
    )
    return Card(
        "The book is right",
        (
            f"{text.count(seen.transfers, 'transfer', grouped=True)} checked: every balance was "
            "added up again, and every digest computed again.",
            f"Newest digest: `{seen.head}`",
            *(record if seen.records else ()),
        ),
        when or "Whoever sees the same digests sees the same book.",
        accent=Accent.DONE,
    )


def exported(seen: Exported) -> Card:
    whose = "The server's entries" if seen.whole else "Your entries"
    count = text.count(seen.entries, "entry", "entries", grouped=True)
    if seen.content is None:
        return Card(
            f"{whose}: too many for one message",
            (f"These are {count}. Whoever runs Crux can export them with `crux export`.",),
            accent=Accent.CAREFUL,
        )
    return Card(
        whose,
        (f"{count}, as a table for any spreadsheet: amounts in points and in hundredths, times in UTC.",),
        files=(File(seen.name, seen.content),),
    )


def exported_claims(seen: ExportedClaims) -> Card:
    if seen.content is None:
        return Card(
            "Claims and bets: too many for one message",
            ("Whoever runs Crux can export them with `crux export`.",),
            accent=Accent.CAREFUL,
        )
    counted = text.listed([f"{table} ({count:,})" for table, count in seen.rows.items() if count])
    return Card(
        "Claims and bets",
        (
            f"As tables for any spreadsheet: {counted or 'nothing yet'}. Amounts in points and in hundredths, times "
            "in UTC, people by number. Transfers and accounts have the numbers that the entries have.",
        ),
        files=(File("crux-claims.zip", seen.content),),
    )


@dataclass(frozen=True, slots=True)
class PointsMade:
    """All points of a server, and what made them: minor units by kind of transfer, below zero for what took some."""

    supply: Supply
    origins: list[tuple[str, int]]
    currency: Currency


_ORIGINS = {
    "start": "Starting balances",
    "allowance": "Weekly allowances",
    "draw": "The yearly tenth of who has everything locked",
    "draw.back": "The yearly tenth, paid back",
    "grant": "Granted by moderators",
    "take": "Taken by moderators",
    "fund": "For the house, by setup",
    "reversal": "Undone",
}


def supply(seen: PointsMade) -> Card:
    """Say where all points came from, and where they are (RULES A7)."""
    of, found = seen.currency.of, seen.supply
    lines = [
        f"- {_ORIGINS.get(kind, text.escape(kind, 40))}: {text.exact(amount)}"
        for kind, amount in seen.origins
    ]
    return Card(
        f"There are {of(found.circulating)} in this server",
        (
            *(lines or ["None were made yet."]),
            f"The house holds {of(found.house)}. Debts are {of(found.debts)}.",
        ),
        "All came from the mint, which stands below zero by as much. Grants, takings and funding one by one: "
        "/ledger acts. Changed settings: /resolve acts",
    )


def digest_post(tx: Connection, ask: Ask) -> Told | None:
    """Post the day's digest in the log channel (RULES A8)."""
    facts = ask.facts
    record = (f"`{facts['record']}`", f"After record {facts['records']:,}.") if facts.get("records") else ()
    card = Card(
        "The book's newest digest",
        (f"`{facts['head']}`", f"After transfer {facts['transfers']:,}.", *record),
        "Whoever sees the same digest sees the same book: /ledger verify",
    )
    return Told(card, to_log=True)


def older(what: str, number: int) -> Card:
    """Say in the log channel that it knows more than the book (E9)."""
    return Card(
        "The book is older than what was told here",
        (
            f"This channel was told a digest of {what} {number:,} that the book doesn't hold: an old backup was put "
            "back, or the book was changed. What came after is in this server's messages, and not in the book.",
            "Until the server's owner presses the button, nothing is taken and nothing that is due happens. Whoever "
            "runs Crux can put the newer book back and start again instead. Numbers go on 1,000 further, so that "
            "none is given twice.",
        ),
        buttons=(Button("Go on with this book", "older:go-on"),),
        accent=Accent.CAREFUL,
    )


def goes_on(_: None) -> Card:
    return Card(
        "The book goes on as it is",
        (
            "What is due happens from now on, and the newest digest is posted here with the next that moves points.",
        ),
        accent=Accent.DONE,
    )


def books(seen: Balanced) -> str:
    """Say on the playground's page whether all books balance."""
    if seen.off:
        return f"do not balance: {text.listed([f'server {guild}' for guild in seen.off])}"
    count = text.count(seen.books, "book", grouped=True)
    moved = text.count(seen.transfers, "transfer", grouped=True)
    return f"balance to zero: {count}, {moved}" if seen.books else "balance: there are no points yet"
