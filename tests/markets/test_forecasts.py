"""Forecasts: given, changed, hidden (RULES C7, B5)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.accounts import Player
from ledger.types import from_us
from markets.claims.claims import Claim
from markets.claims.terms import Outcome
from markets.core.errors import (
    BadForecast,
    ClaimHalted,
    ForecastsClosed,
    ForecastsThere,
    NotAuthor,
    UnknownClaim,
    UnknownForecast,
)
from markets.forecasts import forecasts
from tests.markets.club import Club

pytestmark = pytest.mark.core

RANGES = (
    Outcome("below 100", "", None, "100"),
    Outcome("100 to 200", "", "100", "200"),
    Outcome("200 or more", "", "200", None),
)


async def crowd(club: Club, claim: Claim) -> forecasts.Crowd:
    return await club.db.read(forecasts.crowd, await club.read_claim(claim.number), club.now)


async def mine(club: Club, who: Player, claim: Claim) -> list[forecasts.Forecast]:
    return await club.db.read(forecasts.mine, club.guild, claim.number, who.number)


async def give(club: Club, who: Player, claim: Claim, **what: Any) -> forecasts.Forecast:
    request = forecasts.GiveForecast(club.guild, club.key(), who.number, claim.number, **what)
    return await club.db.write(forecasts.give, request, club.now)


async def hide(club: Club, who: Player, claim: Claim, *, hidden: bool = True) -> bool:
    request = forecasts.Hide(club.guild, club.key(), who.number, claim.number, hidden)
    return await club.db.write(forecasts.hide, request, club.now)


@pytest.mark.rule("C7")
@pytest.mark.rule("B5")
async def test_a_forecast_takes_no_points_freezes_the_claim_and_is_changed_at_will(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.forecast(ada, claim, 60)
    assert (await club.read_claim(claim.number)).frozen
    club.skip(days=1)
    await club.forecast(bo, claim, 0.1)
    await club.forecast(ada, claim, 99.9)
    await club.forecast(cy, claim, 70)

    assert await crowd(club, claim) == forecasts.Crowd(3, False, (700_000, 300_000))
    said = await mine(club, ada, claim)
    assert [one.chances for one in said] == [(999_000, 1_000), (600_000, 400_000)]
    assert (said[0].until_us, said[1].until_us) == (None, said[0].from_us)
    assert await club.balance(ada.wallet) == 100_000
    with pytest.raises(UnknownForecast):
        await mine(club, await club.member(4), claim)


@pytest.mark.rule("C7")
@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"chances": (999_001, 999)}, "chance_range"),
        ({"chances": (0, 1_000_000)}, "chance_range"),
        ({"chances": (-1_000, 1_001_000)}, "chance_range"),
        ({"chances": (500_000, 500_001)}, "chance_sum"),
        ({"chances": (1_000_000,)}, "chance_count"),
        ({"chances": ()}, "chance_count"),
        ({"chances": (300_000, 300_000, 400_000)}, "chance_count"),
        ({"chances": (True, 999_999)}, "chance_range"),
        ({"quantiles": ("1", "2", "3")}, "quantile_kind"),
    ],
)
async def test_a_forecast_that_cant_stand_is_refused_and_leaves_nothing(
    club: Club, what: dict[str, Any], code: str
):
    ada = await club.member(1)
    claim = await club.claim(ada)
    with pytest.raises(BadForecast) as refused:
        await give(club, ada, claim, **what)
    assert refused.value.code == code
    assert (await crowd(club, claim)).count == 0
    assert not (await club.read_claim(claim.number)).frozen


@pytest.mark.rule("C7")
async def test_quantiles_of_a_number_become_chances_of_its_ranges(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada, kind="number", outcomes=RANGES)
    made = await give(club, ada, claim, quantiles=("100", "150", "200"))
    assert made.chances == (100_000, 800_000, 100_000)
    assert (await mine(club, ada, claim))[0].quantiles == ("100", "150", "200")
    far = await give(club, ada, claim, quantiles=("1", "2", "3"))
    assert far.chances[2] == 1_000, "never less than 0.1%"
    assert sum(far.chances) == 1_000_000
    for bad, code in (
        (("100", "100", "200"), "quantile_order"),
        (("3", "2", "1"), "quantile_order"),
        (("1", "2"), "quantile_order"),
        (("1", "x", "3"), "unread"),
    ):
        with pytest.raises(BadForecast) as refused:
            await give(club, ada, claim, quantiles=bad)
        assert refused.value.code == code


async def test_quantiles_of_a_date(club: Club):
    ada = await club.member(1)
    outcomes = (
        Outcome("before 2027", "", None, "2027-01-01"),
        Outcome("later or never", "", "2027-01-01", None),
    )
    claim = await club.claim(ada, kind="date", outcomes=outcomes)
    made = await give(club, ada, claim, quantiles=("2026-07-01", "2027-01-01", "2028-01-01"))
    assert made.chances == (500_000, 500_000)


@pytest.mark.rule("C7")
async def test_hidden_forecasts_are_shown_by_their_claim_s_author_or_when_trading_closes(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim, other = await club.claim(ada), await club.claim(ada)
    with pytest.raises(NotAuthor):
        await hide(club, bo, claim)
    with pytest.raises(ForecastsThere):
        await hide(club, ada, claim, hidden=False)
    for one in (claim, other):
        assert await hide(club, ada, one)
        await club.forecast(bo, one, 80)
    assert await crowd(club, claim) == forecasts.Crowd(1, True, ())
    assert (await mine(club, bo, claim))[0].chances == (800_000, 200_000), "one's own"

    assert not await hide(club, ada, claim, hidden=False)
    assert (await crowd(club, claim)).median == (800_000, 200_000)
    with pytest.raises(ForecastsThere):
        await hide(club, ada, claim)
    assert other.closes_us is not None
    club.now = from_us(other.closes_us)
    assert (await crowd(club, other)).median == (800_000, 200_000)


@pytest.mark.rule("C7")
async def test_what_everybody_saw_cant_be_hidden_any_more(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada)
    await club.forecast(ada, claim, 50)
    with pytest.raises(ForecastsThere):
        await hide(club, ada, claim)


async def test_forecasts_are_made_while_trading_is_open(club: Club):
    ada, mo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.halt(mo, claim)
    with pytest.raises(ClaimHalted):
        await club.forecast(ada, claim, 50)
    await club.halt(mo, claim, halted=False)
    club.skip(days=31)
    with pytest.raises(ForecastsClosed):
        await club.forecast(ada, claim, 50)
    with pytest.raises(UnknownClaim):
        await give(club, ada, replace(claim, number=99))


async def test_a_press_that_comes_out_of_order_ends_nothing_before_it_began(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada)
    await club.forecast(ada, claim, 60)
    club.now -= timedelta(seconds=2)
    await club.forecast(ada, claim, 70)
    said = await mine(club, ada, claim)
    assert said[0].from_us == said[1].from_us == said[1].until_us
