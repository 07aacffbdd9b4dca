"""Say what each result of a claim would pay the people with points on it."""

from bot import text
from bot.words import phrases
from bot.words.results import judges_choose
from markets.claims.terms import Result
from markets.settlement import pay_bets
from markets.views.claims import ClaimSeen


def would_pay(seen: ClaimSeen, most: int = 6) -> tuple[str, ...]:
    """Say what each result would pay everybody with points on the claim.

    Once a result is proposed, that is bets, market and pool together; before, its bets.
    """
    if not seen.live and not any(one.most for one in seen.pays):
        if seen.at in ("settled", "void"):
            return ()
        pooled = sum(pool.pot for pool in (*seen.pools_before, *((seen.pool,) if seen.pool else ())))
        return (
            f"A pool of {text.number(pooled)} is shared by it." if pooled else "Nothing is locked on it.",
        )
    terms = seen.claim.terms
    results = [
        (text.escape(one.name, 60), Result("outcome", outcome=at))
        for at, one in enumerate(terms.outcomes[:most])
    ]
    unclear = f"unclear ({phrases.claims_clause(terms)})"
    lines = [f"- **{name}**: {_changes(seen, result)}" for name, result in results]
    lines.append(
        f"- **{unclear}**: as the weights say"
        if judges_choose(seen.claim)
        else f"- **{unclear}**: {_changes(seen, Result('unclear'))}"
    )
    said = [seen.proposal.result if seen.proposal else None, seen.dispute.ruling if seen.dispute else None]
    if any(result and result.kind == "void" for result in said):
        lines.append("- **void**: everybody gets back what they put in")
    return tuple(lines)


def _changes(seen: ClaimSeen, result: Result) -> str:
    for one in seen.pays:
        if one.result == result:
            words = ", ".join(
                f"{phrases.who(seen.people, player)} {phrases.change(by)}" for player, by in one.most
            )
            return (words or "nobody gains or loses") + (f" and {one.more} more" if one.more else "")
    change: dict[int, int] = {}
    for bet in seen.live:
        gets = pay_bets.payout(seen.claim, bet, result)
        change[bet.maker] = change.get(bet.maker, 0) + gets.maker - bet.maker_stake
        change[bet.taker] = change.get(bet.taker, 0) + gets.taker - bet.taker_stake
    shown = sorted(change.items(), key=lambda item: -abs(item[1]))[:6]
    words = ", ".join(f"{phrases.who(seen.people, player)} {phrases.change(by)}" for player, by in shown)
    return words + (f" and {len(change) - 6} more" if len(change) > 6 else "")
