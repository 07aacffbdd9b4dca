"""The examples in bot/playground/README.md, run in their order against the small bot."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

import bot.playground
from bot.playground import control_world
from bot.playground.driver import Playground

README = Path(bot.playground.__file__).parent / "README.md"
EXAMPLE = re.compile(
    r"^```http\n(?P<method>[A-Z]+) (?P<call>\S+)(?: (?P<body>\{[^\n]*\}))?\n(?P<shape>.+?)\n```$", re.M | re.S
)


def fit(shape: Any, value: Any, names: dict[str, Any], where: str) -> None:
    """As the README explains: "..." is anything, "$x" is remembered, [] and {} are any list and any object."""
    if isinstance(shape, str) and shape.startswith("$"):
        names[shape] = value
    elif shape == "...":
        return
    elif isinstance(shape, dict):
        assert isinstance(value, dict), where
        missing = {key for key in shape if key != "..." and not key.endswith("?")} - set(value)
        assert not missing, f"{where}: no {missing} in {sorted(value)}"
        if shape and "..." not in shape:
            extra = set(value) - {key.removesuffix("?") for key in shape}
            assert not extra, f"{where}: {extra} is not documented"
        for key, inner in shape.items():
            if key.removesuffix("?") in value:
                fit(inner, value[key.removesuffix("?")], names, f"{where}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for index, item in enumerate(value if shape else []):
            fit(shape[0], item, names, f"{where}[{index}]")
    else:
        assert value == shape, where


def filled(text: str, names: dict[str, Any]) -> Any:
    for name, value in names.items():
        quoted = f'"{name}"'
        text = text.replace(quoted, json.dumps(value))
    return json.loads(text)


@pytest.mark.apart
async def test_every_example_in_the_readme(echo: Playground):
    names: dict[str, Any] = {}
    examples = list(EXAMPLE.finditer(README.read_text()))
    assert len(examples) > 35
    for example in examples:
        method, call = example["method"], example["call"]
        about = {} if example["body"] is None else {"json": filled(example["body"], names)}
        async with echo.session.request(method, f"{echo.url}/control/{call}", **about) as response:
            told = await response.json()
            assert response.status == 200, f"{method} {call}: {told}"
        fit(json.loads(example["shape"]), told, names, f"{method} {call}")


async def test_every_call_has_an_example(play: Playground):
    assert play.running is not None
    told = {(e["method"], e["call"].split("?")[0]) for e in EXAMPLE.finditer(README.read_text())}
    calls = {(r.method, r.path.removeprefix("/control/")) for r in play.running.control.routes()}
    assert calls - told == {("GET", "clock"), ("GET", "events")}, "the two streams, shown as what they send"
    shown = {
        json.loads(e["body"])["do"] for e in EXAMPLE.finditer(README.read_text()) if e["call"] == "world"
    }
    # A thread is the bot's to make: one that is archived is in tests/end_to_end/test_claims.py.
    assert shown | {"archive"} == set(control_world._CHANGES)  # pyright: ignore[reportPrivateUsage]


async def test_the_clock_stream_is_as_it_is_shown(play: Playground):
    """What the playground sends, and that it takes the answer shown beside it for the bot's."""
    asked, answered = (
        json.loads(block)
        for block in re.findall(r"```json\n(\{\"now_us\": .*?)\n```", README.read_text(), re.S)
    )
    async with play.session.ws_connect(f"{play.url}/control/clock") as stream:
        sent = await stream.receive_json()
        assert set(sent) == set(asked)
        await stream.send_json(answered | {"now_us": sent["now_us"]})
        moving = asyncio.create_task(play.skip(hours=1))
        sent = await stream.receive_json()
        await stream.send_json(answered | {"now_us": sent["now_us"]})
        told = await moving
    assert told["due"] == answered["due"]
    assert told["books"] == answered["books"]


@pytest.mark.apart
async def test_the_state_has_the_documented_keys(echo: Playground):
    """The page is written against these."""
    documented = json.loads(
        re.findall(r"```json\n(\{\"type\": \"state\".*?)\n```", README.read_text(), re.S)[0]
    )
    await echo.ada.say("Hello")
    state = await echo.get("state", {"as": "Ada"})

    def same_keys(shape: Any, value: Any, where: str) -> None:
        if isinstance(shape, dict) and shape and not all(key.isdecimal() for key in shape):
            assert set(shape) == set(value), where
            for key, inner in shape.items():
                same_keys(inner, value[key], f"{where}.{key}")
        elif isinstance(shape, list) and shape and isinstance(shape[0], dict):
            for item in value:
                same_keys(shape[0], item, where)

    same_keys(documented, state, "state")
    command = json.loads(re.findall(r"```json\n(\{\"id\": \"50\".*?)\n```", README.read_text(), re.S)[0])
    for entry in state["commands"]:
        assert set(entry) == set(command)
        for option in entry["options"]:
            assert set(option) == set(command["options"][0])
