"""What Crux itself needs in a channel, and what of that it lacks, by the names Discord's settings show."""

from dataclasses import dataclass

import discord

NEEDED = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
}


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A chosen channel as it is now. `missing` is empty where all is well; `gone` that it was deleted."""

    id: int
    missing: tuple[str, ...] = ()
    gone: bool = False

    @property
    def well(self) -> bool:
        return not self.gone and not self.missing

    @property
    def can_post(self) -> bool:
        """Whether a card can be seen there; files and history are another matter."""
        return not self.gone and not {NEEDED["view_channel"], NEEDED["send_messages"]} & {*self.missing}


def check(guild: discord.Guild, channel_id: int) -> ChannelState:
    """Return what Crux lacks in a channel of this server."""
    channel = guild.get_channel(channel_id)
    if channel is None:
        return ChannelState(channel_id, gone=True)
    has = channel.permissions_for(guild.me)
    missing = tuple(name for right, name in NEEDED.items() if not getattr(has, right))
    return ChannelState(channel_id, missing)
