"""A side is an outcome's name (RULES B5, D1): edits, better wordings, moved bets and renewed offers carry it so."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from ledger.accounts import Player
from markets.bets import agreement, bets, offering, offers, quick_bet
from markets.bets.quick_bet import Quick
from markets.claims import ambiguity, conditions, drafts, editing
from markets.claims import sides as sides_
from markets.claims import terms as claim_terms
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.terms import Actor, Outcome, Result
from markets.core import tables as stored
from markets.core.errors import (
    BadOutcome,
    BadTerms,
    NotMaker,
    OfferGone,
    TermsChanged,
    TooEarlyToPropose,
)
from markets.forecasts import crux_links
from markets.settlement import scenarios
from markets.shares import opening as share_opening
from markets.views import offers as view_offers
from tests.markets.club import NO, Club
from tests.markets.test_claims import edit
from tests.markets.test_offers import better, move, read_offer, withdraw

pytestmark = pytest.mark.core

YES_, NO_ = Outcome("YES", "A named lab states it."), Outcome("NO", "No lab states it.")


def named(*names: str) -> dict[str, Any]:
    return {"kind": "choice", "outcomes": tuple(Outcome(name, f"{name} comes first.") for name in names)}


def weights(*parts: int) -> str:
    return ambiguity.encode(ambiguity.FixedWeights(parts))


def called(claim: Claim, at: int) -> str:
    return claim.terms.outcomes[at].name


async def moved(club: Club, bet: bets.Bet, new: Claim) -> bets.Bet:
    """Both sides sign."""
    for player in (bet.maker, bet.taker):
        request = agreement.MoveBet(club.guild, club.key(), bet.number, player, new.number, new.digest)
        await club.db.write(agreement.move_bet, request, club.now)
    return await club.read_bet(bet.number)


async def renew(club: Club, maker: Player, offer: offers.Offer, key: str = "") -> offers.Offer:
    request = offering.Renew(club.guild, key or club.key(), offer.number, maker.number)
    return await club.db.write(offering.renew, request, club.now)


# --- YES and NO -------------------------------------------------------------------------------


@pytest.mark.rule("B1", "B5", "D1")
@pytest.mark.parametrize("kind", ["binary", "choice"])
@pytest.mark.parametrize(
    "names", [("NO", "YES"), ("no", "Yes"), (" No", "yes "), ("Yes", "No"), ("YES", "NO")]
)
async def test_yes_and_no_are_binary_in_whatever_order_they_are_typed(
    club: Club, kind: Any, names: tuple[str, str]
):
    ada = await club.member(1)
    claim = await club.claim(ada, kind=kind, outcomes=tuple(Outcome(name, f"For {name}.") for name in names))
    no = next(at for at, name in enumerate(names) if "O" in name.upper())

    assert (claim.terms.kind, claim.terms.names) == ("binary", names)
    for early in (Result("outcome", outcome=no), Result("weights", weights=(int(no == 0), int(no == 1)))):
        with pytest.raises(TooEarlyToPropose):
            await club.propose(ada, claim, early)
    await club.propose(ada, claim, Result("outcome", outcome=1 - no))


@pytest.mark.rule("B1", "B5", "D1")
async def test_a_claim_is_binary_by_an_edit_and_a_better_wording_too(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada, **named("Acme", "Globex"))
    await edit(club, ada, claim, kind="choice", outcomes=(NO_, YES_))
    new = await better(club, ada, claim, kind="choice", outcomes=(NO_, YES_))
    for one in (await club.read_claim(claim.number), new):
        assert one.terms.kind == "binary"
        with pytest.raises(TooEarlyToPropose):
            await club.propose(ada, one, Result("outcome", outcome=0))
        await club.propose(ada, one, Result("outcome", outcome=1))


@pytest.mark.rule("B1")
async def test_yes_and_no_among_others_are_a_choice_and_keep_their_places(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada, **named("NO", "YES", "Nobody says"))
    assert [called(claim, at) for at in range(3)] == ["NO", "YES", "Nobody says"]
    assert claim.terms.kind == "choice"
    await club.propose(ada, claim, Result("outcome", outcome=0))


@pytest.mark.rule("D1")
async def test_no_of_a_claim_from_before_waits_at_whatever_place_it_stands(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await before_the_change(club, ada)
    await club.bet(ada, bo, claim)
    with pytest.raises(TooEarlyToPropose):
        await club.propose(ada, claim, Result("outcome", outcome=0))
    with pytest.raises(TooEarlyToPropose):
        await club.propose(ada, claim, Result("weights", weights=(3, 0)))
    await club.propose(ada, claim, Result("outcome", outcome=1))


async def before_the_change(club: Club, author: Player, **changes: Any) -> Claim:
    """An open claim as it was stored while NO could come first."""
    claim = await club.claim(author, **changes)
    turned = replace(claim.terms, kind="choice", outcomes=(NO_, YES_))
    await store(club, claim, turned)
    return await club.read_claim(claim.number)


async def store(club: Club, claim: Claim, terms: claim_terms.Terms) -> None:
    row = {"kind": terms.kind, "terms": claim_terms.canonical(terms), "digest": claim_terms.digest(terms)}

    def write(tx: sa.Connection, _request: int, _now: Any) -> None:
        of = stored.claims
        here = (of.c.guild_id == club.guild) & (of.c.number == claim.number)
        tx.execute(sa.update(of).where(here).values(row))

    await club.db.background(write, club.guild, club.now)


@pytest.mark.rule("B1", "B5")
async def test_a_draft_from_before_is_binary_when_it_opens(club: Club):
    ada = await club.member(1)
    draft = drafts.SaveDraft(club.guild, club.key(), ada.number, club.terms())
    number = await club.db.write(drafts.save_draft, draft, club.now)
    found = await club.read_claim(number)
    await store(club, found, replace(found.terms, kind="choice", outcomes=(NO_, YES_)))

    opening = editing.Open(club.guild, club.key(), Actor(ada.number), number)
    opened = await club.db.write(editing.open_claim, opening, club.now)

    assert (opened.terms.kind, opened.terms.outcomes) == ("binary", (NO_, YES_))
    assert opened.digest == claim_terms.digest(opened.terms).hex()


@pytest.mark.rule("B5", "B6")
async def test_a_quick_bet_is_on_the_outcome_that_it_named(club: Club):
    ada = await club.member(1)
    terms = club.terms(kind="choice", outcomes=(NO_, YES_))
    request = Quick(club.guild, club.key(), Actor(ada.number), terms, 0, 5_000, 5_000)
    opened = await club.db.write(quick_bet.quick, request, club.now)
    claim = await club.read_claim(opened.claim)
    assert called(claim, (await read_offer(club, opened.offer)).side) == "NO"


# --- a bet moves ------------------------------------------------------------------------------


@pytest.mark.rule("B5", "D1")
async def test_a_moved_bet_stays_on_the_outcome_of_its_name(club: Club):
    ada, eve = await club.member(1), await club.member(2)
    old = await club.claim(eve)
    bet = await club.bet(ada, eve, old)
    new = await better(club, eve, old, kind="choice", outcomes=(NO_, YES_))

    there = await moved(club, bet, new)

    assert (called(old, bet.side), called(new, there.side)) == ("YES", "YES")
    assert there.terms == new.digest
    with pytest.raises(TooEarlyToPropose):
        await club.propose(eve, new, Result("outcome", outcome=0))


@pytest.mark.rule("B5", "C8")
@pytest.mark.parametrize("against", [False, True])
async def test_a_bet_of_many_outcomes_keeps_its_side_and_its_own_clause(club: Club, against: bool):
    ada, bo = await club.member(1), await club.member(2)
    old = await club.claim(ada, **named("Acme", "Globex", "Initech"))
    clause = weights(5_000, 2_000, 3_000)
    bet = await club.bet(ada, bo, old, side=0, against=against, clause=clause)
    new = await better(club, ada, old, **named("Initech", "Hooli", "ACME ", "Globex"))

    there = await moved(club, bet, new)

    assert (called(new, there.side), there.against) == ("ACME ", against)
    assert there.clause == weights(3_000, 0, 5_000, 2_000)
    club.skip(days=31)
    await club.settle(await club.member(3), new, Result("outcome", outcome=2))
    assert (await club.read_bet(bet.number)).maker_paid == (0 if against else 20_000)


@pytest.mark.rule("B5")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("Acme", "Globex"), ("Acme", "Initech")),  # the other side's is gone
        (("Acme", "Globex"), ("Globex", "Initech")),
        (("Acme", "Globex"), ("Acme", "Globex", "Initech")),  # the other side would have more than it took
        (("Acme", "Globex", "Initech"), ("Globex", "Initech", "Hooli")),
        (("Acme", "Globex", "Initech"), ("Acme", "Globex")),  # `not Acme` would be Globex alone
        (("Acme", "Globex"), ("Аcme", "Globex")),  # a Cyrillic letter
    ],
)
async def test_a_bet_that_does_not_fit_the_new_outcomes_stays_where_it_is(
    club: Club, before: tuple[str, ...], after: tuple[str, ...]
):
    ada, bo = await club.member(1), await club.member(2)
    old = await club.claim(ada, **named(*before))
    bet = await club.bet(ada, bo, old, side=0)
    new = await better(club, ada, old, **named(*after))
    for player in (ada, bo):
        with pytest.raises(BadOutcome):
            await move(club, bet, player, new)
    assert await club.read_bet(bet.number) == bet


@pytest.mark.rule("B5", "B4")
async def test_a_bet_whose_own_clause_weighs_an_outcome_that_is_gone_does_not_move(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    old = await club.claim(ada, **named("Acme", "Globex", "Initech"))
    bet = await club.bet(ada, bo, old, side=0, clause=weights(5_000, 2_000, 3_000))
    new = await better(club, ada, old, **named("Initech", "Acme", "Hooli"))
    with pytest.raises(BadTerms) as refused:
        await move(club, bet, bo, new)
    assert (refused.value.field, refused.value.code) == ("clause", "clause_side")


@pytest.mark.rule("B5")
async def test_a_signature_is_for_the_words_that_were_shown_and_no_others(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    old = await club.claim(ada, **named("Acme", "Globex", "Initech"))
    bet = await club.bet(ada, bo, old, side=0)
    new = await better(club, ada, old, **named("Globex", "Acme", "Initech"))
    await move(club, bet, ada, new)
    await edit(club, ada, new, **named("Initech", "Globex", "Acme"))
    changed = await club.read_claim(new.number)
    with pytest.raises(TermsChanged):
        await move(club, bet, bo, new)
    assert (await move(club, bet, bo, changed)).claim == old.number, "hers was for other words"
    there = await move(club, bet, ada, changed)
    assert called(changed, there.side) == "Acme"


@pytest.mark.rule("B5")
async def test_what_a_bet_is_shown_with_is_the_claim_that_it_is_on(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    old = await club.claim(ada, **named("Acme", "Globex", "Initech"))
    bet = await club.bet(ada, bo, old, side=0)
    new = await better(club, ada, old, **named("Globex", "Acme", "Initech"))
    await moved(club, bet, new)
    seen = await club.db.read(view_offers.offer, club.guild, bet.number, club.now)
    assert seen.bet is not None
    assert (seen.claim.number, called(seen.claim, seen.bet.side)) == (new.number, "Acme")


# --- an edit ----------------------------------------------------------------------------------


@pytest.mark.rule("B5")
async def test_an_offer_that_an_edit_ended_is_renewed_on_the_outcome_of_its_name(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada, **named("Acme", "Globex", "Initech"))
    on = await club.offer(bo, claim, side=1, clause=weights(2_000, 5_000, 3_000), taker=ada.number)
    off = await club.offer(bo, claim, side=2, against=True)
    gone = await withdraw(club, bo, await club.offer(bo, claim, side=0))
    turned = named("Initech", "Acme", "Globex")
    await edit(club, ada, claim, **turned)
    await edit(club, ada, await club.read_claim(claim.number), **named("Globex", "Initech"))
    await edit(club, ada, await club.read_claim(claim.number), **turned)

    for dead in (on, off, gone):
        kept = await read_offer(club, dead.number)
        assert kept.outcomes == ("Acme", "Globex", "Initech"), "it says what it said"
        assert kept.side == dead.side
    now = await club.read_claim(claim.number)
    first = await renew(club, bo, on)
    assert (called(now, first.side), first.against, first.taker) == ("Globex", False, ada.number)
    assert first.clause == weights(3_000, 2_000, 5_000)
    assert first.outcomes == ()
    second = await renew(club, bo, off)
    assert (called(now, second.side), second.against) == ("Initech", True)


@pytest.mark.rule("B5")
async def test_an_offer_that_does_not_fit_any_more_is_not_renewed(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada, **named("Acme", "Globex"))
    offer = await club.offer(bo, claim, side=1)
    for names in (("Acme", "Initech"), ("Globex", "Initech"), ("Acme", "Globex", "Initech")):
        await edit(club, ada, await club.read_claim(claim.number), **named(*names))
        with pytest.raises(BadOutcome):
            await renew(club, bo, offer)
    await edit(club, ada, await club.read_claim(claim.number), **named("globex", "ACME"))
    assert (await renew(club, bo, offer)).side == 0


@pytest.mark.rule("B5", "C1")
async def test_only_what_ended_with_its_claim_s_words_is_renewed_by_its_maker_and_once(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    offer = await club.offer(bo, claim)
    with pytest.raises(OfferGone):
        await renew(club, bo, offer)
    await edit(club, ada, claim, title="In other words")
    with pytest.raises(NotMaker):
        await renew(club, ada, offer)
    await renew(club, bo, offer)


@pytest.mark.rule("B5", "E8")
async def test_links_follow_the_names_of_outcomes_and_end_with_them(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    source = await club.claim(ada, **named("Acme", "Globex", "Initech"))
    target = await club.claim(ada, **named("Up", "Down", "Sideways"))
    await club.link(bo, source, target, outcome=0, target_outcome=1)
    await club.link(ada, source, target, outcome=2, target_outcome=0)
    await edit(club, ada, source, **named("Globex", "ACME"))
    await edit(club, ada, target, **named("Down", "Up"))
    link = await club.db.read(crux_links.find, club.guild, bo.number, source.number, target.number)
    assert link is not None
    source, target = await club.read_claim(source.number), await club.read_claim(target.number)
    assert (called(source, link.outcome), called(target, link.target_outcome)) == ("ACME", "Down")
    assert await club.db.read(crux_links.find, club.guild, ada.number, source.number, target.number) is None


@pytest.mark.rule("B5", "C10")
async def test_a_condition_follows_the_name_of_its_outcome(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    upper = await club.claim(ada, **named("Acme", "Globex", "Initech"))
    lower = await club.claim(bo, condition=Condition(upper.number, 1, "Globex"))
    draft = drafts.SaveDraft(
        club.guild,
        club.key(),
        bo.number,
        club.terms(title="Third", condition=Condition(upper.number, 1, "Globex")),
    )
    third = await club.db.write(drafts.save_draft, draft, club.now)
    await edit(club, ada, upper, **named("Initech", "Acme", "Globex"))
    opening = editing.Open(club.guild, club.key(), Actor(bo.number), third)
    opened = await club.db.write(editing.open_claim, opening, club.now)

    for number in (lower.number, opened.number):
        found = await club.read_claim(number)
        link = await club.db.read(conditions.find, club.guild, number)
        assert link is not None
        assert found.terms.condition == Condition(upper.number, 2, "Globex")
        assert link.outcome == 2
        assert found.digest == claim_terms.digest(found.terms).hex()
    with pytest.raises(BadOutcome) as refused:
        await edit(club, ada, await club.read_claim(upper.number), **named("Initech", "Acme", "Hooli"))
    assert refused.value.code == "hangs"
    await club.settle(ada, await club.read_claim(upper.number), Result("outcome", outcome=2))
    link = await club.db.read(conditions.find, club.guild, lower.number)
    assert link is not None
    assert link.state == conditions.MET


@pytest.mark.rule("B5", "D1")
async def test_what_was_proposed_before_an_edit_keeps_its_words(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada, **named("Acme", "Globex", "Initech"))
    proposal = await club.propose(ada, claim, Result("outcome", outcome=2))
    await club.withdraw_proposal(ada, proposal)
    await edit(club, ada, await club.read_claim(claim.number), **named("Initech", "Acme"))
    kept = await club.read_proposal(proposal.number)
    assert kept.outcomes == ("Acme", "Globex", "Initech")


@pytest.mark.rule("B5")
async def test_what_was_chosen_by_place_is_for_the_words_that_were_shown(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada, **named("Acme", "Globex"))
    await edit(club, ada, claim, **named("Globex", "Acme"))
    actor = Actor(bo.number, moderator=True)
    seen = {"terms": claim.digest}
    with pytest.raises(TermsChanged):
        await club.offer(bo, claim, **seen)
    with pytest.raises(TermsChanged):
        await club.forecast(bo, claim, 90, **seen)
    with pytest.raises(TermsChanged):
        await club.propose(bo, claim, Result("outcome", outcome=0), moderator=True, **seen)
    with pytest.raises(TermsChanged):
        await club.link(bo, claim, await club.claim(ada), **seen)
    request = share_opening.OpenMarket(
        club.guild, club.key(), actor, claim.number, 10_000, (9_000, 1_000), terms=claim.digest
    )
    with pytest.raises(TermsChanged):
        await club.db.write(share_opening.open_market, request, club.now)
    now = await club.read_claim(claim.number)
    await club.offer(bo, now, terms=now.digest)
    assert not (await club.read_claim(claim.number)).frozen


@pytest.mark.rule("B5", "E7")
async def test_a_story_is_taken_out_by_its_name_and_a_second_press_takes_no_other(club: Club):
    ada = await club.member(1)
    number = await club.scenario_draft(ada)
    for name, chance in (("Fast", 90), ("Slow", 20), ("Never", 1)):
        await club.tell(ada, number, name, ("The first model", 10, chance))
    for press in range(2):
        request = scenarios.TakeOut(club.guild, club.key(), ada.number, number, 0, "Fast")
        if not press:
            await club.db.write(scenarios.take_out, request, club.now)
            continue
        with pytest.raises(TermsChanged):
            await club.db.write(scenarios.take_out, request, club.now)
    assert (await club.read_claim(number)).terms.names == ("Slow", "Never")


@pytest.mark.rule("B5", "C10")
async def test_all_that_speaks_of_an_outcome_follows_it_when_yes_and_no_change_places(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await before_the_change(club, ada, clause=weights(9_000, 1_000))
    other = await club.claim(ada)
    lower = await club.claim(ada, condition=Condition(claim.number, 0, "NO"))
    offer = await club.offer(bo, claim, side=0, clause=weights(6_000, 4_000))
    await club.link(bo, claim, other, outcome=0)

    await edit(club, ada, claim, outcomes=(YES_, NO_), clause=weights(1_000, 9_000))

    now = await club.read_claim(claim.number)
    assert (now.terms.names, now.terms.kind) == (("YES", "NO"), "binary")
    dead, again = await read_offer(club, offer.number), await renew(club, bo, offer)
    assert dead.outcomes[dead.side] == called(now, again.side) == "NO"
    assert again.clause == weights(4_000, 6_000)
    link = await club.db.read(crux_links.find, club.guild, bo.number, claim.number, other.number)
    assert link is not None
    assert called(now, link.outcome) == "NO"
    assert (await club.read_claim(lower.number)).terms.condition == Condition(claim.number, NO, "NO")


# --- names ------------------------------------------------------------------------------------


def test_names_are_the_same_whatever_their_case_and_spaces():
    same = sides_.key
    assert same(" Yes ") == same("YES") == same("ＹＥＳ")
    assert same("before  2028") == same("Before 2028") == same("before\u00a02028")
    assert same("é") == same("e\u0301")
    assert same("YES\u200b") == same("YES")
    assert same("YES") != same("YЕS")  # a Cyrillic letter
    assert same("not YES") != same("YES")


def test_a_name_that_two_outcomes_bear_is_carried_to_neither():
    assert sides_.place(("A", "a"), "A") == 0
    assert sides_.place(("a ", "a"), "A") is None
    assert sides_.place((), "A") is None


@pytest.mark.rule("B1", "B7")
async def test_outcomes_that_differ_by_spaces_alone_are_not_distinct(club: Club):
    ada = await club.member(1)
    with pytest.raises(BadOutcome):
        await club.claim(ada, **named("Acme Corp", "acme  corp", "Globex"))
