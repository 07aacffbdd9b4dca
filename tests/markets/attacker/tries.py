"""What an attacker who knows the rules asks for: one way for each operation, with numbers that fit, or don't."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

from ledger.issuance import Allowance
from ledger.players import Enter, Forget, Meet, PersonAct, Present
from ledger.types import to_us
from markets.bets import agreement, offering, offers, quick_bet
from markets.claims import ambiguity, claims, drafts, editing, judges, kept_edits, on_call
from markets.claims.conditions import Condition
from markets.claims.terms import DAY_US, Actor, Judges, Outcome, Result, Scenario, Terms
from markets.forecasts import crux_links, forecasts, leaderboard
from markets.people import hushing, notes, preferences, rewarding
from markets.pools import pools
from markets.settlement import (
    agreed_judges,
    confirmation,
    disputes,
    freezing,
    lapse,
    proposals,
    proposing,
    recusal,
    resolution,
    reversals,
    scenarios,
    signing,
    voting,
)
from markets.shares import opening, orders, trading
from tests.markets.attacker.village import CORRUPT, JUDGE, OWNER, PEOPLE, WARDEN, Village
from tests.world import OLD, SALT

CLAUSES = ambiguity.StakesReturn(), ambiguity.FixedWeights((2_500, 7_500)), ambiguity.JudgesChoose(5)
YES, NO = Outcome("YES", "A named lab states it."), Outcome("NO", "No lab states it by then.")


class Asker:
    """Draws what the next request is about, from what there is in the book."""

    def __init__(self, village: Village, chance: random.Random) -> None:
        self.village, self.chance = village, chance
        self.keys = 0

    @property
    def now_us(self) -> int:
        return to_us(self.village.club.now)

    def ids(self) -> tuple[int, str]:
        self.keys += 1
        return self.village.club.guild, f"try:{self.keys}"

    def one(self, *of: Any) -> Any:
        return self.chance.choice(of)

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def person(self) -> int:
        return self.chance.choice(PEOPLE)

    def who(self) -> int:
        """The number that one of the six has now; now and then one that is nobody's any more."""
        if self.often(0.03):
            return self.chance.choice(list(self.village.person))
        return self.village.number[self.person()]

    def actor(self) -> Actor:
        person = self.person()
        return Actor(self.village.number[person], moderator=person in CORRUPT and self.often(0.7))

    def moderator(self) -> Actor:
        """Mostly one of the two who are moderators."""
        return (
            Actor(self.village.number[self.chance.choice(CORRUPT)], moderator=True)
            if self.often(0.8)
            else self.actor()
        )

    def row(self, table: str, *states: str) -> Any:
        """A row in one of these states, most times; None where there is none at all."""
        rows = self.village.book.rows[table]
        fitting = [row for row in rows if row.state in states] if states else rows
        if not fitting or (rows and self.often(0.06)):
            fitting = rows
        return self.chance.choice(fitting[-25:]) if fitting else None

    def claim(self, *states: str) -> int:
        if self.often(0.02):
            return self.one(0, 10**6, 2**63)
        found = self.row("claims", *(states or ("open",)))
        return found.number if found else 1

    def digest(self, claim: int) -> str:
        found = self.village.book.claim.get(claim)
        return found.digest.hex() if found and self.often(0.95) else "00" * 32

    def amount(self, most: int = 30_000) -> int:
        return self.one(self.chance.randint(1, most), self.chance.randint(1, 300), 1, most)

    def side(self) -> int:
        return self.one(0, 1, 0, 1, 0, 1, 0, 1, 2)

    def bps(self) -> int:
        return 100 * self.chance.randint(1, 99)

    def result(self) -> Result:
        outcome = Result("outcome", outcome=self.one(0, 1))
        others = Result("void"), Result("unclear"), Result("early"), Result("weights", weights=(1, 2))
        return self.one(outcome, outcome, outcome, *others, Result("unclear", weights=(3, 1)))

    def known(self) -> int | None:
        return self.now_us - self.chance.randint(-1, 500) * 3_600_000_000 if self.often(0.3) else None

    def terms(self) -> Terms:
        now = self.village.club.now
        deadline = to_us(now + timedelta(hours=self.one(5, 30, 24 * 3, 24 * 5, 24 * 12, 24 * 40)))
        condition, named = None, []
        on = self.row("claims", "open", "proposed")
        if on is not None and self.often(0.25) and self.village.book.names(on.number):
            at = self.chance.randrange(len(self.village.book.names(on.number)))
            name = self.village.book.names(on.number)[at]
            condition = Condition(on.number, at, name, self.one(None, None, 3))
        if self.often(0.15):
            named = [self.village.number[JUDGE]]
        outcomes = (YES, NO) if self.often(0.8) else (NO, YES)
        return self.village.club.terms(
            title=f"Claim number {self.chance.randint(1, 10**6)}",
            kind="binary" if outcomes[0] is YES else "choice",
            outcomes=outcomes,
            closes_us=deadline - self.one(0, 0, 3_600_000_000),
            deadline_us=deadline,
            check_us=deadline + self.one(0, 0, 86_400_000_000),
            early=self.one("allowed", "allowed", "announced", "deadline"),
            clause=ambiguity.encode(self.one(*CLAUSES)),
            judges=Judges(tuple(named), 1) if named else Judges(),
            condition=condition,
        )

    def story(self) -> Terms:
        empty = dict.fromkeys(("closes_us", "deadline_us", "check_us"))
        scenario: dict[str, Any] = {
            "kind": "choice",
            "outcomes": (),
            "scenario": Scenario(),
            "condition": None,
        }
        return replace(self.terms(), **empty, **scenario)

    def market(self) -> int:
        """A claim with a market, mostly one in which one can trade."""
        open_too = {row.number for row in self.village.book.claims if row.state == "open"}
        found = [row.claim for row in self.village.book.markets if row.claim in open_too]
        if not found or self.often(0.05):
            return self.claim()
        return self.chance.choice(found)

    def at_stake(self, *states: str) -> int:
        """A claim on which somebody has points."""
        book = self.village.book
        found = [row.number for row in book.claims if row.state in states and book.has_points(row.number)]
        return self.chance.choice(found) if found and self.often(0.9) else self.claim(*states)

    def holder(self, claim: int) -> int:
        """Mostly somebody who has something on the claim."""
        found = sorted(self.village.book.has_points(claim))
        return self.chance.choice(found) if found and self.often(0.85) else self.who()

    def stories(self) -> int:
        """A draft whose outcomes are stories."""
        book = self.village.book
        found = [
            row.number
            for row in book.claims
            if row.state == "draft" and book.terms[row.number].get("scenario")
        ]
        return self.chance.choice(found) if found and self.often(0.9) else self.claim("draft")

    def seen(self) -> dict[str, Any]:
        """Mostly loose, so that it is done; now and then as a careful person has it."""
        if self.often(0.85):
            return {"tolerance_bps": 9_800, "most": self.amount() if self.often(0.1) else None}
        return {"tolerance_bps": self.one(0, 200)}

    def bought(self) -> dict[str, Any]:
        how = self.chance.choice((0, 0, 0, 1, 1, 2, 2, 3))
        return [{"budget": self.amount()}, {"quantity": self.amount(9_000)}, {"target_bps": self.bps()}, {}][
            how
        ]


def _buy(a: Asker) -> Any:
    return trading.Buy(*a.ids(), a.who(), a.market(), a.side(), a.bps(), **a.bought(), **a.seen())


def _sell(a: Asker) -> Any:
    open_too = {row.number for row in a.village.book.claims if row.state == "open" or a.often(0.1)}
    held = [row for row in a.village.book.positions if row.shares and row.claim in open_too]
    if not held or a.often(0.1):
        return trading.Sell(*a.ids(), a.who(), a.market(), a.side(), a.bps(), quantity=a.amount(), **a.seen())
    one = a.chance.choice(held)
    quantity = a.one(one.shares, max(one.shares // 2, 1), one.shares + 1)
    return trading.Sell(*a.ids(), one.player, one.claim, one.outcome, a.bps(), quantity=quantity, **a.seen())


def _order(a: Asker) -> Any:
    wanted = {"budget": a.amount()} if a.often(0.7) else {"quantity": a.amount(2_000)}
    return orders.PlaceOrder(*a.ids(), a.who(), a.market(), a.side(), a.bps(), **wanted)


def _liquidity(a: Asker) -> Any:
    most = a.amount() if a.often(0.3) else None
    return opening.AddLiquidity(*a.ids(), replace(a.actor(), moderator=False), a.market(), a.amount(), most)


def _open_market(a: Asker) -> Any:
    actor, price = a.actor(), a.bps()
    house = actor.moderator and a.often(0.3)
    prices = (price, 10_000 - price) if a.often(0.7) else None
    without = {row.number for row in a.village.book.claims if row.state == "open"}
    without -= {row.claim for row in a.village.book.markets}
    claim = a.chance.choice(sorted(without)) if without and a.often(0.9) else a.claim()
    return opening.OpenMarket(*a.ids(), actor, claim, a.chance.randint(500, 30_000), prices, house)


def _accept(a: Asker) -> Any:
    found = a.row("offers", "open")
    if found is None:
        return None
    who = found.taker if found.taker and a.often(0.9) else a.who()
    return offers.Accept(*a.ids(), found.number, who, a.digest(found.claim))


def _offer(a: Asker) -> Any:
    own = ambiguity.encode(ambiguity.PaysHalf("maker")) if a.often(0.2) else None
    taker = a.who() if a.often(0.4) else 0
    stakes = a.amount(), a.amount()
    return offering.MakeOffer(
        *a.ids(), a.who(), a.claim(), a.one(0, 1), *stakes, against=a.often(0.3), taker=taker, clause=own
    )


def _of_offer(kind: Any, *states: str, more: Callable[[Asker], tuple[Any, ...]] = lambda _: ()) -> Any:
    def make(a: Asker) -> Any:
        found = a.row("offers", *states)
        if found is None:
            return None
        mine = found.taker if kind is offering.Counter and found.taker else found.maker
        return kind(*a.ids(), found.number, mine if a.often(0.9) else a.who(), *more(a))

    return make


def _suggest(a: Asker) -> Any:
    bet = a.row("bets", "live")
    if bet is None:
        return None
    pot = bet.maker_stake + bet.taker_stake
    gets = a.one(0, pot, bet.maker_stake, a.chance.randint(0, pot))
    ending = "void" if gets == bet.maker_stake and a.often(0.5) else "split"
    return agreement.Suggest(*a.ids(), bet.number, a.one(bet.maker, bet.taker), ending, gets, pot - gets)


def _agree(a: Asker) -> Any:
    found = a.village.book.agreements
    if not found:
        return None
    said = a.chance.choice(found)
    bet = next(row for row in a.village.book.bets if row.number == said.bet)
    other = bet.taker if said.suggested_by == bet.maker else bet.maker
    return agreement.Agree(
        *a.ids(), bet.number, other if a.often(0.9) else a.who(), said.maker_gets, said.taker_gets
    )


def _move_bet(a: Asker) -> Any:
    bet = a.row("bets", "live")
    better = [row.number for row in a.village.book.claims if bet and row.supersedes == bet.claim]
    if not better:
        return None
    to = a.chance.choice(better)
    return agreement.MoveBet(*a.ids(), bet.number, a.one(bet.maker, bet.taker), to, a.digest(to))


def _quick(a: Asker) -> Any:
    taker = a.who() if a.often(0.5) else 0
    actor = replace(a.actor(), moderator=False)
    return quick_bet.Quick(*a.ids(), actor, a.terms(), a.one(0, 1), a.amount(), a.amount(), taker=taker)


def _own(table: str, make: Callable[[Asker, Any], Any], *states: str) -> Any:
    """About a row that there is."""

    def request(a: Asker) -> Any:
        found = a.row(table, *states)
        return None if found is None else make(a, found)

    return request


def _propose(a: Asker) -> Any:
    claim = a.at_stake("open", "proposed")
    actor = a.actor() if a.often(0.2) else Actor(a.holder(claim))
    return proposing.Propose(*a.ids(), actor, claim, a.result(), "https://example.org", known_us=a.known())


def _challenge(a: Asker) -> Any:
    ground = a.chance.choice(get_args(disputes.Challenge.__annotations__["ground"]))
    standing = a.row("proposals", "standing")
    number = standing.number if standing and a.often(0.8) else None
    claim = standing.claim if standing and a.often(0.9) else a.claim("proposed")
    return disputes.Challenge(*a.ids(), a.who(), claim, ground, "Not so.", number)


def _vote(a: Asker) -> Any:
    return voting.Vote(*a.ids(), a.moderator(), a.claim("disputed"), a.result(), "It is so.", a.known())


def _appeal(a: Asker) -> Any:
    claim = a.claim("ruled")
    return disputes.Appeal(*a.ids(), a.holder(claim), claim, "Look again.")


def _appoint(a: Asker) -> Any:
    """Mostly where a dispute has waited for a week, and often whom all sides may choose: the warden."""
    before_us = to_us(a.village.club.now) - 7 * DAY_US
    waits = [
        row.claim
        for row in a.village.book.disputes
        if row.state in ("open", "appealed") and max(row.opened_us, row.posted_us or 0) <= before_us
    ]
    if not waits and a.often(0.98):
        return None
    claim = a.chance.choice(waits) if waits and a.often(0.9) else a.at_stake("disputed")
    chose = {row.side for row in a.village.book.of("appointments", claim)}
    silent = sorted(a.village.book.has_points(claim) - chose)
    side = a.chance.choice(silent) if silent and a.often(0.8) else a.holder(claim)
    person = a.village.person.get(side, 1)
    ally = person + 1 if person % 2 else person - 1
    judge = WARDEN if a.often(0.8) else ally
    return voting.Appoint(*a.ids(), side, claim, a.village.number.get(judge, side))


def _appoint_in_round(a: Asker) -> Any:
    said = _appoint(a)
    if said is None:
        return None
    found = [row for row in a.village.book.of("disputes", said.claim) if row.state in ("open", "appealed")]
    if not found or a.often(0.3):
        return voting.AppointInRound(*a.ids(), said, a.one(1, 1, 2, 3), a.one(1, 1, 2))
    return voting.AppointInRound(*a.ids(), said, found[-1].number, 1 if found[-1].appellant is None else 2)


def _answer_judge(a: Asker) -> Any:
    """Mostly of a judge on whom holders agreed: by somebody who has something there, or a moderator."""
    waits = {row.number: row.claim for row in a.village.book.disputes if row.state in ("open", "appealed")}
    since_us = to_us(a.village.club.now) - agreed_judges.OFFICE_US
    found = [
        row
        for row in a.village.book.agreed_judges
        if row.dispute in waits and (row.posted_us is None or row.posted_us > since_us or a.often(0.05))
    ]
    if not found:
        if a.often(0.98):
            return None
        claim, judge = a.at_stake("disputed"), a.who()
    else:
        row = a.chance.choice(found)
        claim, judge = waits[row.dispute], row.judge if a.often(0.9) else a.who()
    if a.often(0.5):
        chose = {row.side for row in a.village.book.of("appointments", claim) if row.judge == judge}
        others = sorted(a.village.book.has_points(claim) - chose)
        player = a.chance.choice(others) if others and a.often(0.8) else a.holder(claim)
        return agreed_judges.AnswerJudge(*a.ids(), Actor(player), claim, judge, a.often(0.1))
    honest = judge == a.village.number.get(WARDEN) and a.often(0.6)
    actor = Actor(a.village.number[JUDGE], moderator=True) if honest else a.moderator()
    return agreed_judges.AnswerJudge(*a.ids(), actor, claim, judge, a.often(0.9))


def _answer_judge_in_round(a: Asker) -> Any:
    said = _answer_judge(a)
    if said is None:
        return None
    found = [row for row in a.village.book.of("disputes", said.claim) if row.state in ("open", "appealed")]
    if not found or a.often(0.2):
        return agreed_judges.AnswerJudgeInRound(*a.ids(), said, a.one(1, 1, 2, 3), a.one(1, 1, 2))
    round_ = 1 if found[-1].appellant is None else 2
    return agreed_judges.AnswerJudgeInRound(*a.ids(), said, found[-1].number, round_)


def _take_back(a: Asker) -> Any:
    """By a judge without points as well: what is true is said once more then."""
    actor = Actor(a.village.number[JUDGE], moderator=True) if a.often(0.4) else a.moderator()
    return resolution.Reverse(*a.ids(), actor, a.claim(*PAID), "A wrong file.", SALT)


def _hold(a: Asker) -> Any:
    asked = [row.claim for row in a.village.book.acts if row.act == "reverse"]
    claim = asked[-1] if asked and a.often(0.8) else a.claim(*PAID)
    return reversals.HoldReversal(*a.ids(), a.holder(claim), claim, "It was right.")


def _tell(a: Asker) -> Any:
    by = a.village.club.now
    said = tuple(
        scenarios.Said(words, to_us(by + timedelta(days=days)), 100 * a.chance.randint(1, 99))
        for words, days in (("The first model", 3), ("The second lab", 9))
    )
    name = a.one("Fast", "Slow", "Even")
    story = a.one(None, None, 0, 1)
    return scenarios.TellStory(*a.ids(), a.who(), a.stories(), story, name, f"How {name} goes.", said)


def _judge_item(a: Asker) -> Any:
    stories = [row.claim for row in a.village.book.items]
    claim = a.chance.choice(stories) if stories else a.claim()
    answer = a.one("true", "false", "dropped")
    return scenarios.JudgeItem(
        *a.ids(), a.actor(), claim, a.one(1, 2, 3), answer, "https://example.org", "Two.", a.known()
    )


def _reward(a: Asker) -> Any:
    until_us = a.now_us + a.chance.randint(0, 30) * 86_400_000_000 if a.often(0.5) else None
    said = a.row("forecasts")
    owner, claim = (said.player, said.claim) if said and a.often(0.9) else (a.who(), a.claim())
    return rewarding.LockReward(*a.ids(), owner, claim, a.amount(6_000), until_us, "The base rate?")


def _forecast(a: Asker) -> Any:
    chance = a.chance.randint(1, 999) * 1_000
    reward = a.row("rewards", "open")
    if reward is not None and a.often(0.5):  # who locked one may give it once their forecast moved
        return forecasts.GiveForecast(*a.ids(), reward.owner, reward.claim, (chance, 1_000_000 - chance))
    return forecasts.GiveForecast(*a.ids(), a.who(), a.claim(), (chance, 1_000_000 - chance))


def _act(a: Asker) -> PersonAct:
    return PersonAct(*a.ids(), a.village.number[OWNER], a.amount(2_000), "For the meetup.", SALT, a.person())


def _save(a: Asker) -> Any:
    return drafts.SaveDraft(*a.ids(), a.who(), a.terms() if a.often(0.85) else a.story())


def _season(a: Asker) -> Any:
    return leaderboard.MakeSeason(*a.ids(), a.village.number[OWNER], "Autumn", a.now_us, a.now_us + 10**12)


def _link(a: Asker) -> Any:
    return crux_links.LinkClaims(
        *a.ids(), a.who(), a.claim(), a.claim(), a.often(0.5), a.one(0, 1), a.one(0, 1)
    )


DRAFTED = "draft"
LIVE = ("open", "proposed", "disputed", "ruled")
PAID = ("settled", "void")

TRIES: dict[str, tuple[int, Callable[[Asker], Any]]] = {
    "ledger.players.enter": (2, lambda a: Enter(*a.ids(), a.person(), OLD)),
    "ledger.players.meet": (1, lambda a: Meet(*a.ids(), a.person())),
    "markets.bets.agreement.suggest": (2, _suggest),
    "markets.bets.agreement.agree": (2, _agree),
    "markets.bets.agreement.move_bet": (2, _move_bet),
    "markets.bets.offering.make": (5, _offer),
    "markets.bets.offering.renew": (1, _of_offer(offering.Renew, "dead")),
    "markets.bets.offering.counter": (
        1,
        _of_offer(offering.Counter, "open", more=lambda a: (a.amount(), a.amount())),
    ),
    "markets.bets.offering.withdraw": (1, _of_offer(offering.WithdrawOffer, "open")),
    "markets.bets.offers.accept": (7, _accept),
    "markets.bets.quick_bet.quick": (2, _quick),
    "markets.claims.on_call.volunteer": (1, lambda a: on_call.Volunteer(*a.ids(), a.who(), a.often(0.8))),
    "markets.claims.claims.follow": (1, lambda a: claims.Follow(*a.ids(), a.who(), a.claim(), a.often(0.5))),
    "markets.claims.drafts.save_draft": (4, _save),
    "markets.claims.drafts.supersede": (
        2,
        _own(
            "claims",
            lambda a, row: drafts.Supersede(*a.ids(), Actor(row.author), row.number, a.terms()),
            "open",
        ),
    ),
    "markets.claims.drafts.drop": (
        1,
        _own("claims", lambda a, row: drafts.Drop(*a.ids(), row.author, row.number), DRAFTED),
    ),
    "markets.claims.editing.open_claim": (
        7,
        _own("claims", lambda a, row: editing.Open(*a.ids(), Actor(row.author), row.number), DRAFTED),
    ),
    "markets.claims.editing.edit": (
        2,
        _own("claims", lambda a, row: editing.Edit(*a.ids(), row.author, row.number, a.terms()), "open"),
    ),
    "markets.claims.judges.step_down": (
        1,
        lambda a: judges.StepDown(*a.ids(), a.one(a.who(), a.village.number[JUDGE]), a.claim()),
    ),
    "markets.claims.kept_edits.keep_change": (
        1,
        _own("claims", lambda a, row: kept_edits.KeepChange(*a.ids(), row.author, row.number, "{}"), "open"),
    ),
    "markets.core.moderation_posts.grant": (1, _act),
    "markets.core.moderation_posts.take": (1, _act),
    "markets.core.moderation_posts.fund": (1, lambda a: replace(_act(a), person=0)),
    "markets.forecasts.crux_links.link": (1, _link),
    "markets.forecasts.crux_links.unlink": (
        1,
        _own("links", lambda a, row: crux_links.Cut(*a.ids(), row.player, row.claim, row.target)),
    ),
    "markets.forecasts.forecasts.give": (3, _forecast),
    "markets.forecasts.forecasts.hide": (
        1,
        _own("claims", lambda a, row: forecasts.Hide(*a.ids(), row.author, row.number, a.often(0.5)), "open"),
    ),
    "markets.forecasts.leaderboard.make_season": (1, _season),
    "markets.forecasts.leaderboard.show": (
        1,
        lambda a: leaderboard.List(*a.ids(), a.who(), a.often(0.5)),
    ),
    "markets.people.allowances.draw": (2, lambda a: Allowance(*a.ids(), a.who())),
    "markets.people.allowances.present": (2, lambda a: Present(*a.ids(), a.person(), a.person(), a.amount())),
    "markets.people.notes.note": (1, lambda a: notes.Note(*a.ids(), a.actor(), a.claim(), "Looked at.")),
    "markets.people.notes.dissent": (
        1,
        _own(
            "bets",
            lambda a, row: notes.Dissent(*a.ids(), a.one(row.maker, row.taker), row.number, "Close."),
            *("settled",),
        ),
    ),
    "markets.people.preferences.choose": (
        1,
        lambda a: preferences.Choose(*a.ids(), a.who(), a.one("mention", "dm", "off")),
    ),
    "markets.people.hushing.hush": (
        1,
        lambda a: hushing.Hush(*a.ids(), a.who(), a.who(), a.often(0.7)),
    ),
    "markets.people.rewarding.offer": (2, _reward),
    "markets.people.rewarding.give": (
        2,
        _own(
            "rewards",
            lambda a, row: rewarding.GiveReward(*a.ids(), row.owner, row.number, a.who(), "The base rate."),
            "open",
        ),
    ),
    "markets.people.rewarding.cancel": (
        2,
        _own("rewards", lambda a, row: rewarding.CancelReward(*a.ids(), row.owner, row.number), "open"),
    ),
    "markets.pools.pools.open_pool": (
        3,
        lambda a: pools.OpenPool(
            *a.ids(), a.actor(), a.claim(), None if a.often(0.5) else a.now_us + 9 * 10**10
        ),
    ),
    "markets.pools.pools.stake": (
        5,
        _own(
            "pools",
            lambda a, row: pools.Put(*a.ids(), a.who(), row.claim, a.side(), a.amount(), a.digest(row.claim)),
            "open",
        ),
    ),
    "markets.records.deletion.forget": (
        1,
        lambda a: Forget(*a.ids(), a.person(), SALT) if a.often(0.4) else None,
    ),
    "markets.settlement.confirmation.confirm": (
        2,
        _own(
            "proposals", lambda a, row: confirmation.Confirm(*a.ids(), a.moderator(), row.number), "standing"
        ),
    ),
    "markets.settlement.disputes.challenge": (5, _challenge),
    "markets.settlement.disputes.argue": (
        1,
        lambda a: disputes.Argue(*a.ids(), a.who(), a.claim("disputed"), "See the table."),
    ),
    "markets.settlement.disputes.appeal": (
        2,
        lambda a: _appeal(a),
    ),
    "markets.settlement.freezing.halt": (
        2,
        lambda a: freezing.Halt(*a.ids(), a.moderator(), a.at_stake(*LIVE), a.often(0.6), "To look."),
    ),
    "markets.settlement.lapse.close_own": (
        1,
        _own("claims", lambda a, row: lapse.CloseClaim(*a.ids(), row.author, row.number), "open"),
    ),
    "markets.settlement.proposals.withdraw": (
        2,
        _own(
            "proposals",
            lambda a, row: proposals.WithdrawProposal(*a.ids(), row.proposer, row.number),
            "standing",
        ),
    ),
    "markets.settlement.proposing.propose": (8, _propose),
    "markets.settlement.recusal.clarify": (
        1,
        lambda a: recusal.Clarify(*a.ids(), a.actor(), a.claim(), "A fork counts."),
    ),
    "markets.settlement.resolution.take_back_seen": (
        1,
        lambda a: resolution.ReverseSeen(*a.ids(), _take_back(a), a.now_us - a.one(0, 1, 10**11)),
    ),
    "markets.settlement.resolution.take_back": (
        2,
        _take_back,
    ),
    "markets.settlement.reversals.hold": (
        1,
        _hold,
    ),
    "markets.settlement.reversals.hold_of": (
        4,
        lambda a: reversals.HoldReversalOf(*a.ids(), _hold(a), a.one(1, 1, 2, 3)),
    ),
    "markets.settlement.scenarios.tell": (3, _tell),
    "markets.settlement.scenarios.take_out": (
        1,
        lambda a: scenarios.TakeOut(*a.ids(), a.who(), a.stories(), a.one(0, 1)),
    ),
    "markets.settlement.scenarios.keep": (
        1,
        lambda a: scenarios.Keep(*a.ids(), a.who(), a.stories(), "{}"),
    ),
    "markets.settlement.scenarios.share": (
        2,
        _own("claims", lambda a, row: scenarios.Share(*a.ids(), row.author, a.stories()), DRAFTED),
    ),
    "markets.settlement.signing.sign": (
        2,
        _own(
            "proposals",
            lambda a, row: signing.SignProposal(*a.ids(), a.holder(row.claim), row.number),
            "standing",
        ),
    ),
    "markets.settlement.story_judging.judge": (4, _judge_item),
    "markets.settlement.voting.vote": (2, _vote),
    "markets.settlement.voting.vote_in_round": (
        2,
        lambda a: voting.VoteInRound(*a.ids(), _vote(a), a.one(1, 1, 1, 2, 3)),
    ),
    "markets.settlement.voting.appoint": (30, _appoint),
    "markets.settlement.voting.appoint_in_round": (10, _appoint_in_round),
    "markets.settlement.agreed_judges.answer": (20, _answer_judge),
    "markets.settlement.agreed_judges.answer_in_round": (20, _answer_judge_in_round),
    "markets.shares.opening.open_market": (4, _open_market),
    "markets.shares.opening.add_liquidity": (2, _liquidity),
    "markets.shares.orders.place": (4, _order),
    "markets.shares.orders.cancel": (
        1,
        _own("orders", lambda a, row: orders.CancelOrder(*a.ids(), row.player, row.number), "open"),
    ),
    "markets.shares.trading.buy": (7, _buy),
    "markets.shares.trading.sell": (4, _sell),
}
"""By the name of an operation: how often it is tried, and what is asked."""
