"""The link that invites Crux to a server, with exactly the rights that it uses."""

import discord
from discord.utils import oauth_url

from bot.permissions import INVITED

SCOPES = ("bot", "applications.commands")
_A_SERVER = 0
"""Discord's number for an application that is installed in a server, not for a person."""


def link(application: int) -> str:
    """Return the address at which somebody who manages a server lets Crux in."""
    rights = discord.Permissions(**dict.fromkeys(INVITED, True))
    return f"{oauth_url(application, permissions=rights, scopes=SCOPES)}&integration_type={_A_SERVER}"


async def application_of(token: str) -> int:
    """Ask Discord which application a token is of.

    Raises:
        one of `connections.ENDINGS`: Discord refuses the token, or can't be reached.
    """
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(token)
        assert client.application_id is not None, "login() sets it"
        return client.application_id
