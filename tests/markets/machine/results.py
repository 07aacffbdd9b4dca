"""Time, absences, and how claims end."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from ledger.types import to_us
from markets.claims import judges
from markets.claims.terms import Actor, Result
from markets.core import tables
from markets.settlement import (
    absence,
    agreed_judges,
    calendar,
    confirmation,
    disputes,
    freezing,
    proposals,
    proposing,
    resolution,
    reversals,
    rulings,
    signing,
    voting,
)
from tests.markets.club import AboutResult, reversal_posted
from tests.markets.machine.base import Base, which

RESULTS = (
    Result("outcome", outcome=0),
    Result("outcome", outcome=1),
    Result("weights", weights=(1, 2)),
    Result("unclear"),
    Result("unclear", weights=(3, 1)),
    Result("void"),
    Result("early"),
)


class Results(Base):
    @rule(hours=st.sampled_from([1, 1, 12, 23, 24, 48, 7 * 24, 15 * 24]), sweeps=st.booleans())
    def wait_for(self, hours: int, sweeps: bool) -> None:
        self.skip(hours=hours)
        if sweeps:
            self.swept()

    @rule(crash=st.sampled_from(["", "before_commit", "after_commit"]))
    def sweep(self, crash: str) -> None:
        if len(self.clubs) == 1:  # of two, each would wait for a lease of its own
            self.crashing(crash)
        self.swept()

    @rule(hours=st.integers(1, 72))
    def outage(self, hours: int) -> None:
        self.everywhere(lambda club: club.outage(hours=hours))

    @rule(hours=st.sampled_from([1, 10, 50]), n=st.integers(0, 3))
    def remove_the_bot(self, hours: int, n: int) -> None:
        """And invite it again; what was due meanwhile rests."""
        if n:
            return
        from_us, gone = to_us(self.club.now), absence.Removed(self.club.guild)
        self.everywhere(lambda club: club.db.background(absence.removed, gone, club.now))
        self.skip(hours=hours)
        self.swept()
        self.do(absence.back_again, absence.BackAgain(*self.ids(), from_us))

    @rule(n=which)
    def somebody_left(self, n: int) -> None:
        found = self.pick(tables.proposals, n, "standing")
        if found is not None:
            request = calendar.NeedsConfirmation(*self.ids(), found.number)
            self.do(calendar.needs_confirmation, request)

    @rule()
    def restart(self) -> None:
        self.restarted()

    @rule(claim=which, n=which, result=st.sampled_from(RESULTS), told=st.integers(0, 5))
    def propose(self, claim: int, n: int, result: Result, told: int) -> None:
        live = self.pick(tables.bets, claim, "live")
        number = live.claim if live is not None and live.state == "live" else self.claim(claim, "open")
        known_us = to_us(self.club.now - timedelta(hours=5 * told)) if told > 3 else None
        request = proposing.Propose(
            *self.ids(), self.actor(n), number, result, "https://example.org", known_us=known_us
        )
        made = self.do(proposing.propose, request)
        if made is not None and told:
            self.do(proposals.announced, proposals.Announced(*self.ids(), made.number, told == 1))

    @rule(n=which, who=which, result=st.sampled_from(RESULTS))
    def quarrel(self, n: int, who: int, result: Result) -> None:
        """The next act of a dispute, as people who know the rules would do it."""
        found = self.pick(tables.claims, n, "proposed", "disputed", "ruled", "settled")
        if found is None:
            return
        if found.state == "open":
            self.propose(n, who, result, 2)
        elif found.state == "proposed":
            self.challenge(n, who)
        elif found.state == "disputed":
            for judge in (3, 4, 5):
                self.vote(n, judge, result)
        elif found.state == "ruled" and who % 2:
            self.appeal(n, who % 3)
        elif found.state == "settled" and who % 4 == 0:
            self.take_back(n, 5)
        else:
            self.wait_for(24, True)

    @rule(n=which, who=which, result=st.sampled_from(RESULTS))
    def quarrel_on(self, n: int, who: int, result: Result) -> None:
        """The same, so that it happens twice as often."""
        self.quarrel(n, who, result)

    @rule(n=which, days=st.integers(1, 30), result=st.sampled_from(RESULTS))
    def be_of_one_mind(self, n: int, days: int, result: Result) -> None:
        """After some days a moderator says how it was, and nobody objects."""
        self.skip(days=days)
        self.swept()
        self.propose(n, 4, result, 2)
        self.wait_for(49, True)

    @rule(
        n=which, result=st.sampled_from([RESULTS[0], RESULTS[0], RESULTS[5], RESULTS[2]]), back=st.booleans()
    )
    def see_it_out(self, n: int, result: Result, back: bool) -> None:
        """A whole quarrel: proposed, challenged, ruled on and paid; and taken back, half the time."""
        self.propose(n, 4, result, 2)
        self.challenge(n, n)
        for judge in (3, 4, 5):
            self.vote(n, judge, result)
        self.post_rulings()
        self.wait_for(25, True)
        if back:
            self.take_back(n, 5)

    @rule(n=which)
    def withdraw_proposal(self, n: int) -> None:
        found = self.pick(tables.proposals, n, "standing")
        if found is not None:
            self.do(proposals.withdraw, proposals.WithdrawProposal(*self.ids(), found.proposer, found.number))

    @rule(proposal=which, n=which)
    def sign(self, proposal: int, n: int) -> None:
        found = self.pick(tables.proposals, proposal, "standing")
        if found is not None:
            request = signing.SignProposal(*self.ids(), self.who(n).number, found.number)
            self.do(signing.sign, request)

    @rule(claim=which, n=which)
    def hold_reversal(self, claim: int, n: int) -> None:
        number = self.claim(claim, "settled", "void")
        request = reversals.HoldReversal(*self.ids(), self.who(n).number, number, "It was right.")
        self.do(reversals.hold, request)

    @rule(proposal=which, n=which)
    def confirm(self, proposal: int, n: int) -> None:
        found = self.pick(tables.proposals, proposal, "standing")
        if found is not None:
            self.do(confirmation.confirm, confirmation.Confirm(*self.ids(), self.actor(n), found.number))

    @rule(claim=which, n=which)
    def challenge(self, claim: int, n: int) -> None:
        number = self.claim(claim, "proposed")
        request = disputes.Challenge(*self.ids(), self.who(n).number, number, "fact", "Not so.")
        self.do(disputes.challenge, request)

    @rule(
        claim=which,
        n=st.integers(3, 5),
        result=st.sampled_from(RESULTS),
        round_=st.sampled_from([None, None, 1, 2]),
    )
    def vote(self, claim: int, n: int, result: Result, round_: int | None = None) -> None:
        number = self.claim(claim, "disputed")
        request = voting.Vote(*self.ids(), self.actor(n), number, result, "It is so.")
        if round_ is None:
            self.do(voting.vote, request)
        else:
            self.do(voting.vote_in_round, voting.VoteInRound(*self.ids(), request, round_))

    @rule()
    def post_rulings(self) -> None:
        """Discord has them all."""
        for found in self.rows(tables.disputes):
            if found.state in ("ruled", "final"):
                request = rulings.RulingPosted(*self.ids(), found.number, final=found.state == "final")
                self.do(rulings.posted, request)

    @rule(claim=which, n=st.integers(0, 2))
    def appeal(self, claim: int, n: int) -> None:
        number = self.claim(claim, "ruled")
        self.do(disputes.appeal, disputes.Appeal(*self.ids(), self.who(n).number, number, "Look again."))

    @rule(claim=which, judge=st.integers(3, 5))
    def appoint(self, claim: int, judge: int) -> None:
        number = self.claim(claim, "disputed")
        for side in self.people[:3]:
            request = voting.Appoint(*self.ids(), side.number, number, self.people[judge].number)
            self.do(voting.appoint, request)

    @rule(claim=which, judge=st.integers(3, 5), n=which, accepts=st.booleans())
    def answers_judge(self, claim: int, judge: int, n: int, accepts: bool) -> None:
        actor = Actor(self.who(n).number, moderator=accepts)
        of = self.claim(claim, "disputed")
        request = agreed_judges.AnswerJudge(*self.ids(), actor, of, self.people[judge].number, accepts)
        self.do(agreed_judges.answer, request)

    @rule(claim=which, judge=st.integers(3, 5), n=which, dispute=st.integers(1, 3), round_=st.integers(1, 2))
    def answers_judge_in_round(self, claim: int, judge: int, n: int, dispute: int, round_: int) -> None:
        of = self.claim(claim, "disputed")
        said = agreed_judges.AnswerJudge(
            *self.ids(), Actor(self.who(n).number), of, self.people[judge].number
        )
        request = agreed_judges.AnswerJudgeInRound(*self.ids(), said, dispute, round_)
        self.do(agreed_judges.answer_in_round, request)

    @rule(claim=which, judge=st.integers(3, 5), dispute=st.integers(1, 3), round_=st.integers(1, 2))
    def appoint_in_round(self, claim: int, judge: int, dispute: int, round_: int) -> None:
        of = self.claim(claim, "disputed")
        said = voting.Appoint(*self.ids(), self.people[0].number, of, self.people[judge].number)
        self.do(voting.appoint_in_round, voting.AppointInRound(*self.ids(), said, dispute, round_))

    @rule(claim=which, n=which, resolution=st.integers(1, 4))
    def hold_reversal_of(self, claim: int, n: int, resolution: int) -> None:
        of = self.claim(claim, "settled")
        said = reversals.HoldReversal(*self.ids(), self.who(n).number, of, "It was right.")
        self.do(reversals.hold_of, reversals.HoldReversalOf(*self.ids(), said, resolution))

    @rule(claim=which)
    def step_down(self, claim: int) -> None:
        request = judges.StepDown(*self.ids(), self.people[3].number, self.claim(claim, "open"))
        self.do(judges.step_down, request)

    @rule(claim=which, n=st.sampled_from([3, 4, 5, 5]), halted=st.booleans())
    def halt(self, claim: int, n: int, halted: bool) -> None:
        number = self.claim(claim, "proposed", "ruled", "open")
        self.do(freezing.halt, freezing.Halt(*self.ids(), self.actor(n), number, halted, "To look."))

    @rule(claim=which, n=st.integers(4, 5), ago=st.sampled_from([None, None, 0, 10**12]))
    def take_back(self, claim: int, n: int, ago: int | None = None) -> None:
        number = self.claim(claim, "settled", "void")
        request = resolution.Reverse(*self.ids(), self.actor(n), number, "A wrong file.", b"s" * 16)
        if ago is None:
            self._taken_back(self.do(resolution.take_back, request))
        else:
            seen = resolution.ReverseSeen(*self.ids(), request, to_us(self.club.now) - ago)
            self._taken_back(self.do(resolution.take_back_seen, seen))

    def _taken_back(self, number_of: int | None) -> None:
        self.reversed |= number_of is not None
        if number_of is not None:  # Discord has its post
            self.do(reversal_posted, AboutResult(*self.ids(), number_of))
