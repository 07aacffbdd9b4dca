"""Name the function that carries out each kind of due work, and run it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ledger.types import to_us
from markets.bets import offers
from markets.core.jobs import LOAD, Due, FenceGone, Handler, LeasedJob, cancel
from markets.forecasts import crux_links, forecasts, score_keeping
from markets.people import allowances, rewards
from markets.pools import pools
from markets.settlement import (
    agreed_judges,
    bonds,
    calendar,
    confirmation,
    dependents,
    empty_markets,
    freezing,
    lapse,
    resolution,
    rulings,
    signing,
)
from markets.shares import order_filling


@dataclass(frozen=True, slots=True)
class Job:
    """The function that carries a kind of due work out, in the row's own transaction; it may schedule the next.

    One that `moves_points`, scores everybody or draws lots may fill a transaction, and is carried out alone in one.
    """

    handler: Handler
    moves_points: bool


JOBS: dict[str, Job] = {
    "forecasts.show": Job(forecasts.show, moves_points=False),
    "scores.make": Job(score_keeping.make, moves_points=True),
    "scores.count": Job(score_keeping.count, moves_points=True),
    "scores.back": Job(score_keeping.back, moves_points=True),
    "cruxes.tell": Job(crux_links.tell_some, moves_points=False),
    "offer.expire": Job(offers.expire, moves_points=False),
    "reward.return": Job(rewards.expire, moves_points=True),
    "order.expire": Job(order_filling.expire_when_due, moves_points=True),
    "market.empty": Job(empty_markets.tell_when_due, moves_points=False),
    "orders.fill": Job(order_filling.fill_when_due, moves_points=True),
    "orders.debt": Job(order_filling.end_debt_when_due, moves_points=True),
    "draw.look": Job(allowances.look, moves_points=True),
    "pool.close": Job(pools.close, moves_points=False),
    "trading.resumes": Job(signing.resume_trading, moves_points=False),
    "proposal.unsigned": Job(confirmation.fail_unsigned, moves_points=True),
    "proposal.bond": Job(confirmation.return_left_bond, moves_points=True),
    "bond.rest": Job(bonds.forgive, moves_points=False),
    "proposal.settle": Job(confirmation.settle_by_silence, moves_points=True),
    "ruling.tell": Job(rulings.tell_ruling, moves_points=True),
    "ruling.counts": Job(rulings.count_as_posted, moves_points=False),
    "ruling.pay": Job(rulings.pay_ruling, moves_points=True),
    "condition.look": Job(dependents.look, moves_points=True),
    "resolution.pay": Job(resolution.pay_when_due, moves_points=True),
    "reversal.take": Job(resolution.take_back_announced, moves_points=True),
    "resolution.back": Job(resolution.take_back_when_due, moves_points=True),
    "offer.remind": Job(calendar.remind_of_offer, moves_points=False),
    "claim.close": Job(calendar.close, moves_points=False),
    "claim.week": Job(calendar.remind_of_week, moves_points=False),
    "claim.day": Job(calendar.remind_of_day, moves_points=False),
    "proposal.day": Job(calendar.remind_of_window, moves_points=False),
    "bet.year": Job(calendar.remind_of_bet, moves_points=False),
    "draft.ask": Job(calendar.ask_of_draft, moves_points=False),
    "draft.drop": Job(calendar.drop_draft, moves_points=False),
    "week": Job(calendar.begin_week, moves_points=False),
    "claim.check": Job(calendar.ask, moves_points=True),
    "items.check": Job(calendar.ask_of_items, moves_points=False),
    "items.result": Job(calendar.propose_of_items, moves_points=True),
    "judges.remind": Job(calendar.remind_judges, moves_points=False),
    "judges.owner": Job(calendar.ask_owner, moves_points=True),
    "judges.call": Job(calendar.call_judges, moves_points=True),
    "judges.draw": Job(calendar.draw_judges, moves_points=True),
    "agreed.tell": Job(agreed_judges.tell_unposted, moves_points=False),
    "agreed.counts": Job(agreed_judges.count_as_posted, moves_points=False),
    "claim.thaws": Job(freezing.thaw, moves_points=True),
    "claim.overdue": Job(calendar.list_as_overdue, moves_points=False),
    "claim.lapses": Job(lapse.announce_lapse, moves_points=False),
    "claim.lapse": Job(lapse.lapse, moves_points=True),
    "claim.ends": Job(lapse.lapse, moves_points=True),
}
"""Every kind of due work. A row of a kind that isn't here can't be carried out."""


def perform(tx: Connection, request: LeasedJob, now: datetime) -> bool:
    """Carry a held row out and be done with it, in one transaction with its effect. Runs through `db.write`.

    Returns:
        False where nothing was left to do: the row is gone.

    Raises:
        FenceGone: The row is no longer this worker's; everything is rolled back.
    """
    row = tx.execute(LOAD, {"g": request.guild, "of_kind": request.kind, "of_ref": request.ref}).first()
    if row is None:
        return False
    if (row.fence, row.due_us, row.owner) != (request.fence, request.due_us, request.owner):
        raise FenceGone(request.kind)
    cancel(tx, request.guild, request.kind, request.ref)  # first, so that the handler may schedule it again
    late = (to_us(now) - request.due_us) // 1_000_000
    JOBS[request.kind].handler(tx, Due(request.guild, request.kind, request.ref, request.due_us, late), now)
    return True


@dataclass(frozen=True, slots=True)
class Some:
    """Rows of one server that are carried out in one transaction, for speed: all of them, or none."""

    rows: tuple[LeasedJob, ...]

    @property
    def guild(self) -> int:
        return self.rows[0].guild

    @property
    def key(self) -> str:
        return f"{self.rows[0].key}:{len(self.rows)}"


def perform_some(tx: Connection, request: Some, now: datetime) -> int:
    """Carry held rows out, one after the other; how many. One that another worker has by now is left alone."""
    done = 0
    for held in request.rows:
        try:
            done += perform(tx, held, now)
        except FenceGone:  # raised before anything is changed
            continue
    return done
