"""Outcomes that look alike are one trap for two people (RULES B7)."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from markets.claims import drafts, editing, library, look_alikes
from markets.claims.terms import Actor, Outcome
from markets.claims.wording import Draft, check
from markets.core.errors import BadOutcome, NotWriter
from tests.markets.club import Club

ALIKE = (
    ("YES", "Y\u0415S"),  # Cyrillic
    ("NO", "\u039dO"),  # Greek
    ("NO", "N0"),
    ("below 100", "below 1OO"),
    ("before 2028", "before 2\u041e28"),
    ("Ada wins", "Ada  wins"),
    ("Ada wins", "adawins"),
    ("paypal", "p\u0430ypal"),
    ("Bern", "Bem"),
    ("I", "l"),
    ("\uff39\uff25\uff33", "YES"),
    ("S\u00e1", "Sa\u0301"),
    ("\U0001d40c", "M"),
)
APART = (
    ("YES", "NO"),
    ("1", "2"),
    ("10", "11"),
    ("A", "B"),
    ("2028", "2029"),
    ("S\u00e1", "Sa"),
    ("YES", "YES!"),
)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_names_that_look_alike(one: str, other: str):
    assert look_alikes.alike(one, other)
    assert look_alikes.alike(other, one)
    assert look_alikes.pair(["Something else", one, other]) == (one, other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_names_that_do_not(one: str, other: str):
    assert not look_alikes.alike(one, other)


def test_no_starter_claim_is_disturbed():
    for starter in library.load():
        names = [str(one) for one in starter.options]
        assert look_alikes.pair(names) is None, names


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_the_wording_check_blocks_them(one: str, other: str):
    outcomes = (Outcome(one, "A lab says so."), Outcome(other, "No lab says so."))
    codes = {remark.code for remark in check(Draft("A lab ships it", outcomes)) if remark.level == "blocks"}
    assert codes & {"alike", "same_twice"}


def test_the_wording_check_blocks_a_no_in_other_letters():
    outcomes = (Outcome("YES", "A lab says so."), Outcome("N\u041e", "No lab says so."))
    assert "disguised" in {remark.code for remark in check(Draft("A lab ships it", outcomes))}


def of(*names: str) -> dict[str, Any]:
    return {
        "outcomes": tuple(Outcome(name, f"It is {at}.") for at, name in enumerate(names)),
        "kind": "choice",
    }


@pytest.mark.rule("B7")
@pytest.mark.parametrize(
    "names", [("YES", "Y\u0415S"), ("YES", "N\u041e"), ("A", "B", "\u0410"), ("Red", "r e d")]
)
async def test_no_claim_opens_with_them(club: Club, names: tuple[str, ...]):
    ada = await club.member(1)
    with pytest.raises(BadOutcome) as refused:
        await club.claim(ada, **of(*names))
    assert refused.value.code in ("alike", "disguised")


@pytest.mark.rule("B7")
async def test_nor_is_one_changed_or_superseded_so(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada)
    turned = club.terms(**of("YES", "Y\u0415S"))

    async def edit() -> object:
        request = editing.Edit(club.guild, club.key(), ada.number, claim.number, turned)
        return await club.db.write(editing.edit, request, club.now)

    async def supersede() -> object:
        request = drafts.Supersede(club.guild, club.key(), Actor(ada.number), claim.number, turned)
        return await club.db.write(drafts.supersede, request, club.now)

    acts: tuple[Callable[[], Coroutine[Any, Any, object]], ...] = (edit, supersede)
    for act in acts:
        with pytest.raises(BadOutcome):
            await act()


@pytest.mark.rule("B7")
async def test_ranges_are_held_against_each_other_too(club: Club):
    ada = await club.member(1)
    outcomes = (
        Outcome("below 100", "", None, "100"),
        Outcome("below 1OO", "", "100", "200"),
        Outcome("more", "", "200", None),
    )
    with pytest.raises(BadOutcome):
        await club.claim(ada, kind="number", outcomes=outcomes)


@pytest.mark.rule("B7")
async def test_no_two_stories_look_alike(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    number = await club.scenario_draft(ada)
    await club.tell(ada, number, "Fast", ("The first model", 10, 90))
    with pytest.raises(BadOutcome):
        await club.tell(bo, number, "F\u0430st", ("The first model", 10, 20))


@pytest.mark.rule("E7")
async def test_nobody_changes_anothers_story(club: Club):
    """The author may take it out of the draft; what it says is its writer's."""
    ada, bo = await club.member(1), await club.member(2)
    number = await club.scenario_draft(ada)
    await club.tell(ada, number, "Fast", ("The first model", 10, 90), ("A law", 30, 50))
    await club.tell(bo, number, "Slow", ("The first model", 10, 20), ("A law", 30, 70))
    with pytest.raises(NotWriter):
        await club.tell(ada, number, "Slow", ("The first model", 10, 99), story=1)
    # Nor by what the author leaves out of their own.
    changed = await club.tell(ada, number, "Fast", ("The first model", 10, 95), story=0)
    assert changed.terms.scenario is not None
    assert [item.chances for item in changed.terms.scenario.items] == [(9_500, 2_000), (5_000, 7_000)]
    opened = editing.Open(club.guild, club.key(), Actor(ada.number), number)
    claim = await club.db.write(editing.open_claim, opened, club.now)
    with pytest.raises(NotWriter):
        await club.tell(ada, claim.number, "Slow", ("The first model", 10, 99), story=1)
    assert claim.terms.scenario is not None
    assert claim.terms.scenario.items[0].chances == (9_500, 2_000)
