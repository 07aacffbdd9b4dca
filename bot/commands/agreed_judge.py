"""What people answer about a judge on whom holders agreed: objections, and the word of a moderator (RULES D4)."""

from datetime import datetime

from sqlalchemy import Connection

from bot.answer import answer
from bot.context import Context
from bot.ui.cards import Card
from bot.words import agreed_judges as render
from bot.words import results
from markets.claims import claims
from markets.core.errors import NotAJudge
from markets.settlement import agreed_judges
from markets.settlement.agreed_judges import AnswerJudge, AnswerJudgeInRound
from markets.views import claims as view_claims


async def press_object(ctx: Context, claim: int, dispute: int, round_: int, judge: int) -> None:
    await answer(ctx, _answer(ctx, claim, (dispute, round_), judge, accepts=False), results.did)


async def press_accept(ctx: Context, claim: int, dispute: int, round_: int, judge: int) -> None:
    await answer(ctx, _answer(ctx, claim, (dispute, round_), judge, accepts=True), results.did)


async def press_object_of_before(ctx: Context, claim: int, judge: int) -> None:
    """Ask once more: this button doesn't say of which dispute, and of which round of it, it was read."""
    await answer(ctx, _ask(ctx, claim, judge, accepts=False))


async def press_accept_of_before(ctx: Context, claim: int, judge: int) -> None:
    """Ask once more, as for an objection."""
    await answer(ctx, _ask(ctx, claim, judge, accepts=True))


async def _answer(
    ctx: Context, number: int, of: tuple[int, int], judge: int, *, accepts: bool
) -> results.Did:
    who = await ctx.who()
    said = AnswerJudge(ctx.guild, ctx.key, who.actor, number, judge, accepts)
    await ctx.write(agreed_judges.answer_in_round, AnswerJudgeInRound(ctx.guild, ctx.key, said, *of))
    if accepts:
        words = ("They may rule alone from now on.",)
        return results.Did("The judge is accepted", words, who.places.announcement_channel)
    words = (
        "Nobody rules there by silence now: the owner or a moderator without points accepts them, or rules.",
    )
    return results.Did("You objected", words, who.places.announcement_channel)


async def _ask(ctx: Context, number: int, judge: int, *, accepts: bool) -> Card:
    seen = await ctx.read(_agreed, ctx.guild, number, judge, ctx.now)
    return render.to_answer(seen, judge, accepts=accepts)


def _agreed(tx: Connection, guild: int, number: int, judge: int, now: datetime) -> view_claims.ClaimSeen:
    """The claim, where holders agree on that judge just now."""
    found = claims.load(tx, guild, number)
    found.require("appoint", now)
    seen = view_claims.claim(tx, guild, number, now)
    if seen.agreed is None or seen.agreed.judge != judge:
        raise NotAJudge(number)
    return seen
