"""Name the function that words each kind of card and post: the tables that the announcer reads.

The words of a card or a post are found when it is sent, by one function in a read of the database: it takes the
transaction and an `Ask`, and returns what is told. None means that nothing is left to show: a post is dropped, and a
card stays as it is. `tests/bot/test_table.py` compares these tables with every kind that the sources queue.
"""

from collections.abc import Mapping

from bot.words import (
    bet_posts,
    claim_acts,
    claim_posts,
    conditions,
    cruxes,
    dispute_posts,
    ledger,
    market_receipts,
    moderation,
    on_call,
    pools,
    proposal_posts,
    reminders,
    result_posts,
    rewards,
    stories,
    trouble,
    unanswered,
    week,
)
from bot.words.announced import Words

CARDS: Mapping[str, Words] = {
    "claim": claim_posts.card,
    "offer": bet_posts.offer_card,
    "dispute": dispute_posts.card,
    "week": week.week,
    "unreachable": trouble.unreachable,
    "parked": trouble.parked,
}
"""Live messages by kind: `outbox.redraw` queues them, and the newest state replaces the last."""

POSTS: Mapping[str, Words] = {
    "claim.superseded": claim_posts.superseded,
    "claim.clarified": claim_posts.clarified,
    "claim.reminder": reminders.claim_reminder,
    "draft.ask": reminders.draft_ask,
    "offer.reminder": reminders.offer_reminder,
    "offers.died": bet_posts.died,
    "bet.accepted": bet_posts.accepted,
    "bet.ending_suggested": bet_posts.ending_suggested,
    "bet.agreed": bet_posts.agreed,
    "bet.move_suggested": bet_posts.move_suggested,
    "bet.moved": bet_posts.moved,
    "bet.year": reminders.bet_year,
    "condition.met": conditions.met_post,
    "condition.waits": conditions.waits_post,
    "condition.holds": conditions.holds_post,
    "condition.reversed": conditions.reversed_post,
    "item.judged": stories.judged_post,
    "items.due": unanswered.items_due,
    "claim.asked": unanswered.asked,
    "judges.reminded": unanswered.judges_reminded,
    "judges.owner": unanswered.judges_owner,
    "claim.overdue": unanswered.claim_overdue,
    "claim.lapses": unanswered.claim_lapses,
    "claim.lapsed": unanswered.claim_lapsed,
    "claim.stands": unanswered.claim_stands,
    "proposal.made": proposal_posts.made,
    "proposal.signed": proposal_posts.signed,
    "trading.resumed": proposal_posts.trading_resumed,
    "proposal.day": reminders.proposal_day,
    "proposal.withdrawn": proposal_posts.withdrawn,
    "proposal.confirm": proposal_posts.to_confirm,
    "proposal.failed": proposal_posts.failed,
    "dispute.opened": dispute_posts.opened,
    "dispute.ruled": dispute_posts.ruled,
    "dispute.appealed": dispute_posts.appealed,
    "ruling.told": dispute_posts.told_of_ruling,
    "judges.drawn": on_call.drawn,
    "judge.stepped_down": dispute_posts.stepped_down,
    "judge.appointed": dispute_posts.appointed,
    "claim.halted": result_posts.halted,
    "claim.goes_on": result_posts.goes_on,
    "claim.too_early": result_posts.too_early,
    "claim.resolved": result_posts.resolved,
    "claim.reversing": result_posts.reversing,
    "claim.reversal_held": result_posts.reversal_held,
    "claim.reversed": result_posts.taken_back,
    "bets.paid": result_posts.paid,
    "market.paid": market_receipts.paid,
    "market.empty": market_receipts.empty,
    "pool.paid": pools.paid_post,
    "reward.offered": rewards.offered_post,
    "reward.given": rewards.given_post,
    "reward.returned": rewards.returned_post,
    "crux.resolved": cruxes.resolved_post,
    "settings.changed": claim_acts.settings_post,
    "act": moderation.act_post,
    "digest": ledger.digest_post,
    "dm": trouble.dm,
}
"""Posts by kind: `outbox.enqueue` queues them, and each is sent once."""
