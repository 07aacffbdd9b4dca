"""The one way a press, a command or a form is answered.

`answer` awaits the work for a second and answers directly if it is done by then; else it tells Discord that an
answer is coming, and brings it when it is there. The work is never cancelled: what has begun is finished and said.
It alone finds words for refusals, and gives every mistake of ours an incident number.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine
from enum import Enum
from typing import Any, TypeVar, overload

import aiohttp
import discord
from discord import app_commands

from bot import permissions
from bot.arrivals import NumberTaken
from bot.client import Press
from bot.context import Context
from bot.refusals import NotMember, Outdated
from bot.text import Currency
from bot.ui import components
from bot.ui.cards import Card, Form
from bot.words import refusals
from markets.core import delivery

A = TypeVar("A")

PATIENCE_SECONDS = 1.0
"""How long the work may take before "thinking…" is shown; Discord gives three seconds, and two are for the way."""

_ATTEMPTS = 3
_GONE = (10062, 10015, 50027)  # three seconds or fifteen minutes are over: nobody can be told any more
_ANSWERED = 40060  # the same interaction reached us twice, or our first answer went through after all

log = logging.getLogger("crux.answer")


class Where(Enum):
    """Only the person sees it; everybody does; or the pressed message becomes the answer."""

    PRIVATE = 1
    PUBLIC = 2
    IN_PLACE = 3


@overload
async def answer(
    ctx: Context, work: Card | Coroutine[Any, Any, Card], *, where: Where = Where.PRIVATE
) -> None: ...
@overload
async def answer(
    ctx: Context,
    work: Coroutine[Any, Any, A],
    render: Callable[[A], Card],
    *,
    where: Where = Where.PRIVATE,
) -> None: ...
async def answer(
    ctx: Context,
    work: Any,
    render: Callable[[Any], Card] | None = None,
    *,
    where: Where = Where.PRIVATE,
) -> None:
    """Do the work and answer with its card, or with the card that `render` makes of what it found; a refusal is
    always private."""
    press = ctx.press
    task = asyncio.create_task(_carded(ctx, work, render))
    with ctx.client.busy():
        await asyncio.wait((task,), timeout=PATIENCE_SECONDS)
        if not task.done() and not press.response.is_done():
            await _deliver(press, lambda: _defer(press, where))
        deferred = where if press.response.is_done() else None
        try:
            card = task.result() if task.done() else await asyncio.shield(task)
        except NumberTaken:
            raise
        except Exception as error:
            await fail(press, error, deferred=deferred)
        else:
            await _deliver(press, lambda: _show(press, card, where), deferred=deferred)
            if card.live is not None and where is Where.PUBLIC:
                await _place(ctx, *card.live)


async def _place(ctx: Context, kind: str, ref: int) -> None:
    """Remember that this answer is the card, to be drawn again where it stands: the server chose no channel. Where
    Crux can't edit there, or Discord doesn't say which message it is, it stays as it is."""
    press = ctx.press
    chosen = await ctx.client.places(ctx.guild)
    if chosen.announcement_channel or chosen.forum_channel or press.guild is None or press.channel is None:
        return
    if not permissions.check(press.guild, press.channel.id).can_post:
        return
    with contextlib.suppress(discord.HTTPException, aiohttp.ClientError, OSError):
        message = await press.original_response()
        request = delivery.CardPlaced(ctx.guild, kind, ref, press.channel.id, message.id)
        await ctx.client.db.background(delivery.placed, request, ctx.now)
        ctx.client.wrote.set()


async def _carded(ctx: Context, work: Any, render: Callable[[Any], Card] | None) -> Card:
    found = work if isinstance(work, Card) else await work
    card: Card = found if render is None else render(found)
    await ctx.settle_in()
    return card if card.chart is None else await ctx.client.painter.painted(card)


async def ask(ctx: Context, form: Form) -> None:
    """Answer with a form; sending it is a press of its own. Where a refusal's button opened it, it holds what was
    typed before."""
    press = ctx.press
    await ctx.settle_in()
    if press.message is not None:
        form = components.refilled(form, components.typed_in(press.message.components))
    with ctx.client.busy():
        await _deliver(press, lambda: press.response.send_modal(components.modal(form)))


async def fail(press: Press, error: Exception, *, deferred: Where | None = None) -> None:
    """Tell a person why not: the words of a refusal, or the number of an incident. A person who is typing is offered
    nothing."""
    error = _cause(error)
    if press.type is discord.InteractionType.autocomplete:
        await _offer_nothing(press, error)
        return
    try:
        card = await _refused(press, error)
    except Exception as worse:  # in finding the words: the person is told of the first mistake all the same
        card = refusals.incident(_incident(press, worse))
    with press.client.busy():
        await _deliver(press, lambda: _show_refusal(press, card, deferred), deferred=deferred)


async def _refused(press: Press, error: Exception) -> Card:
    sentence = refusals.refusal(error, await press.client.currency(press.guild_id))
    if sentence is None:
        return refusals.incident(_incident(press, error))
    log.debug("refused", extra={"facts": {"error": type(error).__name__, "guild": press.guild_id or 0}})
    return refusals.card(sentence, *_filled_in(press), refusals.choices(error))


async def _offer_nothing(press: Press, error: Exception) -> None:
    """Discord takes no words where a person is typing, only choices."""
    if refusals.refusal(error, Currency()) is None:
        _incident(press, error)
    with press.client.busy(), contextlib.suppress(discord.HTTPException, aiohttp.ClientError, OSError):
        await press.response.autocomplete([])


def _filled_in(press: Press) -> tuple[str, components.Values]:
    """Of a form: the button that opens it again, where there is one, and what it was filled in with."""
    data: dict[str, Any] = dict(press.data or {})
    if press.type is not discord.InteractionType.modal_submit:
        return "", {}
    filled = components.values(data)
    try:
        return press.client.routes.again(str(data.get("custom_id", "")), filled), components.as_typed(data)
    except Outdated:
        return "", {}


def _cause(error: Exception) -> Exception:
    """What discord.py's own exceptions mean to us."""
    match error:
        case app_commands.CommandInvokeError():
            return error.original
        case app_commands.TransformerError():
            return NotMember()
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return Outdated()
        case _:
            return error


def _incident(press: Press, error: Exception) -> str:
    """Log a mistake of ours under a number that the person is told: the interaction's own, shortened."""
    number = press.id % 10**9
    facts: dict[str, int | str] = {
        "number": number,
        "guild": press.guild_id or 0,
        "interaction": press.id,
        "error": type(error).__name__,
    }
    if isinstance(error, discord.HTTPException):
        facts |= {"status": error.status, "code": error.code, "part": _refused_part(error)}
    log.error("incident", extra={"facts": facts}, exc_info=error)
    return f"{number // 1_000_000:03d}-{number // 1000 % 1000:03d}-{number % 1000:03d}"


def _refused_part(error: discord.HTTPException) -> str:
    """Which part of a message Discord refuses first, such as `data.components.0.content`."""
    found = re.search(r"^In ([\w.]+): ", error.text, re.ASCII | re.MULTILINE)
    return found[1] if found else "-"


async def _deliver(
    press: Press, send: Callable[[], Awaitable[Any]], *, deferred: Where | None = None
) -> None:
    """Send an answer. What can't be shown, or Discord won't have, is an incident that the person is told instead: as
    a card where the answer would stand, and if Discord won't have that either, in plain words beside it.

    Args:
        deferred: Where "thinking…" stands since we said that an answer is coming.
    """
    try:
        await _sent(press, send)
    except Exception as error:
        number = _incident(press, error)
        for told in (
            lambda: _show_refusal(press, refusals.incident(number), deferred),
            lambda: _say(press, refusals.incident_words(number)),
        ):
            try:
                await _sent(press, told)
            except Exception as again:
                _incident(press, again)
            else:
                return


async def _sent(press: Press, send: Callable[[], Awaitable[Any]]) -> None:
    """Send an answer; again where the connection or Discord failed, and not where nobody can be told any more.

    Raises:
        Exception: What kept it from being sent, at last.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            await send()
            return
        except discord.HTTPException as error:
            if error.code in (*_GONE, _ANSWERED):
                log.info("not told", extra={"facts": {"code": error.code, "interaction": press.id}})
                return
            if error.status < 500 or attempt == _ATTEMPTS:
                raise
        except (aiohttp.ClientError, OSError, TimeoutError):
            if attempt == _ATTEMPTS:
                raise
        await asyncio.sleep(0.2 * attempt)


async def _defer(press: Press, where: Where) -> None:
    thinking = where is not Where.IN_PLACE or press.message is None
    await press.response.defer(ephemeral=where is not Where.PUBLIC, thinking=thinking)


async def _show(press: Press, card: Card, where: Where) -> None:
    view = components.view(card)
    in_place = where is Where.IN_PLACE and press.message is not None
    if press.response.is_done():
        await press.edit_original_response(view=view, attachments=components.files(card))
    elif in_place and (card.picture or (press.message and press.message.attachments)):
        await press.response.edit_message(view=view, attachments=components.files(card))
    elif in_place:
        await press.response.edit_message(view=view)
    elif card.files or card.picture:
        private = where is not Where.PUBLIC
        await press.response.send_message(view=view, ephemeral=private, files=components.files(card))
    else:
        await press.response.send_message(view=view, ephemeral=where is not Where.PUBLIC)


async def _say(press: Press, words: str) -> None:
    """Say it without a card, in a message of its own, to the person alone."""
    if press.response.is_done():
        await press.followup.send(words, ephemeral=True)
    else:
        await press.response.send_message(words, ephemeral=True)


async def _show_refusal(press: Press, card: Card, deferred: Where | None) -> None:
    """Always private: a public "thinking…" goes first, and a message that was pressed stays as it was."""
    view = components.view(card)
    if not press.response.is_done():
        await press.response.send_message(view=view, ephemeral=True)
    elif deferred is Where.PRIVATE:
        await press.edit_original_response(view=view)
    else:
        if deferred is Where.PUBLIC:
            await press.delete_original_response()
        await press.followup.send(view=view, ephemeral=True)
