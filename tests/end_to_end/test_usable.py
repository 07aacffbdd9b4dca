"""What is offered goes by what a wallet can use, and not by the whole balance (RULES A4, A9, C3): the rest is early
profit, which stays there until its market is settled."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from markets.claims import wallet_keeps
from tests.end_to_end.telling import Telling, telling
from tests.end_to_end.test_markets import held
from tests.markets.club import YES
from tests.markets.test_early_profits import pumped, thin

pytestmark = [pytest.mark.rule("A9"), pytest.mark.rule("A4")]


@dataclass
class Rich:
    """Bo took more than a starting balance out of the market of claim `first`; `other` has none, `third` has one."""

    there: Telling
    first: int
    other: int
    third: int
    balance: int
    usable: int


@pytest.fixture
async def rich(book: str) -> AsyncGenerator[Rich]:
    async with telling(book) as there:
        club = there.club
        for name in ("Ada", "Bo", "Mira"):
            await there.play.person(name).run("/wallet show")
        ids = {one["name"]: int(one["id"]) for one in await there.play.get("people", {"as": "Oz"})}
        ada, bo, mira = (
            await club.member(ids["Ada"], 900_000),
            *[await club.join(ids[n]) for n in ("Bo", "Mira")],
        )
        await there.time()
        first = await thin(club, ada, days=7)
        await pumped(club, ada, bo, first, 30)
        other = await club.claim(mira, title="Something else by then")
        third = await club.claim(mira, title="A third thing by then")
        await club.market(ada, third, liquidity=50_000)
        balance = await club.balance(bo.wallet)
        usable = await club.db.read(wallet_keeps.usable, club.guild, bo.number)
        assert 0 < usable < balance
        yield Rich(there, first.number, other.number, third.number, balance, usable)


async def test_a_new_market_s_default_costs_a_fifth_of_what_can_be_used(rich: Rich):
    bo = rich.there.play.bo
    form = await bo.run("/market open", claim=rich.other)
    asked = await bo.submit(form)
    pays = asked.message.buttons[0].removeprefix("Open it: pay ").split()[0]
    assert 0 < float(pays.replace(",", "")) * 100 <= rich.usable / 5
    assert float(pays.replace(",", "")) * 100 > rich.usable / 5 - 100
    assert rich.usable / 5 < rich.balance / 5 - 100, "the balance would have given another one"


async def test_a_counter_s_default_is_one_that_can_be_used(rich: Rich):
    play = rich.there.play
    for stake, shown in ((rich.usable, True), (rich.usable + 1, False)):
        theirs = f"{stake / 100:.2f}"
        await play.ada.run("/bet offer", claim=rich.other, side="YES", stake="10", theirs=theirs)
        number = 1 if shown else 2
        card = await play.bo.run("/bet show", number=number)
        value = held(await play.bo.click(card, "Counter"))["stake"]
        assert bool(value) == shown, (stake, value, rich.balance)


async def test_the_steps_to_buy_are_those_that_can_be_used(rich: Rich):
    """In the market that it came from a purchase puts it back, so there it may all be used."""
    play, club = rich.there.play, rich.there.club
    much = 2_000
    ids = {one["name"]: int(one["id"]) for one in await play.get("people", {"as": "Oz"})}
    bo = await club.join(ids["Bo"])
    await club.pool(bo, await club.read_claim(rich.other))
    await club.stake(bo, await club.read_claim(rich.other), YES, rich.usable - much)
    for claim, steps in ((rich.third, []), (rich.first, ["25 points", "100 points"])):
        card = await play.bo.run("/market show", claim=claim)
        yes = next(button for button in card.message.buttons if "YES" in button)
        offered = (await play.bo.click(card, yes)).message.buttons
        assert [one for one in offered if one.endswith(" points")] == steps, claim


async def test_the_wallet_says_what_it_keeps(rich: Rich):
    said = (await rich.there.play.bo.run("/wallet show")).text
    kept = f"{(rich.balance - rich.usable) / 100:,.2f}".rstrip("0").rstrip(".")
    assert f"{kept} points stay here until markets are settled" in said
