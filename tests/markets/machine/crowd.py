"""What people say, promise and give beside their bets: forecasts, cruxes, rewards, words, points."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from ledger.issuance import Allowance
from ledger.players import PersonAct, Present
from ledger.types import to_us
from markets.claims import claims, on_call
from markets.core import moderation_posts, tables
from markets.forecasts import crux_links, forecasts, leaderboard
from markets.people import allowances, hushing, notes, preferences, rewarding
from markets.settlement import disputes, recusal
from tests.markets.machine.base import Base, stakes, which
from tests.world import SALT


class Crowd(Base):
    @rule(claim=which, n=which, chance=st.integers(1, 999))
    def forecast(self, claim: int, n: int, chance: int) -> None:
        chances = chance * 1_000, 1_000_000 - chance * 1_000
        number, who = self.claim(claim, "open"), self.who(n).number
        self.do(forecasts.give, forecasts.GiveForecast(*self.ids(), who, number, chances))

    @rule(n=which, hidden=st.booleans())
    def hide_forecasts(self, n: int, hidden: bool) -> None:
        found = self.pick(tables.claims, n, "open")
        if found is not None:
            request = forecasts.Hide(*self.ids(), found.author, found.number, hidden)
            self.do(forecasts.hide, request)

    # --- cruxes -------------------------------------------------------------------------------

    @rule(claim=which, other=which, n=which, raises=st.booleans())
    def link(self, claim: int, other: int, n: int, raises: bool) -> None:
        one, two = (self.claim(at, "open", "proposed", "disputed") for at in (claim, other))
        request = crux_links.LinkClaims(*self.ids(), self.who(n).number, one, two, raises, n % 2, claim % 2)
        self.do(crux_links.link, request)

    @rule(n=which)
    def unlink(self, n: int) -> None:
        links = self.rows(tables.links)
        if links:
            found = links[n % len(links)]
            self.do(crux_links.unlink, crux_links.Cut(*self.ids(), found.player, found.claim, found.target))

    # --- rewards ------------------------------------------------------------------------------

    @rule(n=which, amount=st.integers(1, 6_000), days=st.integers(0, 40))
    def offer_reward(self, n: int, amount: int, days: int) -> None:
        """By somebody who has said something, as a person would; now and then by somebody who hasn't."""
        said = self.rows(tables.forecasts, tables.forecasts.c.until_us.is_(None))
        open_claims = {row.number for row in self.rows(tables.claims, tables.claims.c.state == "open")}
        said = [row for row in said if row.claim in open_claims]
        owner, claim = self.who(n).number, self.claim(n, "open")
        if said and n % 6:
            owner, claim = said[n % len(said)].player, said[n % len(said)].claim
        until_us = to_us(self.club.now + timedelta(days=days)) if days else None
        request = rewarding.LockReward(*self.ids(), owner, claim, amount, until_us, "The base rate?")
        self.do(rewarding.offer, request)

    @rule(
        n=which,
        winner=which,
        chance=st.integers(1, 999),
        crash=st.sampled_from(["", "", "before_commit", "after_commit"]),
    )
    def give_reward(self, n: int, winner: int, chance: int, crash: str) -> None:
        """Their forecast moves, most times, and they say whose argument that was."""
        found = self.pick(tables.rewards, n, "open")
        if found is None:
            return
        if n % 4:
            chances = chance * 1_000, 1_000_000 - chance * 1_000
            self.do(forecasts.give, forecasts.GiveForecast(*self.ids(), found.owner, found.claim, chances))
        self.crashing(crash)
        to = self.who(winner).number
        self.do(
            rewarding.give, rewarding.GiveReward(*self.ids(), found.owner, found.number, to, "The base rate.")
        )

    @rule(n=which)
    def cancel_reward(self, n: int) -> None:
        found = self.pick(tables.rewards, n, "open")
        if found is not None:
            self.do(rewarding.cancel, rewarding.CancelReward(*self.ids(), found.owner, found.number))

    # --- points -------------------------------------------------------------------------------

    @rule(giver=st.integers(0, 4), taker=st.integers(0, 4), amount=st.integers(1, 12_000))
    def give_points(self, giver: int, taker: int, amount: int) -> None:
        people = self.persons[giver], self.persons[taker]
        self.do(allowances.present, Present(*self.ids(), *people, amount))

    @rule(n=st.integers(0, 5))
    def draw_allowance(self, n: int) -> None:
        self.do(allowances.allowance, Allowance(*self.ids(), self.people[n].number))

    @rule(n=st.integers(0, 3), amount=stakes)
    def act_with_points(self, n: int, amount: int) -> None:
        """A moderator grants or takes, the owner funds the house."""
        unit, actor = (
            (moderation_posts.grant, 4),
            (moderation_posts.take, 4),
            (moderation_posts.fund, 5),
            (moderation_posts.take, 5),
        )[n]
        person = 0 if unit is moderation_posts.fund else self.persons[n]
        request = PersonAct(*self.ids(), self.people[actor].number, amount, "For the meetup.", SALT, person)
        self.do(unit, request)

    # --- words, and who hears them ------------------------------------------------------------

    @rule(n=which, claim=which)
    def say_something(self, n: int, claim: int) -> None:
        """What moves nothing: an argument, a clarification, a note, a dissent."""
        who, actor = self.who(n).number, self.actor(n)
        if n % 4 == 0:
            number = self.claim(claim, "disputed")
            self.do(disputes.argue, disputes.Argue(*self.ids(), who, number, "See the table."))
        elif n % 4 == 1:
            number = self.claim(claim, "open", "proposed", "disputed")
            self.do(recusal.clarify, recusal.Clarify(*self.ids(), actor, number, "A fork counts."))
        elif n % 4 == 2:
            self.do(notes.note, notes.Note(*self.ids(), actor, self.claim(claim, "open"), "Being looked at."))
        elif (bet := self.pick(tables.bets, claim, "settled")) is not None:
            loser = bet.maker if (bet.maker_paid or 0) < bet.maker_stake else bet.taker
            self.do(notes.dissent, notes.Dissent(*self.ids(), loser, bet.number, "It was close."))

    @rule(n=which, claim=which)
    def choose_what_to_hear(self, n: int, claim: int) -> None:
        """Follow a claim, be told otherwise, be on call, be left out of the board, or begin a season of it."""
        who, now = self.who(n).number, self.club.now
        if n % 4 == 0:
            number = self.claim(claim, "open")
            self.do(claims.follow, claims.Follow(*self.ids(), who, number, claim % 3 > 0))
        elif n % 4 == 1:
            by = preferences.CHOICES[claim % 3]
            self.do(preferences.choose, preferences.Choose(*self.ids(), who, by))
            other = self.who(claim).number
            self.do(hushing.hush, hushing.Hush(*self.ids(), who, other, claim % 3 > 0))
            self.do(on_call.volunteer, on_call.Volunteer(*self.ids(), who, claim % 4 > 0))
        elif n % 4 == 2:
            self.do(leaderboard.show, leaderboard.List(*self.ids(), who, claim % 2 == 1))
        else:
            span = to_us(now - timedelta(days=claim)), to_us(now + timedelta(days=claim))
            request = leaderboard.MakeSeason(*self.ids(), self.people[5].number, "Autumn", *span)
            self.do(leaderboard.make_season, request)
