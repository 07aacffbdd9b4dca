"""/claim show, list, search and follow: claims as they stand."""

from discord import app_commands

from bot import text
from bot.answer import Where, answer
from bot.commands import my_bets
from bot.commands.options import Number
from bot.context import Context
from bot.words import claim_lists, terms_card
from bot.words import claims as render
from markets.claims import claims
from markets.settlement import lapse
from markets.views import claims as view_claims
from markets.views import lists

# --- looking ----------------------------------------------------------------------------------


@app_commands.describe(claim="The claim's number")
async def show(ctx: Context, claim: Number) -> None:
    await answer(ctx, _seen(ctx, claim), render.show)


async def terms(ctx: Context, number: int) -> None:
    await answer(ctx, _seen(ctx, number), terms_card.terms)


async def _seen(ctx: Context, number: int) -> view_claims.ClaimSeen:
    seen = await ctx.read(view_claims.claim, ctx.guild, number, ctx.now)
    claims.require_public(seen.claim)
    return seen


@app_commands.describe(claim="The claim's number")
async def follow(ctx: Context, claim: Number) -> None:
    await _follow(ctx, claim, True)


@app_commands.describe(claim="The claim's number")
async def close(ctx: Context, claim: Number) -> None:
    await answer(ctx, _close(ctx, claim), render.closed)


async def _close(ctx: Context, number: int) -> int:
    who = await ctx.who()
    await ctx.write(lapse.close_own, lapse.CloseClaim(ctx.guild, ctx.key, who.number, number))
    return number


async def press_follow(ctx: Context, number: int, on: int) -> None:
    await _follow(ctx, number, on == 1)


async def _follow(ctx: Context, number: int, follows: bool) -> None:
    who = await ctx.who()
    request = claims.Follow(ctx.guild, ctx.key, who.number, number, follows)
    work = ctx.write(claims.follow, request)
    await answer(ctx, work, lambda now: render.followed(number, now))


@app_commands.describe(which="Which ones", tag="With this tag")
@app_commands.choices(
    which=[
        app_commands.Choice(name="Closing soon", value="closing"),
        app_commands.Choice(name="Wanting a counterpart", value="wanting"),
        app_commands.Choice(name="Mine", value="mine"),
        app_commands.Choice(name="Linked to one of mine", value="linked"),
    ]
)
async def list_(
    ctx: Context, which: str = "closing", tag: app_commands.Range[str, 1, 30] | None = None
) -> None:
    if tag:
        await answer(ctx, _tagged(ctx, tag), claim_lists.listed)
    elif which == "wanting":
        await my_bets.list_(ctx)
    elif which == "linked":
        await answer(ctx, _linked(ctx), claim_lists.listed)
    elif which == "mine":
        await answer(ctx, _mine(ctx, 0), claim_lists.listed)
    else:
        await answer(ctx, _closing(ctx, 0), claim_lists.listed)


async def turn_closing(ctx: Context, after: int) -> None:
    await answer(ctx, _closing(ctx, after), claim_lists.listed, where=Where.IN_PLACE)


async def turn_mine(ctx: Context, before: int) -> None:
    await answer(ctx, _mine(ctx, before), claim_lists.listed, where=Where.IN_PLACE)


@app_commands.describe(words="Words of the claim")
async def search(ctx: Context, words: app_commands.Range[str, 2, 100]) -> None:
    await answer(ctx, _search(ctx, words), claim_lists.listed)


async def _closing(ctx: Context, after: int) -> claim_lists.Page:
    rows = await ctx.read(lists.closing, ctx.guild, ctx.now, after=after)
    return _page("Claims that close soon", rows, "claims-closing", after)


async def _mine(ctx: Context, before: int) -> claim_lists.Page:
    who = await ctx.who()
    rows = await ctx.read(lists.mine, ctx.guild, who.number, before=before)
    return _page("Claims you opened or have a bet on", rows, "claims-mine", before)


async def _linked(ctx: Context) -> claim_lists.Page:
    who = await ctx.who()
    rows = await ctx.read(lists.linked, ctx.guild, who.number)
    none = (
        "There are none: no crux, no better wording and nothing of the library is linked to a claim of yours. "
        "`/claim link` links two."
    )
    return claim_lists.Page("Claims linked to one of yours", rows, none)


async def _tagged(ctx: Context, tag: str) -> claim_lists.Page:
    plain = tag.casefold().strip()
    rows = await ctx.read(lists.tagged, ctx.guild, plain)
    return claim_lists.Page(f"Claims tagged {text.escape(plain, 40)}", rows, "None has this tag.")


async def _search(ctx: Context, words: str) -> claim_lists.Page:
    rows = await ctx.read(lists.search, ctx.guild, words)
    none = "No claim holds all of these words. Fewer words find more."
    return claim_lists.Page(f"Claims with “{text.escape(words, 60)}”", rows, none)


def _page(title: str, rows: list[lists.Row], name: str, at: int) -> claim_lists.Page:
    more = rows[lists.PAGE - 1].number if len(rows) > lists.PAGE else 0
    none = "There are none. `/claim new` or `/bet quick` opens one."
    return claim_lists.Page(title, rows, none, f"{name}:{more}" if more else "", f"{name}:0" if at else "")
