"""The world in one file: written whole and renamed into place, a moment after a change and at the end."""

import asyncio
import fcntl
import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

from bot.playground.clock import PlaygroundClock
from bot.playground.jsons import Json
from bot.playground.world import (
    Attachment,
    Channel,
    Event,
    Guild,
    Interaction,
    Member,
    Message,
    Overwrite,
    Role,
    SyncedCommand,
    Tag,
    User,
    World,
)

FORMAT = 1
PAUSE_SECONDS = 0.2


class FolderInUse(Exception):
    """Another playground holds the data folder; the message names it."""


class Folder:
    """A data folder, held by one process at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self._lock = (path / "lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.seek(0)
            holder = self._lock.read().strip() or "another process"
            self._lock.close()
            raise FolderInUse(f"The folder {path} is in use by another playground ({holder}).") from None
        self._lock.truncate(0)
        self._lock.write(f"process {os.getpid()}")
        self._lock.flush()

    @property
    def world_file(self) -> Path:
        return self.path / "world.json"

    def load(self) -> World | None:
        return from_json(json.loads(self.world_file.read_text())) if self.world_file.exists() else None

    def save(self, world: World) -> None:
        fresh = self.world_file.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(to_json(world), file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.world_file)

    def close(self) -> None:
        self._lock.close()


class Saver:
    """Saves soon after a change; many changes at once are one save."""

    def __init__(self, world: World, folder: Folder) -> None:
        self.world = world
        self.folder = folder
        self._pending: asyncio.TimerHandle | None = None
        world.listen(self._on_event)

    def _on_event(self, event: Event) -> None:
        if self._pending is None:
            self._pending = asyncio.get_running_loop().call_later(PAUSE_SECONDS, self.save)

    def save(self) -> None:
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
        self.folder.save(self.world)


def _flat(thing: Any, *without: str) -> Json:
    return {field.name: getattr(thing, field.name) for field in fields(thing) if field.name not in without}


def to_json(world: World) -> Json:
    channels = [
        {
            **_flat(channel, "messages"),
            "overwrites": [_flat(o) for o in channel.overwrites.values()],
            "tags": [_flat(t) for t in channel.tags],
        }
        for channel in world.channels.values()
    ]
    return {
        "format": FORMAT,
        "offset_us": world.clock.offset_us,
        "frozen_us": world.clock.frozen_us,
        "bot_id": world.bot_id,
        "application_id": world.application_id,
        "token": world.token,
        "last_snowflake": world.snowflakes.last,
        "dismissed": sorted(world.dismissed),
        "users": [_flat(user) for user in world.users.values()],
        "guilds": [_flat(guild, "roles", "members", "channels") for guild in world.guilds.values()],
        "roles": [_flat(role) for guild in world.guilds.values() for role in guild.roles.values()],
        "members": [_flat(member) for guild in world.guilds.values() for member in guild.members.values()],
        "channels": channels,
        "messages": [_flat(m) for channel in world.channels.values() for m in channel.messages.values()],
        "commands": [_flat(command) for command in world.commands.values()],
        "interactions": [_flat(interaction) for interaction in world.interactions.values()],
        "attachments": [_flat(attachment) for attachment in world.attachments.values()],
    }


def from_json(data: Json) -> World:
    if data["format"] != FORMAT:
        raise ValueError(f"The playground's world has format {data['format']}; this version reads {FORMAT}.")
    world = World(
        PlaygroundClock(offset_us=data["offset_us"], frozen_us=data["frozen_us"]),
        bot_id=data["bot_id"],
        application_id=data["application_id"],
        token=data["token"],
        last_snowflake=data["last_snowflake"],
        dismissed=set(data["dismissed"]),
    )
    world.users = {row["id"]: User(**row) for row in data["users"]}
    world.guilds = {row["id"]: Guild(**row) for row in data["guilds"]}
    for row in data["roles"]:
        world.guilds[row["guild_id"]].roles[row["id"]] = Role(**row)
    for row in data["members"]:
        world.guilds[row["guild_id"]].members[row["user_id"]] = Member(**row)
    for row in data["channels"]:
        row["overwrites"] = {o["id"]: Overwrite(**o) for o in row["overwrites"]}
        row["tags"] = [Tag(**tag) for tag in row["tags"]]
        row["thread_members"] = {int(user): joined for user, joined in row["thread_members"].items()}
        world.add_channel(Channel(**row))
    for row in data["messages"]:
        message = Message(**row)
        world.channels[message.channel_id].messages[message.id] = message
    for row in data["commands"]:
        row["permissions"] = {int(guild): rows for guild, rows in row["permissions"].items()}
        world.commands[row["id"]] = SyncedCommand(**row)
    for row in data["interactions"]:
        interaction = world.add_interaction(Interaction(**row))
        interaction.expired = interaction.answered is None  # its three seconds ended with the process
    world.attachments = {row["id"]: Attachment(**row) for row in data["attachments"]}
    return world
