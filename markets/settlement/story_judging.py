"""Judge the items of a scenario, and propose the closest story (RULES E7)."""

from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from sqlalchemy import Connection

from ledger.storage.operations import happened
from ledger.types import to_us
from markets.claims import claims, judges, stories
from markets.claims import terms as claim_terms
from markets.claims.claims import Claim
from markets.claims.stories import Judged
from markets.claims.terms import Actor, Result
from markets.core import jobs, lifecycle, outbox, text_limits
from markets.core.errors import BadTerms, ClaimMoved, UnknownItem
from markets.core.events import ClaimChanged
from markets.mechanisms.story_scores import Verdict
from markets.settlement import proposals, proposing, recusal
from markets.settlement.proposals import Proposal
from markets.settlement.scenarios import JUDGED, AnswerName, JudgeItem, require_time, scenario_of


@dataclass(frozen=True, slots=True)
class Answered:
    """An item that was judged, how many are left, and the proposal that the last one led to."""

    item: Judged
    left: int
    proposal: Proposal | None


def require_judge(tx: Connection, claim: Claim, actor: Actor, now: datetime) -> None:
    """Check who may judge items, also before they are asked: raise what `judge` raises before it
    looks at the answer."""
    scenario_of(claim)
    claims.require_public(claim)
    claim.require("judge_item", now)
    if claim.state == lifecycle.PROPOSED and not answers_beside(tx, claim):
        raise ClaimMoved(claim.number, claim.state)
    recusal.require_judge(tx, claim, actor, "judge_item")


def answers_beside(tx: Connection, claim: Claim) -> bool:
    """Return whether items may be judged although a result stands proposed: it needs a signature, and isn't what the
    items themselves came to."""
    stands = proposals.unsigned(tx, claim)
    if stands is None:
        return False
    found = stories.items(tx, claim.guild, claim.number)
    came = result_of(stories.verdict(found))
    own = came is not None and claim_terms.same(came, stands.result)
    return not (own and stands.proposer in {item.judge for item in found})


def judge(tx: Connection, request: JudgeItem, now: datetime) -> Answered:
    """Say what became of an item, in public; after the last one the claim gets its proposal.

    Until that is proposed an item may be judged again; from then on one challenges the result, as everywhere. What
    stands proposed without a signature keeps nobody from judging (D3).

    Raises:
        NoScenario, UnknownItem: There is no such item.
        ClaimMoved, ClaimHalted: The claim takes no answers now.
        NotAJudge, Recused: Not theirs to say (D4).
        TooEarlyToPropose: That it didn't come true, or can't be decided, is said from its date on (D1).
        BadTimes: It came true only after its date, or is said to have come true in the future.
        Needed: Evidence; or when it came true, where its date is over.
        BadTerms: A date for something that didn't come true, or an answer that is none.
    """
    claim = claims.load(tx, request.guild, request.claim)
    require_judge(tx, claim, request.actor, now)
    found = {item.number: item for item in stories.items(tx, claim.guild, claim.number)}
    item = found.get(request.item)
    if item is None:
        raise UnknownItem(claim.guild, request.item)
    if request.answer not in get_args(AnswerName):
        raise BadTerms("items", "answer")
    require_time(claim, item, request, now)
    evidence = text_limits.words("evidence", request.evidence)
    reason = text_limits.words("reason", request.reason, needed=False) or None
    stories.fill_in(
        tx,
        *(claim.guild, claim.number, item.number),
        state=request.answer,
        judge=request.actor.player,
        known_us=request.known_us,
        judged_us=to_us(now),
        evidence=evidence,
        reason=reason,
    )
    act = f"Item {item.number}, {request.answer}: {evidence}"
    actor = request.actor.player
    judges.note_act(tx, claim.guild, JUDGED, actor=actor, now=now, claim=claim.number, reason=act)
    happened(tx, ClaimChanged(claim.guild, claim.number))
    facts = {"claim": claim.number, "item": item.number}
    outbox.enqueue(tx, claim.guild, "item.judged", facts, now, line=claim.number)
    stories.schedule(tx, claim.guild, claim.number, now, before_us=claim.check_us or 0)
    proposal = propose_if_done(tx, claim, now)
    answered = stories.items(tx, claim.guild, claim.number)
    left = sum(one.state == stories.OPEN for one in answered)
    return Answered(answered[item.number - 1], left, proposal)


def propose_if_done(tx: Connection, claim: Claim, now: datetime) -> Proposal | None:
    """Propose what the answers come to, once the last item is judged; where nothing counts before the deadline (B3),
    at the deadline."""
    found = stories.items(tx, claim.guild, claim.number)
    result = result_of(stories.verdict(found))
    if result is None:
        return None
    if claim.terms.early == "deadline" and to_us(now) < (claim.deadline_us or 0):
        jobs.schedule(tx, claim.guild, "items.result", claim.number, claim.deadline_us or 0)
        return None
    last = max(found, key=lambda item: (item.judged_us or 0, item.number))
    assert last.judge is not None
    assert last.evidence is not None
    answered = {item.judge for item in found if item.judge is not None}
    return proposing.follow(
        tx, claim, result, judge=last.judge, answered=answered, evidence=last.evidence, now=now
    )


def result_of(found: Verdict | None) -> Result | None:
    """Return a verdict as a result: the closest story, or void, so that everything returns (C9)."""
    if found is None:
        return None
    return Result("void") if found.story is None else Result("outcome", outcome=found.story)
