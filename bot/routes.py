"""Which handler a `custom_id` belongs to. What a button or a form means stands in its id, and nowhere else.

The one table is `bot.commands.routes.ROUTES`. discord.py's own `DynamicItem` would rebuild the message's whole view
for each press, swallow what its handler raises, and drop without a word a press whose id isn't in the message, and a
form that isn't in memory; here each of those gets a sentence.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.refusals import Outdated
from bot.ui import components

Handler = Callable[..., Awaitable[None]]

_NUMBER = "([0-9]{1,19})"
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Route:
    """One kind of button or form.

    template   its custom_id; each `{name}` stands for a whole number
    handler    gets the context of the press, and the numbers by name
    again      of a form: the template of the button that opens it once more, where what was filled in is refused. Its
               numbers are those of the form's own template, and what was chosen in its lists
    ticket     makes one value of all the numbers, which the handler gets instead of them
    """

    template: str
    handler: Handler
    again: str = ""
    ticket: Callable[..., Any] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The route of a custom_id, and its numbers."""

    route: Route
    numbers: Mapping[str, int]

    @property
    def given(self) -> Mapping[str, Any]:
        """What the handler gets with the context: the numbers, or their ticket.

        Raises:
            Outdated: The numbers are no ticket: the custom_id is forged.
        """
        ticket = self.route.ticket
        return self.numbers if ticket is None else {"ticket": ticket(**self.numbers)}


class Routes:
    """The table, read by custom_id."""

    def __init__(self, table: Iterable[Route]) -> None:
        self.table = tuple(table)
        self._patterns: dict[str, list[tuple[re.Pattern[str], tuple[str, ...], Route]]] = {}
        for route in self.table:
            names = tuple(re.findall(r"{(\w+)}", route.template))
            pattern = re.compile(re.sub(r"{\w+}", _NUMBER, route.template), re.ASCII)
            self._patterns.setdefault(_head(route.template), []).append((pattern, names, route))

    def find(self, custom_id: str) -> Found:
        """Return the route of a custom_id, with what it holds.

        Raises:
            Outdated: No template is like this: it is forged, or of another version.
        """
        for pattern, names, route in self._patterns.get(_head(custom_id), ()):
            found = pattern.fullmatch(custom_id)
            if found is not None and all(int(number) <= _LARGEST for number in found.groups()):
                return Found(route, dict(zip(names, map(int, found.groups()), strict=True)))
        raise Outdated

    def again(self, custom_id: str, filled: components.Values) -> str:
        """Return the custom_id of the button that opens a form once more; empty where none does, or where the form
        lacks the field that the button needs, as one of another version may."""
        found = self.find(custom_id)
        chosen = {name: components.choice(filled, name) for name in filled}
        try:
            return found.route.again.format(**{**chosen, **found.numbers})
        except KeyError:
            return ""


def _head(custom_id: str) -> str:
    """What stands before its numbers, and is the same in its template."""
    return custom_id.partition(":")[0]
