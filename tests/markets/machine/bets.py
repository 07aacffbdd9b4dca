"""What people do with claims, the offers on them, and bets."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from ledger.types import to_us
from markets.bets import agreement, offering, offers, quick_bet
from markets.claims import ambiguity, drafts, editing
from markets.claims import terms as claim_terms
from markets.claims.conditions import Condition
from markets.claims.terms import Judges
from markets.core import tables
from tests.markets.machine.base import Base, stakes, which

CLAUSES = (
    ambiguity.StakesReturn(),
    ambiguity.FixedWeights((2_500, 7_500)),
    ambiguity.JudgesChoose(5),
)
OWN = (None, None, ambiguity.PaysHalf("maker"), ambiguity.JudgesChoose())


class Bets(Base):
    @rule(
        n=which,
        days=st.integers(1, 40),
        later=st.integers(0, 5),
        early=st.sampled_from(["allowed", "announced", "deadline"]),
        clause=st.sampled_from(CLAUSES),
        named=st.booleans(),
        hangs=st.sampled_from([None, None, None, (0, None), (1, None), (0, 5), (1, 20)]),
        on=which,
    )
    def open_claim(
        self,
        n: int,
        days: int,
        later: int,
        early: Any,
        clause: Any,
        named: bool,
        hangs: tuple[int, int | None] | None = None,
        on: int = 0,
    ) -> None:
        deadline = to_us(self.club.now + timedelta(days=days))
        terms = self.club.terms(
            condition=self.condition(hangs, on),
            closes_us=deadline - later * 3_600_000_000,
            deadline_us=deadline,
            check_us=deadline + later * claim_terms.DAY_US,
            early=early,
            clause=ambiguity.encode(clause),
            judges=Judges((self.people[3].number,), 1) if named else Judges(),
        )
        number = self.do(drafts.save_draft, drafts.SaveDraft(*self.ids(), self.who(n).number, terms))
        opened = self.do(editing.open_claim, editing.Open(*self.ids(), self.actor(n), number))
        if opened is not None and hangs is not None:
            self.note("a condition")
        elif opened is None and n % 2:  # it stays a draft, or goes
            self.do(drafts.drop, drafts.Drop(*self.ids(), self.who(n).number, number))

    def condition(self, hangs: tuple[int, int | None] | None, on: int) -> Condition | None:
        if hangs is None:
            return None
        outcome, days = hangs
        return Condition(
            self.claim(on, "open", "proposed", "disputed"), outcome, ("YES", "NO")[outcome], days
        )

    @rule(n=which, days=st.integers(1, 40), taker=which, one=stakes, other=stakes)
    def bet_quickly(self, n: int, days: int, taker: int, one: int, other: int) -> None:
        deadline = to_us(self.club.now + timedelta(days=days))
        terms = self.club.terms(closes_us=deadline, deadline_us=deadline, check_us=deadline)
        to = self.who(taker).number if n % 2 else offers.ANYONE
        request = quick_bet.Quick(*self.ids(), self.actor(n % 5), terms, n % 2, one, other, taker=to)
        self.do(quick_bet.quick, request)

    @rule(n=which, days=st.integers(1, 40), hangs=st.sampled_from([None, None, (0, None), (1, 5)]), on=which)
    def edit(self, n: int, days: int, hangs: tuple[int, int | None] | None, on: int) -> None:
        deadline = to_us(self.club.now + timedelta(days=days))
        terms = self.club.terms(
            closes_us=deadline,
            deadline_us=deadline,
            check_us=deadline,
            title=f"In {days}",
            condition=self.condition(hangs, on),
        )
        found = self.pick(tables.claims, n, "open")
        if found is not None:
            self.do(editing.edit, editing.Edit(*self.ids(), found.author, found.number, terms))

    @rule(claim=which, n=which)
    def supersede(self, claim: int, n: int) -> None:
        old = self.claim(claim, "open")
        request = drafts.Supersede(*self.ids(), self.actor(n), old, self.club.terms(title="Better"))
        self.do(drafts.supersede, request)

    @rule(claim=which, maker=which, taker=which, one=stakes, other=stakes, side=st.integers(0, 1), n=which)
    def offer(self, claim: int, maker: int, taker: int, one: int, other: int, side: int, n: int) -> None:
        own = OWN[n % len(OWN)]
        request = offering.MakeOffer(
            *self.ids(),
            self.who(maker).number,
            self.claim(claim, "open"),
            side,
            one,
            other,
            against=n % 2 == 1,
            taker=self.who(taker).number if n % 3 == 0 else offers.ANYONE,
            clause=ambiguity.encode(own) if own else None,
        )
        self.do(offering.make, request)

    @rule(offer=which, n=which, one=stakes, other=stakes)
    def counter(self, offer: int, n: int, one: int, other: int) -> None:
        found = self.pick(tables.offers, offer, "open")
        if found is not None:
            who = found.taker or self.who(n).number
            self.do(offering.counter, offering.Counter(*self.ids(), found.number, who, one, other))

    @rule(offer=which)
    def withdraw_offer(self, offer: int) -> None:
        found = self.pick(tables.offers, offer, "open")
        if found is not None:
            self.do(offering.withdraw, offering.WithdrawOffer(*self.ids(), found.number, found.maker))

    @rule(offer=which, n=which, crash=st.sampled_from(["", "", "before_commit", "after_commit"]))
    def accept(self, offer: int, n: int, crash: str) -> None:
        found = self.pick(tables.offers, offer, "open")
        if found is None:
            return
        who = found.taker or self.who(n).number
        request = offers.Accept(*self.ids(), found.number, who, self.digest(found.claim))
        self.crashing(crash)
        self.do(offers.accept, request)

    @rule(bet=which, n=which, share=st.integers(0, 100))
    def agree(self, bet: int, n: int, share: int) -> None:
        found = self.pick(tables.bets, bet, "live")
        if found is None:
            return
        pot = found.maker_stake + found.taker_stake
        maker = pot * share // 100
        first, second = (found.maker, found.taker) if n % 2 else (found.taker, found.maker)
        suggested = agreement.Suggest(*self.ids(), found.number, first, "split", maker, pot - maker)
        self.do(agreement.suggest, suggested)
        if n % 3:
            self.do(agreement.agree, agreement.Agree(*self.ids(), found.number, second, maker, pot - maker))

    @rule(bet=which)
    def move_bet(self, bet: int) -> None:
        found = self.pick(tables.bets, bet, "live")
        if found is None:
            return
        to = self.rows(tables.claims, tables.claims.c.supersedes == found.claim)
        for side in (found.maker, found.taker) if to else ():
            digest = self.digest(to[0].number)
            self.do(
                agreement.move_bet, agreement.MoveBet(*self.ids(), found.number, side, to[0].number, digest)
            )
