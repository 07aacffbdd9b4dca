"""What people do. Each act does only what Discord's own client would let that person do, unless a test forces it."""

import asyncio
from dataclasses import dataclass
from typing import Any

from bot.playground import forms, people, permissions, rules
from bot.playground import interactions as life
from bot.playground.core import Core
from bot.playground.errors import Refusal
from bot.playground.files import Upload
from bot.playground.jsons import Json, part
from bot.playground.look import Look, leaves
from bot.playground.messages import NewMessage
from bot.playground.options import Resolved, options_data
from bot.playground.world import Channel, ChannelType, Event, Interaction, Message, SyncedCommand, User


@dataclass(frozen=True)
class Delivery:
    """How an interaction reaches the bot; anything but the default is a test's trick."""

    times: int = 1
    late: bool = False  # as if three seconds had gone by before the bot could answer
    late_seconds: float = 0  # and so long ago it was done, by the clock
    guild_id: str | None = None  # another bot's server
    installed_by_user: bool = False  # from a server that the bot isn't in, by a person who brought it along
    final: bool = False  # wait for what follows a deferral
    seconds: float = 20.0  # how long to wait for that


class Actors:
    def __init__(self, core: Core) -> None:
        self.core = core
        self.world = core.world

    # commands

    async def run(
        self, user: User, where: str | None, name: str, options: Json, how: Delivery, *, force: bool = False
    ) -> Json:
        channel = self._writable(user, where)
        command, path, asked = self._slash(user, channel, name)
        resolved = Resolved(self.core, user, channel)
        sent = options_data(asked, options, resolved, force=force)
        data = self._command_data(command, path, sent, resolved)
        interaction = self._make(
            life.COMMAND, user, channel, data, used=f"/{' '.join((command.name, *path))}"
        )
        return await self._deliver(interaction, user, how)

    async def autocomplete(
        self, user: User, where: str | None, name: str, options: Json, focused: str, how: Delivery
    ) -> Json:
        channel = self._writable(user, where)
        command, path, asked = self._slash(user, channel, name)
        option = next((o for o in asked if o["name"] == focused), None)
        if option is None or not option.get("autocomplete"):
            raise Refusal(f"The option {focused} has no autocomplete.")
        resolved = Resolved(self.core, user, channel)
        given = {focused: "", **options}
        sent = options_data(asked, given, resolved, focused=focused)
        data = self._command_data(command, path, sent, resolved)
        interaction = self._make(life.AUTOCOMPLETE, user, channel, data)
        answer = await self._deliver(interaction, user, how)
        return {"choices": answer["answer"].get("choices", []), **answer}

    async def menu(
        self, user: User, where: str | None, name: str, message: str | None, person: str | None, how: Delivery
    ) -> Json:
        """Return a command on a message, or on a person."""
        target = None if message is None else people.message(self.world, user, message)
        channel = self._seen(user, where) if target is None else self.world.channels[target.channel_id]
        kind = 3 if target is not None else 2
        found = [
            c for c in people.usable_commands(self.world, user, channel) if c.type == kind and c.name == name
        ]
        if not found:
            raise Refusal(f"{user.name} has no such entry in the menu: {name}.")
        resolved = Resolved(self.core, user, channel)
        if target is not None:
            resolved.data["messages"] = {str(target.id): self.core.views.message(target)}
            target_id = str(target.id)
        else:
            target_id = resolved.person(person or "")
        data = self._command_data(found[0], [], [], resolved) | {"target_id": target_id}
        interaction = self._make(life.COMMAND, user, channel, data, used=name)
        return await self._deliver(interaction, user, how)

    def _slash(self, user: User, channel: Channel, name: str) -> tuple[SyncedCommand, list[str], list[Json]]:
        words = name.removeprefix("/").split()
        usable = [c for c in people.usable_commands(self.world, user, channel) if c.type == 1]
        for command in usable:
            for path, _, options in leaves(command.name, command.body):
                if path.split() == words:
                    return command, words[1:], options
        synced = any(c.type == 1 and c.name == words[0] for c in self.world.commands.values())
        raise Refusal(
            f"{user.name} can't use /{' '.join(words)} here."
            if synced
            else f"There is no command /{' '.join(words)}."
        )

    def _command_data(
        self, command: SyncedCommand, path: list[str], sent: list[Json], resolved: Resolved
    ) -> Json:
        for depth, step in enumerate(reversed(path)):
            sent = [{"name": step, "type": 1 if depth == 0 else 2, "options": sent}]
        data: Json = {"id": str(command.id), "name": command.name, "type": command.type}
        if command.type == 1:
            data["options"] = sent
        if command.guild_id is not None:
            data["guild_id"] = str(command.guild_id)
        if resolved.data:
            data["resolved"] = resolved.data
        return data

    # components

    async def click(
        self, user: User, message_id: str, button: str, how: Delivery, *, force: bool = False
    ) -> Json:
        message = people.message(self.world, user, message_id)
        found = _find(message, button, (rules.BUTTON,))
        if found is None and not force:
            raise Refusal(f"That message has no button {button}.")
        pressed: Json = found or {"custom_id": button}
        if pressed.get("disabled") and not force:
            raise Refusal(f"The button {pressed.get('label') or button} is disabled.")
        if "custom_id" not in pressed:
            raise Refusal(f"The button {button} is a link; it tells the bot nothing.")
        data: Json = {
            "component_type": rules.BUTTON,
            "custom_id": pressed["custom_id"],
            "id": pressed.get("id", 1),
        }
        return await self._press(user, message, data, how)

    async def select(
        self,
        user: User,
        message_id: str,
        select: str,
        values: list[Any],
        how: Delivery,
        *,
        force: bool = False,
    ) -> Json:
        message = people.message(self.world, user, message_id)
        found = _find(message, select, rules.SELECTS)
        if found is None:
            raise Refusal(f"That message has no list {select}.")
        if found.get("disabled"):
            raise Refusal(f"The list {select} is disabled.")
        resolved = Resolved(self.core, user, self.world.channels[message.channel_id])
        if force:
            chosen = [str(value) for value in values]
        elif found["type"] == rules.STRING_SELECT:
            chosen = [forms.option_value(found, select, value) for value in values]
        else:
            chosen = forms.entities(found, values, resolved)
        if not force:
            forms.check_count(found, select, len(chosen))
        data: Json = {"component_type": found["type"], "custom_id": found["custom_id"], "id": found["id"]}
        data["values"] = chosen
        if resolved.data:
            data["resolved"] = resolved.data
        return await self._press(user, message, data, how)

    async def _press(self, user: User, message: Message, data: Json, how: Delivery) -> Json:
        channel = self.world.channels[message.channel_id]
        if message.author_id != self.world.bot_id:
            raise Refusal("That message isn't the bot's.")
        interaction = self._make(life.COMPONENT, user, channel, data, message_id=message.id)
        return await self._deliver(interaction, user, how)

    async def submit(
        self, user: User, modal_id: str, fields: Json, how: Delivery, *, force: bool = False
    ) -> Json:
        opened = self.world.interactions.get(int(modal_id)) if modal_id.isdecimal() else None
        if opened is None or opened.modal is None or opened.user_id != user.id:
            raise Refusal(f"{user.name} has no such form open.")
        if opened.modal_submitted and not force:
            raise Refusal("That form has been sent already.")
        if opened.channel_id not in self.world.channels:
            raise Refusal("The channel isn't there any more.")
        channel = self.world.channels[opened.channel_id]
        resolved = Resolved(self.core, user, channel)
        components = forms.form_data(opened.modal, fields, resolved)
        data: Json = {"custom_id": opened.modal["custom_id"], "components": components}
        if resolved.data:
            data["resolved"] = resolved.data
        message_id = opened.message_id
        if message_id is not None and message_id not in channel.messages:
            message_id = None
        interaction = self._make(
            life.MODAL_SUBMIT,
            user,
            channel,
            data,
            message_id=message_id,
            used=opened.used,
            metadata=opened.metadata,
        )
        answer = await self._deliver(interaction, user, how)
        opened.modal_submitted = answer["answer"]["kind"] != "failed"
        return answer

    async def forge(self, user: User, where: str | None, form: str, fields: Json, how: Delivery) -> Json:
        """Send a form that nobody opened, as Discord's client never would: text in lines, lists as choices."""
        parts: list[Json] = [
            {
                "type": rules.LABEL,
                "id": at,
                "component": {"id": 100 + at, "custom_id": name}
                | (
                    {"type": rules.STRING_SELECT, "values": value}
                    if isinstance(value, list)
                    else {"type": rules.TEXT_INPUT, "value": str(value)}
                ),
            }
            for at, (name, value) in enumerate(fields.items(), start=1)
        ]
        data: Json = {"custom_id": form, "components": parts}
        channel = self._seen(user, where)
        opened = self._make(life.COMMAND, user, channel, {})  # what would have opened it
        interaction = self._make(life.MODAL_SUBMIT, user, channel, data, metadata=opened.metadata)
        return await self._deliver(interaction, user, how)

    # without the bot

    def say(
        self,
        user: User,
        where: str | None,
        content: str,
        *,
        reply_to: str | None = None,
        files: list[Json] | None = None,
    ) -> Message:
        channel = self._writable(user, where)
        if not content.strip() and not files:
            raise Refusal("An empty message can't be sent.")
        if len(content) > 2000:
            raise Refusal(f"A message has at most 2,000 letters; this has {len(content)}.")
        reference = None
        if reply_to is not None:
            target = people.message(self.world, user, reply_to)
            reference = {"type": 0, "channel_id": str(channel.id), "message_id": str(target.id)}
            if channel.guild_id is not None:
                reference["guild_id"] = str(channel.guild_id)
        uploads = tuple(
            Upload(i, f["filename"], str(f.get("content", "")).encode()) for i, f in enumerate(files or [])
        )
        body: Json = {"content": content}
        if not permissions.in_channel(self.world, channel, user.id) & permissions.MENTION_EVERYONE:
            body["allowed_mentions"] = {"parse": ["users", "roles"]}
        draft = NewMessage(
            channel, user.id, body, uploads, type=19 if reference else 0, extra={"reference": reference}
        )
        return self.core.messages.post(draft)

    def dismiss(self, user: User, message_id: str) -> None:
        message = people.message(self.world, user, message_id)
        if not message.ephemeral:
            raise Refusal("Only a message that only you can see can be dismissed.")
        self.world.dismissed.add(message.id)
        channel = self.world.channels[message.channel_id]
        self.world.publish(Event("message_dismissed", channel.guild_id, channel, message))

    def delete(self, user: User, message_id: str) -> None:
        message = people.message(self.world, user, message_id)
        channel = self.world.channels[message.channel_id]
        rights = permissions.in_channel(self.world, channel, user.id)
        if message.author_id != user.id and not rights & permissions.MANAGE_MESSAGES:
            raise Refusal(f"{user.name} can't delete somebody else's message.")
        self.core.messages.delete(message)

    # the way to the bot and back

    def _seen(self, user: User, where: str | None) -> Channel:
        return people.channel(self.world, user, where)

    def _writable(self, user: User, where: str | None) -> Channel:
        channel = self._seen(user, where)
        if channel.type == ChannelType.FORUM:
            raise Refusal(f"#{channel.name} is a forum: write in one of its posts.")
        rights = permissions.in_channel(self.world, channel, user.id)
        if not rights & permissions.to_send(channel):
            raise Refusal(f"{user.name} can't write in #{channel.name}.")
        if channel.is_thread and channel.locked and not rights & permissions.MANAGE_THREADS:
            raise Refusal(f"#{channel.name} is locked.")
        return channel

    def _make(self, kind: int, user: User, channel: Channel, data: Json, **about: Any) -> Interaction:
        return self.core.interactions.make(kind, user_id=user.id, channel_id=channel.id, data=data, **about)

    async def _deliver(self, interaction: Interaction, user: User, how: Delivery) -> Json:
        if how.late_seconds:
            self.core.interactions.backdate(interaction, how.late_seconds)
        changed = None
        if how.guild_id is not None:
            changed = self.core.views.interaction(interaction)
            changed |= {
                "guild_id": how.guild_id,
                "guild": {"id": how.guild_id, "locale": "en-US", "features": []},
            }
        if how.installed_by_user:
            stranger = str(self.world.new_id())
            changed = self.core.views.interaction(interaction)
            changed |= {
                "guild_id": stranger,
                "guild": {"id": stranger, "locale": "en-US", "features": []},
                "authorizing_integration_owners": {"1": str(user.id)},
            }
            changed["channel"] = changed["channel"] | {"id": str(self.world.new_id()), "guild_id": stranger}
            changed["channel_id"] = changed["channel"]["id"]
        life_of = self.core.interactions
        guild = self.world.guilds.get(interaction.guild_id or 0)
        reachable = self.core.gateway.reachable and (guild is None or guild.bot_installed)
        progress = life_of.deliver(
            interaction, reachable=reachable, times=how.times, late=how.late, changed=changed
        )
        answer = await progress.first
        if how.final and answer["kind"] != "failed":
            try:
                answer = await asyncio.wait_for(asyncio.shield(progress.final), how.seconds)
            except TimeoutError:
                raise Refusal(f"Nothing followed within {how.seconds:g} seconds.") from None
        return self.answer_view(user, interaction, answer)

    def answer_view(self, user: User, interaction: Interaction, answer: Json) -> Json:
        view = {k: v for k, v in answer.items() if k != "message_id"}
        channel = self.world.channels.get(interaction.channel_id)
        message = None if channel is None else channel.messages.get(answer.get("message_id") or 0)
        if message is not None and answer["kind"] != "acknowledged":
            view["message"] = Look(self.core, user).message(message)
        return {"interaction": str(interaction.id), "answer": view}


def _find(message: Message, wanted: str, kinds: tuple[int, ...]) -> Json | None:
    """By custom_id, else by label or placeholder."""
    there = [c for _, c in rules.walk(message.components) if c["type"] in kinds]
    for key in ("custom_id", "label", "placeholder"):
        for component in there:
            if component.get(key) == wanted:
                return component
    # A button of one emoji, or the only list there is.
    for component in there:
        if part(component, "emoji").get("name") == wanted:
            return component
    return None
