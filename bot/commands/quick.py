"""/bet quick: from a sentence to an offer in one form (RULES C2)."""

import discord

from bot import text
from bot.answer import Where, answer, ask
from bot.commands.bet import offered
from bot.context import Acting, Context, key_of, number_of
from bot.input import ambiguous, date_words, form_fields, quick_bet_fields
from bot.input.form_fields import Held
from bot.refusals import BadInput, NotMember, Outdated, ToBot, Unclear
from bot.ui import components
from bot.ui.cards import Card
from bot.words import offer_card, offer_forms, refusals, wording
from markets.bets import offers, quick_bet
from markets.claims import claims, drafts, wallet_keeps, zones
from markets.claims.terms import Terms
from markets.claims.wording import check
from markets.mechanisms.two_party import Stakes
from markets.views import claims as view_claims


async def quick_(ctx: Context) -> None:
    await ask(ctx, offer_forms.quick_form("quick:0:0", {}))


async def bet_on_this(ctx: Context, message: discord.Message) -> None:
    """Open the form of a quick bet with the words of a message as what happens, and its author as the other side."""
    held = {"what": text.clean(message.content, form_fields.MOST_QUICK)}
    letters = len(text.clean(message.content, max(len(message.content), 1)))
    if letters > form_fields.MOST_QUICK:
        held["cut"] = (
            f"The message has {letters:,} letters, and this takes {form_fields.MOST_QUICK}: say it shorter"
        )
    person = 0 if message.author.bot or message.author.id == ctx.press.user.id else message.author.id
    await ask(ctx, offer_forms.quick_form(f"quick:{message.channel.id}:{message.id}", held, person))


async def send_quick(ctx: Context, channel: int, message: int) -> None:
    await _quick(ctx, _held(ctx, _link(ctx, channel, message)), None)


async def send_quick_draft(ctx: Context, draft: int) -> None:
    _, stored = await ctx.read(view_claims.draft, ctx.guild, draft)
    await _quick(ctx, _held(ctx, form_fields.decode(stored).get("origin", "")), draft)


async def change_quick(ctx: Context, draft: int) -> None:
    who, (found, stored) = await ctx.who_and(view_claims.draft, ctx.guild, draft)
    drafts.require_draft_of(found, who.number)
    held = _quick_held(stored)
    await ask(ctx, offer_forms.quick_form(f"quick-draft:{draft}", held, int(held.get("who") or 0)))


async def open_anyway(ctx: Context, asked: int, draft: int) -> None:
    """Open the claim. The key is the interaction that was warned, so two presses open one claim."""
    who, (found, stored) = await ctx.who_and(view_claims.draft, ctx.guild, draft)
    claims.require_author(found, who.number)
    held = _quick_held(stored)
    await answer(ctx, _open_quick(ctx, who, held, draft, f"{key_of(asked)}:open"))


def _quick_held(stored: str) -> dict[str, str]:
    """What a quick bet's form held.

    Raises:
        Outdated: The draft is no quick bet: a button of ours doesn't lead to it.
    """
    held = form_fields.decode(stored)
    if not {"what", "side", "when"} <= held.keys():
        raise Outdated
    return held


async def _quick(ctx: Context, held: dict[str, str], draft: int | None) -> None:
    who = await ctx.who()
    try:
        held["who"] = "".join(map(str, components.people(ctx.data, "who")))
    except (NotMember, ToBot) as bad:
        why = refusals.refusal(bad, text.Currency()) or ""
        await answer(ctx, _keep(ctx, who, held, draft, (why,)))
        return
    await _go_on(ctx, who, held, draft, ctx.key)


async def choose_until(ctx: Context, asked: int, draft: int, until: int) -> None:
    """Take one of the two deadlines that were possible. The key is the interaction that was asked, so two presses
    open one claim."""
    who, (found, stored) = await ctx.who_and(view_claims.draft, ctx.guild, draft)
    claims.require_author(found, who.number)
    when = date_words.chosen(until, zones.zone(who.places.time_zone))
    held = _quick_held(stored) | {"when": when}
    await _go_on(ctx, who, held, draft, f"{key_of(asked)}:open")


async def _go_on(ctx: Context, who: Acting, held: dict[str, str], draft: int | None, by: str) -> None:
    """Open what a quick bet says, or keep it where it can't be read, can be read two ways, or is warned of."""
    where = Where.PRIVATE if who.places.announcement_channel else Where.PUBLIC
    try:
        terms, _, stakes = _read_quick(ctx, who, held)
        remarks = check(wording.draft_of(terms, held["when"], zone_given=True))
    except BadInput as bad:
        await answer(ctx, _keep(ctx, who, held, draft, bad=bad))
        return
    if remarks:
        await ctx.read(
            wallet_keeps.require_points, ctx.guild, who.number, stakes.maker
        )  # before it is offered (A9)
        blocked = any(one.level == "blocks" for one in remarks)
        why = wording.remarks(remarks)
        await answer(ctx, _keep(ctx, who, held, draft, why, may=not blocked))
        return
    await answer(ctx, _open_quick(ctx, who, held, draft, by), where=where)


def _read_quick(ctx: Context, who: Acting, held: Held) -> tuple[Terms, int, Stakes]:
    terms = quick_bet_fields.quick_terms(held, who.places.time_zone, ctx.now)
    return terms, *quick_bet_fields.quick_stakes(held)


async def _open_quick(ctx: Context, who: Acting, held: Held, draft: int | None, by: str) -> Card:
    terms, side, stakes = _read_quick(ctx, who, held)
    remarks = check(wording.draft_of(terms, held["when"], zone_given=True))
    person = int(held.get("who") or 0)
    request = quick_bet.Quick(
        guild=ctx.guild,
        key=by,
        actor=who.actor,
        terms=terms,
        side=side,
        maker_stake=stakes.maker,
        taker_stake=stakes.taker,
        taker=await number_of(ctx, person) if person else offers.ANYONE,
        claim=draft,
        warned=tuple(one.code for one in remarks),
    )
    opened = await ctx.write(quick_bet.quick, request)
    return offer_card.offered(await offered(ctx, opened.offer, who, opened=True))


async def _keep(
    ctx: Context,
    who: Acting,
    held: Held,
    draft: int | None,
    why: tuple[str, ...] = (),
    *,
    may: bool = False,
    bad: BadInput | None = None,
) -> Card:
    """Keep what was typed as a draft, and say what is the matter with it, or that it can't be read."""
    request = drafts.SaveDraft(
        ctx.guild,
        ctx.key,
        who.number,
        quick_bet_fields.quick_draft(held),
        draft,
        form_fields.encode(held),
    )
    number = await ctx.write(drafts.save_draft, request)
    return held_card(ctx, number, why, may=may, bad=bad)


def held_card(
    ctx: Context, number: int, why: tuple[str, ...] = (), *, may: bool = False, bad: BadInput | None = None
) -> Card:
    """Make the card of a quick bet that isn't open yet, with a button for each reading of an ambiguous deadline."""
    if isinstance(bad, Unclear):
        ambiguous.offer(bad, lambda at_us: f"quick-until:{ctx.id}:{number}:{at_us}")
    if bad is not None:
        why = (*why, refusals.refusal(bad, text.Currency()) or "")
    return offer_forms.held(
        offer_forms.HeldQuickBet(number, ctx.id, why, may, refusals.choices(bad) if bad else ())
    )


def _held(ctx: Context, origin: str) -> dict[str, str]:
    """What was typed into the form of a quick bet; with whom is read where it can be refused."""
    filled = ctx.filled
    held = {name: components.line(filled, name) for name in ("what", "when", "side", "stake")}
    return held | {"who": "", "origin": origin}


def _link(ctx: Context, channel: int, message: int) -> str:
    return f"https://discord.com/channels/{ctx.guild}/{channel}/{message}" if message else ""
