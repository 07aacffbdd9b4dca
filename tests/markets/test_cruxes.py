"""Cruxes from the link to the note and what was said before and since (RULES C7, E2, E4)."""

import json
from typing import Any

import pytest

from ledger.errors import AlreadyDone
from ledger.storage.database import Database
from ledger.types import to_us
from markets.claims import drafts
from markets.claims.claims import Claim
from markets.claims.terms import Outcome, Result
from markets.core import jobs, tables
from markets.core.errors import BadLink, BadOutcome, CruxEnded, LinkThere, UnknownClaim, UnknownLink
from markets.forecasts import crux_links, forecasts
from markets.records import audit
from markets.settlement import handlers
from markets.views import lists
from tests import databases
from tests.ledger import stories
from tests.markets.club import DAY, NO, YES, Club

pytestmark = pytest.mark.core

IT_WAS = Result("outcome", outcome=YES)


async def notes(club: Club, url: str) -> list[dict[str, Any]]:
    rows = await stories.alone(url, lambda tx: stories.rows(tx, tables.posts, club.guild))
    names = [column.name for column in tables.posts.c]
    told = [dict(zip(names, row, strict=True)) for row in rows]
    return [json.loads(row["facts"]) for row in told if row["kind"] == "crux.resolved"]


async def around(club: Club, claim: Claim) -> list[crux_links.CruxShown]:
    found, count = await club.db.read(crux_links.around, club.guild, claim.number, club.now)
    assert count == len(found)
    return found


async def waiting(club: Club, url: str) -> set[int]:
    """The claims whose cards are to be drawn anew."""
    rows = await stories.alone(url, lambda tx: stories.rows(tx, tables.cards, club.guild))
    names = [column.name for column in tables.cards.c]
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return {row["ref"] for row in found if row["kind"] == "claim" and row["wanted"] > row["shown"]}


async def sound(club: Club, url: str) -> None:
    assert await stories.alone(url, lambda tx: audit.problems(tx, club.guild)) == ()


async def test_a_result_tells_whoever_linked_it_once_and_shows_what_they_said_since(club: Club, url: str):
    ada, bo, cy, mo = [await club.member(n) for n in (1, 2, 3, 4)]
    first, second, third = [await club.claim(ada) for _ in range(3)]
    await club.link(bo, first, second)
    await club.link(bo, first, third, raises=False)
    await club.link(cy, first, second, outcome=NO, target_outcome=NO)
    await club.forecast(bo, second, 60)
    assert {(one.came, one.before) for one in await around(club, first)} == {(None, None)}

    await club.settle(mo, first, IT_WAS)
    assert await club.sweep() == 0
    (note,) = await notes(club, url)
    assert note["players"] == [bo.number, cy.number], "one note each, however many links"
    club.skip(minutes=1)
    await club.forecast(bo, second, 75)
    await club.forecast(cy, second, 20)

    seen = {(one.link.player, one.link.target): one for one in await around(club, first)}
    assert (seen[bo.number, second.number].before, seen[bo.number, second.number].since) == (600_000, 750_000)
    assert (seen[bo.number, third.number].before, seen[bo.number, third.number].since) == (None, None)
    assert (seen[cy.number, second.number].before, seen[cy.number, second.number].since) == (None, 800_000)
    assert len(await around(club, second)) == 2
    await club.settle(mo, second, IT_WAS)
    assert len(await notes(club, url)) == 1, "nobody linked the second to anything"
    await sound(club, url)


async def test_many_are_told_in_several_posts_and_a_crash_between_them_tells_nobody_twice(
    club: Club, url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(crux_links, "PEOPLE", 2)
    ada, mo = await club.member(1), await club.member(2)
    crowd = [await club.member(person) for person in range(10, 15)]
    first, second = await club.claim(ada), await club.claim(ada)
    for who in crowd:
        await club.link(who, first, second)
    await club.proposed(mo, first, IT_WAS, moderator=True)
    club.skip(days=8)
    (settles,) = [row for row in await claimed(club, 1) if row.kind == "proposal.settle"]
    await club.db.write(handlers.perform, settles, club.now)

    (held,) = [row for row in await claimed(club, 2) if row.kind == "cruxes.tell"]
    async with databases.opened(url) as other:  # killed after the commit, before its worker heard of it
        assert await other.write(handlers.perform, held, club.now)
    with pytest.raises((AlreadyDone, jobs.FenceGone)):
        await club.db.write(handlers.perform, held, club.now)
    await club.sweep()

    told = [player for note in await notes(club, url) for player in note["players"]]
    assert told == [who.number for who in crowd]


async def claimed(club: Club, nth: int) -> list[jobs.LeasedJob]:
    held = await club.db.background(
        jobs.lease, jobs.LeaseJobs(owner=nth + 1_000 * club.guild, most=500), club.now
    )
    return [row for row in held if row.guild == club.guild]


async def test_a_result_that_is_taken_back_is_no_result_and_the_next_is_told_again(club: Club, url: str):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    first, second = await club.claim(ada), await club.claim(ada)
    await club.bet(ada, bo, first)
    await club.link(bo, first, second)
    await club.settle(mo, first, IT_WAS)
    await club.reverse_result(mo, first)
    await club.sweep()
    (seen,) = await around(club, second)
    assert seen.came is None
    club.skip(days=31)
    await club.settle(mo, first, Result("outcome", outcome=NO))
    (seen,) = await around(club, second)
    assert seen.came is not None
    assert seen.came.outcome == NO
    assert [note["players"] for note in await notes(club, url)] == [[bo.number]] * 2
    await sound(club, url)


@pytest.mark.parametrize("kind", ["void", "unclear", "early"])
async def test_void_and_unclear_are_told_and_too_early_is_no_result(club: Club, url: str, kind: Any):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    first, second = await club.claim(ada), await club.claim(ada)
    await club.link(bo, first, second)
    club.skip(days=29)
    await club.forecast(bo, first, 50)  # something hangs on it, or it would be filed
    club.skip(days=2)
    await club.settle(mo, first, Result(kind))
    assert len(await notes(club, url)) == (kind != "early")


@pytest.mark.rule("C7")
async def test_hidden_forecasts_stay_hidden_beside_a_crux_but_not_from_oneself(club: Club, url: str):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    first, second = await club.claim(ada), await club.claim(ada, closes_us=to_us(club.now + 20 * DAY))
    hide = forecasts.Hide(club.guild, club.key(), ada.number, second.number, True)
    await club.db.write(forecasts.hide, hide, club.now)
    await club.link(bo, first, second)
    await club.forecast(bo, second, 60)
    await club.settle(mo, first, IT_WAS)
    club.skip(minutes=1)
    await club.forecast(bo, second, 90)

    (seen,) = await around(club, first)
    assert (seen.hidden, seen.before, seen.since) == (True, None, None)
    shown = await club.db.read(
        crux_links.told, club.guild, first.number, seen.link.told or 0, [bo.number], club.now
    )
    assert [(one.hidden, one.before) for one in shown] == [(True, None)]
    (own,) = await club.db.read(crux_links.mine, club.guild, bo.number, club.now)
    assert (own.before, own.since) == (600_000, 900_000)

    club.skip(days=13)  # trading has closed
    await club.sweep()
    (seen,) = await around(club, first)
    assert (seen.hidden, seen.before, seen.since) == (False, 600_000, 900_000)
    assert first.number in await waiting(club, url)


async def test_what_cant_be_linked_is_refused_and_leaves_nothing(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    first, second, over = [await club.claim(ada) for _ in range(3)]
    draft = drafts.SaveDraft(club.guild, club.key(), ada.number, club.terms())
    number = await club.db.write(drafts.save_draft, draft, club.now)
    private = await club.read_claim(number)
    await club.settle(mo, over, IT_WAS)
    with pytest.raises(BadLink):
        await club.link(bo, first, first)
    for source, target in ((first, over), (over, first)):
        with pytest.raises(CruxEnded):
            await club.link(bo, source, target)
    for source, target in ((first, private), (private, first)):
        with pytest.raises(UnknownClaim):
            await club.link(bo, source, target)
    for wrong in ({"outcome": 2}, {"target_outcome": -1}, {"outcome": 2**80}):
        with pytest.raises(BadOutcome):
            await club.link(bo, first, second, **wrong)
    await club.link(bo, first, second)
    with pytest.raises(LinkThere):
        await club.link(bo, first, second, raises=False)
    await club.link(bo, second, first)  # the other way round is another thought
    await club.link(ada, first, second, raises=False)
    with pytest.raises(UnknownLink):
        await club.unlink(mo, first, second)
    assert len(await around(club, first)) == 3


async def test_a_link_is_taken_back_while_both_go_on_and_is_a_record_afterwards(club: Club, url: str):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    first, second = await club.claim(ada), await club.claim(ada)
    await club.link(bo, first, second)
    await club.unlink(bo, first, second)
    await club.link(bo, first, second, raises=False)
    await club.settle(mo, first, IT_WAS)
    with pytest.raises(CruxEnded):
        await club.unlink(bo, first, second)
    (seen,) = await around(club, second)
    assert not seen.link.raises


@pytest.mark.rule("E4")
async def test_deletion_takes_the_links_and_nobody_is_told_of_them(club: Club, url: str):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    first, second = await club.claim(ada), await club.claim(ada)
    await club.link(bo, first, second)
    await club.forget(2)
    assert await around(club, first) == []
    assert {first.number, second.number} <= await waiting(club, url)
    await club.settle(mo, first, IT_WAS)
    assert await notes(club, url) == []


async def test_claims_linked_to_one_of_mine_are_found_either_way(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    mine = await club.claim(ada)
    for _ in range(9):  # however old the claim is that they are linked to
        await club.claim(ada)
    crux, follows, other = [await club.claim(bo) for _ in range(3)]
    await club.link(cy, crux, mine)
    await club.link(bo, mine, follows)
    await club.link(cy, other, follows)
    found = await club.db.read(lists.linked, club.guild, ada.number)
    assert {row.number for row in found} == {crux.number, follows.number}
    assert await club.db.read(lists.linked, club.guild, cy.number) == []


async def test_a_crux_can_be_about_one_of_many_outcomes(club: Club, url: str):
    ada, mo = await club.member(1), await club.member(2)
    many = await club.claim(ada, kind="choice", outcomes=tuple(Outcome(name, name) for name in "abc"))
    second = await club.claim(ada)
    await club.link(ada, many, second, outcome=2)
    await club.link(ada, second, many, target_outcome=1)
    await club.forecast(ada, many, 20, 30, 50)
    await club.settle(mo, second, IT_WAS)
    found = [one for one in await around(club, second) if one.link.claim == second.number]
    assert [one.before for one in found] == [300_000]
    await sound(club, url)


async def test_the_audit_names_a_link_that_fits_nothing(club: Club, url: str, db: Database):
    ada = await club.member(1)
    first, second = await club.claim(ada), await club.claim(ada)
    await club.link(ada, first, second)
    await stories.alone(url, lambda tx: tx.execute(tables.links.update().values(outcome=7)), write=True)
    (said,) = await stories.alone(url, lambda tx: audit.problems(tx, club.guild))
    assert "names an outcome that isn't there" in said
