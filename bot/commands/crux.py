"""Cruxes under /claim: "if this comes out so, I would raise that"."""

from discord import app_commands
from sqlalchemy import Connection

from bot.acting import acting
from bot.answer import Press, answer
from bot.commands.claim import Number, claim
from bot.entering import guild_of, key
from bot.input import bet_fields
from bot.refusals import BadInput
from bot.ui.components import routes
from bot.words import cruxes as render
from markets.claims import claims, sides
from markets.claims.claims import Claim
from markets.forecasts import crux_links
from markets.forecasts.crux_links import CruxLink, CruxShown, Cut, LinkClaims


@claim.command(description="A crux: if this claim comes out so, you would raise or lower another one")
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
    press: Press,
    claim: Number,
    to: Number,
    moves: str,
    outcome: app_commands.Range[str, 1, 80] | None = None,
    answer_: app_commands.Range[str, 1, 80] | None = None,
) -> None:
    await answer(press, _link(press, claim, to, moves == "raise", outcome, answer_), render.linked)


@claim.command(description="Take a link of yours back, while both claims go on")
@app_commands.describe(claim="The claim that was the crux", to="The claim that it was linked to")
async def unlink(press: Press, claim: Number, to: Number) -> None:
    await answer(press, _unlink(press, claim, to), render.unlinked)


@routes.on("crux-cut:{claim}:{target}")
async def press_unlink(press: Press, claim: int, target: int) -> None:
    await answer(press, _unlink(press, claim, target), render.unlinked)


@claim.command(description="Your cruxes: what you would raise or lower, and what you said since")
async def links(press: Press) -> None:
    await answer(press, _mine(press), render.mine)


async def _link(
    press: Press, number: int, to: int, raises: bool, outcome: str | None, answers: str | None
) -> CruxShown:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)

    def read(tx: Connection) -> tuple[Claim, Claim]:
        both = claims.load(tx, guild, number), claims.load(tx, guild, to)
        for found in both:
            claims.require_public(found)
        return both

    source, target = await crux.db.read(read)
    request = LinkClaims(
        guild,
        key(press),
        who.number,
        number,
        to,
        raises,
        _outcome(source, outcome),
        _outcome(target, answers),
        source.digest,
        target.digest,
    )
    return await crux.write(crux_links.link, request, now)


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


async def _unlink(press: Press, number: int, to: int) -> CruxLink:
    crux, who = press.client, await acting(press)
    request = Cut(guild_of(press), key(press), who.number, number, to)
    return await crux.write(crux_links.unlink, request, crux.clock.of(press.id))


async def _mine(press: Press) -> list[CruxShown]:
    crux, who = press.client, await acting(press)
    now = crux.clock.of(press.id)
    return await crux.db.read(crux_links.mine, guild_of(press), who.number, now)
