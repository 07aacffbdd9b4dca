"""What the bot itself refuses, before a room below is asked. Facts only; `bot.words` finds the words.

PressRefused
├── Expired  Outdated  Elsewhere  OutsideServer  NotInstalled  Restarting  TooSoon
├── NotModerator  NotManager  NotServerOwner
├── NotMember  ToBot  ByBot  BookWaits
└── BadInput
    └── Unclear   a `Reading` for each of the ways to read it
"""

from dataclasses import dataclass
from datetime import datetime


class PressRefused(Exception):
    """An ordinary no to something a person did. Nothing was changed."""


class Expired(PressRefused):
    """A confirmation was pressed more than a minute after it was asked for; `command` asks again. `done` says that
    an earlier press of it came in time, of which nothing may have been heard."""

    def __init__(self, command: str, *, done: bool = False) -> None:
        self.command, self.done = command, done
        super().__init__(command, done)


class Outdated(PressRefused):
    """A button, list, form or command that this version of Crux doesn't know, or whose id isn't one of ours."""


class Elsewhere(PressRefused):
    """It says it is from one server and comes from a channel of another."""


class OutsideServer(PressRefused):
    """A direct message: books belong to servers."""


class NotInstalled(PressRefused):
    """From a server that Crux isn't in, by a person who installed it for themselves: it would get a book too."""


class Restarting(PressRefused):
    """Crux is about to stop."""


class TooSoon(PressRefused):
    """What `command` does comes once a while for each person; again from `at` on."""

    def __init__(self, command: str, at: datetime) -> None:
        self.command, self.at = command, at
        super().__init__(command, at)


class BookWaits(PressRefused):
    """The server's book is older than what its log channel was told (E9): nothing happens until its owner says so."""


class NotModerator(PressRefused):
    """Only for moderators; `role` is the role that makes one here, 0 if none was chosen yet."""

    def __init__(self, role: int) -> None:
        self.role = role
        super().__init__(role)


class NotManager(PressRefused):
    """Only for members who may manage this server."""


class NotServerOwner(PressRefused):
    """Only for the server's owner."""


class NotMember(PressRefused):
    """The person who was named is not in this server."""


class ToBot(PressRefused):
    """A bot has no wallet."""


class ByBot(PressRefused):
    """A bot's account acts: people keep score here."""


class BadInput(PressRefused):
    """Something typed can't be read: `field` in the form's words, `why` as what to write instead."""

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__(field, why)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read what was typed: its instant in UTC, what it means in words, and how it is typed so that only it
    can be meant."""

    at: datetime
    words: str
    typed: str


class Unclear(BadInput):
    """It can be read two ways and nobody but its writer knows which (B7): `ambiguous` holds them.

    `buttons` choose between them by a press, a label and a custom_id each, where the asker can go on with what
    was typed; else the one that is meant is written.
    """

    def __init__(self, field: str, why: str, readings: tuple[Reading, ...] = ()) -> None:
        self.readings = readings
        self.buttons: tuple[tuple[str, str], ...] = ()
        super().__init__(field, why)
