"""Word direct messages, and what the log channel hears of failures."""

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Card
from bot.words.announced import MOST_LISTED, Ask, Told
from bot.words.due_work import due_words
from markets.core import jobs, outbox, parked_sends


def dm(tx: Connection, ask: Ask) -> Told | None:
    link = f"https://discord.com/channels/{ask.guild}/{ask.facts['channel']}/{ask.facts['message']}"
    line = f"Something in the server concerns you: {link}"
    small = "How you are told: /bet reminders"
    return Told(Card("From Crux", (line,), small), privately=ask.facts["player"])


def unreachable(tx: Connection, ask: Ask) -> Told | None:
    found = parked_sends.unsent(tx, ask.guild, ask.ref)
    count = found.cards + found.posts
    if not count:
        if outbox.place_of(tx, ask.guild, "unreachable", ask.ref) is None:
            return None
        line = f"What could not be told in {text.channel(ask.ref)} is told now."
        return Told(Card("Crux tells what waited", (line,), accent=Accent.DONE))
    what = f"{text.count(count, 'announcement')}"
    title, why = _trouble(found.error)
    line = f"{what} could not be told in {text.channel(ask.ref)}{why} Nothing settles by silence meanwhile."
    return Told(Card(title, (line,), accent=Accent.CAREFUL))


def _trouble(error: str) -> tuple[str, str]:
    """Say in the log channel what an error means, and what its readers can do."""
    if error.startswith(parked_sends.REFUSED):
        return (
            "Crux can't write in a channel",
            f" ({error}). Check that it is there and that Crux may view it, send messages and read its history, or "
            "choose another one with `/setup`. What waits is told as soon as Crux may write there again.",
        )
    return (
        "Something could not be told",
        f": Discord didn't take it, or Crux could not word it ({error}). The channel is not the trouble. It is tried "
        "again by *Check again* of `/setup`, and when Crux is started; whoever runs Crux finds more in its log.",
    )


def parked(tx: Connection, ask: Ask) -> Told | None:
    found = jobs.parked(tx, ask.guild)
    if not found:
        return None
    lines = [f"- {due_words(row.kind, row.ref)} ({row.error})" for row in found[:MOST_LISTED]]
    line = "These failed twelve times and wait for whoever runs Crux:"
    return Told(Card("Something could not be done", (line, "\n".join(lines)), accent=Accent.CAREFUL))
