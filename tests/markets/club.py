"""A small club for tests: people with points, claims and bets between them, and a calendar that is swept by hand."""

import itertools
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema
from ledger.accounts import Player
from ledger.players import Forget, Gone
from ledger.types import from_us, to_us
from markets.bets import agreement, bets, offering, offers
from markets.bets.bets import Bet, Ended
from markets.bets.offers import Accepted, Offer
from markets.claims import ambiguity, claims, drafts, editing
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Outcome, Result, Scenario, Terms
from markets.core import jobs
from markets.forecasts import crux_links, forecasts
from markets.people import rewarding, rewards
from markets.pools import pools
from markets.records import deletion
from markets.settlement import (
    absence,
    agreed_judges,
    calling,
    confirmation,
    disputes,
    freezing,
    handlers,
    proposals,
    proposing,
    resolution,
    reversals,
    rulings,
    scenarios,
    signing,
    story_judging,
    voting,
)
from markets.settlement.proposals import Proposal
from markets.settlement.scenarios import Said
from markets.shares import market_maker, opening, orders, trading
from tests.world import SALT, World

YES, NO = 0, 1
DAY = timedelta(days=1)
_OWNERS = itertools.count(1)


@dataclass
class Club(World):
    """Acts through `db.write`, as the bot would; amounts in minor units."""

    async def member(self, person: int, balance: int = 100_000) -> Player:
        return await self.player(person, balance=balance)

    def terms(self, **changes: Any) -> Terms:
        """A good claim that closes in 30 days; `changes` replace fields."""
        deadline = to_us(self.now + 30 * DAY)
        good = Terms(
            title="A superhuman AI coder before 2030",
            statement="An AI system does every coding task of a frontier lab's best engineer, faster and cheaper.",
            outcomes=(Outcome("YES", "A named lab states it."), Outcome("NO", "No lab states it by then.")),
            source="https://example.org/lab",
            closes_us=deadline,
            deadline_us=deadline,
            check_us=deadline,
            zone="UTC",
            clause=ambiguity.encode(ambiguity.StakesReturn()),
        )
        return replace(good, **changes)

    async def claim(self, author: Player, **changes: Any) -> Claim:
        draft = drafts.SaveDraft(self.guild, self.key(), author.number, self.terms(**changes))
        number = await self.db.write(drafts.save_draft, draft, self.now)
        request = editing.Open(self.guild, self.key(), Actor(author.number), number)
        return await self.db.write(editing.open_claim, request, self.now)

    async def offer(self, maker: Player, claim: Claim, **more: Any) -> Offer:
        more = {"side": YES, "maker_stake": 10_000, "taker_stake": 10_000} | more
        request = offering.MakeOffer(
            self.guild, more.pop("key", self.key()), maker.number, claim.number, **more
        )
        return await self.db.write(offering.make, request, self.now)

    async def accept(self, taker: Player, offer: Offer, *, key: str | None = None) -> Accepted:
        terms = (await self.read_claim(offer.claim)).digest
        request = offers.Accept(self.guild, key or self.key(), offer.number, taker.number, terms)
        return await self.db.write(offers.accept, request, self.now)

    async def bet(self, maker: Player, taker: Player, claim: Claim, **more: Any) -> Bet:
        accepted = await self.accept(taker, await self.offer(maker, claim, **more))
        return await self.db.read(bets.load_bet, self.guild, accepted.bet)

    async def agree(self, bet: Bet, first: Player, second: Player, maker_gets: int) -> Ended:
        taker_gets = bet.pot - maker_gets
        suggestion = agreement.Suggest(
            self.guild, self.key(), bet.number, first.number, "split", maker_gets, taker_gets
        )
        await self.db.write(agreement.suggest, suggestion, self.now)
        signed = agreement.Agree(self.guild, self.key(), bet.number, second.number, maker_gets, taker_gets)
        return await self.db.write(agreement.agree, signed, self.now)

    async def market(self, who: Player, claim: Claim, **more: Any) -> opening.MarketOpened:
        """A market on a claim, opened after `later` if that is given."""
        self.now += more.pop("later", timedelta())
        actor = Actor(who.number, moderator=more.pop("moderator", False))
        liquidity = more.pop("liquidity", 10_000)
        request = opening.OpenMarket(self.guild, self.key(), actor, claim.number, liquidity, **more)
        return await self.db.write(opening.open_market, request, self.now)

    async def buy(self, who: Player, claim: Claim, outcome: int, **more: Any) -> trading.Fill:
        """Buy at the price of this moment, unless another was `seen_bps`."""
        seen = await self._seen(claim, outcome, more)
        key = more.pop("key", None) or self.key()
        request = trading.Buy(self.guild, key, who.number, claim.number, outcome, seen, **more)
        return await self.db.write(trading.buy, request, self.now)

    async def sell(self, who: Player, claim: Claim, outcome: int, **more: Any) -> trading.Fill:
        seen = await self._seen(claim, outcome, more)
        request = trading.Sell(self.guild, self.key(), who.number, claim.number, outcome, seen, **more)
        return await self.db.write(trading.sell, request, self.now)

    async def order(
        self, who: Player, claim: Claim, outcome: int, limit_bps: int, **more: Any
    ) -> orders.OrderPlaced:
        request = orders.PlaceOrder(
            self.guild, self.key(), who.number, claim.number, outcome, limit_bps, **more
        )
        return await self.db.write(orders.place, request, self.now)

    async def cancel(self, who: Player, order: orders.OrderPlaced) -> orders.Order:
        request = orders.CancelOrder(self.guild, self.key(), who.number, order.order)
        return await self.db.write(orders.cancel, request, self.now)

    async def read_order(self, number: int) -> orders.Order:
        return await self.db.read(orders.load, self.guild, number)

    async def _seen(self, claim: Claim, outcome: int, more: dict[str, Any]) -> int:
        if "seen_bps" in more:
            return more.pop("seen_bps")
        market = await self.db.read(market_maker.load, self.guild, claim.number)
        return round(market.prices[outcome] * 10_000)

    async def pool(self, opener: Player, claim: Claim, **more: Any) -> pools.Pool:
        actor = Actor(opener.number, moderator=more.pop("moderator", False))
        request = pools.OpenPool(self.guild, self.key(), actor, claim.number, **more)
        return await self.db.write(pools.open_pool, request, self.now)

    async def stake(self, who: Player, claim: Claim, outcome: int, amount: int, **more: Any) -> pools.Staked:
        terms = more.get("terms") or (await self.read_claim(claim.number)).digest
        key = more.get("key") or self.key()
        request = pools.Put(self.guild, key, who.number, claim.number, outcome, amount, terms)
        return await self.db.write(pools.stake, request, self.now)

    async def forecast(self, who: Player, claim: Claim, *chances: float, **more: Any) -> forecasts.Forecast:
        """Chances in percent; one is that of YES, the other the rest."""
        parts = [round(chance * 10_000) for chance in chances]
        if len(parts) == 1:
            parts.append(1_000_000 - parts[0])
        request = forecasts.GiveForecast(
            self.guild, self.key(), who.number, claim.number, tuple(parts), **more
        )
        return await self.db.write(forecasts.give, request, self.now)

    async def link(self, who: Player, claim: Claim, target: Claim, **more: Any) -> crux_links.CruxShown:
        more = {"raises": True} | more
        key = more.pop("key", None) or self.key()
        request = crux_links.LinkClaims(self.guild, key, who.number, claim.number, target.number, **more)
        return await self.db.write(crux_links.link, request, self.now)

    async def unlink(self, who: Player, claim: Claim, target: Claim) -> crux_links.CruxLink:
        request = crux_links.Cut(self.guild, self.key(), who.number, claim.number, target.number)
        return await self.db.write(crux_links.unlink, request, self.now)

    async def reward(self, owner: Player, claim: Claim, amount: int = 5_000, **more: Any) -> rewards.Reward:
        key = more.pop("key", None) or self.key()
        request = rewarding.LockReward(self.guild, key, owner.number, claim.number, amount, **more)
        return (await self.db.write(rewarding.offer, request, self.now)).reward

    async def give_reward(
        self, reward: rewards.Reward, winner: Player, *, owner: Player | None = None
    ) -> rewarding.RewardMoved:
        by = owner.number if owner else reward.owner
        request = rewarding.GiveReward(
            self.guild, self.key(), by, reward.number, winner.number, "The base rate."
        )
        return await self.db.write(rewarding.give, request, self.now)

    async def cancel_reward(
        self, reward: rewards.Reward, *, owner: Player | None = None
    ) -> rewarding.RewardMoved:
        by = owner.number if owner else reward.owner
        request = rewarding.CancelReward(self.guild, self.key(), by, reward.number)
        return await self.db.write(rewarding.cancel, request, self.now)

    async def read_reward(self, number: int) -> rewards.Reward:
        return await self.db.read(rewards.load, self.guild, number)

    async def tell(
        self, writer: Player, claim: int, name: str, *said: tuple[str, int, int], story: int | None = None
    ) -> Claim:
        """Write a story: what comes true, in how many days, and the chance in percent."""
        lines = tuple(Said(words, to_us(self.now + days * DAY), 100 * chance) for words, days, chance in said)
        request = scenarios.TellStory(
            self.guild, self.key(), writer.number, claim, story, name, f"How {name} goes.", lines
        )
        return await self.db.write(scenarios.tell, request, self.now)

    async def scenario_draft(self, author: Player, **changes: Any) -> int:
        """A draft without stories, to which others may add theirs."""
        empty: dict[str, Any] = {"kind": "choice", "outcomes": (), "scenario": Scenario()}
        times = dict.fromkeys(("closes_us", "deadline_us", "check_us"))
        terms = self.terms(**({"title": "How it goes"} | empty | times | changes))
        draft = drafts.SaveDraft(self.guild, self.key(), author.number, terms)
        number = await self.db.write(drafts.save_draft, draft, self.now)
        await self.db.write(
            scenarios.share, scenarios.Share(self.guild, self.key(), author.number, number), self.now
        )
        return number

    async def scenario(self, author: Player, other: Player, **changes: Any) -> Claim:
        """Two stories about three items, 10, 20 and 30 days away."""
        items = ("The first model", 10), ("The second lab", 20), ("A law", 30)
        number = await self.scenario_draft(author, **changes)
        for who, name, chances in ((author, "Fast", (90, 80, 30)), (other, "Slow", (40, 20, 60))):
            said = [(words, days, chance) for (words, days), chance in zip(items, chances, strict=True)]
            await self.tell(who, number, name, *said)
        request = editing.Open(self.guild, self.key(), Actor(author.number), number)
        return await self.db.write(editing.open_claim, request, self.now)

    async def judge_item(
        self, who: Player, claim: Claim, item: int, answer: Any, **more: Any
    ) -> story_judging.Answered:
        actor = Actor(who.number, moderator=more.pop("moderator", True))
        key = more.pop("key", None) or self.key()
        evidence = more.pop("evidence", "https://example.org/item")
        request = scenarios.JudgeItem(self.guild, key, actor, claim.number, item, answer, evidence, **more)
        return await self.db.write(story_judging.judge, request, self.now)

    async def settle(self, who: Player, claim: Claim, result: Result, **more: Any) -> None:
        """A moderator proposes a result, and nobody challenges it."""
        await self.proposed(who, claim, result, **({"moderator": True} | more))
        self.skip(days=8)
        await self.sweep()

    async def propose(self, who: Player, claim: Claim, result: Result, **more: Any) -> Proposal:
        actor = Actor(who.number, moderator=more.pop("moderator", False))
        request = proposing.Propose(
            self.guild, self.key(), actor, claim.number, result, "https://example.org/evidence", **more
        )
        return await self.db.write(proposing.propose, request, self.now)

    async def withdraw_proposal(self, who: Player, proposal: Proposal) -> Proposal:
        request = proposals.WithdrawProposal(self.guild, self.key(), who.number, proposal.number)
        return await self.db.write(proposals.withdraw, request, self.now)

    async def sign(self, who: Player, proposal: Proposal) -> Proposal:
        request = signing.SignProposal(self.guild, self.key(), who.number, proposal.number)
        return await self.db.write(signing.sign, request, self.now)

    async def confirm(self, who: Player, proposal: Proposal) -> Proposal:
        actor = Actor(who.number, moderator=True)
        request = confirmation.Confirm(self.guild, self.key(), actor, proposal.number)
        return await self.db.write(confirmation.confirm, request, self.now)

    async def announced(self, proposal: Proposal, **more: Any) -> Proposal:
        request = proposals.Announced(self.guild, self.key(), proposal.number, **more)
        return await self.db.write(proposals.announced, request, self.now)

    async def proposed(self, who: Player, claim: Claim, result: Result, **more: Any) -> Proposal:
        """A proposal whose window has begun."""
        return await self.announced(await self.propose(who, claim, result, **more))

    async def challenge(
        self, who: Player, claim: Claim, ground: Any = "fact", reason: str = "It says otherwise."
    ) -> disputes.Dispute:
        request = disputes.Challenge(self.guild, self.key(), who.number, claim.number, ground, reason)
        return await self.db.write(disputes.challenge, request, self.now)

    async def vote(
        self,
        who: Player,
        claim: Claim,
        result: Result,
        *,
        moderator: bool = True,
        owner: bool = False,
        posted: bool = True,
    ) -> voting.VoteCount:
        """A judge votes; what they rule by it is posted at once."""
        actor = Actor(who.number, moderator, owner)
        request = voting.Vote(self.guild, self.key(), actor, claim.number, result, "As the source says.")
        voted = await self.db.write(voting.vote, request, self.now)
        if voted.ruled and posted:
            await self.posted(voted.dispute)
        return voted

    async def posted(self, dispute: int) -> disputes.Dispute:
        """Discord has the post of a dispute's ruling."""
        found = await self.db.read(disputes.load, self.guild, dispute)
        request = rulings.RulingPosted(self.guild, self.key(), dispute, final=found.state == "final")
        return await self.db.write(rulings.posted, request, self.now)

    async def called(self, round_: int = 0, dispute: int = 1) -> bool:
        """Discord has the post of an announced draw of judges on call; False where none is announced."""
        of = await self.db.read(disputes.load, self.guild, dispute)
        call = await self.db.read(calling.found, of, round_)
        if call is None or call.posted_us is not None:
            return False
        await self.db.write(
            _call_posted, AboutCall(self.guild, self.key(), call.dispute, call.round, call.at_us), self.now
        )
        return True

    async def agreed(self, judge: Player, dispute: int = 1) -> None:
        """Discord has the post of a judge whom holders agreed on."""
        of = await self.db.read(disputes.load, self.guild, dispute)
        request = AboutJudge(self.guild, self.key(), of.number, of.round, judge.number)
        await self.db.write(agreed_posted, request, self.now)

    async def appeal(self, who: Player, claim: Claim, reason: str = "New evidence.") -> disputes.Dispute:
        request = disputes.Appeal(self.guild, self.key(), who.number, claim.number, reason)
        return await self.db.write(disputes.appeal, request, self.now)

    async def halt(self, who: Player, claim: Claim, *, halted: bool = True) -> Claim:
        actor = Actor(who.number, moderator=True)
        request = freezing.Halt(self.guild, self.key(), actor, claim.number, halted, "To look into it.")
        return await self.db.write(freezing.halt, request, self.now)

    async def ask_reversal(
        self, who: Player, claim: Claim, *, moderator: bool = True, owner: bool = False, posted: bool = True
    ) -> int:
        """A judge asks for a result to be taken back; what stands by it is posted at once."""
        actor = Actor(who.number, moderator, owner)
        request = resolution.Reverse(self.guild, self.key(), actor, claim.number, "A wrong file.", SALT)
        number = await self.db.write(resolution.take_back, request, self.now)
        if posted:
            await self.reversal_posted(number)
        return number

    async def reversal_posted(self, number: int) -> None:
        await self.db.write(reversal_posted, AboutResult(self.guild, self.key(), number), self.now)

    async def reverse_result(
        self, who: Player, claim: Claim, *, moderator: bool = True, owner: bool = False
    ) -> int:
        """The same, and its day is over at this moment."""
        number = await self.ask_reversal(who, claim, moderator=moderator, owner=owner)

        await self.db.write(_reversal_takes_effect, AboutResult(self.guild, self.key(), number), self.now)
        return number

    async def hold_reversal(self, who: Player, claim: Claim) -> int:
        request = reversals.HoldReversal(self.guild, self.key(), who.number, claim.number, "It was right.")
        return await self.db.write(reversals.hold, request, self.now)

    async def forget(self, person: int) -> Gone:
        return await self.db.write(deletion.forget, Forget(self.guild, self.key(), person, SALT), self.now)

    async def read_proposal(self, number: int) -> Proposal:
        return await self.db.read(proposals.load, self.guild, number)

    async def sweep(self) -> int:
        """Carry out all that is due by now, in order; how much that was."""
        done = 0
        while rows := await self.db.background(jobs.lease, jobs.LeaseJobs(owner=next(_OWNERS)), self.now):
            for row in rows:
                if row.guild != self.guild:  # another test's: every test has a server of its own
                    continue
                with suppress(jobs.FenceGone):  # what was carried out before it moved it: it comes again
                    done += await self.db.write(_perform, row, self.now, background=True)
        return done

    async def outage(self, **span: float) -> int:
        """The bot is away for a while, and comes back: how many windows were prolonged."""
        from_us = to_us(self.now)
        self.skip(**span)
        request = absence.BackAgain(self.guild, self.key(), from_us)
        return await self.db.write(absence.back_again, request, self.now)

    async def skip_to_next(self) -> None:
        """Move the clock to what is due next, and carry it out."""
        next_us = await self.db.read(jobs.next_us)
        assert next_us is not None
        self.now = max(self.now, from_us(next_us))
        await self.sweep()

    async def read_claim(self, number: int) -> Claim:
        return await self.db.read(claims.load, self.guild, number)

    async def read_bet(self, number: int) -> Bet:
        return await self.db.read(bets.load_bet, self.guild, number)


@dataclass(frozen=True)
class AboutResult:
    guild: int
    key: str
    number: int


@dataclass(frozen=True)
class AboutCall:
    guild: int
    key: str
    dispute: int
    round: int
    at_us: int


@dataclass(frozen=True)
class AboutJudge:
    guild: int
    key: str
    dispute: int
    round: int
    judge: int


def agreed_posted(tx: Connection, request: AboutJudge, now: datetime) -> None:
    facts = {"dispute": request.dispute, "round": request.round, "judge": request.judge}
    agreed_judges.posted(tx, request.guild, facts, now)


def _call_posted(tx: Connection, request: AboutCall, now: datetime) -> None:
    facts = {"dispute": request.dispute, "round": request.round, "at_us": request.at_us}
    calling.posted(tx, request.guild, facts, now)


def reversal_posted(tx: Connection, request: AboutResult, now: datetime) -> None:
    reversals.posted(tx, request.guild, {"resolution": request.number}, now)


def _reversal_takes_effect(tx: Connection, request: AboutResult, now: datetime) -> None:
    due = jobs.Due(request.guild, "reversal.take", request.number, to_us(now), 0)
    resolution.take_back_announced(tx, due, now)


def _perform(tx: Connection, row: jobs.LeasedJob, now: datetime) -> bool:
    """Carry a row out, and hold its kind against what the table says of it."""
    before = _moved(tx, row.guild)
    done = handlers.perform(tx, row, now)
    assert handlers.JOBS[row.kind].moves_points or before == _moved(tx, row.guild), f"{row.kind} moves points"
    return done


def _moved(tx: Connection, guild: int) -> int:
    """How many transfers a book has."""
    books = schema.books.c
    return tx.execute(sa.select(books.transfers).where(books.guild_id == guild)).scalar_one()
