"""What people do more rarely in the simulation: stories, better wordings, signatures, words, moderators' acts."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from ledger import players
from ledger.issuance import Allowance
from ledger.players import Enter, Meet, PersonAct
from ledger.types import to_us
from markets.bets import agreement, offering, offers, quick_bet
from markets.claims import claims, drafts, editing, judges, kept_edits, on_call
from markets.claims import terms as claim_terms
from markets.claims.terms import Actor, Scenario, Terms
from markets.core import moderation_posts, tables
from markets.forecasts import leaderboard
from markets.people import allowances, hushing, notes
from markets.settlement import (
    agreed_judges,
    disputes,
    lapse,
    recusal,
    reversals,
    scenarios,
    signing,
    story_judging,
    voting,
)
from markets.settlement.scenarios import Said
from tests.end_to_end.simulation import MODERATORS, OWNER, Simulation
from tests.end_to_end.traffic import BETTORS, act
from tests.markets.club import NO, YES
from tests.world import OLD, SALT

ITEMS = "The first model", "The second lab"


def _terms(sim: Simulation, title: str) -> Terms:
    deadline = to_us(sim.now + timedelta(days=sim.chance.randint(1, 15)))
    return sim.club.terms(title=title, closes_us=deadline, deadline_us=deadline, check_us=deadline)


async def _first(sim: Simulation, table: sa.Table, *where: sa.ColumnElement[bool]) -> Any:
    asked = sa.select(table).where(table.c.guild_id == sim.club.guild, *where)
    return await sim.any_of(asked.order_by(*table.primary_key.columns))


# --- claims and bets ------------------------------------------------------------------------------


@act(2)
async def bets_quickly(sim: Simulation) -> None:
    maker, taker = sim.chance.sample(BETTORS, 2)
    to = sim.number(taker) if sim.chance.random() < 0.5 else offers.ANYONE
    stakes = sim.chance.randint(100, 4_000), sim.chance.randint(100, 4_000)
    author = Actor(sim.number(maker))
    request = quick_bet.Quick(
        *sim.ids(), author, _terms(sim, "By then"), sim.chance.choice((YES, NO)), *stakes, to
    )
    await sim.do(quick_bet.quick, request)


@act(1)
async def edits_a_claim_and_renews_an_offer(sim: Simulation) -> None:
    claim = await sim.pick(tables.claims, "open")
    if claim is not None:
        if sim.chance.random() < 0.3:
            typed = kept_edits.KeepChange(*sim.ids(), claim.author, claim.number, '{"title": "Perhaps"}')
            await sim.do(kept_edits.keep_change, typed)
        request = editing.Edit(*sim.ids(), claim.author, claim.number, _terms(sim, "Said again"))
        await sim.do(editing.edit, request)
    dead = await sim.pick(tables.offers, "dead")
    if dead is not None:
        await sim.do(offering.renew, offering.Renew(*sim.ids(), dead.number, dead.maker))


@act(1)
async def words_a_claim_better(sim: Simulation) -> None:
    """And the two sides of a bet move it there."""
    bet = await sim.pick(tables.bets, "live")
    if bet is None:
        return
    old = await sim.club.read_claim(bet.claim)
    better = drafts.Supersede(*sim.ids(), Actor(old.author), old.number, _terms(sim, "Better worded"))
    made = await sim.do(drafts.supersede, better)
    if made is None:
        return
    for who in (bet.maker, bet.taker):
        moves = agreement.MoveBet(*sim.ids(), bet.number, who, made.number, made.digest)
        await sim.do(agreement.move_bet, moves)


@act(1)
async def closes_a_claim_or_drops_a_draft(sim: Simulation) -> None:
    claim = await sim.pick(tables.claims, "open")
    if claim is not None:
        await sim.do(lapse.close_own, lapse.CloseClaim(*sim.ids(), claim.author, claim.number))
    draft = await sim.pick(tables.claims, "draft")
    if draft is not None and sim.chance.random() < 0.5:
        await sim.do(drafts.drop, drafts.Drop(*sim.ids(), draft.author, draft.number))


@act(1)
async def follows(sim: Simulation) -> None:
    claim = await sim.pick(tables.claims, "open", "proposed")
    if claim is not None:
        request = claims.Follow(*sim.ids(), sim.number(), claim.number, sim.chance.random() < 0.7)
        await sim.do(claims.follow, request)


# --- stories --------------------------------------------------------------------------------------


async def _tells(sim: Simulation, who: str, draft: int, name: str, story: int | None = None) -> None:
    said = tuple(
        Said(words, to_us(sim.now + timedelta(days=3 + 4 * at)), 100 * sim.chance.randint(1, 99))
        for at, words in enumerate(ITEMS)
    )
    request = scenarios.TellStory(*sim.ids(), sim.number(who), draft, story, name, f"How {name} goes.", said)
    await sim.do(scenarios.tell, request)


@act(1.5)
async def opens_a_scenario(sim: Simulation) -> None:
    author, other = sim.chance.sample(BETTORS, 2)
    times = dict.fromkeys(("closes_us", "deadline_us", "check_us"))
    terms = sim.club.terms(title="How it goes", kind="choice", outcomes=(), scenario=Scenario(), **times)
    number = await sim.do(drafts.save_draft, drafts.SaveDraft(*sim.ids(), sim.number(author), terms))
    if number is None:
        return
    await sim.do(scenarios.share, scenarios.Share(*sim.ids(), sim.number(author), number))
    await _tells(sim, author, number, "Fast")
    await _tells(sim, other, number, "Slow")
    if sim.chance.random() < 0.2:
        kept = scenarios.Keep(*sim.ids(), sim.number(other), number, '{"name": "Even"}')
        await sim.do(scenarios.keep, kept)
        await sim.do(scenarios.take_out, scenarios.TakeOut(*sim.ids(), sim.number(other), number, 1))
        return
    await sim.do(editing.open_claim, editing.Open(*sim.ids(), sim.actor(author), number))


@act(3)
async def judges_an_item(sim: Simulation) -> None:
    item = await _first(sim, tables.items, tables.items.c.state == "open")
    if item is None:
        return
    over = item.by_us <= to_us(sim.now)
    answer = sim.chance.choice(("true", "false", "dropped")) if over else "true"
    known_us = item.by_us - 1 if over and answer == "true" else None
    why = "Two sources, two answers." if answer == "dropped" else ""
    who, place = sim.actor(sim.name(MODERATORS)), "https://example.org/item"
    request = scenarios.JudgeItem(
        *sim.ids(), who, item.claim, item.number, answer, place, why, known_us
    )  # what has come true may be said at once
    await sim.do(story_judging.judge, request)


# --- results --------------------------------------------------------------------------------------


@act(3)
async def signs(sim: Simulation) -> None:
    found = await sim.pick(tables.proposals, "standing")
    if found is not None:
        request = signing.SignProposal(*sim.ids(), sim.number(sim.name(BETTORS)), found.number)
        await sim.do(signing.sign, request)


@act(1)
async def objects_to_a_reversal(sim: Simulation) -> None:
    act_of = tables.acts.c
    asked = await _first(sim, tables.acts, act_of.act == reversals.REVERSES)
    if asked is not None:
        request = reversals.HoldReversal(
            *sim.ids(), sim.number(sim.name(BETTORS)), asked.claim, "It was right."
        )
        await sim.do(reversals.hold, request)
        named = reversals.HoldReversalOf(*sim.ids(), request, 1)
        await sim.do(reversals.hold_of, named)


@act(1)
async def argues_or_appoints(sim: Simulation) -> None:
    claim = await sim.pick(tables.claims, "disputed")
    if claim is None:
        return
    said = disputes.Argue(*sim.ids(), sim.number(sim.name(BETTORS)), claim.number, "See the table.")
    await sim.do(disputes.argue, said)
    for side in BETTORS:
        request = voting.Appoint(*sim.ids(), sim.number(side), claim.number, sim.number(OWNER))
        await sim.do(voting.appoint, request)
        await sim.do(voting.appoint_in_round, voting.AppointInRound(*sim.ids(), request, 1, 1))
        actor = Actor(sim.number(side))
        objects = agreed_judges.AnswerJudge(*sim.ids(), actor, claim.number, sim.number(OWNER))
        await sim.do(agreed_judges.answer, objects)
        named = agreed_judges.AnswerJudgeInRound(*sim.ids(), objects, 1, 1)
        await sim.do(agreed_judges.answer_in_round, named)


@act(0.5)
async def steps_down(sim: Simulation) -> None:
    claim = await _first(sim, tables.claims, tables.claims.c.state == "open")
    if claim is not None:
        named = claim_terms.read_terms(claim.terms).judges.named
        who = named[0] if named else sim.number()
        await sim.do(judges.step_down, judges.StepDown(*sim.ids(), who, claim.number))


@act(1)
async def says_something(sim: Simulation) -> None:
    """A moderator's note or clarification, and the dissent of whoever lost."""
    claim = await sim.pick(tables.claims, "open", "proposed")
    mod = sim.actor(sim.name(MODERATORS))
    if claim is not None and sim.chance.random() < 0.5:
        await sim.do(notes.note, notes.Note(*sim.ids(), mod, claim.number, "Being looked at."))
    elif claim is not None:
        await sim.do(recusal.clarify, recusal.Clarify(*sim.ids(), mod, claim.number, "A fork counts."))
    bet = await sim.pick(tables.bets, "settled")
    if bet is not None:
        loser = bet.maker if bet.maker_paid < bet.maker_stake else bet.taker
        await sim.do(notes.dissent, notes.Dissent(*sim.ids(), loser, bet.number, "It was close."))


# --- people ---------------------------------------------------------------------------------------


@act(1)
async def comes_or_is_named(sim: Simulation) -> None:
    person = sim.persons[sim.name(BETTORS)]
    await sim.do(players.enter, Enter(*sim.ids(), person, OLD))
    await sim.do(players.meet, Meet(*sim.ids(), person))
    await sim.do(allowances.draw, Allowance(*sim.ids(), sim.number(sim.name(BETTORS))))


@act(0.7)
async def a_moderator_moves_points(sim: Simulation) -> None:
    unit = sim.chance.choice((moderation_posts.grant, moderation_posts.take, moderation_posts.fund))
    person = 0 if unit is moderation_posts.fund else sim.persons[sim.name(BETTORS)]
    actor, amount = sim.number(OWNER), sim.chance.randint(1, 500)
    await sim.do(unit, PersonAct(*sim.ids(), actor, amount, "For the meetup.", SALT, person))


@act(0.5)
async def the_board(sim: Simulation) -> None:
    """A season, or whether somebody is listed."""
    span = to_us(sim.now), to_us(sim.now + timedelta(days=9))
    await sim.do(leaderboard.show, leaderboard.List(*sim.ids(), sim.number(), sim.chance.random() < 0.5))
    season = leaderboard.MakeSeason(*sim.ids(), sim.number(OWNER), "Autumn", *span)
    await sim.do(leaderboard.make_season, season)


@act(0.5)
async def is_on_call_or_hears_no_more_of_somebody(sim: Simulation) -> None:
    who, other = sim.number(sim.name(BETTORS)), sim.number(sim.name(BETTORS))
    await sim.do(on_call.volunteer, on_call.Volunteer(*sim.ids(), who, sim.chance.random() < 0.8))
    await sim.do(hushing.hush, hushing.Hush(*sim.ids(), who, other, sim.chance.random() < 0.7))
