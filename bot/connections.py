"""Why a connection to Discord ended, in a sentence that says what to do next."""

import aiohttp
import discord

from bot.errors import BadConfig, CannotRun

ENDINGS = (
    discord.LoginFailure,
    discord.HTTPException,
    discord.GatewayNotFound,
    discord.ConnectionClosed,
    discord.PrivilegedIntentsRequired,
    aiohttp.ClientError,
    OSError,
    TimeoutError,
)
"""What discord.py raises where Discord won't have us, or can't be reached."""

_TOKEN_REFUSED, _MORE_SHARDS, _INTENTS_REFUSED = 4004, 4011, 4014
_UNAUTHORIZED = 401


def why(error: BaseException) -> CannotRun:
    """Make a sentence of one of `ENDINGS`; `BadConfig` where a setting has to change."""
    match error:
        case discord.LoginFailure():
            return _token()
        case discord.HTTPException() if error.status == _UNAUTHORIZED:
            return _token()
        case discord.PrivilegedIntentsRequired():
            return _closed(_INTENTS_REFUSED)
        case discord.ConnectionClosed():
            return _closed(error.code)
        case _:
            return CannotRun(f"Discord can't be reached: {str(error) or type(error).__name__}.")


def _token() -> CannotRun:
    return BadConfig("Discord refuses the token: make a new one in its developer portal.")


def _closed(code: int) -> CannotRun:
    """By the code that Discord closed the gateway with, for good."""
    if code == _TOKEN_REFUSED:
        return _token()
    if code == _MORE_SHARDS:
        return CannotRun("Discord wants more shards for so many servers: start Crux again.")
    if code == _INTENTS_REFUSED:
        return BadConfig(
            "Discord refuses what Crux asks to hear (4014), which is its servers alone: look in the developer portal "
            "whether the application may still be used."
        )
    return CannotRun(f"Discord closed the connection ({code}): start Crux again, or a newer version of it.")
