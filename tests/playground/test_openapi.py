"""Discord's description judges bodies twice: quickly whether they are right, and thoroughly what is wrong with them.
Both must come to the same."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from bot.playground.openapi import DOCUMENT, SchemaChecker

ID = "1432018386652495872"
MESSAGE = "POST", "/channels/{channel_id}/messages"
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    MESSAGE: {
        "content": "words",
        "nonce": "n1",
        "embeds": [{"title": "A", "url": "https://example.org/a", "timestamp": "2026-11-30T12:00:00+00:00"}],
        "components": [
            {"type": 1, "components": [{"type": 2, "style": 1, "label": "Press", "custom_id": "a"}]},
            {
                "type": 1,
                "components": [
                    {
                        "type": 3,
                        "custom_id": "b",
                        "options": [{"label": "One", "value": "1"}],
                        "max_values": 1,
                    }
                ],
            },
        ],
        "message_reference": {"message_id": ID, "channel_id": ID},
        "allowed_mentions": {"parse": ["users"], "roles": [ID]},
        "flags": 4,
    },
    ("POST", "/interactions/{interaction_id}/{interaction_token}/callback"): {
        "type": 4,
        "data": {"flags": 64, "components": [{"type": 17, "components": [{"type": 10, "content": "words"}]}]},
    },
    ("POST", "/channels/{channel_id}/threads"): {
        "name": "A thread",
        "auto_archive_duration": 1440,
        "type": 11,
    },
}
WRONG: tuple[Any, ...] = (None, True, -1, 2**63, 0.5, "", "x" * 5000, "2026-13-01T00:00:00Z", [[]], {"a": 1})


@pytest.fixture(scope="module")
def checker() -> SchemaChecker:
    found = SchemaChecker.if_at_hand()
    if found is None:
        pytest.skip(f"Discord's description isn't at hand: {DOCUMENT.name} stands beside the checkout")
    return found


def places(value: Any, *way: Any) -> Iterator[tuple[Any, ...]]:
    """The way to each value inside a body."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*way, key)
        yield from places(inner, *way, key)


def changed(body: Any, way: tuple[Any, ...], new: Any, *, drop: bool = False) -> Any:
    made = copy.deepcopy(body)
    holder = made
    for key in way[:-1]:
        holder = holder[key]
    if drop:
        del holder[way[-1]]
    else:
        holder[way[-1]] = new
    return made


@pytest.mark.parametrize("route", BODIES, ids=lambda route: route[1])
def test_the_quick_judge_and_the_thorough_one_say_the_same(checker: SchemaChecker, route: tuple[str, str]):
    assert checker.request(*route, BODIES[route]) is None
    judges = checker.judges((*route, "request"))
    assert not isinstance(judges, str)
    said = {True: 0, False: 0}
    for way in places(BODIES[route]):
        wrong = [changed(BODIES[route], way, new) for new in WRONG]
        for body in (changed(BODIES[route], way, None, drop=True), *wrong):
            right = judges.fast.is_valid(body)
            assert right == (next(judges.exact.iter_errors(body), None) is None), (way, body)
            said[right] += 1
    assert min(said.values()) >= 4, said


def test_what_is_wrong_is_said_in_words_each_time(checker: SchemaChecker):
    for _ in range(2):
        fault = checker.request(*MESSAGE, {"content": 7})
        assert fault == f"{' '.join(MESSAGE)} request: at /content: 7 is not of type 'string', 'null'"
    assert checker.request(*MESSAGE, {"content": "seven"}) is None
