"""Pointing discord.py at another Discord: one on this machine. The only place that knows how."""

import discord
import discord.gateway
import discord.http
import yarl

from bot.errors import BadConfig

LOCKED = "2.7."
"""The release the two hooks below were read in."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class CannotPoint(BadConfig):
    """The address isn't this machine's, or discord.py no longer has what we hook into."""


def point_at(url: str) -> None:
    """Make discord.py speak to `url`, such as http://127.0.0.1:8710, instead of discord.com. Before login."""
    address = yarl.URL(url)
    if address.host not in LOOPBACK or address.scheme != "http":
        raise CannotPoint(
            f"{url} is not on this machine: only http://127.0.0.1:PORT can stand in for Discord."
        )
    check_hooks()
    discord.http.Route.BASE = f"{address.origin()}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = address.origin().with_scheme("ws") / "gateway"


def check_hooks() -> None:
    """Check that both hooks are there, of the type we set, in the version we know."""
    if not discord.__version__.startswith(LOCKED):
        raise CannotPoint(
            f"discord.py is {discord.__version__}; the hooks were read in {LOCKED}x. Read them again."
        )
    base = getattr(discord.http.Route, "BASE", None)
    gateway = getattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", None)
    if not isinstance(base, str) or not base.endswith("/api/v10"):
        raise CannotPoint("discord.http.Route.BASE is not the address of the API any more.")
    if not isinstance(gateway, yarl.URL):
        raise CannotPoint("discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY is not an address any more.")
