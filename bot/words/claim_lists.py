"""List claims, a page at a time."""

from dataclasses import dataclass
from datetime import datetime

from bot import text
from bot.ui.cards import Button, Card
from bot.words import phrases
from markets.views import lists
from markets.views.lists import Row


@dataclass(frozen=True, slots=True)
class Page:
    """A page of claims: `next_id` is the button's id for the next page, empty where there is none."""

    title: str
    rows: list[Row]
    none: str
    next_id: str = ""
    first_id: str = ""
    now: datetime | None = None


def listed(page: Page) -> Card:
    lines = [_row(row) for row in page.rows[: lists.PAGE]] or [page.none]
    buttons: tuple[Button, ...] = ()
    if page.first_id or page.next_id:
        more = len(page.rows) > lists.PAGE
        buttons = (
            Button("From the beginning", page.first_id or "close", off=not page.first_id),
            Button("More", page.next_id or "close", off=not (more and page.next_id)),
        )
    return Card(page.title, phrases.lines(*lines), "/claim show with a number tells more.", buttons)


def _row(row: Row) -> str:
    when = f", closes {phrases.ago(row.closes_us)}" if row.state == "open" and row.closes_us else ""
    return f"**{row.number}** {text.escape(row.title, 160)}\n-# {phrases.STATES[row.state]}{when}"
