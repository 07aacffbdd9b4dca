"""What is said of a claim that a moderator stopped holds: no date that the freeze moves, no button that is refused.
Moderators find it in their queue (RULES D3, D4, D6)."""

from typing import Any

import pytest

from bot.app import COMMANDS as COMMANDS  # all words are known
from bot.commands import judging
from bot.ui.cards import Card
from bot.words import claims as claim_words
from bot.words import judges_screen
from bot.words.announced import Ask, Told
from bot.words.table import POSTS
from ledger.accounts import Player
from ledger.types import from_us, to_us
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.settlement.proposals import Proposal
from markets.views import claims as view_claims
from markets.views import moderation_queue
from tests.markets.club import YES, Club
from tests.markets.test_conditions import IT_WAS, ends, pair
from tests.markets.test_silence import posted

pytestmark = [pytest.mark.core, pytest.mark.rule("D4")]

IS_YES = Result("outcome", outcome=YES)
GOES_ON = "It goes on by itself on <t:"


def stamp(at_us: int) -> str:
    return f"<t:{at_us // 1_000_000}:f>"


def said(told: Told | Card | None) -> str:
    assert told is not None
    card = told if isinstance(told, Card) else told.card
    lines = [line if isinstance(line, str) else "\n".join(line) for line in card.text]
    return "\n".join((card.title, *lines, card.small))


def names(told: Told | Card) -> list[str]:
    card = told if isinstance(told, Card) else told.card
    return [button.label for button in card.buttons]


async def worded(club: Club, kind: str, **facts: Any) -> Told | None:
    return await club.db.read(POSTS[kind], Ask(club.guild, club.now, facts=facts))


async def begun(club: Club) -> tuple[Player, Player, Player, Claim]:
    """Ada's bet against Bo, whose deadline has passed; Mo is a moderator."""
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(mo)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.sweep()
    return ada, bo, await club.member(4), claim


async def case(club: Club, who: Player, claim: Claim) -> Card:
    """What `/mod decide` shows a moderator."""
    actor = Actor(who.number, moderator=True)
    seen = await club.db.read(judging.look, club.guild, claim.number, actor, club.now)
    return judges_screen.case(seen)


async def queue(club: Club) -> tuple[list[tuple[str, int]], str]:
    rows = await club.db.read(judging.waiting, club.guild, club.now)
    return [(kind, number) for kind, number, _ in rows.rows], said(judges_screen.queue(rows))


async def window(club: Club, proposal: Proposal) -> int:
    found = (await club.read_proposal(proposal.number)).window_to_us
    assert found is not None
    return found


# --- a proposal -----------------------------------------------------------------------------------


@pytest.mark.rule("D3")
async def test_the_post_of_a_proposal_on_a_frozen_claim_gives_no_date_that_the_freeze_moves(club: Club):
    ada, _, mo, claim = await begun(club)
    proposal = await club.propose(ada, claim, IS_YES)
    await club.halt(mo, claim)
    thaws_us = to_us(club.now) + 14 * 86_400_000_000
    post = said(await worded(club, "proposal.made", claim=claim.number, proposal=proposal.number))
    assert "from now" not in post
    assert f"{GOES_ON[:-3]}{stamp(thaws_us)} at the latest" in post
    assert "For 7 days after that anyone may challenge it, because whoever proposes it gains by it" in post
    await club.announced(proposal)
    club.skip(days=3)
    await club.halt(mo, claim, halted=False)
    assert await window(club, proposal) == to_us(club.now) + 7 * 86_400_000_000
    goes_on = said(await worded(club, "claim.goes_on", claim=claim.number, by=mo.number))
    assert f"Anyone may challenge the result YES until {stamp(await window(club, proposal))}" in goes_on
    assert "from now" in said(
        await worded(club, "proposal.made", claim=claim.number, proposal=proposal.number)
    )


@pytest.mark.rule("D3")
async def test_nobody_is_reminded_of_a_window_while_it_stands_still(club: Club):
    ada, _, mo, claim = await begun(club)
    proposal = await club.proposed(ada, claim, IS_YES)
    club.skip(days=5)
    await club.halt(mo, claim)
    club.skip(days=1, hours=1)
    await club.sweep()
    assert await posted(club, "proposal.day") == 0
    assert await worded(club, "proposal.day", proposal=proposal.number) is None, "it was queued before"
    club.skip(days=13)
    await club.sweep()
    assert await posted(club, "proposal.day") == 0
    club.now = from_us(await window(club, proposal) - 86_400_000_000)
    await club.sweep()
    assert await posted(club, "proposal.day") == 1
    told = said(await worded(club, "proposal.day", proposal=proposal.number))
    assert stamp(await window(club, proposal)) in told


async def test_the_card_lists_no_date_that_the_freeze_moves(club: Club):
    ada, _, mo, claim = await begun(club)
    club.skip(hours=7)
    proposal = await club.proposed(ada, claim, IS_YES)
    club.skip(hours=30)
    await club.halt(mo, claim)
    shown = said(claim_words.show(await club.db.read(view_claims.claim, club.guild, claim.number, club.now)))
    assert GOES_ON in shown
    day = f"<t:{await window(club, proposal) // 1_000_000}"
    assert day not in shown, shown
    assert "it goes on by itself" in shown
    assert "later by as long as it was stopped: " in shown


async def test_a_claim_that_was_closed_while_it_was_stopped_says_nothing_of_that(club: Club):
    ada, mo = await club.member(1), await club.member(4)
    claim = await club.claim(ada)
    club.skip(days=20)
    await club.halt(mo, claim)
    club.skip(days=11)
    await club.sweep()
    found = await club.read_claim(claim.number)
    assert (found.state, found.halted) == ("unresolved", True)
    shown = said(claim_words.show(await club.db.read(view_claims.claim, club.guild, claim.number, club.now)))
    assert "stopped" not in shown
    assert "goes on" not in shown
    assert await queue(club) == ([], "What waits for moderators\nNothing waits.\n")


# --- a ruling -------------------------------------------------------------------------------------


@pytest.mark.rule("D6")
async def test_a_ruling_on_a_frozen_claim_names_no_day_of_payment(club: Club):
    ada, bo, mo, claim = await begun(club)
    await club.proposed(ada, claim, IS_YES)
    await club.challenge(bo, claim)
    await club.halt(mo, claim)
    mi = await club.member(5)
    vote = await club.vote(mi, claim, IS_YES, posted=False)
    facts = {"claim": claim.number, "dispute": vote.dispute}
    for told in (False, True):
        post = said(await worded(club, "dispute.ruled", **facts))
        assert "It is paid on" not in post, told
        assert "It is paid a day after the claim goes on, unless somebody appeals before." in post
        assert GOES_ON in post
        await club.posted(vote.dispute)
    club.skip(days=2)
    await club.halt(mo, claim, halted=False)
    pays_us = to_us(club.now) + 86_400_000_000
    assert f"It is paid on {stamp(pays_us)}" in said(await worded(club, "dispute.ruled", **facts))
    goes_on = said(await worded(club, "claim.goes_on", claim=claim.number, by=mo.number))
    assert f"The ruling YES is paid on {stamp(pays_us)}, unless somebody appeals before." in goes_on


async def held(club: Club) -> tuple[Claim, Claim, int]:
    """A ruling whose day is over, on a claim that hangs on another one that isn't decided."""
    (ada, bo, mo, mu), first, second = await pair(club)
    club.skip(days=100)
    await club.sweep()
    await club.proposed(ada, second, IT_WAS)
    await club.challenge(bo, second)
    vote = await club.vote(mo if mu is None else mu, second, IT_WAS)
    return first, second, vote.dispute


@pytest.mark.rule("C10")
async def test_a_held_ruling_says_what_it_waits_for_and_is_listed(club: Club):
    first, second, dispute = await held(club)
    post = said(await worded(club, "dispute.ruled", claim=second.number, dispute=dispute))
    assert "It is paid on <" not in post
    assert f"It is paid once claim {first.number} is decided" in post
    kinds, words = await queue(club)
    assert ("held", second.number) in kinds
    assert f"ruled, and waits until claim {first.number} is decided" in words
    card = said(claim_words.claim(await club.db.read(view_claims.claim, club.guild, second.number, club.now)))
    assert f"it is paid once claim {first.number} is decided" in card
    club.skip(days=2)
    await club.sweep()
    assert ("held", second.number) in (await queue(club))[0]
    await ends(club, await club.member(3), first, IT_WAS)
    await club.sweep()
    assert await queue(club) == ([], "What waits for moderators\nNothing waits.\n")


async def test_a_ruling_that_could_not_be_posted_is_listed_with_that(club: Club):
    ada, bo, _, claim = await begun(club)
    await club.proposed(ada, claim, IS_YES)
    await club.challenge(bo, claim)
    vote = await club.vote(await club.member(5), claim, IS_YES, posted=False)
    kinds, words = await queue(club)
    assert kinds == [("held", claim.number)]
    assert "ruled, and waits until Discord has its post" in words
    await club.posted(vote.dispute)
    assert (await queue(club))[0] == []


# --- the moderators' screens ----------------------------------------------------------------------


@pytest.mark.parametrize("at", ["open", "proposed", "disputed"])
async def test_frozen_claims_are_in_the_queue_until_they_go_on(club: Club, at: str):
    ada, bo, mo, claim = await begun(club)
    if at != "open":
        await club.proposed(ada, claim, IS_YES)
    if at == "disputed":
        await club.challenge(bo, claim)
    await club.halt(mo, claim)
    thaws_us = to_us(club.now) + 14 * 86_400_000_000
    rows = await club.db.read(moderation_queue.queue, club.guild, club.now)
    assert ("frozen", claim.number, to_us(club.now)) in rows
    kinds, words = await queue(club)
    assert [kind for kind, _ in kinds] == (["dispute", "frozen"] if at == "disputed" else ["frozen"])
    assert f"stopped by a moderator; {GOES_ON[:-3].lower()}{stamp(thaws_us)} at the latest" in words
    club.skip(days=14)
    await club.sweep()
    assert "frozen" not in [kind for kind, _ in (await queue(club))[0]]


@pytest.mark.parametrize("at", ["open", "proposed", "confirm", "disputed", "ruled"])
async def test_decide_offers_no_button_on_a_frozen_claim_that_is_refused(club: Club, at: str):
    ada, bo, mo, claim = await begun(club)
    if at == "confirm":
        await club.proposed(ada, claim, Result("void"))
        club.skip(days=7)
        await club.sweep()
    elif at != "open":
        await club.proposed(ada, claim, IS_YES)
    if at in ("disputed", "ruled"):
        await club.challenge(bo, claim)
    mi = await club.member(5)
    if at == "ruled":
        await club.vote(mi, claim, IS_YES)
    before = await case(club, mi, claim)
    await club.halt(mo, claim)
    shown = await case(club, mi, claim)
    assert names(shown) == (names(before) if at == "disputed" else ["Terms"])
    assert "A moderator stopped everything on this claim" in said(shown)
    assert GOES_ON in said(shown)
    assert "`/resolve acts` says why" in said(shown)
    await club.halt(mo, claim, halted=False)
    again = names(await case(club, mi, claim))
    assert again == (names(before)[1:] if at == "confirm" else names(before)), "a day is left to challenge"


@pytest.mark.rule("D7")
@pytest.mark.parametrize(
    "kind", ["claim.asked", "judges.reminded", "judges.owner", "claim.overdue", "claim.lapses"]
)
async def test_what_the_calendar_posts_of_a_frozen_claim_offers_nothing_that_is_refused(
    club: Club, kind: str
):
    _, _, mo, claim = await begun(club)
    await club.halt(mo, claim)
    facts = {"claim": claim.number, "overdue_us": to_us(club.now), "lapses_us": to_us(club.now)}
    told = await worded(club, kind, **facts)
    assert told is not None
    assert names(told) == []
    assert "A moderator stopped everything on this claim" in said(told)
    assert GOES_ON in said(told)
    if kind == "claim.lapses":
        assert "while it is stopped" in said(told)


async def test_a_claim_that_goes_on_past_its_check_date_asks_for_its_result(club: Club):
    _, _, mo, claim = await begun(club)
    await club.halt(mo, claim)
    await club.halt(mo, claim, halted=False)
    told = await worded(club, "claim.goes_on", claim=claim.number, by=mo.number)
    assert told is not None
    assert names(told) == ["Propose a result", "Terms"]
    assert "Its check date has passed" in said(told)


# --- empty markets --------------------------------------------------------------------------------


@pytest.mark.rule("B8")
async def test_the_post_of_an_empty_market_names_its_dates(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(mo, check_us=to_us(club.now) + 35 * 86_400_000_000)
    await club.market(mo, claim)
    await club.bet(ada, bo, claim)
    loose: dict[str, Any] = {"tolerance_bps": 9_800}
    await club.buy(ada, claim, YES, budget=2_000, **loose)
    await club.buy(bo, claim, YES, budget=20_000, **loose)
    for who in (ada, bo):
        row = await club.db.read(_shares, club, claim, who)
        await club.sell(who, claim, YES, quantity=row, **loose)
    post = said(await worded(club, "market.empty", claim=claim.number))
    assert claim.closes_us
    assert claim.check_us
    assert f"If that is so when trading closes on {stamp(claim.closes_us)}" in post
    assert f"on {stamp(claim.check_us)} each gets back what they put in" in post
    club.skip(days=31)
    late = said(await worded(club, "market.empty", claim=claim.number))
    assert "Once somebody buys" not in late
    assert f"Nobody held shares of its market when trading closed on {stamp(claim.closes_us)}" in late
    club.skip(days=5)
    await club.sweep()
    assert await worded(club, "market.empty", claim=claim.number) is None


def _shares(tx: Any, club: Club, claim: Claim, who: Player) -> int:
    from markets.shares import market_maker

    held = market_maker.holdings(tx, club.guild, claim.number, who.number)
    return next(one.shares for one in held if one.outcome == YES)
