"""`lifecycle` decides who may make each move: a person is refused whose only role is taken out of its table."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.accounts import Player
from ledger.types import from_us
from markets.bets import agreement, bets
from markets.claims import drafts, editing, judges
from markets.claims.claims import Claim
from markets.claims.terms import DAY_US, Actor, Judges, Result
from markets.core import lifecycle
from markets.core.errors import NotYours
from markets.core.lifecycle import (
    ANYONE,
    APPOINTED,
    AUTHOR,
    CALENDAR,
    HOLDER,
    JUDGE,
    MODERATOR,
    MOVES,
    OWNER,
    PROPOSER,
    SIDE,
)
from markets.settlement import lapse, proposals, recusal, voting
from tests.markets.club import NO, YES, Club

pytestmark = pytest.mark.core

Act = Callable[[], Awaitable[Any]]
Scene = Callable[[Club], Awaitable[Act]]

IS_NO = Result("outcome", outcome=NO)
IS_YES = Result("outcome", outcome=YES)

SCENES: dict[tuple[str, str], Scene] = {}


def scene(move: str, role: str) -> Callable[[Scene], Scene]:
    """A scene gets ready what a person does who has this role alone, and returns the act."""

    def add(made: Scene) -> Scene:
        assert (move, role) not in SCENES
        SCENES[move, role] = made
        return made

    return add


async def people(club: Club) -> tuple[Player, Player, Player, Player]:
    """Ada, who opens claims; Bo and Cy, who bet; Mo, who has nothing on them."""
    ada, bo, cy, mo = [await club.member(number) for number in (1, 2, 3, 4)]
    return ada, bo, cy, mo


async def with_bet(club: Club, **changes: Any) -> tuple[Claim, Player, Player, Player]:
    ada, bo, cy, mo = await people(club)
    claim = await club.claim(ada, **changes)
    await club.bet(bo, cy, claim)
    return claim, bo, cy, mo


async def disputed(club: Club, **changes: Any) -> tuple[Claim, Player, Player, Player]:
    claim, bo, cy, mo = await with_bet(club, **changes)
    await club.proposed(bo, claim, IS_YES)
    await club.challenge(cy, claim)
    return claim, bo, cy, mo


def saved(club: Club, author: Player) -> Awaitable[int]:
    request = drafts.SaveDraft(club.guild, club.key(), author.number, club.terms())
    return club.db.write(drafts.save_draft, request, club.now)


@scene("open", AUTHOR)
async def opens(club: Club) -> Act:
    ada, *_ = await people(club)
    draft = await saved(club, ada)
    actor = Actor(ada.number)
    return lambda: club.db.write(
        editing.open_claim, editing.Open(club.guild, club.key(), actor, draft), club.now
    )


@scene("drop", AUTHOR)
async def drops(club: Club) -> Act:
    ada, *_ = await people(club)
    draft = await saved(club, ada)
    return lambda: club.db.write(
        drafts.drop, drafts.Drop(club.guild, club.key(), ada.number, draft), club.now
    )


@scene("edit", AUTHOR)
async def edits(club: Club) -> Act:
    ada, *_ = await people(club)
    claim = await club.claim(ada)
    changed = club.terms(title="A superhuman AI coder before 2031")
    return lambda: club.db.write(
        editing.edit, editing.Edit(club.guild, club.key(), ada.number, claim.number, changed), club.now
    )


@scene("clarify", JUDGE)
async def clarifies(club: Club) -> Act:
    claim, *_, mo = await with_bet(club)
    actor = Actor(mo.number, moderator=True)
    return lambda: club.db.write(
        recusal.clarify,
        recusal.Clarify(club.guild, club.key(), actor, claim.number, "A fork counts."),
        club.now,
    )


@scene("step_down", JUDGE)
async def steps_down(club: Club) -> Act:
    ada, *_, mo = await people(club)
    claim = await club.claim(ada, judges=Judges((mo.number,)))
    return lambda: club.db.write(
        judges.step_down, judges.StepDown(club.guild, club.key(), mo.number, claim.number), club.now
    )


@scene("agree", SIDE)
async def agrees(club: Club) -> Act:
    ada, bo, cy, _ = await people(club)
    bet = await club.bet(bo, cy, await club.claim(ada))
    return lambda: club.agree(bet, bo, cy, 10_000)


@scene("move_bet", SIDE)
async def moves(club: Club) -> Act:
    ada, bo, cy, _ = await people(club)
    old = await club.claim(ada)
    bet = await club.bet(bo, cy, old)
    better = drafts.Supersede(
        club.guild, club.key(), Actor(ada.number), old.number, club.terms(source="https://example.org/other")
    )
    new = await club.db.write(drafts.supersede, better, club.now)
    return lambda: club.db.write(
        agreement.move_bet,
        agreement.MoveBet(club.guild, club.key(), bet.number, bo.number, new.number, new.digest),
        club.now,
    )


@scene("propose", HOLDER)
async def holder_proposes(club: Club) -> Act:
    claim, bo, *_ = await with_bet(club)
    return lambda: club.propose(bo, claim, IS_YES)


@scene("propose", AUTHOR)
async def author_proposes(club: Club) -> Act:
    ada, *_ = await people(club)
    claim = await club.claim(ada)
    return lambda: club.propose(ada, claim, IS_YES)


@scene("propose", MODERATOR)
async def moderator_proposes(club: Club) -> Act:
    claim, *_, mo = await with_bet(club)
    return lambda: club.propose(mo, claim, IS_YES, moderator=True)


async def unsigned(club: Club) -> tuple[Claim, Player, Player, Player]:
    """What nobody signed stands proposed: an outcome may replace it."""
    claim, bo, cy, mo = await with_bet(club)
    club.now = from_us(claim.deadline_us or 0) + timedelta(hours=1)
    await club.proposed(bo, claim, Result("unclear"))
    return claim, bo, cy, mo


@scene("replace", HOLDER)
async def holder_replaces(club: Club) -> Act:
    claim, _, cy, _ = await unsigned(club)
    return lambda: club.propose(cy, claim, IS_NO)


@scene("replace", AUTHOR)
async def author_replaces(club: Club) -> Act:
    ada = await club.member(1)
    claim, *_ = await unsigned(club)
    return lambda: club.propose(ada, claim, IS_NO)


@scene("replace", MODERATOR)
async def moderator_replaces(club: Club) -> Act:
    claim, *_, mo = await unsigned(club)
    return lambda: club.propose(mo, claim, IS_NO, moderator=True)


@scene("withdraw", PROPOSER)
async def withdraws(club: Club) -> Act:
    claim, bo, *_ = await with_bet(club)
    proposal = await club.proposed(bo, claim, IS_YES)
    return lambda: club.withdraw_proposal(bo, proposal)


@scene("judge_item", JUDGE)
async def judges_an_item(club: Club) -> Act:
    ada, bo, _, mo = await people(club)
    claim = await club.scenario(ada, bo)
    club.skip(days=11)
    return lambda: club.judge_item(mo, claim, 1, "false")


@scene("decide", JUDGE)
async def judge_decides(club: Club) -> Act:
    claim, *_, mo = await disputed(club)
    return lambda: club.vote(mo, claim, IS_YES)


@scene("decide", OWNER)
async def owner_decides(club: Club) -> Act:
    claim, *_, mo = await disputed(club)
    club.skip(days=8)
    return lambda: club.vote(mo, claim, IS_YES, moderator=False, owner=True)


@scene("decide", APPOINTED)
async def the_appointed_decides(club: Club) -> Act:
    claim, bo, cy, mo = await disputed(club)
    club.skip(days=8)
    for side in (bo, cy):
        request = voting.Appoint(club.guild, club.key(), side.number, claim.number, mo.number)
        await club.db.write(voting.appoint, request, club.now)
    return lambda: club.vote(mo, claim, IS_YES, moderator=False)


@scene("appoint", HOLDER)
async def appoints(club: Club) -> Act:
    claim, bo, _, mo = await disputed(club)
    club.skip(days=8)
    return lambda: club.db.write(
        voting.appoint,
        voting.Appoint(club.guild, club.key(), bo.number, claim.number, mo.number),
        club.now,
    )


@scene("appeal", HOLDER)
async def appeals(club: Club) -> Act:
    claim, _, cy, mo = await disputed(club)
    await club.vote(mo, claim, IS_YES)
    return lambda: club.appeal(cy, claim)


@scene("halt", MODERATOR)
async def halts(club: Club) -> Act:
    claim, *_, mo = await with_bet(club)
    return lambda: club.halt(mo, claim)


async def settled(club: Club, **changes: Any) -> tuple[Claim, Player]:
    claim, *_, mo = await with_bet(club, **changes)
    await club.settle(mo, claim, IS_YES)
    return claim, mo


@scene("reverse", MODERATOR)
async def moderator_reverses(club: Club) -> Act:
    claim, mo = await settled(club)
    return lambda: club.reverse_result(mo, claim)


@scene("reverse", OWNER)
async def owner_reverses(club: Club) -> Act:
    claim, mo = await settled(club)
    return lambda: club.reverse_result(mo, claim, moderator=False, owner=True)


@scene("reverse", JUDGE)
async def judge_reverses(club: Club) -> Act:
    ada, bo, cy, mo = await people(club)
    claim = await club.claim(ada, judges=Judges((mo.number,)))
    await club.bet(bo, cy, claim)
    await club.settle(ada, claim, IS_YES)
    return lambda: club.reverse_result(mo, claim, moderator=False)


@scene("hold_reversal", HOLDER)
async def holder_holds_a_reversal(club: Club) -> Act:
    claim, mo = await settled(club)
    await club.ask_reversal(mo, claim)
    bet = await club.db.read(bets.load_bet, club.guild, 1)
    bo = Player(club.guild, bet.maker, mo.wallet)
    return lambda: club.hold_reversal(bo, claim)


@scene("sign", HOLDER)
async def holder_signs(club: Club) -> Act:
    claim, bo, cy, _ = await with_bet(club)
    proposal = await club.propose(bo, claim, IS_YES)
    return lambda: club.sign(cy, proposal)


@scene("confirm", MODERATOR)
async def moderator_confirms(club: Club) -> Act:
    claim, bo, _, mo = await unsigned(club)
    proposal = await club.db.read(proposals.standing, claim)
    assert proposal is not None
    assert proposal.proposer == bo.number
    club.skip(days=8)
    return lambda: club.confirm(mo, proposal)


async def swept(club: Club, **span: float) -> Act:
    """Time does it: what was leased in vain comes again two minutes later."""
    club.skip(**span)

    def act() -> Awaitable[Any]:
        club.skip(minutes=2)
        return club.sweep()

    return act


@scene("fail", CALENDAR)
async def nobody_signs(club: Club) -> Act:
    await unsigned(club)
    return await swept(club, days=40)


@scene("settle", CALENDAR)
async def nobody_challenges(club: Club) -> Act:
    claim, bo, *_ = await with_bet(club)
    await club.proposed(bo, claim, IS_YES)
    return await swept(club, days=8)


@scene("pay", CALENDAR)
async def nobody_appeals(club: Club) -> Act:
    claim, *_, mo = await disputed(club)
    await club.vote(mo, claim, IS_YES)
    await club.sweep()
    return await swept(club, days=2)


@scene("lapse", CALENDAR)
async def nobody_decides(club: Club) -> Act:
    claim, *_ = await with_bet(club)
    club.now = from_us(claim.check_us or 0)
    for _ in range(lapse.LAPSE_US // DAY_US - 1):  # each step is announced a week ahead
        club.skip(days=1)
        await club.sweep()
    return await swept(club, days=2)


@scene("drop", CALENDAR)
async def nobody_opens_it(club: Club) -> Act:
    await saved(club, await club.member(1))
    return await swept(club, days=91)


@scene("file", AUTHOR)
async def author_closes(club: Club) -> Act:
    ada, *_ = await people(club)
    claim = await club.claim(ada)
    request = lapse.CloseClaim(club.guild, club.key(), ada.number, claim.number)
    return lambda: club.db.write(lapse.close_own, request, club.now)


@scene("file", CALENDAR)
async def nothing_hangs_on_it(club: Club) -> Act:
    ada, *_ = await people(club)
    claim = await club.claim(ada)
    club.now = from_us(claim.check_us or 0)
    return await swept(club, days=1)


BESIDE = {
    ("confirm", MODERATOR): (JUDGE,),
    ("reverse", MODERATOR): (JUDGE,),  # where a claim names nobody, its moderators are its judges
}
"""Roles that a person of a scene has as well: they go together."""

ELSEWHERE = {
    ("confirm", JUDGE): "a named judge confirms only what somebody deleted can't agree to",
}


def test_every_role_has_its_scene():
    roles = {(name, role) for name, move in MOVES.items() for role in move.by if role != ANYONE}

    assert roles == {*SCENES, *ELSEWHERE}


@pytest.mark.parametrize(("move", "role"), SCENES)
async def test_without_the_role_the_move_is_refused(
    club: Club, monkeypatch: pytest.MonkeyPatch, move: str, role: str
):
    act = await SCENES[move, role](club)
    gone = {role, *BESIDE.get((move, role), ())}
    left = tuple(one for one in MOVES[move].by if one not in gone)
    with monkeypatch.context() as patch:
        patch.setitem(lifecycle.MOVES, move, replace(MOVES[move], by=left))
        with pytest.raises(NotYours):
            await act()

    await act()
