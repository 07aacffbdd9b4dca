"""Cards and forms as Discord's components, and what a form was filled in with.

So that discord.py keeps no copy of ours, a view or a form is marked as finished before it is sent: what a button
means stands in its `custom_id` (`bot.routes`), and survives a restart.
"""

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

import discord
from discord import ui

from bot import text
from bot.refusals import NotMember, ToBot
from bot.ui import discord_limits, sendable
from bot.ui.cards import (
    BREAK,
    REFUSED,
    Button,
    Card,
    Field,
    Form,
    Line,
    PickChannel,
    PickOne,
    PickPeople,
    PickRole,
)

Values = Mapping[str, str | list[str]]
"""What was filled in: a line's text, or a list's ids, by the field's id."""

_LONGEST_WORDS = 1_024
_TYPED = re.compile(r"-# (\w+): (.+)")
MENTION = re.compile(r"<(?:@&?|#)([0-9]{1,19})>", re.ASCII)
"""A person, a channel or a role as Discord writes it; its id."""
_ESCAPED = re.compile(r"\\(.)")


def view(card: Card, mark: int | None = None) -> ui.LayoutView:
    """Draw a card as Components V2; `mark` is a number that Discord keeps with it and shows nobody."""
    made = ui.LayoutView(timeout=None)
    card = discord_limits.fitted(card)
    sendable.require_card(card)
    inside: list[ui.Item[Any]] = [ui.TextDisplay(discord_limits.body(card))]
    if card.picture is not None:
        shown = discord.MediaGalleryItem(
            f"attachment://{card.picture.name}", description=card.picture.words[:_LONGEST_WORDS]
        )
        inside.append(ui.MediaGallery(shown))
    rows = -(-len(card.buttons) // 5)
    for row in range(rows):  # of about the same length, so that none has a single button
        first, end = (-(-len(card.buttons) * at // rows) for at in (row, row + 1))
        inside.append(ui.ActionRow(*map(_button, card.buttons[first:end])))
    made.add_item(ui.Container(*inside, accent_colour=card.accent.value, id=mark))
    for file in card.files:
        made.add_item(ui.File(f"attachment://{file.name}"))
    made.stop()
    return made


def files(card: Card) -> list[discord.File]:
    """Make a card's files, to be sent once."""
    made = [discord.File(io.BytesIO(file.content), file.name) for file in card.files]
    if card.picture is not None:
        shown = card.picture
        words = shown.words[:_LONGEST_WORDS]
        made.append(discord.File(io.BytesIO(shown.content), shown.name, description=words))
    return made


def modal(form: Form) -> ui.Modal:
    """Draw a form as Discord's modal."""
    sendable.require_form(form)
    made = ui.Modal(title=form.title[: sendable.LONGEST_TITLE], custom_id=form.id, timeout=None)
    if form.text:
        made.add_item(ui.TextDisplay(form.text))
    for field in form.fields:
        made.add_item(ui.Label(text=field.label, description=field.help or None, component=_input(field)))
    made.stop()
    return made


def values(data: Mapping[str, Any]) -> Values:
    """Return what a form was filled in with, from the interaction's own data; what Discord left out isn't there."""
    found: dict[str, str | list[str]] = {}
    for label in cast(list[dict[str, Any]], data.get("components", [])):
        part: dict[str, Any] = label.get("component") or {}
        if "value" in part:
            found[part["custom_id"]] = part["value"] or ""
        elif "values" in part:
            found[part["custom_id"]] = list(part["values"])
    return found


def has_field(data: Mapping[str, Any], name: str) -> bool:
    """Return whether the form that was sent has a field of this name, filled in or empty. An older
    form may lack it."""
    for label in cast(list[dict[str, Any]], data.get("components", [])):
        part: dict[str, Any] = label.get("component") or {}
        if part.get("custom_id") == name:
            return True
    return False


def as_typed(data: Mapping[str, Any]) -> Values:
    """Return what a form was filled in with, people, channels and roles of this server as Discord writes them."""
    resolved: dict[str, Any] = data.get("resolved") or {}

    def of(kind: str) -> dict[str, Any]:
        return resolved.get(kind) or {}

    bots = {one for one, user in of("users").items() if user.get("bot")}
    written = {one: f"<@{one}>" for one in of("members") if one not in bots}
    written |= {one: f"<#{one}>" for one in of("channels")}
    written |= {one: f"<@&{one}>" for one in of("roles")}
    return {
        name: value if isinstance(value, str) else [written.get(one, one) for one in value]
        for name, value in values(data).items()
    }


def line(filled: Values, name: str) -> str:
    """Return the text of one line, without spaces around it and without characters that can't be seen."""
    found = filled.get(name, "")
    return text.seen(found).strip() if isinstance(found, str) else ""


def typed_in(card: Iterable[Any]) -> dict[str, str]:
    """Return what a refused form was filled in with, as the card of its refusal shows it: `refusals.card` undone.

    Nothing else keeps it, so it outlives a restart, and goes when the card does.
    """
    words = [line for content in _contents(card) for line in content.splitlines()]
    if words[:1] != [f"### {REFUSED}"]:
        return {}
    shown = filter(None, map(_TYPED.fullmatch, words))
    return {one[1]: _ESCAPED.sub(r"\1", one[2]).replace(BREAK, "\n") for one in shown}


def _contents(parts: Iterable[Any]) -> list[str]:
    """All texts of a message, from top to bottom."""
    found: list[str] = []
    for part in parts:
        found += [str(part.content)] if hasattr(part, "content") else _contents(getattr(part, "children", ()))
    return found


def refilled(form: Form, typed: Mapping[str, str]) -> Form:
    """Return a form with these values in its lines and lists, where it has such."""

    def filled(field: Field) -> Field:
        value = typed.get(field.id)
        if value is None:
            return field
        if not isinstance(field, Line | PickOne):
            return _chosen_again(field, tuple(map(int, MENTION.findall(value))))
        if isinstance(field, PickOne) and value not in [known for known, _ in field.options]:
            return field
        return replace(field, value=value)

    return replace(form, fields=tuple(map(filled, form.fields)))


def _chosen_again(field: PickChannel | PickRole | PickPeople, ids: tuple[int, ...]) -> Field:
    if not ids:
        return field
    if isinstance(field, PickPeople):
        return replace(field, values=ids[: field.most])
    return replace(field, value=ids[0])


def choice(filled: Values, name: str) -> int:
    """Return the id chosen in a list, 0 where nothing was."""
    found = filled.get(name, [])
    chosen = found[0] if found and isinstance(found, list) else "0"
    return int(chosen) if chosen.isascii() and chosen.isdecimal() else 0


def picked(filled: Values, name: str) -> str:
    """Return the answer chosen in a list, empty where none was."""
    found = filled.get(name, [])
    return found[0] if found and isinstance(found, list) else ""


def people(data: Mapping[str, Any], name: str) -> tuple[int, ...]:
    """Return the people chosen in a list of a form, by Discord id.

    Raises:
        ToBot, NotMember: One of them is a bot, or isn't in this server.
    """
    found = values(data).get(name, [])
    resolved: dict[str, Any] = data.get("resolved") or {}
    users: dict[str, Any] = resolved.get("users") or {}
    members: dict[str, Any] = resolved.get("members") or {}
    chosen = [one for one in found if one.isascii() and one.isdecimal()] if isinstance(found, list) else []
    for one in chosen:
        if users.get(one) and users[one].get("bot"):
            raise ToBot
        if one not in members:
            raise NotMember
    return tuple(map(int, chosen))


def _button(button: Button) -> ui.Button[Any]:
    style = discord.ButtonStyle(button.look.value)
    return ui.Button(
        style=style,
        label=text.clean(button.label, sendable.LONGEST_LABEL),
        custom_id=button.id,
        disabled=button.off,
    )


def _input(field: Field) -> ui.Item[Any]:
    match field:
        case Line():
            return ui.TextInput(
                custom_id=field.id,
                default=field.value or None,
                # What stood before a limit came, or grew by a space in being read, is there again all the same.
                max_length=min(max(field.most, len(field.value)), sendable.LONGEST_TYPED),
                required=field.needed,
                style=discord.TextStyle.paragraph if field.long else discord.TextStyle.short,
            )
        case PickChannel():
            kinds = [discord.ChannelType.text, discord.ChannelType.news]
            if field.forum:
                kinds = [discord.ChannelType.forum]
            chosen = [discord.Object(field.value, type=discord.abc.GuildChannel)] if field.value else []
            return ui.ChannelSelect(
                custom_id=field.id,
                channel_types=kinds,
                default_values=chosen,  # pyright: ignore[reportArgumentType]
                min_values=0,
                required=False,
            )
        case PickRole():
            return ui.RoleSelect(
                custom_id=field.id,
                default_values=[discord.Object(field.value, type=discord.Role)] if field.value else [],
                min_values=0,
                required=False,
            )
        case PickPeople():
            return ui.UserSelect(
                custom_id=field.id,
                default_values=[discord.Object(one, type=discord.User) for one in field.values],
                min_values=0,
                max_values=field.most,
                required=False,
            )
        case PickOne():
            return ui.Select(
                custom_id=field.id,
                options=[
                    discord.SelectOption(
                        label=text.clean(words, 100), value=value, default=value == field.value
                    )
                    for value, words in field.options
                ],
                required=True,
            )
