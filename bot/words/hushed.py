"""Word how a person is told of their bets, and by whom they want no more mentions (RULES E2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.ui.cards import Accent, Button, Card
from bot.words import phrases

MOST = 5
"""People whom the answer of `/bet reminders` lists; pressing a button brings the next."""

TOLD_BY = {
    "mention": "By a mention where it is announced",
    "dm": "By direct message",
    "off": "Not at all",
}


@dataclass(frozen=True, slots=True)
class ToldBy:
    """How a person chose to be told, and by whose acts they aren't."""

    by: str
    hushed: tuple[int, ...] = ()
    people: Mapping[int, int] = field(default_factory=dict[int, int])


@dataclass(frozen=True, slots=True)
class HushDone:
    """Whether `other` is hushed now; `own` where a person pressed it for themselves."""

    other: int
    on: bool
    own: bool
    people: Mapping[int, int]


def button(player: int) -> Button:
    """Make the button that ends mentions by a person's acts. Whoever presses it ends their own."""
    return Button("No more from them", f"hush:{player}:1")


def chose(shown: ToldBy) -> Card:
    words = {
        "mention": "You are mentioned where it is announced.",
        "dm": "You get a direct message, if your settings let Crux write to you.",
        "off": "You aren't told of anything. `/bet mine` shows where you stand.",
    }
    listed = shown.hushed[:MOST]
    lines = [f"- no more from {phrases.who(shown.people, one)}" for one in listed]
    more = len(shown.hushed) - len(listed)
    lines += [f"- and no more from {more:,} others"] if more else []
    return Card(
        "How you are told of your bets",
        (words[shown.by], *lines),
        buttons=tuple(Button(f"Hear from player {one} again", f"hush:{one}:0") for one in listed),
        accent=Accent.DONE,
    )


def hushed(done: HushDone) -> Card:
    name = phrases.who(done.people, done.other)
    if done.own:
        return Card("Nothing to do", ("Nobody is mentioned by what they do themselves.",))
    if not done.on:
        words = f"Offers and endings that {name} makes to you mention you again, three a day at most."
        return Card("You hear from them again", (words,), accent=Accent.DONE)
    return Card(
        "No more from them",
        (
            f"What {name} offers or suggests to you no longer mentions you or comes as a direct message. `/bet mine` "
            "still shows it.",
            "Only you see this. To take it back, press the button here, or the one in `/bet reminders`.",
        ),
        buttons=(Button("Hear from them again", f"hush:{done.other}:0"),),
        accent=Accent.DONE,
    )
