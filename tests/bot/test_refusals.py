"""Every refusal has a sentence, and what is no refusal gets none."""

import inspect
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot import refusals as press
from bot.text import Currency
from bot.words import refusals
from ledger import errors

NOW = datetime(2026, 11, 20, tzinfo=UTC)
EXAMPLES: list[Exception] = [
    press.Expired("/wallet give"),
    press.Outdated(),
    press.Elsewhere(),
    press.OutsideServer(),
    press.NotInstalled(),
    press.Restarting(),
    press.TooSoon("/ledger export", NOW),
    press.BookWaits(),
    press.NotServerOwner(),
    press.NotModerator(0),
    press.NotModerator(5),
    press.NotManager(),
    press.NotMember(),
    press.ToBot(),
    press.ByBot(),
    press.BadInput("The amount", "write a number"),
    press.Unclear(
        "The deadline",
        "write the one you mean",
        (
            press.Reading(NOW, "before 2030 begins", "2029-12-31"),
            press.Reading(NOW, "until 2030 ends", "2030-12-31"),
        ),
    ),
    errors.BadAmount(0, "it must be more than zero"),
    errors.UnknownGuild(1),
    errors.UnknownPlayer(1),
    errors.UnknownTransfer(1, 2),
    errors.InsufficientFunds(1, 2, 300, 500),
    errors.InsufficientFunds(1, 2, -300, 500),
    errors.AccountEnded(1, 2),
    errors.AlreadyReversed(1, 2, 3),
    errors.NotReversible(1, 2),
    errors.KeyReused(1, "k"),
    errors.AlreadyDone(1, "k", None),
    errors.GrantRefused("A5", "too young", days_left=1),
    errors.GrantRefused("A5", "the allowance comes once a week", ready_us=1_795_176_000_000_000),
    errors.GrantRefused("A5", "nothing is missing", held=100_000),
    errors.GrantRefused("A5", "nothing is missing", held=100_000, locked_until_us=1_795_176_000_000_000),
    errors.GrantRefused("A5", "there is no weekly allowance in this server", off=1),
    errors.GrantRefused("A6", "limited", left=0),
    errors.GrantRefused("A6", "limited", left=500),
    errors.GrantRefused("A6", "gifts are switched off in this server"),
    errors.Busy(256),
    errors.Closed(),
    errors.ReadTooLong(500),
    errors.Unreachable("crux.db", "gone"),
    errors.DiskFull("crux.db"),
]


def kinds(root: type[Exception]) -> Iterator[type[Exception]]:
    for kind in root.__subclasses__():
        if kind.__module__ in (press.__name__, errors.__name__):
            yield kind
            yield from kinds(kind)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_a_refusal_is_a_sentence_or_two_that_says_what_to_do(error: Exception):
    sentence = refusals.refusal(error, Currency())
    assert sentence is not None
    assert sentence[0].isupper()
    assert sentence[-1] in ".!"
    assert len(sentence) < 400
    for casino in ("bet", "wager", "gambl", "jackpot", "odds", "win "):
        assert casino not in sentence.lower()


def test_every_kind_of_press_refusal_has_an_example():
    assert set(kinds(press.PressRefused)) <= {type(error) for error in EXAMPLES}


@pytest.mark.parametrize(
    "error", [KeyError("x"), RuntimeError(), OSError(5, "x"), errors.BadKey("x y"), errors.CrossGuild(1, 2)]
)
def test_a_mistake_of_ours_has_no_sentence(error: Exception):
    assert refusals.refusal(error, Currency()) is None


def test_a_storage_error_tells_people_nothing_of_the_machine():
    sentence = refusals.refusal(errors.Unreachable("/var/lib/crux.db", "disk on fire"), Currency())
    assert sentence is not None
    assert "/var" not in sentence
    assert "fire" not in sentence


def test_the_tree_in_the_docstring_is_the_tree():
    assert press.__doc__ is not None
    for name, kind in inspect.getmembers(press, inspect.isclass):
        if kind.__module__ == press.__name__:
            assert name in press.__doc__
