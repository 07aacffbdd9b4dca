"""How people come, what they type and keep, and claims whose outcomes are their stories."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from ledger import players
from ledger.issuance import Allowance
from ledger.players import Enter, Meet
from ledger.types import to_us
from markets.bets import offering
from markets.claims import drafts, editing, kept_edits
from markets.claims import terms as claim_terms
from markets.claims.terms import Scenario
from markets.core import tables
from markets.people import allowances
from markets.settlement import lapse, scenarios, story_judging
from markets.settlement.scenarios import Said
from tests.markets.machine.base import Base, which
from tests.world import OLD

WORDS = "The first model", "The second lab", "A law"


class Stories(Base):
    @rule(n=st.integers(0, 4), known=st.booleans())
    def come(self, n: int, known: bool) -> None:
        """A first press, for the third time perhaps; or somebody is named by another."""
        if known:
            self.do(players.enter, Enter(*self.ids(), self.persons[n], OLD))
        else:
            self.do(players.meet, Meet(*self.ids(), self.persons[n]))

    @rule(n=st.integers(0, 5))
    def draw(self, n: int) -> None:
        """The weekly allowance, or the yearly tenth."""
        self.do(allowances.draw, Allowance(*self.ids(), self.people[n].number))

    @rule(offer=which)
    def renew_offer(self, offer: int) -> None:
        """What ended with the old words of an edited claim."""
        found = self.pick(tables.offers, offer, "dead")
        if found is not None:
            self.do(offering.renew, offering.Renew(*self.ids(), found.number, found.maker))

    @rule(n=which)
    def keep_a_change(self, n: int) -> None:
        found = self.pick(tables.claims, n, "open")
        if found is not None:
            request = kept_edits.KeepChange(*self.ids(), found.author, found.number, '{"title": "Perhaps"}')
            self.do(kept_edits.keep_change, request)

    @rule(n=which)
    def close_a_claim(self, n: int) -> None:
        """One's own, on which nothing hangs: mostly the newest."""
        found = self.rows(tables.claims, tables.claims.c.state == "open")
        if found:
            one = found[-1] if n % 2 else found[n % len(found)]
            self.do(lapse.close_own, lapse.CloseClaim(*self.ids(), one.author, one.number))

    # --- scenarios ----------------------------------------------------------------------------

    @rule(n=which, other=which, share=st.integers(0, 3), chance=st.integers(1, 99), early=st.booleans())
    def open_stories(self, n: int, other: int, share: int, chance: int, early: bool) -> None:
        """A draft that others add their story to; then it is opened, or waits for more."""
        times = dict.fromkeys(("closes_us", "deadline_us", "check_us"))
        terms = self.club.terms(title="How it goes", kind="choice", outcomes=(), scenario=Scenario(), **times)
        number = self.do(drafts.save_draft, drafts.SaveDraft(*self.ids(), self.who(n).number, terms))
        if number is None:
            return
        if share:
            self.do(scenarios.share, scenarios.Share(*self.ids(), self.who(n).number, number))
        for at, (who, name) in enumerate(((n, "Fast"), (other, "Slow"))):
            self.tell(who, number, name, (chance + 40 * at) % 100, 3 if early else 12)
        if n % 4:
            self.do(editing.open_claim, editing.Open(*self.ids(), self.actor(n % 5), number))

    def tell(self, n: int, draft: int, name: str, chance: int, days: int, story: int | None = None) -> None:
        now = self.club.now
        said = tuple(
            Said(words, to_us(now + timedelta(days=days + at)), 100 * chance)
            for at, words in enumerate(WORDS)
        )
        request = scenarios.TellStory(
            *self.ids(), self.who(n).number, draft, story, name, f"How {name} goes.", said
        )
        self.do(scenarios.tell, request)

    @rule(n=which, chance=st.integers(0, 100), at=st.integers(0, 2))
    def work_on_a_story(self, n: int, chance: int, at: int) -> None:
        """Change one's own in a draft, keep what was typed, or take one out."""
        drafted = self.rows(tables.claims, tables.claims.c.state == "draft")
        drafted = [row for row in drafted if claim_terms.read_terms(row.terms).scenario is not None]
        if not drafted:
            return
        draft = drafted[n % len(drafted)].number
        if at == 0:
            self.tell(n, draft, "Even", chance, 5, story=n % 2 if n % 3 else None)
        elif at == 1:
            self.do(
                scenarios.keep, scenarios.Keep(*self.ids(), self.who(n).number, draft, '{"name": "Fast"}')
            )
        else:
            self.do(scenarios.take_out, scenarios.TakeOut(*self.ids(), self.who(n).number, draft, n % 2))

    @rule(n=which, came=st.integers(0, 7), dropped=st.integers(0, 5))
    def judge_items(self, n: int, came: int, dropped: int) -> None:
        """All of one scenario, by a moderator, as far as their time has come."""
        found = self.rows(tables.items)
        if not found:
            return
        claim = found[n % len(found)].claim
        for item in (row for row in found if row.claim == claim):
            true = bool(came & (1 << item.number - 1))
            answer = "dropped" if dropped == item.number else "true" if true else "false"
            known_us = item.by_us - 1 if answer == "true" and item.by_us <= to_us(self.club.now) else None
            request = scenarios.JudgeItem(
                *self.ids(),
                self.actor(4 + n % 2),
                claim,
                item.number,
                answer,
                "https://example.org/item",
                "Two sources, two answers." if answer == "dropped" else "",
                known_us,
            )
            self.do(story_judging.judge, request)
