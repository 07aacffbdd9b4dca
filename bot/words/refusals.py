"""The words for every refusal: what is the matter, and what to do next, in a sentence or two."""

from collections.abc import Mapping
from datetime import timedelta

from bot import refusals as press
from bot import text
from bot.text import Currency
from bot.ui import components
from bot.ui.cards import BREAK, REFUSED, Accent, Button, ButtonLook, Card
from bot.words import market_refusals
from ledger import accounts, errors
from ledger.types import from_us

MOST_TYPED = 3_000
"""Letters of all lines together: more than the forms that open again take, and fewer than a message does."""


def refusal(error: Exception, currency: Currency) -> str | None:
    """Return the sentence for an ordinary refusal; None where the error is a mistake of ours."""
    match error:
        case press.PressRefused():
            return _pressed(error)
        case errors.GrantRefused():
            return _grant(error, currency)
        case errors.InsufficientFunds():
            return _funds(error, currency)
        case errors.BadAmount():
            return f"That amount can't be used: {error.why}."
        case errors.UnknownPlayer() | errors.UnknownGuild():
            return "There is no wallet here for that person. `/wallet show` makes one."
        case errors.AlreadyReversed():
            return f"Transfer {error.transfer} was already reversed, by transfer {error.by}."
        case errors.KeyReused():
            return (
                "This was already sent once, and what was done then stands. "
                "Look at `/wallet history` or `/ledger acts` before you ask for it again."
            )
        case errors.Busy() | errors.Closed():
            return "Crux is busy just now, and nothing happened. Please try again in a moment."
        case errors.ReadTooLong():
            return "That took too long to look up and was stopped. Please try again in a moment."
        case errors.StorageError():
            return (
                "The book can't be reached just now, and nothing happened. Please try again in a few minutes; "
                "if it stays so, tell whoever runs Crux here."
            )
        case errors.BadKey() | errors.Unbalanced() | errors.CrossGuild() | errors.UnknownAccount():
            return None  # nobody can press that: it is we who asked for it
        case errors.AccountEnded():
            return "This has ended already, and nothing happened."
        case errors.Refused():
            return f"{error}"
        case _:
            return market_refusals.refusal(error, currency)


def card(
    sentence: str,
    again: str = "",
    typed: Mapping[str, str | list[str]] | None = None,
    choices: tuple[Button, ...] = (),
) -> Card:
    """Say why not, with `choices` between what was meant. For a form that opens again with the button `again`, show
    also what was typed, which the form is filled with then (`components.typed_in` reads it)."""
    words: list[str] = []
    left = MOST_TYPED
    for name, value in (typed or {}).items():
        shown = _chosen(value) or text.escape(_one(value).replace("\n", BREAK), max(left, 1))
        if again and shown:
            words.append(f"-# {name}: {shown}")
            left -= len(words[-1])
    look = ButtonLook.PLAIN if choices else ButtonLook.MAIN
    buttons = (Button("Change what I typed", again, look),) if again else ()
    return Card(REFUSED, (sentence, *words), "", (*choices, *buttons), Accent.CAREFUL)


def choices(error: Exception) -> tuple[Button, ...]:
    """Return one button for each reading of what can be read two ways, where a press goes on with it."""
    if not isinstance(error, press.Unclear):
        return ()
    return tuple(Button(label, button_id, ButtonLook.MAIN) for label, button_id in error.buttons)


def _chosen(value: str | list[str]) -> str:
    """Return the people, channels or roles that were chosen in a list, as they are written; empty where none was."""
    return " ".join(filter(components.MENTION.fullmatch, value)) if isinstance(value, list) else ""


def _one(value: str | list[str]) -> str:
    """What a line holds, or the word chosen in a list; a number chosen there stands in the button's id."""
    if isinstance(value, str):
        return value
    return value[0] if len(value) == 1 and not value[0].isdecimal() else ""


def incident(number: str) -> Card:
    """Word a mistake of ours: the number finds the lines in the log."""
    return Card(
        "Something went wrong in Crux",
        (
            f"This is our mistake, not yours. It was noted as incident **{number}**: please tell whoever runs "
            "Crux here.",
            "If it was about points, look at `/wallet history` before you try again.",
        ),
        accent=Accent.CAREFUL,
    )


def incident_words(number: str) -> str:
    """Word the same in a line, where Discord won't have the card."""
    return f"Something went wrong in Crux. It was noted as incident **{number}**: please tell whoever runs Crux here."


_WAITS = (
    "This server's book is older than what its log channel was told, so nothing happened. The server's owner finds a "
    "button for it in the log channel."
)


def _pressed(error: press.PressRefused) -> str:
    match error:
        case press.Expired():
            return _expired(error)
        case press.Outdated():
            return (
                "This button or form is from another version of Crux, or was never one of ours. "
                "Please run the command again."
            )
        case press.Elsewhere():
            return "This came under another server's name, and nothing happened. Please run the command again here."
        case press.OutsideServer():
            return "Crux keeps one book for each server: use this in a server, not in a direct message."
        case press.NotInstalled():
            return "Crux isn't in this server, so nothing happened. Whoever manages the server can add Crux."
        case press.NotServerOwner():
            return "Only the server's owner can do that."
        case press.BookWaits():
            return _WAITS
        case press.Restarting():
            return "Crux is restarting, and nothing happened. Please try again in a moment."
        case press.TooSoon():
            return (
                f"Run `{error.command}` again {text.ago(error.at)}: it comes once a minute for each person."
            )
        case press.NotModerator():
            by_role = f"who have {text.role(error.role)}, or" if error.role else "who"
            hint = "" if error.role else " They can choose a moderator role with `/setup`."
            return f"This is for moderators: people {by_role} may manage this server.{hint}"
        case press.NotManager():
            return "This is for people who may manage this server."
        case press.NotMember():
            return "That person isn't in this server any more, so nothing happened. Please choose somebody who is."
        case press.ToBot():
            return "That is a bot, and bots have no wallet. Please choose a person."
        case press.ByBot():
            return "Crux is for people: a bot's account has no wallet, and nothing happened."
        case press.Unclear(readings=(first, second)):
            choose = "Choose" if error.buttons else "Write"
            return (
                f"{error.field} can be read two ways: {_reading(first)}, or {_reading(second)}. {choose} the one you "
                "mean."
            )
        case press.BadInput():
            return f"{error.field}: {error.why}."
        case _:
            raise AssertionError(error)


def _expired(error: press.Expired) -> str:
    if error.done:
        return (
            "That was done when you pressed it before, and nothing more happened now. `/wallet history` shows what "
            "moved."
        )
    return f"That was asked more than a minute ago, and nothing happened. Run `{error.command}` again."


def _reading(one: press.Reading) -> str:
    """In words, as Discord shows it, and as it is typed. The end of a day is shown as that day's last second."""
    shown = one.at - timedelta(seconds=1) if len(one.typed) == len("2029-12-31") else one.at
    return f"{one.words} (<t:{int(shown.timestamp())}:f>, written {one.typed})"


def _grant(error: errors.GrantRefused, currency: Currency) -> str:
    facts = {name: fact for name, fact in error.facts.items() if isinstance(fact, int)}
    if "days_left" in facts:
        days = facts["days_left"]
        return (
            f"Your Discord account is too young for a wallet here: it will be old enough in {days} "
            f"{'day' if days == 1 else 'days'}. A moderator can let you in sooner, with `/mod wave`."
        )
    if "kept_until_us" in facts:
        return (
            "You had your data deleted here within the last year, so you can draw nothing. You can again "
            f"{text.ago(from_us(facts['kept_until_us']))}. `/help topic:privacy` says what is kept."
        )
    if "ready_us" in facts:
        again = f"You have had this already. You can draw it again {text.ago(from_us(facts['ready_us']))}."
        return f"{again}{_not_yearly(facts)}"
    if "off" in facts:
        return f"There is no weekly allowance in this server.{_not_yearly(facts)}"
    if "held" in facts:
        return (
            "The allowance tops people up to the starting balance. With what is locked, and what you gave away or "
            f"lost by agreement in the last 90 days, you count as holding {currency.of(facts['held'])}, so nothing "
            f"is missing.{_not_yearly(facts)}"
        )
    if "left" in facts:
        left = facts["left"]
        more = (
            f"you can give {currency.of(left)} more today" if left > 0 else "you have given all of it today"
        )
        return f"Gifts and rewards are limited to a tenth of the starting balance a day, and {more}."
    return f"{error.why[0].upper()}{error.why[1:]}."


def _not_yearly(facts: dict[str, int]) -> str:
    """Why a player with nothing but what is locked doesn't get the tenth that comes once a year."""
    if "locked_until_us" not in facts:
        return ""
    return (
        " Once a year a tenth of the starting balance goes to whoever has everything locked for more than a year; "
        f"some of yours can be back {text.ago(from_us(facts['locked_until_us']))}. What you can sell or cancel isn't "
        "locked."
    )


def _funds(error: errors.InsufficientFunds, currency: Currency) -> str:
    if error.balance < 0:
        return f"There is a debt of {currency.of(-error.balance)} to pay off first."
    if accounts.Account(error.guild, error.account) == accounts.house(error.guild):
        return (
            f"That takes {currency.of(error.needed)} of the house, which has {currency.of(error.balance)}: choose "
            "less, or ask the server's owner to fund it with `/setup`."
        )
    return (
        f"That takes {currency.of(error.needed)}, and {currency.of(error.balance)} are there. "
        "Nothing happened: choose less."
    )
