"""What a custom_id means, and that the tables of routes and commands are whole."""

import importlib
import inspect
import re
import warnings
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from discord import app_commands

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="'audioop' is deprecated", category=DeprecationWarning)
    from bot import commands
    from bot.commands.routes import ROUTES
    from bot.commands.slash import COMMANDS
    from bot.context import Context
from bot.refusals import Outdated
from bot.routes import Route, Routes

Handler = Callable[..., Awaitable[None]]


async def handler(ctx: object, **numbers: int) -> None:
    """Stands for any."""


def test_an_id_finds_its_handler_and_numbers():
    give, close = Route("give:{asked}:{amount}", handler), Route("close", handler)
    routes = Routes((give, close))
    found = routes.find("give:17:2500")
    assert (found.route, found.given) == (give, {"asked": 17, "amount": 2500})
    assert (routes.find("close").route, routes.find("close").given) == (close, {})


def test_a_form_that_lacks_the_field_its_button_needs_has_no_button():
    """A form of another version: finding no button must not keep its refusal from being told."""
    routes = Routes((Route("send:{claim}:{mark}", handler, again="again:{claim}:{result}"),))
    assert routes.again("send:3:7", {"result": ["2"]}) == "again:3:2"
    assert routes.again("send:3:7", {}) == ""


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "give",
        "give:1",
        "give:1:2:3",
        "give:-1:2",
        "give:1:٢",
        "give:1:2\n",
        "GIVE:1:2",
        "give:1:" + "9" * 19,
        "give:1:" + "9" * 21,
        "x" * 4000,
    ],
)
def test_an_id_that_is_none_of_ours_is_refused(forged: str):
    routes = Routes((Route("give:{asked}:{amount}", handler),))
    with pytest.raises(Outdated):
        routes.find(forged)


def test_no_template_can_take_anothers_id():
    templates = [route.template for route in ROUTES]
    assert len(templates) == len(set(templates))
    routes = Routes(ROUTES)
    for route in ROUTES:
        pattern = re.compile(re.sub(r"{\w+}", "[0-9]+", route.template))
        assert [one for one in templates if pattern.fullmatch(re.sub(r"{\w+}", "7", one))] == [route.template]
        numbers = {name: at for at, name in enumerate(re.findall(r"{(\w+)}", route.template))}
        found = routes.find(route.template.format(**numbers | {"how": 0}))
        assert found.route is route
        assert found.given == numbers if route.ticket is None else found.given.keys() == {"ticket"}


KEPT = {
    "quick": "a draft keeps it",
    "quick-draft": "a draft keeps it",
    "draft-new": "a draft keeps it",
    "draft-save-first": "a draft keeps it",
    "draft-save-second": "a draft keeps it",
    "draft-save-third": "a draft keeps it",
    "claim-save": "the claim's change is kept",
    "claim-save-rest": "the claim's change is kept",
    "scenario-new": "no button opens it: its refusal is that of a command",
    "story-save": "the story is kept",
    "reward-lock": "no button opens it: its amount stands in the command",
    "reward-name": "no button opens it: the reward stands in the command",
    "halt": "no button opens it: the claim stands in the command",
    "reverse": "no button opens it: the claim stands in the command",
    "grant": "no button opens it: person and amount stand in the command",
    "take": "no button opens it: person and amount stand in the command",
}
"""Forms that no button of a refusal opens again, and why not."""


def test_each_form_keeps_what_was_typed_or_is_opened_again_with_it():
    sent = [one for one in ROUTES if one.handler.__name__.startswith(("send_", "save_"))]
    lost = {one.template.partition(":{")[0] for one in sent if not one.again}
    assert lost - {"hold-reversal"} == set(KEPT)  # the older form of an appeal is always refused


def test_a_form_is_opened_again_by_a_button_that_there_is():
    templates = {re.sub(r"{\w+}", "{}", route.template) for route in ROUTES}
    again = {re.sub(r"{\w+}", "{}", route.again) for route in ROUTES if route.again}
    assert again
    assert again <= templates


# --- the tables -------------------------------------------------------------------------------


def handlers() -> Iterator[Handler]:
    """Whatever in the files of commands looks like a handler: public, and it gets a context and returns nothing."""
    for path in sorted(Path(commands.__path__[0]).glob("[!_]*.py")):
        module = importlib.import_module(f"bot.commands.{path.stem}")
        for name, found in inspect.getmembers(module, inspect.iscoroutinefunction):
            first = next(iter(inspect.signature(found).parameters.values()), None)
            ours = found.__module__ == module.__name__ and not name.startswith("_")
            silent = inspect.signature(found).return_annotation is None
            if ours and silent and first is not None and first.annotation is Context:
                yield found


def leaves() -> Iterator[app_commands.Command[Any, ..., Any] | app_commands.ContextMenu]:
    for one in COMMANDS:
        yield from one.walk_commands() if isinstance(one, app_commands.Group) else [one]  # pyright: ignore


def in_tables() -> list[Handler]:
    offered = [inspect.unwrap(one.callback) for one in leaves()]
    return [*offered, *(route.handler for route in ROUTES)]


def test_every_handler_stands_in_a_table():
    missing = set(handlers()) - set(in_tables())
    assert {f"{one.__module__}.{one.__name__}" for one in missing} == set()


def test_a_table_holds_handlers_only():
    assert set(in_tables()) == set(handlers())


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.template)
def test_a_handler_takes_the_numbers_of_its_route(route: Route):
    numbers = dict.fromkeys(re.findall(r"{(\w+)}", route.template), 0)
    if route.ticket is None:
        inspect.signature(route.handler).bind(None, **numbers)
    else:
        inspect.signature(route.handler).bind(None, route.ticket(**numbers))


def test_a_command_is_offered_in_servers_alone_and_described():
    for one in COMMANDS:
        assert one.guild_only, one.name
    for one in leaves():
        assert isinstance(one, app_commands.ContextMenu) or one.description not in ("", "…"), (
            one.qualified_name
        )
