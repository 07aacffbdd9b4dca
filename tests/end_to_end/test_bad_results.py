"""Bad input of results, disputes and settings: one clear sentence each, and nothing is lost by it."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.playground.driver import Playground
from tests import databases
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bad_input import sentence
from tests.end_to_end.test_bets import posted, quick
from tests.end_to_end.test_markets import held
from tests.end_to_end.test_results import BEGINS, bet_between
from tests.end_to_end.test_running import crux
from tests.end_to_end.test_setup import BETS, POINTS
from tests.markets.club import Club

GONE = "That proposal on claim 1 doesn't stand any more, and nothing happened. `/claim show` says what stands now."
EVIDENCE = "https://example.org/report"


async def proposed_twice(play: Playground) -> None:
    """Claim 1 has proposal 1, claim 2 proposal 2; both are due."""
    await bet_between(play, when="in 10 days")
    await quick(play, what="Another AI lab announces 95% on FrontierMath", when="in 10 days")
    asked = await play.bo.run("/bet accept", offer=2)
    await play.bo.click(asked, asked.message.buttons[0])
    await play.skip(days=11)
    for claim in (1, 2):
        form = await play.ada.run("/resolve propose", claim=claim)
        done = await play.ada.submit(form, result="NO", evidence=EVIDENCE)
        assert "Everybody is told" in done.text or "proposed" in done.text.casefold(), done.text


async def test_a_proposal_s_number_of_another_claim_is_refused_by_whatever_acts_on_one(play: Playground):
    await proposed_twice(play)
    shown = await play.bo.run("/claim show", claim=1)
    for number in (2, 99):  # of claim 2, and of none
        refused = await play.bo.forcing.click(shown, f"challenge:1:{number}")
        assert sentence(refused) == GONE, number
    form = await play.bo.click(shown, "Challenge")
    await play.bo.submit(form, ground="a fact is wrong", reason="It was YES.")
    dispute = await posted(play, "Dispute 1")
    for number in (2, 99):
        form = await play.mira.forcing.click(dispute, f"rule:1:1:{number}")
        refused = await play.mira.submit(form, reason="It was so.")
        assert sentence(refused) == GONE, number
    case = await play.mira.click(dispute, "Judge")
    form = await play.mira.click(case, "YES")
    assert held(form), "the one that stands is judged as ever"


async def test_a_vote_on_a_closed_dispute_is_refused_and_changes_nothing(play: Playground):
    await proposed_twice(play)
    form = await play.bo.run("/resolve challenge", claim=1)
    await play.bo.submit(form, ground="a fact is wrong", reason="It was YES.")
    dispute = await posted(play, "Dispute 1")
    case = await play.mira.click(dispute, "Judge")
    late = [await play.mira.click(case, "NO") for _ in range(2)]
    done = await play.mira.submit(await play.mira.click(case, "YES"), reason="The report says so.")
    assert "That is the ruling" in done.text
    await posted(play, "Ruled YES")
    for when in ("ruled", "paid"):
        for refused in (
            await play.mira.submit(late.pop(), reason="No, it doesn't."),
            await play.mira.click(case, "NO"),
        ):
            said = sentence(refused)
            assert said.startswith("That can't be done with claim 1 just now: "), (when, said)
        for looked in (
            await play.mira.forcing.click(dispute, "decide:1"),
            await play.mira.run("/mod decide", claim=1),
        ):
            assert not {"YES", "NO", "Vote: NO"} & set(looked.message.buttons), when
        await play.skip(days=2)
    assert "Result: YES" in (await play.bo.run("/claim show", claim=1)).text
    assert "What each result would pay" not in (await play.mira.run("/mod decide", claim=1)).text


KNOWN = (
    ("2031-01-01", "that is still to come: write when it was first known"),
    ("2026-11-24 23:00", "that is still to come: write when it was first known"),
    ("2026-11-01", "It became public after the claim opened"),
    ("0001-01-01", "It became public after the claim opened"),
    (
        "2026-11-24 12:00 Mars/Phobos",
        "Crux knows no time zone Mars/Phobos: leave it out, or write one like +02:00",
    ),
    ("2026-11-24 12:00 XYZT", "Crux knows no time zone XYZT"),
    ("2026-11-24 12:00+99:00", "no place is so far from UTC: write a difference like +02:00"),
    ("2026-03-29 02:30 Europe/Berlin", "clocks skipped that hour there"),
    ("2026-02-30", "write it like 2027-03-01"),
    ("yesterday", "write it like 2027-03-01"),
)


async def test_a_moment_that_can_not_have_been_the_one_is_refused_with_what_to_write(play: Playground):
    await bet_between(play)
    await play.skip(hours=2)
    for typed, words in KNOWN:
        form = await play.bo.run("/resolve propose", claim=1)
        refused = await play.bo.submit(form, result="YES", evidence=EVIDENCE, known=typed)
        assert words in sentence(refused), typed
        assert "proposed" not in (await play.bo.run("/claim show", claim=1)).text.casefold()
    form = await play.bo.run("/resolve propose", claim=1)
    local = BEGINS + timedelta(hours=2)  # in Berlin
    done = await play.bo.submit(
        form, result="YES", evidence=EVIDENCE, known=f"{local:%Y-%m-%d %H:%M} Europe/Berlin"
    )
    assert f"<t:{int((BEGINS + timedelta(hours=1)).timestamp())}:f>" in done.text, done.text


LIMITS = (
    # form, field, beyond, its sentence, at the limit
    (POINTS, "start", "100000.01", "100,000 is the most there may be", "100000"),
    (POINTS, "start", "0.99", "1 is the least there may be", "1"),
    (POINTS, "weekly", "10000000000000.01", "The weekly allowance: ", "10000000000000"),
    (POINTS, "age", "3651", "The days: ", "3650"),
    (POINTS, "age", "-1", "The days: ", "0"),
    (BETS, "claims", "1001", "The open claims: ", "1000"),
    (BETS, "most", "10000000000000.01", "The most on one bet: ", "10000000000000"),
    (BETS, "bond", "10000000000000.01", "The bond: ", "10000000000000"),
    (BETS, "window", "23 hours", "The challenge window: ", "24 hours"),
)


async def test_settings_at_their_limits_are_taken_and_beyond_them_refused(play: Playground):
    await set_up(play)
    card = await play.oz.run("/setup")
    for name, field, beyond, words, at in LIMITS:
        before = (await play.oz.run("/setup")).text
        refused = await play.oz.submit(await play.oz.click(card, name), {field: beyond})
        assert words in sentence(refused), f"{field} {beyond}: {refused.text}"
        assert (await play.oz.run("/setup")).text == before, field
        taken = await play.oz.submit(await play.oz.click(card, name), {field: at})
        assert "That didn't work" not in taken.text, f"{field} {at}: {taken.text}"


@pytest.mark.rule("E9")
async def test_a_restored_book_from_the_future_is_named_by_doctor(tmp_path: Path):
    """The machine's clock is wrong, or a book was put back that one with a wrong clock wrote."""
    url = databases.sqlite(tmp_path / "crux.db")
    async with databases.opened(url) as db:
        club = await Club.make(db, 1001)
        await club.member(1)
        code, said = await crux(tmp_path, "doctor", "--database", url, token="nonsense")
        assert "is still to come" not in said
        club.now = club.now.replace(year=2095)
        await club.member(2)
    code, said = await crux(tmp_path, "doctor", "--database", url, token="nonsense")
    assert code == 1
    (line,) = [line for line in said.splitlines() if "still to come" in line]
    assert line == (
        f"BAD  Guild 1001: its newest transfer is of {club.now:%Y-%m-%d %H:%M} UTC, which is still to come: look at "
        "this machine's clock, and at which book was put back."
    )
    assert "all right" in (await crux(tmp_path, "verify", "--database", url, token=""))[1], (
        "and nothing is lost"
    )
