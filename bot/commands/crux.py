"""Cruxes under /claim: "if this comes out so, I would raise that"."""

from discord import app_commands
from sqlalchemy import Connection

from bot.answer import answer
from bot.commands.options import Number, Words
from bot.context import Context
from bot.input import bet_fields
from bot.refusals import BadInput
from bot.words import cruxes as render
from markets.claims import claims, sides
from markets.claims.claims import Claim
from markets.forecasts import crux_links
from markets.forecasts.crux_links import CruxLink, CruxShown, Cut, LinkClaims


@app_commands.describe(
    claim="The claim that is the crux",
    to="The claim that you would think otherwise of",
    moves="What you would do then",
    outcome="If it comes out so; YES if you say nothing",
    answer_="Which answer of the other claim; YES if you say nothing",
)
@app_commands.rename(answer_="answer")
@app_commands.choices(
    moves=[
        app_commands.Choice(name="Raise it", value="raise"),
        app_commands.Choice(name="Lower it", value="lower"),
    ]
)
async def link(
    ctx: Context,
    claim: Number,
    to: Number,
    moves: str,
    outcome: Words | None = None,
    answer_: Words | None = None,
) -> None:
    await answer(ctx, _link(ctx, claim, to, moves == "raise", outcome, answer_), render.linked)


@app_commands.describe(claim="The claim that was the crux", to="The claim that it was linked to")
async def unlink(ctx: Context, claim: Number, to: Number) -> None:
    await answer(ctx, _unlink(ctx, claim, to), render.unlinked)


async def press_unlink(ctx: Context, claim: int, target: int) -> None:
    await answer(ctx, _unlink(ctx, claim, target), render.unlinked)


async def links(ctx: Context) -> None:
    await answer(ctx, _mine(ctx), render.mine)


async def _link(
    ctx: Context, number: int, to: int, raises: bool, outcome: str | None, answers: str | None
) -> CruxShown:
    who = await ctx.who()

    def read(tx: Connection) -> tuple[Claim, Claim]:
        both = claims.load(tx, ctx.guild, number), claims.load(tx, ctx.guild, to)
        for found in both:
            claims.require_public(found)
        return both

    source, target = await ctx.read(read)
    request = LinkClaims(
        ctx.guild,
        ctx.key,
        who.number,
        number,
        to,
        raises,
        _outcome(source, outcome),
        _outcome(target, answers),
        source.digest,
        target.digest,
    )
    return await ctx.write(crux_links.link, request)


def _outcome(of: Claim, typed: str | None) -> int:
    """The outcome that is meant: YES where there are only YES and NO and nothing is said.

    Raises:
        BadInput: No outcome has that name, or there are more than two and none is named.
    """
    many = len(of.terms.outcomes) > 2
    if not typed and not many:
        return sides.usual(of.terms.names)
    at, against = bet_fields.side(of.terms, typed or "")
    if against and many:
        raise BadInput("The outcome", "a crux is about one outcome, so write its name")
    return 1 - at if against else at


async def _unlink(ctx: Context, number: int, to: int) -> CruxLink:
    who = await ctx.who()
    request = Cut(ctx.guild, ctx.key, who.number, number, to)
    return await ctx.write(crux_links.unlink, request)


async def _mine(ctx: Context) -> list[CruxShown]:
    who = await ctx.who()
    return await ctx.read(crux_links.mine, ctx.guild, who.number, ctx.now)
