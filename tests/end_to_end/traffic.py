"""What people and the world do in the simulation. To add an instrument, add its acts here, each with its weight."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import sqlalchemy as sa

from bot.playground.driver import NotAllowed
from ledger.issuance import Allowance
from ledger.players import Forget, Present
from ledger.types import to_us
from markets.bets import agreement, offering, offers
from markets.claims import ambiguity, drafts, editing
from markets.claims import terms as claim_terms
from markets.claims.conditions import Condition
from markets.claims.terms import Judges, Result
from markets.core import tables
from markets.forecasts import crux_links, forecasts
from markets.people import allowances, preferences, rewarding
from markets.pools import pools
from markets.records import deletion
from markets.settlement import confirmation, disputes, freezing, proposals, proposing, resolution, voting
from markets.shares import opening as share_opening
from markets.shares import orders, trading
from tests.end_to_end.simulation import MODERATORS, NAMES, Simulation
from tests.markets.club import NO, YES

Act = Callable[[Simulation], Awaitable[None]]

ACTS: list[tuple[Act, float]] = []

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
BETTORS = ("Ada", "Bo", "Cy", "Di")
HELD = ((tables.bets, "live"), (tables.markets, "open"), (tables.pools, "open"))
"""What people want to see an end of."""

RESULTS = (
    Result("outcome", outcome=YES),
    Result("outcome", outcome=NO),
    Result("weights", weights=(1, 2)),
    Result("unclear"),
    Result("void"),
    Result("early"),
)


def act(weight: float) -> Callable[[Act], Act]:
    """Something that happens, this often beside the others."""

    def register(what: Act) -> Act:
        ACTS.append((what, weight))
        return what

    return register


async def anything(sim: Simulation) -> None:
    """One act, drawn by weight."""
    chosen = sim.chance.choices([what for what, _ in ACTS], [weight for _, weight in ACTS])[0]
    await chosen(sim)


# --- claims and bets ------------------------------------------------------------------------------


@act(5)
async def opens_a_claim(sim: Simulation) -> None:
    deadline = to_us(sim.now + timedelta(days=sim.chance.randint(1, 20)))
    on = await sim.pick(tables.claims, "open") if sim.chance.random() < 0.25 else None
    outcome, days = sim.chance.choice((YES, NO)), sim.chance.choice((None, None, 3))
    terms = sim.club.terms(
        condition=Condition(on.number, outcome, ("YES", "NO")[outcome], days) if on else None,
        closes_us=deadline,
        deadline_us=deadline,
        check_us=deadline + sim.chance.choice((0, claim_terms.DAY_US)),
        early=sim.chance.choice(("allowed", "announced", "deadline")),
        clause=ambiguity.encode(
            sim.chance.choice((ambiguity.StakesReturn(), ambiguity.FixedWeights((2_500, 7_500))))
        ),
        judges=Judges((sim.number("Mira"),), 1) if sim.chance.random() < 0.2 else Judges(),
    )
    author = sim.name()
    number = await sim.do(drafts.save_draft, drafts.SaveDraft(*sim.ids(), sim.number(author), terms))
    if number is not None and sim.chance.random() < 0.9:
        await sim.do(editing.open_claim, editing.Open(*sim.ids(), sim.actor(author), number))


@act(10)
async def offers_a_bet(sim: Simulation) -> None:
    claim = await sim.pick(tables.claims, "open")
    if claim is None:
        return await opens_a_claim(sim)
    maker, taker = sim.chance.sample(BETTORS, 2)
    named = sim.chance.random() < 0.4
    request = offering.MakeOffer(
        *sim.ids(),
        sim.number(maker),
        claim.number,
        sim.chance.choice((YES, NO)),
        sim.chance.randint(100, 9_000),
        sim.chance.randint(100, 9_000),
        taker=sim.number(taker) if named else offers.ANYONE,
    )
    await sim.do(offering.make, request)
    return None


@act(2)
async def counters(sim: Simulation) -> None:
    offer = await sim.pick(tables.offers, "open")
    if offer is not None:
        who = offer.taker or sim.number(sim.name(BETTORS))
        await sim.do(offering.counter, offering.Counter(*sim.ids(), offer.number, who, 2_000, 3_000))


@act(1)
async def withdraws_an_offer(sim: Simulation) -> None:
    offer = await sim.pick(tables.offers, "open")
    if offer is not None:
        await sim.do(offering.withdraw, offering.WithdrawOffer(*sim.ids(), offer.number, offer.maker))


@act(8)
async def accepts(sim: Simulation) -> None:
    offer = await sim.pick(tables.offers, "open")
    if offer is None:
        return
    claim = await sim.club.read_claim(offer.claim)
    who = offer.taker or sim.number(sim.name(BETTORS))
    await sim.do(offers.accept, offers.Accept(*sim.ids(), offer.number, who, claim.digest))


@act(3)
async def presses_accept(sim: Simulation) -> None:
    """By command and button, through Discord: delivered twice, or too late, or with a lost answer."""
    offer = await sim.pick(tables.offers, "open")
    if offer is None:
        return
    numbers = {player.number: name for name, player in sim.players.items()}
    person = sim.play.person(numbers.get(offer.taker) or sim.name(BETTORS))
    sim.tell(f"{person.name} presses accept on offer {offer.number}")
    try:
        asked = await person.run("/bet accept", offer=offer.number)
        lock = next((label for label in asked.message.buttons if label.startswith("Lock")), None)
        if lock is None:
            return
        if sim.chance.random() < 0.3:
            sim.storm.add("lost", CALLBACK)
        if sim.chance.random() < 0.3:
            await person.delivered(late=True).click(asked, lock)
        await person.delivered(times=sim.chance.choice((1, 2))).click(asked, lock)
    except NotAllowed as refused:  # who left the server can't press
        sim.tell(str(refused))
    else:
        sim.done["pressed"] += 1


@act(2)
async def agrees(sim: Simulation) -> None:
    bet = await sim.pick(tables.bets, "live")
    if bet is None:
        return
    pot = bet.maker_stake + bet.taker_stake
    maker = sim.chance.randint(0, pot)
    await sim.do(
        agreement.suggest, agreement.Suggest(*sim.ids(), bet.number, bet.maker, "split", maker, pot - maker)
    )
    if sim.chance.random() < 0.5:
        await sim.do(agreement.agree, agreement.Agree(*sim.ids(), bet.number, bet.taker, maker, pot - maker))


# --- markets and pools ----------------------------------------------------------------------------


@act(3)
async def opens_a_market(sim: Simulation) -> None:
    claim = await sim.pick(tables.claims, "open")
    if claim is not None:
        opening = sim.chance.choice((None, (5_000, 5_000), (2_000, 8_000)))
        deep = sim.chance.choice((2_000, 10_000, 30_000))
        request = share_opening.OpenMarket(*sim.ids(), sim.actor(), claim.number, deep, opening)
        await sim.do(share_opening.open_market, request)


@act(1)
async def deepens_a_market(sim: Simulation) -> None:
    market = await sim.pick(tables.markets, "open")
    if market is not None:
        request = share_opening.AddLiquidity(*sim.ids(), sim.actor(sim.name(BETTORS)), market.claim, 5_000)
        await sim.do(share_opening.add_liquidity, request)


@act(7)
async def buys(sim: Simulation) -> None:
    market = await sim.pick(tables.markets, "open")
    if market is None:
        return await opens_a_market(sim)
    how = sim.chance.choice(({"budget": 4_000}, {"quantity": 5_000}, {"target_bps": 7_000}))
    who, outcome = sim.number(sim.name(BETTORS)), sim.chance.choice((YES, NO))
    tolerance = sim.chance.choice((200, 9_800))
    request = trading.Buy(*sim.ids(), who, market.claim, outcome, 5_000, tolerance_bps=tolerance, **how)
    await sim.do(trading.buy, request)
    return None


@act(2)
async def presses_buy(sim: Simulation) -> None:
    """By command and button, through Discord: delivered twice, or too late, or with a lost answer."""
    market = await sim.pick(tables.markets, "open")
    if market is None:
        return
    person = sim.play.person(sim.name(BETTORS))
    sim.tell(f"{person.name} presses buy in market {market.claim}")
    try:
        asked = await person.run("/market buy", claim=market.claim, outcome="YES", points="20")
        button = next((label for label in asked.message.buttons if label.startswith("Buy")), None)
        if button is None:
            return
        if sim.chance.random() < 0.3:
            sim.storm.add("lost", CALLBACK)
        late = sim.chance.random() < 0.3
        await person.delivered(times=sim.chance.choice((1, 2)), late=late).click(asked, button)
    except NotAllowed as refused:  # who left the server can't press
        sim.tell(str(refused))
    else:
        sim.done["pressed"] += 1


@act(4)
async def sells(sim: Simulation) -> None:
    table = tables.positions
    held = sa.select(table).where(table.c.guild_id == sim.club.guild, table.c.shares > 0)
    position = await sim.any_of(held.order_by(*table.primary_key.columns))
    if position is not None:
        request = trading.Sell(
            *sim.ids(),
            position.player,
            position.claim,
            position.outcome,
            5_000,
            quantity=max(position.shares // sim.chance.choice((1, 2)), 1),
            tolerance_bps=9_800,
        )
        await sim.do(trading.sell, request)


@act(3)
async def rests_an_order(sim: Simulation) -> None:
    market = await sim.pick(tables.markets, "open")
    if market is not None:
        who, outcome = sim.number(sim.name(BETTORS)), sim.chance.choice((YES, NO))
        how = sim.chance.choice(({"budget": 2_500}, {"quantity": 1_000}))
        limit = sim.chance.choice((2_000, 4_000, 6_000, 8_000))
        until = sim.chance.choice((None, to_us(sim.now + timedelta(days=2))))
        request = orders.PlaceOrder(*sim.ids(), who, market.claim, outcome, limit, expires_us=until, **how)
        await sim.do(orders.place, request)


@act(1)
async def cancels_an_order(sim: Simulation) -> None:
    order = await sim.pick(tables.orders, "open")
    if order is not None:
        await sim.do(orders.cancel, orders.CancelOrder(*sim.ids(), order.player, order.number))


@act(2)
async def opens_a_pool(sim: Simulation) -> None:
    claim = await sim.pick(tables.claims, "open")
    if claim is not None:
        await sim.do(pools.open_pool, pools.OpenPool(*sim.ids(), sim.actor(), claim.number))


@act(5)
async def stakes(sim: Simulation) -> None:
    pool = await sim.pick(tables.pools, "open")
    if pool is None:
        return await opens_a_pool(sim)
    claim, who = await sim.club.read_claim(pool.claim), sim.number(sim.name(BETTORS))
    outcome, amount = sim.chance.choice((YES, NO)), sim.chance.randint(100, 4_000)
    await sim.do(pools.stake, pools.Put(*sim.ids(), who, pool.claim, outcome, amount, claim.digest))
    return None


# --- forecasts, cruxes, rewards, points -----------------------------------------------------------


@act(4)
async def forecasts_a_claim(sim: Simulation) -> None:
    claim = await sim.pick(tables.claims, "open")
    if claim is not None:
        chance = sim.chance.randint(1, 99) * 10_000
        request = forecasts.GiveForecast(*sim.ids(), sim.number(), claim.number, (chance, 1_000_000 - chance))
        await sim.do(forecasts.give, request)


@act(1)
async def hides_or_shows_forecasts(sim: Simulation) -> None:
    claim = await sim.pick(tables.claims, "open")
    if claim is not None:
        hidden = sim.chance.random() < 0.5
        await sim.do(forecasts.hide, forecasts.Hide(*sim.ids(), claim.author, claim.number, hidden))


@act(2)
async def links_claims(sim: Simulation) -> None:
    one, other = [await sim.pick(tables.claims, "open", "proposed") for _ in range(2)]
    if one is not None and other is not None:
        request = crux_links.LinkClaims(
            *sim.ids(), sim.number(), one.number, other.number, sim.chance.random() < 0.5
        )
        await sim.do(crux_links.link, request)


@act(0.5)
async def cuts_a_link(sim: Simulation) -> None:
    table = tables.links
    links = sa.select(table).where(table.c.guild_id == sim.club.guild).order_by(*table.primary_key.columns)
    found = await sim.any_of(links)
    if found is not None:
        await sim.do(crux_links.unlink, crux_links.Cut(*sim.ids(), found.player, found.claim, found.target))


@act(2)
async def locks_a_reward(sim: Simulation) -> None:
    table = tables.forecasts
    said = sa.select(table).where(table.c.guild_id == sim.club.guild, table.c.until_us.is_(None))
    found = await sim.any_of(said.order_by(*table.primary_key.columns))
    if found is not None:
        request = rewarding.LockReward(*sim.ids(), found.player, found.claim, 500, words="The base rate?")
        await sim.do(rewarding.offer, request)


@act(2)
async def gives_a_reward(sim: Simulation) -> None:
    found = await sim.pick(tables.rewards, "open")
    if found is not None:
        chance = sim.chance.randint(1, 99) * 10_000
        said = forecasts.GiveForecast(*sim.ids(), found.owner, found.claim, (chance, 1_000_000 - chance))
        await sim.do(forecasts.give, said)
        request = rewarding.GiveReward(*sim.ids(), found.owner, found.number, sim.number(), "The base rate.")
        await sim.do(rewarding.give, request)


@act(0.5)
async def takes_a_reward_back(sim: Simulation) -> None:
    found = await sim.pick(tables.rewards, "open")
    if found is not None:
        await sim.do(rewarding.cancel, rewarding.CancelReward(*sim.ids(), found.owner, found.number))


@act(1)
async def gives_points(sim: Simulation) -> None:
    giver, taker = sim.chance.sample(NAMES, 2)
    request = Present(*sim.ids(), sim.persons[giver], sim.persons[taker], sim.chance.randint(100, 12_000))
    await sim.do(allowances.present, request)


@act(1)
async def draws_the_allowance(sim: Simulation) -> None:
    await sim.do(allowances.allowance, Allowance(*sim.ids(), sim.number()))


# --- results --------------------------------------------------------------------------------------


@act(6)
async def proposes(sim: Simulation) -> None:
    found = await sim.pick(*sim.chance.choice(HELD))
    if found is None:
        return
    who = sim.actor(sim.name((*BETTORS, *MODERATORS)))
    result = sim.chance.choice(RESULTS)
    request = proposing.Propose(*sim.ids(), who, found.claim, result, "https://example.org")
    await sim.do(proposing.propose, request)


@act(1)
async def withdraws_a_proposal(sim: Simulation) -> None:
    found = await sim.pick(tables.proposals, "standing")
    if found is not None:
        await sim.do(proposals.withdraw, proposals.WithdrawProposal(*sim.ids(), found.proposer, found.number))


@act(1)
async def confirms(sim: Simulation) -> None:
    found = await sim.pick(tables.proposals, "standing")
    if found is not None:
        await sim.do(
            confirmation.confirm,
            confirmation.Confirm(*sim.ids(), sim.actor(sim.name(MODERATORS)), found.number),
        )


@act(3)
async def challenges(sim: Simulation) -> None:
    claim = await sim.pick(tables.claims, "proposed")
    if claim is not None:
        who = sim.number(sim.name(BETTORS))
        await sim.do(disputes.challenge, disputes.Challenge(*sim.ids(), who, claim.number, "fact", "Not so."))


@act(5)
async def votes(sim: Simulation) -> None:
    claim = await sim.pick(tables.claims, "disputed")
    if claim is not None:
        who = sim.actor(sim.name(MODERATORS))
        request = voting.Vote(*sim.ids(), who, claim.number, sim.chance.choice(RESULTS), "It is so.")
        if sim.chance.random() < 0.5:
            await sim.do(voting.vote, request)
        else:
            await sim.do(voting.vote_in_round, voting.VoteInRound(*sim.ids(), request, 1))


@act(3)
async def appeals(sim: Simulation) -> None:
    claim = await sim.pick(tables.claims, "ruled")
    if claim is not None:
        who = sim.number(sim.name(BETTORS))
        await sim.do(disputes.appeal, disputes.Appeal(*sim.ids(), who, claim.number, "Look again."))


@act(1)
async def takes_back(sim: Simulation) -> None:
    claim = await sim.pick(tables.claims, "settled", "void")
    if claim is not None:
        who = sim.actor(sim.name(MODERATORS))
        request = resolution.Reverse(*sim.ids(), who, claim.number, "A wrong file.", b"s" * 16)
        if sim.chance.random() < 0.5:
            done = await sim.do(resolution.take_back, request)
        else:
            seen = resolution.ReverseSeen(*sim.ids(), request, to_us(sim.now))
            done = await sim.do(resolution.take_back_seen, seen)
        sim.reversed |= done is not None


@act(1)
async def halts(sim: Simulation) -> None:
    claim = await sim.pick(tables.claims, "open", "proposed", "ruled")
    if claim is not None:
        who = sim.actor("Mira")
        request = freezing.Halt(*sim.ids(), who, claim.number, not claim.halted, "To look.")
        await sim.do(freezing.halt, request)


# --- people ---------------------------------------------------------------------------------------


@act(1)
async def chooses_how_to_be_told(sim: Simulation) -> None:
    by = sim.chance.choice(("mention", "dm", "off"))
    await sim.do(preferences.choose, preferences.Choose(*sim.ids(), sim.number(), by))


@act(0.3)
async def has_themselves_deleted(sim: Simulation) -> None:
    """And comes back as somebody new, with an account of their own."""
    name = sim.name(BETTORS)
    if await sim.do(deletion.forget, Forget(*sim.ids(), sim.persons[name], b"s" * 16)) is None:
        return
    sim.world("rename", person=name, name=f"Once {sim.persons[name]}")
    sim.persons[name] = int(sim.world("add_person", name=name)["id"])
    await sim.join(name)


@act(0.5)
async def leaves_or_comes_back(sim: Simulation) -> None:
    name = sim.name(BETTORS)
    members = sim.core.world.guilds[sim.club.guild].members
    sim.tell(f"{name} leaves or comes back")
    sim.world("leave" if sim.persons[name] in members else "join", person=name)


@act(3)
async def comes_once_more(sim: Simulation) -> None:
    """Something that was done hours or days ago."""
    if sim.past:
        await sim.again(sim.chance.randrange(len(sim.past)))


# --- the world ------------------------------------------------------------------------------------


@act(1)
async def breaks_the_gateway(sim: Simulation) -> None:
    trouble = sim.chance.choice(("reconnect", "drop"))
    sim.tell(f"the gateway: {trouble}")
    back = sim.bot.crux.wait_for("shard_resumed", timeout=30)
    await sim.core.gateway.trouble(trouble)
    await back


@act(1)
async def takes_discord_away(sim: Simulation) -> None:
    """For a minute, an hour, half a day: people press, and nothing can be told."""
    sim.tell("Discord takes no requests")
    sim.storm.away = True
    for minutes in sim.chance.choice(((1,), (20, 40), (60, 300, 360))):
        await sim.go_on(minutes=minutes)
        for what in (offers_a_bet, buys, proposes):
            await what(sim)
    sim.storm.away = False


@act(1)
async def puts_the_bot_to_sleep(sim: Simulation) -> None:
    """A restart, or an absence that people are given time back for."""
    minutes = sim.chance.choice((0, 5, 60, 2_880))
    sim.tell(f"the bot is away for {minutes} minutes")
    await sim.die()
    sim.pass_by(minutes=minutes)
    await sim.wake()


@act(0.5)
async def removes_the_bot(sim: Simulation) -> None:
    """And invites it again, hours or days later."""
    sim.tell("the bot is removed")
    sim.world("kick_bot")

    async def gone() -> bool:
        return not await sim.here()

    await sim.until(gone)
    for hours in sim.chance.choice(((1,), (10, 40))):
        await sim.go_on(hours=hours)
    sim.world("invite_bot")
    await sim.until(sim.here)


assert set(BETTORS) | set(MODERATORS) == set(NAMES)
