"""An interaction's life: three real seconds to answer, once; then fifteen minutes of the moved clock to follow up."""

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from bot.playground import rules
from bot.playground.errors import ApiError, form_error
from bot.playground.files import Upload
from bot.playground.jsons import Json, part
from bot.playground.messages import Messages, NewMessage
from bot.playground.snowflake import created_us
from bot.playground.world import EPHEMERAL, LOADING, Event, Interaction, Message, World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
PONG, MESSAGE, DEFERRED, ACKNOWLEDGED, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9
ANSWER_SECONDS = 3.0
TOKEN_US = 15 * 60 * 1_000_000
NO_ANSWER = "The application did not respond"
KEPT = 2_000

_ALLOWED = {
    COMMAND: (MESSAGE, DEFERRED, MODAL),
    COMPONENT: (MESSAGE, DEFERRED, ACKNOWLEDGED, UPDATE, MODAL),
    AUTOCOMPLETE: (CHOICES,),
    MODAL_SUBMIT: (MESSAGE, DEFERRED, ACKNOWLEDGED, UPDATE),
}


@dataclass
class Progress:
    """What the person who acted is waiting for; lives no longer than the process."""

    started: float = field(default_factory=time.monotonic)
    first: "asyncio.Future[Json]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    final: "asyncio.Future[Json]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Interactions:
    def __init__(self, world: World, messages: Messages) -> None:
        self.world = world
        self.messages = messages
        self.answer_seconds = ANSWER_SECONDS
        self.latency_ms: float | None = None
        self._progress: dict[int, Progress] = {}

    # a person acts

    def make(self, kind: int, *, user_id: int, channel_id: int, data: Json, **about: Any) -> Interaction:
        world = self.world
        interaction = Interaction(
            id=world.new_id(),
            token=secrets.token_urlsafe(90),
            type=kind,
            user_id=user_id,
            guild_id=world.channels[channel_id].guild_id,
            channel_id=channel_id,
            data=data,
            **about,
        )
        interaction.metadata = self._metadata(interaction)
        self._forget_old()
        return world.add_interaction(interaction)

    def backdate(self, interaction: Interaction, seconds: float) -> None:
        """Make it as old as if it had been on its way for so long; its id says when it was made."""
        del self.world.interactions[interaction.id]
        interaction.id -= int(seconds * 1000) << 22
        interaction.metadata["id"] = str(interaction.id)
        self.world.add_interaction(interaction)

    def deliver(
        self,
        interaction: Interaction,
        *,
        reachable: bool,
        times: int = 1,
        late: bool = False,
        changed: Json | None = None,
    ) -> Progress:
        """Tell the bot. Where no session could hear of it, the person learns so at once."""
        progress = self._progress[interaction.id] = Progress()
        if late or not reachable:
            self._expire(interaction)
        else:
            asyncio.get_running_loop().call_later(self.answer_seconds, self._expire, interaction)
        for _ in range(times):
            event = Event("INTERACTION_CREATE", interaction.guild_id, interaction=interaction, extra=changed)
            self.world.publish(event)
        return progress

    def progress(self, interaction_id: int) -> Progress | None:
        return self._progress.get(interaction_id)

    # the bot answers

    def callback(
        self, interaction_id: int, token: str, body: Json, uploads: tuple[Upload, ...]
    ) -> Message | None:
        interaction = self.world.interactions.get(interaction_id)
        if interaction is None or interaction.token != token or interaction.expired:
            raise ApiError(10062)
        if interaction.answered is not None:
            raise ApiError(40060)
        kind: Any = body.get("type")
        self._check_kind(interaction, kind)
        message = self._act(interaction, kind, body.get("data"), uploads)
        interaction.answered = kind
        self.world.publish(Event("interaction_answered", interaction.guild_id, interaction=interaction))
        self._tell_first(interaction, kind, message, part(body, "data"))
        return message

    def _check_kind(self, interaction: Interaction, kind: Any) -> None:
        allowed = _ALLOWED[interaction.type]
        if interaction.message_id is None:
            allowed = tuple(k for k in allowed if k not in (ACKNOWLEDGED, UPDATE))
        if kind not in allowed:
            raise form_error(("type",), "BASE_TYPE_CHOICES", f"Value must be one of {set(allowed)}.")

    def _act(
        self, interaction: Interaction, kind: int, data: Any, uploads: tuple[Upload, ...]
    ) -> Message | None:
        body: Json = data or {}
        if kind == MODAL:
            rules.check_modal(body)
            interaction.modal = {"interaction": str(interaction.id), **rules.with_ids_as_text(body)}
            return None
        if kind == CHOICES:
            rules.check_choices(body, _focused_type(interaction.data))
            return None
        if kind == DEFERRED:
            flags = (body.get("flags") or 0) & EPHEMERAL | LOADING
            message = self.post(interaction, {}, (), flags=flags)
        elif kind == MESSAGE:
            rules.check_message(body, rules.WEBHOOK_MESSAGE, files=len(uploads))
            rules.check_not_empty(body, files=len(uploads))
            message = self.post(interaction, body, uploads)
        else:
            message = self._pressed(interaction)
            if kind == UPDATE:
                self.change(message, body, uploads)
        interaction.original_id = message.id
        return message

    def _pressed(self, interaction: Interaction) -> Message:
        channel = self.world.channels[interaction.channel_id]
        message = channel.messages.get(interaction.message_id or 0)
        if message is None:
            raise ApiError(10008)
        return message

    def post(
        self, interaction: Interaction, body: Json, uploads: tuple[Upload, ...], *, flags: int | None = None
    ) -> Message:
        channel = self.world.channels.get(interaction.channel_id)
        if channel is None:
            raise ApiError(10003)
        set_flags = flags if flags is not None else body.get("flags") or 0
        first = interaction.original_id is None
        by_command = (
            {1: 20, 2: 23, 3: 23}.get(interaction.data.get("type", 0), 0)
            if interaction.type == COMMAND
            else 0
        )
        draft = NewMessage(
            channel,
            self.world.bot_id,
            body,
            uploads,
            type=by_command if first else 0,
            flags=set_flags,
            extra={
                "webhook": True,
                "interaction_id": interaction.id,
                "to_id": interaction.user_id if set_flags & EPHEMERAL else None,
                "used": interaction.used if first else None,
                "metadata": interaction.metadata,
            },
        )
        return self.messages.post(draft)

    def change(self, message: Message, body: Json, uploads: tuple[Upload, ...]) -> None:
        """Edit a message through a token. A message that is V2 stays so."""
        whole = {**body, "flags": (body.get("flags") or 0) | message.flags & (1 << 15)}
        rules.check_message(whole, rules.WEBHOOK_MESSAGE, files=len(uploads))
        self.messages.edit(message, body, uploads)

    # afterwards, by token

    def by_token(self, webhook_id: str, token: str) -> Interaction:
        interaction = self.world.by_token.get(token)
        if (
            interaction is None
            or webhook_id != str(self.world.application_id)
            or interaction.answered is None
        ):
            raise ApiError(10015)
        if self.world.clock.now_us() - created_us(interaction.id) > TOKEN_US:
            raise ApiError(50027)
        return interaction

    def follow_up(self, interaction: Interaction, body: Json, uploads: tuple[Upload, ...]) -> Message:
        """Post a message. The first one after a deferral fills the waiting message; its own
        `ephemeral` is ignored."""
        rules.check_message(body, rules.WEBHOOK_MESSAGE, files=len(uploads))
        rules.check_not_empty(body, files=len(uploads))
        original = self.original(interaction)
        if original is not None and original.flags & LOADING:
            self.messages.edit(original, body, uploads)
            message = original
        else:
            message = self.post(interaction, body, uploads)
        self.tell_final(interaction, message)
        return message

    def original(self, interaction: Interaction) -> Message | None:
        channel = self.world.channels.get(interaction.channel_id)
        return None if channel is None else channel.messages.get(interaction.original_id or 0)

    def own_message(self, interaction: Interaction, message_id: str) -> Message:
        """Find `@original`, or a message sent with this token; else 10008."""
        if message_id == "@original":
            message = self.original(interaction)
        else:
            channel = self.world.channels.get(interaction.channel_id)
            message = None if channel is None else channel.messages.get(int(message_id))
        if message is None:
            raise ApiError(10008)
        if message.interaction_id != interaction.id and message.id != interaction.original_id:
            raise ApiError(10008)
        return message

    # what the person sees

    def tell_final(self, interaction: Interaction, message: Message | None) -> None:
        progress = self._progress.get(interaction.id)
        if progress is not None and not progress.final.done():
            kind = "updated" if message is not None and message.id == interaction.message_id else "message"
            progress.final.set_result({"kind": kind, "message_id": None if message is None else message.id})

    def _tell_first(self, interaction: Interaction, kind: int, message: Message | None, data: Json) -> None:
        progress = self._progress.get(interaction.id)
        if progress is None or progress.first.done():
            return
        self.latency_ms = (time.monotonic() - progress.started) * 1000
        names = {
            MESSAGE: "message",
            DEFERRED: "deferred",
            ACKNOWLEDGED: "acknowledged",
            UPDATE: "updated",
            MODAL: "modal",
            CHOICES: "choices",
        }
        answer: Json = {"kind": names[kind], "message_id": None if message is None else message.id}
        if kind == MODAL:
            answer["modal"] = interaction.modal
        if kind == CHOICES:
            answer["choices"] = data["choices"]
        progress.first.set_result(answer)
        if kind not in (DEFERRED, ACKNOWLEDGED):
            progress.final.set_result(answer)
        self.world.publish(Event("bot_changed"))

    def _expire(self, interaction: Interaction) -> None:
        if interaction.answered is not None:
            return
        interaction.expired = True
        progress = self._progress.get(interaction.id)
        if progress is not None and not progress.first.done():
            answer = {"kind": "failed", "error": NO_ANSWER, "message_id": None}
            progress.first.set_result(answer)
            progress.final.set_result(answer)
        self.world.publish(Event("interaction_answered", interaction.guild_id, interaction=interaction))

    def abandon(self) -> None:
        """Fail what the bot has not answered yet: its process has ended."""
        for interaction_id, progress in self._progress.items():
            if not progress.first.done():
                self._expire(self.world.interactions[interaction_id])
            if not progress.final.done():
                progress.final.set_result({"kind": "failed", "error": NO_ANSWER, "message_id": None})

    def _metadata(self, interaction: Interaction) -> Json:
        owner = "0" if interaction.guild_id is None else str(interaction.guild_id)
        about: Json = {
            "id": str(interaction.id),
            "type": interaction.type,
            "user": str(interaction.user_id),
            "authorizing_integration_owners": {"0": owner},
        }
        if interaction.type == COMPONENT:
            about["interacted_message_id"] = str(interaction.message_id)
        if interaction.type == MODAL_SUBMIT:
            about["triggering_interaction_metadata"] = interaction.metadata
        if interaction.data.get("type") == 2:
            about["target_user"] = interaction.data["target_id"]
        if interaction.data.get("type") == 3 and interaction.type == COMMAND:
            about["target_message_id"] = interaction.data["target_id"]
        return about

    def _forget_old(self) -> None:
        while len(self.world.interactions) > KEPT:
            oldest = next(iter(self.world.interactions.values()))
            del self.world.interactions[oldest.id]
            del self.world.by_token[oldest.token]
            self._progress.pop(oldest.id, None)


def _focused_type(data: Json) -> int:
    for option in data.get("options", []):
        if option.get("focused"):
            return option["type"]
        if "options" in option:
            return _focused_type(option)
    return 3
