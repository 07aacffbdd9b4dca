"""Six people in three alliances who take what they can, and four who see to it that the rules are kept.

People of the other alliances challenge what is false, judges without points rule as it is, and Discord posts
everything. What somebody could get by a moderator's ruling or another's signature is no theft, so these are never
false or foreign here: whoever has no points on a claim judges truly, and nobody signs for a stranger.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ledger.errors import AlreadyDone, KeyReused, Refused
from ledger.players import Enter
from ledger.types import to_us
from markets.claims import terms
from markets.claims.terms import Actor, Result
from markets.core.errors import MarketError
from markets.settlement import calendar as settlement_calendar
from markets.settlement import (
    confirmation,
    disputes,
    proposals,
    proposing,
    rulings,
    scenarios,
    story_judging,
    voting,
)
from tests import operations
from tests.markets.attacker.book import ENDED, Book
from tests.markets.attacker.truth import VOID, Truth
from tests.markets.club import AboutJudge, AboutResult, Club, agreed_posted, reversal_posted
from tests.world import NOW, OLD

assert settlement_calendar.__name__, "it names the handlers"

PEOPLE = range(1, 7)
WARDEN, JUDGE, OTHER_JUDGE, OWNER = range(7, 11)
START = 100_000
CORRUPT = (2, 4)
"""Two of the six are moderators, in different alliances."""

SAID_AFTER_US, JUDGED_AFTER_US = 86_400_000_000, 2 * 86_400_000_000
"""Honest people leave the others that long."""

FREE = (Refused, MarketError)


def alliance(person: int) -> int:
    return (person + 1) // 2


NAMED = ("vote", "appoint", "reverse")
"""Where a request holds the act that it is."""


class Village:
    """Carries steps out, one after another, and looks at the whole book after each."""

    def __init__(self, club: Club, url: str, seed: int) -> None:
        self.club, self.url, self.truth = club, url, Truth(seed)
        self.eyes = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        self.eyes.row_factory = sqlite3.Row
        self.person: dict[int, int] = {}
        """Whose number that is or was."""
        self.number: dict[int, int] = {}
        """The number that a person has now."""
        self.side: dict[int, str] = {}
        """On the outcome of which name an offer was made, and the bet that came of it."""
        self.touched: set[tuple[int, int]] = set()
        self.signed: Counter[int] = Counter()
        self.done: Counter[str] = Counter()
        self.refused: Counter[tuple[str, str]] = Counter()
        self.answers: dict[str, tuple[str, Any, Any]] = {}
        self.book: Book

    @classmethod
    async def begun(cls, club: Club, url: str, seed: int) -> "Village":
        club.now = NOW
        made = cls(club, url, seed)
        for person in PEOPLE:
            entering = Enter(club.guild, f"enter:{person}", person, OLD)
            await club.db.write(operations.people_s()["ledger.players.enter"], entering, club.now)
        for person in (WARDEN, JUDGE, OTHER_JUDGE, OWNER):
            await club.member(person, 10_000_000)
        made.look()
        return made

    def look(self) -> Book:
        """Read the book and hold it against all that holds always."""
        self.book = Book(self.eyes.execute, self.club.guild)
        for row in self.book.players:
            if row.discord_id is not None:
                self.person[row.number] = row.discord_id
        here = {row.discord_id: row.number for row in self.book.players if row.discord_id is not None}
        self.number = {
            person: here.get(person, self.number.get(person, 0)) for person in (*PEOPLE, *range(7, 11))
        }
        self._sides_stay()
        self.touched |= {(self.person[who], claim) for who, claim in self.book.with_points() if who}
        self.book.check()
        return self.book

    def _sides_stay(self) -> None:
        """A side is an outcome's name: wherever an offer or a bet goes, it stands on that (RULES B5)."""
        for row in self.book.offers:
            if row.state == "open":
                self.side.setdefault(row.number, self.book.names(row.claim)[row.side])
        for row in self.book.bets:
            now = self.book.names(row.claim)[row.side]
            assert self.side.setdefault(row.number, now) == now, f"bet {row.number} is on {now}"

    @property
    def weeks(self) -> int:
        return (self.club.now - NOW).days // 7

    # --- steps ------------------------------------------------------------------------------------

    async def press(self, name: str, request: Any) -> Any:
        """Somebody presses: it is done, or refused with one of the refusals that have words."""
        request = replace(request, guild=self.club.guild)
        if self._trusted(name, request):
            return None
        unit, before, key = operations.people_s()[name], self.book, request.key
        first = self.answers.get(key)
        try:
            answer = await self.club.db.write(unit, request, self.club.now)
        except AlreadyDone as again:
            return self._nothing_but(first is not None and again.answer == first[2], name)
        except KeyReused:
            return self._nothing_but(first is not None and first[:2] != (name, request), name)
        except FREE as refused:
            self._nothing_left_over()
            self.refused[name, type(refused).__name__] += 1
            return refused
        assert first is None, f"{name} was carried out twice under {key}"
        self.answers[key] = name, request, answer
        self.done[name] += 1
        self.look()
        self._took_no_more(name, request, before)
        if name.endswith(".renew"):
            assert self.side[answer.number] == self.side[request.offer], "renewed on another side"
        return answer

    def _nothing_but(self, good: bool, name: str) -> None:
        assert good, f"{name} answers another thing under a key that was used"

    async def skip(self, seconds: int) -> None:
        """Time goes on, and honest people have looked before it does."""
        self.club.now += timedelta(seconds=seconds)

    async def sweep(self) -> None:
        await self.club.sweep()
        self.look()

    async def official(self, unit: Callable[..., Any], request: Any) -> Any:
        """What the bot or an honest person does; None where it is refused."""
        try:
            answer = await self.club.db.write(unit, request, self.club.now)
        except FREE:
            self._nothing_left_over()
            return None
        self.done[f"{unit.__module__}.{unit.__name__}"] += 1
        return answer

    def _nothing_left_over(self) -> None:
        self.club.db.hooks.before_commit = self.club.db.hooks.after_commit = None

    # --- what a press may take ---------------------------------------------------------------------

    def _took_no_more(self, name: str, request: Any, before: Book) -> None:
        """Nobody but who pressed pays for a press, and those no more than it showed (RULES A4, A9)."""
        shown = SPENDS.get(name.rpartition(".")[0].rpartition(".")[2] + "." + name.rpartition(".")[2])
        if shown is None:
            return
        allowed = shown(request, before)
        for who, was in before.wallet.items():
            now = self.book.wallet[who]
            if now < was:
                assert who in allowed, f"{name} took {was - now} from player {who}, who pressed nothing"
                most = allowed[who]
                assert most is None or was - now <= most, f"{name} took {was - now}, and showed {most}"
                assert now >= 0, f"{name} made a debt"

    # --- whom the others may trust ---------------------------------------------------------------

    def true(self, claim: int, result: Any) -> bool:
        came = self.truth.place(self.book, claim)
        if result.known_us is not None or result.kind != "outcome":
            return result.kind == "void" and came is VOID
        return result.outcome == came

    def _trusted(self, name: str, request: Any) -> bool:
        """Whether this would be a ruling by somebody without points, or a signature for a stranger."""
        unit = name.rpartition(".")[2]
        within = next((getattr(request, one) for one in NAMED if hasattr(request, one)), None)
        if within is not None:  # the same act, which says what it was read about
            return self._trusted(unit.removesuffix("_in_round").removesuffix("_seen"), within)
        claim = getattr(request, "claim", None)
        actor = getattr(request, "actor", None)
        if unit == "sign" or unit == "confirm":
            found = next((row for row in self.book.proposals if row.number == request.proposal), None)
            if found is None:
                return False
            who = self.person.get(request.player if unit == "sign" else request.actor.player, 0)
            said = self._said(found)
            return (
                alliance(who) != alliance(self.person[found.proposer]) and not self.true(found.claim, said)
            ) or (unit == "confirm" and self._neutral(who, found.claim) and not self.true(found.claim, said))
        if isinstance(actor, Actor) and self.person.get(actor.player) == JUDGE:
            return False
        if claim not in self.book.claim or self.book.claim[claim].state in ("draft", "dropped"):
            return False
        if unit == "appoint" and self.person.get(request.judge) == WARDEN:
            return False  # who is honest, and whom all sides may choose
        if unit == "appoint":
            return alliance(self.person.get(request.side, 0)) != alliance(self.person.get(request.judge, 0))
        if isinstance(actor, Actor) and actor.moderator and unit in ("propose", "vote", "judge", "take_back"):
            true = unit in ("propose", "vote") and self.true(
                claim, replace(request.result, known_us=request.known_us)
            )
            return self._neutral(self.person.get(actor.player, 0), claim) and not true
        return False

    def _said(self, proposal: Any) -> Result:
        return replace(terms.read_result(proposal.result), known_us=proposal.known_us)

    def _neutral(self, person: int, claim: int) -> bool:
        """Whether somebody never had points on a claim, on another wording of it, or on one that it hangs on or that
        hangs on it (RULES D4)."""
        below = {(row.on_claim, row.claim) for row in self.book.conditions}
        words = {(row.supersedes, row.number) for row in self.book.claims if row.supersedes is not None}
        words |= {(new, old) for old, new in words}
        found = {claim}
        for links in (below, {(low, high) for high, low in below}, words):
            found |= _reached(links, claim)
        return not any((person, one) in self.touched for one in found)

    # --- honest people ----------------------------------------------------------------------------

    def ids(self) -> tuple[int, str]:
        return self.club.guild, self.club.key()

    def actor(self, person: int) -> Actor:
        return Actor(
            self.number[person], moderator=person in (JUDGE, OTHER_JUDGE, OWNER), owner=person == OWNER
        )

    async def post(self) -> None:
        """Discord takes everything that waits for its post."""
        for row in self.book.proposals:
            if row.state == "standing" and row.window_from_us is None:
                await self.official(proposals.announced, proposals.Announced(*self.ids(), row.number))
        for row in self.book.disputes:
            if row.state in ("ruled", "final") and row.posted_us is None:
                posted = rulings.RulingPosted(*self.ids(), row.number, final=row.state == "final")
                await self.official(rulings.posted, posted)
        for row in self.book.agreed_judges:
            if row.posted_us is None:
                await self.official(agreed_posted, AboutJudge(*self.ids(), row.dispute, row.round, row.judge))
        for row in self.book.resolutions:
            if row.reversed_us is None:
                await self.official(reversal_posted, AboutResult(*self.ids(), row.number))

    async def be_honest(self) -> None:
        """Everything is posted, what is false is challenged, and who is asked says how it was."""
        await self.post()
        self.look()
        for claim in list(self.book.claims):
            if claim.state in ENDED or claim.state == "draft":
                continue
            await self._see_to(claim)
        self.look()
        await self.post()
        self.look()

    async def _see_to(self, claim: Any) -> None:
        proposal = self.book.standing(claim.number)
        over = claim.check_us is not None and to_us(self.club.now) >= claim.check_us + SAID_AFTER_US
        if claim.state == "open" and over:
            await self._say_how_it_was(claim.number)
        elif claim.state == "proposed" and proposal is not None:
            said = self._said(proposal)
            if self.true(claim.number, said):
                if proposal.window_to_us is not None and proposal.window_to_us <= to_us(self.club.now):
                    confirms = confirmation.Confirm(*self.ids(), self.actor(JUDGE), proposal.number)
                    await self.official(confirmation.confirm, confirms)
                return
            if said.kind == "outcome":  # nobody has to object to what nobody's silence makes stand
                await self._challenge(claim.number, proposal)
            elif over:
                await self._say_how_it_was(claim.number)
        elif claim.state == "disputed":
            (dispute,) = [
                row for row in self.book.of("disputes", claim.number) if row.state in ("open", "appealed")
            ]
            slow = JUDGED_AFTER_US * (10 if dispute.number % 2 == 0 else 1)
            if to_us(self.club.now) >= max(dispute.opened_us, dispute.ruled_us or 0) + slow:
                await self._rule(claim.number)

    async def _say_how_it_was(self, claim: int) -> None:
        came = self.truth.place(self.book, claim)
        if came is VOID:
            return  # what it hangs on says so
        if self.book.terms[claim].get("scenario"):
            for row in self.book.of("items", claim):
                if row.state == "open":
                    true = self.truth.came(claim, row.number)
                    known_us = row.by_us - 1 if true and row.by_us <= to_us(self.club.now) else None
                    judged = scenarios.JudgeItem(
                        *self.ids(),
                        self.actor(JUDGE),
                        claim,
                        row.number,
                        "true" if true else "false",
                        "https://example.org/item",
                        known_us=known_us,
                    )
                    await self.official(story_judging.judge, judged)
            return
        said = proposing.Propose(
            *self.ids(), self.actor(JUDGE), claim, Result("outcome", outcome=came), "https://example.org"
        )
        await self.official(proposing.propose, said)

    async def _challenge(self, claim: int, proposal: Any) -> None:
        """By somebody of another alliance who has something on it, else by somebody who watches."""
        by = alliance(self.person[proposal.proposer])
        victims = [p for p in PEOPLE if alliance(p) != by and self.number[p] in self.book.has_points(claim)]
        known = proposal.known_us is not None
        for person in (*victims, WARDEN):
            if self.book.players and self.person.get(self.number[person]) == person:
                asks = disputes.Challenge(
                    *self.ids(),
                    self.number[person],
                    claim,
                    "known" if known else "fact",
                    "It says otherwise.",
                    proposal.number,
                )
                if await self.official(disputes.challenge, asks) is not None:
                    return

    async def _rule(self, claim: int) -> None:
        came = self.truth.place(self.book, claim)
        result = Result("void") if came is VOID else Result("outcome", outcome=came)
        for judge in (JUDGE, OTHER_JUDGE, OWNER):
            vote = voting.Vote(*self.ids(), self.actor(judge), claim, result, "As the source says.")
            counted = await self.official(voting.vote, vote)
            if counted is not None and counted.ruled:
                return


def _reached(links: set[tuple[int, int]], begin: int) -> set[int]:
    """Whatever is reached from there by links of one kind."""
    found, more = set[int](), {begin}
    while more := {to for of, to in links if of in more} - found:
        found |= more
    return found


def _own(field: str, *most: str) -> Callable[[Any, Book], dict[int, int | None]]:
    """Only who pressed pays, and at most what the first of these fields that is given says."""

    def shown(request: Any, book: Book) -> dict[int, int | None]:
        said = next((getattr(request, one) for one in most if getattr(request, one) is not None), None)
        return {getattr(request, field): said}

    return shown


def _giver(request: Any, book: Book) -> dict[int, int | None]:
    """A gift is asked for by person."""
    return {row.number: request.amount for row in book.players if row.discord_id == request.giver}


def _accepted(request: Any, book: Book) -> dict[int, int | None]:
    offer = next(row for row in book.offers if row.number == request.offer)
    return {request.taker: offer.taker_stake, offer.maker: offer.maker_stake}


def _of_actor(*most: str) -> Callable[[Any, Book], dict[int, int | None]]:
    def shown(request: Any, book: Book) -> dict[int, int | None]:
        said = next((getattr(request, one) for one in most if getattr(request, one) is not None), None)
        return {request.actor.player: said}

    return shown


SPENDS: dict[str, Callable[[Any, Book], dict[int, int | None]]] = {
    "allowances.present": _giver,
    "trading.buy": _own("player", "budget", "most"),
    "trading.sell": _own("player"),
    "orders.place": _own("player", "budget"),
    "orders.cancel": _own("player"),
    "pools.stake": _own("player", "amount"),
    "pools.open_pool": _of_actor(),
    "opening.open_market": _of_actor(),
    "opening.add_liquidity": _of_actor("most"),
    "offers.accept": _accepted,
    "offering.make": _own("maker"),
    "offering.counter": _own("maker"),
    "offering.renew": _own("maker"),
    "offering.withdraw": _own("maker"),
    "quick_bet.quick": _of_actor("maker_stake"),
    "rewarding.offer": _own("owner", "amount"),
    "rewarding.give": _own("owner"),
    "rewarding.cancel": _own("owner"),
    "proposing.propose": _of_actor(),
    "proposals.withdraw": _own("player"),
    "signing.sign": _own("player"),
    "disputes.challenge": _own("player"),
    "disputes.appeal": _own("player"),
    "disputes.argue": _own("player"),
    "agreement.suggest": _own("player"),
    "agreement.move_bet": _own("player"),
    "editing.edit": _own("author"),
    "editing.open_claim": _of_actor(),
    "forecasts.give": _own("player"),
    "freezing.halt": _of_actor(),
    "voting.appoint": _own("side"),
    "judges.step_down": _own("player"),
}
"""Whose wallets a press may make smaller, and by how much at most (None: not more than they have)."""
