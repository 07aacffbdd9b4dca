"""Who may rule on a claim, and the list of what they did (RULES D4).

Judges are part of the claim: moderators, or persons it names. Nobody judges where they have, or ever had, money.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import returned
from ledger import schema as book
from ledger.compiled import Compiled, in_guild, param, params
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.claims import claims, conditions, deciding, terms
from markets.claims.claims import Claim
from markets.core import jobs, lifecycle, outbox, tables
from markets.core.errors import HousePays, NamedJudge, NotAJudge
from markets.core.events import ClaimChanged
from markets.core.numbering import following

STEPPED_DOWN = "step_down"
SETTING, SEASON = "setting", "season"
"""Acts of the owner that are about no claim (A7)."""


_bets = tables.bets.c
_offers = tables.offers.c
_acts = tables.acts.c
_markets = tables.markets.c
_MONEY = (  # by the offer as well: a bet that moved to another claim was on this one
    sa.select(_bets.number)
    .join_from(
        tables.bets, tables.offers, (_offers.guild_id == _bets.guild_id) & (_offers.number == _bets.number)
    )
    .where(
        in_guild(_bets),
        sa.or_(_bets.claim == param("claim"), _offers.claim == param("claim")),
        sa.or_(_bets.maker == param("player"), _bets.taker == param("player")),
    )
    .limit(1)
)
_STEPPED_DOWN = sa.select(_acts.actor).where(
    in_guild(_acts), _acts.claim == param("claim"), _acts.act == STEPPED_DOWN
)
_HOUSE_PAYS = Compiled(
    sa.select(_markets.opener, _markets.let_by).where(
        in_guild(_markets), _markets.claim == param("claim"), _markets.house == sa.literal_column("1")
    )
)
_ADD_ACT = sa.insert(tables.acts)
_lots = tables.lots.c
_players = book.players.c
_HERE = sa.select(_players.number).where(
    in_guild(_players), _players.number.in_(params("numbers")), _players.discord_id.is_not(None)
)
_votes = tables.votes.c
_disputes = tables.disputes.c
_FORGET_VOTES = sa.delete(tables.votes).where(
    in_guild(_votes),
    _votes.judge == param("player"),
    _votes.dispute.in_(
        sa.select(_disputes.number).where(
            in_guild(_disputes),
            _disputes.claim == param("claim"),
            _disputes.state.in_(["open", "appealed"]),
        )
    ),
    _votes.round
    == sa.select(sa.case((_disputes.appellant.is_(None), 1), else_=2))
    .where(in_guild(_disputes), _disputes.number == _votes.dispute)
    .scalar_subquery(),
)

_DRAWN = (
    sa.select(_lots.player)
    .join(tables.disputes, (_disputes.guild_id == _lots.guild_id) & (_disputes.number == _lots.dispute))
    .join(book.players, (_players.guild_id == _lots.guild_id) & (_players.number == _lots.player))
    .where(
        in_guild(_lots),
        _disputes.claim == param("claim"),
        _disputes.state.in_(["open", "appealed"]),
        _lots.round == sa.case((_disputes.appellant.is_(None), 1), else_=2),
        _lots.place > sa.literal_column("0"),
        _players.discord_id.is_not(None),
    )
    .order_by(_lots.place)
)
ASKING = ("judges.remind", "judges.owner", "judges.call", "judges.draw", "agreed.tell", "agreed.counts")
"""Due work of a claim whose judges are asked."""


def standing_judges(tx: Connection, claim: Claim) -> list[int]:
    """Return the judges that a claim names, who have not stepped down and did not have themselves deleted."""
    named = claim.terms.judges.named
    if not named:
        return []
    gone = stepped_down(tx, claim)
    here = set(tx.execute(_HERE, {"g": claim.guild, "numbers": list(named)}).scalars())
    return [player for player in dict.fromkeys(named) if player in here - gone]


def stepped_down(tx: Connection, claim: Claim) -> set[int]:
    """Return who stepped down as a judge of a claim, which is for good."""
    return set(tx.execute(_STEPPED_DOWN, {"g": claim.guild, "claim": claim.number}).scalars())


def drawn_judges(tx: Connection, claim: Claim) -> list[int]:
    """Return the judges on call who were drawn for the dispute that waits (D4), who have not stepped down and did not
    have themselves deleted. Each vote of theirs is held against their points once more."""
    drawn = list(tx.execute(_DRAWN, {"g": claim.guild, "claim": claim.number}).scalars())
    gone = stepped_down(tx, claim) if drawn else set[int]()
    return [player for player in drawn if player not in gone]


def moderators_judge(claim: Claim, named: list[int]) -> bool:
    """Return whether moderators judge a claim: where it names nobody, and where fewer of those whom it names are left
    than a ruling needs (D4)."""
    return len(named) < claim.terms.judges.votes or not named


def require_may_bet(tx: Connection, claim: Claim, player: int, *, takes: bool = True) -> None:
    """Check who may put points on a claim, on any of its instruments; also who sells, and so `takes` nothing.

    Raises:
        DecidesIt: They voted on it or otherwise decide it, another wording of it, or what hangs below or above, and
            that isn't final (D4).
        NamedJudge: They judge it, or one that it hangs on, and have not stepped down (D4).
        HousePays: The house pays for its market, and they opened that or let it pay (C3).
    """
    require_not_paid_for(tx, claim, player)
    if takes:
        deciding.require_may_take(tx, claim, player)
    if player in claim.terms.judges.named and player in standing_judges(tx, claim):
        raise NamedJudge(claim.number)
    if claim.terms.condition is not None:
        for number in conditions.above(tx, claim.guild, claim.number):
            if player in standing_judges(tx, claims.load(tx, claim.guild, number)):
                raise NamedJudge(number)


def require_not_paid_for(tx: Connection, claim: Claim, player: int) -> None:
    """Raise HousePays for a player whose market on the claim the house pays for, or who let it pay (C3); also under
    a number that they had before they had themselves deleted (E4)."""
    row = _HOUSE_PAYS.row(tx, g=claim.guild, claim=claim.number)
    if row is not None and not {row[0], row[1]}.isdisjoint(returned.numbers(tx, claim.guild, player)):
        raise HousePays(claim.number)


@dataclass(frozen=True, slots=True)
class StepDown:
    guild: int
    key: str
    player: int
    claim: int


def step_down(tx: Connection, request: StepDown, now: datetime) -> int:
    """Let a named or drawn judge step down, in public and for good: they may bet now, and what they voted and hasn't
    ruled counts no more. Return how many of these judges are left (D4).

    Raises:
        NotAJudge: The claim doesn't name them and they weren't drawn for it, or they stepped down before.
        ClaimMoved: The claim has ended.
    """
    claim = claims.load(tx, request.guild, request.claim)
    claim.require("step_down", now)
    left = {*standing_judges(tx, claim), *drawn_judges(tx, claim)}
    lifecycle.require_role("step_down", NotAJudge(claim.number), judge=request.player in left)
    tx.execute(_FORGET_VOTES, {"g": claim.guild, "claim": claim.number, "player": request.player})
    note_act(tx, claim.guild, STEPPED_DOWN, actor=request.player, now=now, claim=claim.number, reason=None)
    happened(tx, ClaimChanged(claim.guild, claim.number))
    facts = {"claim": claim.number, "judge": request.player}
    outbox.enqueue(tx, claim.guild, "judge.stepped_down", facts, now, line=claim.number)
    return len(left) - 1


def had_bet(tx: Connection, claim: Claim, player: int) -> bool:
    """Return whether a player has, or ever had, a bet on a claim."""
    return tx.execute(_MONEY, {"g": claim.guild, "claim": claim.number, "player": player}).first() is not None


def ask(tx: Connection, claim: Claim, now: datetime) -> None:
    """Begin the judges' turn: they are reminded, and after 7 days without enough votes the owner is asked (D4)."""
    for kind, days in (("judges.remind", 3), ("judges.owner", 7)):
        jobs.schedule(tx, claim.guild, kind, claim.number, to_us(now) + days * terms.DAY_US)


def note_act(
    tx: Connection,
    guild: int,
    act: str,
    *,
    actor: int,
    now: datetime,
    claim: int | None,
    reason: str | None,
    proposal: int | None = None,
) -> int:
    """Write an act into the list that members can read, with the proposal that it signs; returns its number."""
    number = following(tx, guild, "acts")
    row = {
        "guild_id": guild,
        "number": number,
        "claim": claim,
        "actor": actor,
        "act": act,
        "reason": reason,
        "at_us": to_us(now),
        "proposal": proposal,
    }
    tx.execute(_ADD_ACT, row)
    return number
