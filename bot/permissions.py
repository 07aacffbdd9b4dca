"""What Crux itself needs in a channel, and what of that it lacks, by the names Discord's settings show."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import discord


class Right(NamedTuple):
    """A right that Crux asks for: what Discord calls it, and what Crux does with it."""

    name: str
    why: str


INVITED = {
    "view_channel": Right("View Channel", "to see the channels that you choose for it"),
    "send_messages": Right(
        "Send Messages",
        "to post claims, results and what comes next; in a forum, to make a post for each claim",
    ),
    "send_messages_in_threads": Right(
        "Send Messages in Threads", "to go on in a claim's own post, where the channel is a forum"
    ),
    "attach_files": Right("Attach Files", "to show charts and to hand out exports"),
    "read_message_history": Right(
        "Read Message History",
        "to look for its own message after a lost connection, so that nothing is posted twice",
    ),
    "mention_everyone": Right(
        "Mention @everyone, @here, and All Roles",
        "to call the moderators' role, which others can't mention; Crux mentions no more than that and who is asked",
    ),
}
"""The rights that the link asks for, by discord.py's names: no others are used."""

NEEDED = {
    right: INVITED[right].name
    for right in ("view_channel", "send_messages", "attach_files", "read_message_history")
}
"""Those that each channel has to give."""

IN_A_FORUM = {right: INVITED[right].name for right in (*NEEDED, "send_messages_in_threads")}


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
    needed = IN_A_FORUM if isinstance(channel, discord.ForumChannel) else NEEDED
    missing = tuple(name for right, name in needed.items() if not getattr(has, right))
    return ChannelState(channel_id, missing)


def rings(role: discord.Role, channel_ids: Iterable[int]) -> bool:
    """Return whether a mention by Crux calls the members of a role in each of these channels. Where there is none, it
    goes by what the server gives Crux."""
    me, places = role.guild.me, [role.guild.get_channel(one) for one in channel_ids]
    given = [place.permissions_for(me) for place in places if place is not None] or [me.guild_permissions]
    return role.mentionable or all(one.mention_everyone for one in given)
