"""Say in words what each kind of due work does."""

DUE = {
    "offer.expire": "Offer {ref} ends",
    "offer.remind": "A reminder that offer {ref} ends in a day",
    "claim.close": "Claim {ref} closes: no more offers and bets",
    "claim.week": "A reminder, a week before the deadline of claim {ref}",
    "claim.day": "A reminder, a day before the deadline of claim {ref}",
    "claim.check": "The judges of claim {ref} are asked",
    "items.check": "The judges of claim {ref} are asked about an item whose date has come",
    "items.result": "What the items of claim {ref} come to is proposed",
    "claim.overdue": "Claim {ref} is listed as overdue",
    "claim.lapses": "A week's notice that claim {ref} ends although nobody decided it",
    "claim.thaws": "Claim {ref}, which a moderator stopped, goes on",
    "claim.lapse": "Claim {ref} ends although nobody decided it",
    "claim.ends": "Claim {ref} ends although nobody decided it",
    "judges.remind": "The judges of claim {ref} are reminded",
    "judges.owner": "Judges on call are drawn for claim {ref}, or all moderators and the owner are asked",
    "trading.resumes": "Trading goes on beside proposal {ref}, if nobody has signed it",
    "proposal.day": "A reminder, a day before proposal {ref} can't be challenged any more",
    "proposal.settle": "The time to challenge proposal {ref} ends",
    "proposal.unsigned": "Proposal {ref} fails if no moderator has confirmed it",
    "proposal.bond": "The bond of proposal {ref} returns",
    "bond.rest": "What is missing of bonds of player {ref} is asked no more",
    "ruling.pay": "The ruling in dispute {ref} is paid",
    "ruling.tell": "If it is not posted by then, the ruling in dispute {ref} is told to its people",
    "ruling.counts": "The ruling in dispute {ref} counts as posted",
    "resolution.pay": "Result {ref} is paid",
    "reversal.take": "Result {ref} begins to be taken back",
    "resolution.back": "Result {ref} is taken back",
    "bet.year": "The yearly note about bet {ref}",
    "draft.ask": "The author of draft {ref} is asked about it",
    "draft.drop": "Draft {ref} goes",
    "condition.look": "What claim {ref} hangs on is looked at",
    "pool.close": "The pool of claim {ref} takes no more stakes",
    "forecasts.show": "The hidden forecasts on claim {ref} are shown",
    "scores.make": "The forecasts that result {ref} settles are scored",
    "scores.count": "The scores of result {ref} are counted for the board",
    "scores.back": "The scores of result {ref} are taken out again",
    "reward.return": "Reward {ref} returns to its owner",
    "order.expire": "Order {ref} ends",
    "orders.fill": "The orders on claim {ref} that its price has reached are filled",
    "orders.debt": "What rests of player {ref}, who is in debt, ends",
    "cruxes.tell": "Those who linked a claim to others hear of result {ref}",
    "draw.look": "Is what player {ref} had locked for a year still locked? Else their yearly help is paid back",
    "week": "A week with something to tell begins",
}
"""Every kind of due work in words, for the playground's list and for the log channel."""


def due_words(kind: str, ref: int) -> str:
    """Say in words what a kind of due work does to its row."""
    return DUE.get(kind, f"{kind} {{ref}}").format(ref=ref)
