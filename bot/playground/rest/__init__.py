"""REST under /api/v10: one table of routes, one way through: faults, token, limits, body, route, reply."""

from bot.playground.rest import channels, commands, guilds, interactions, messages, threads, users
from bot.playground.rest.dispatch import Rest

__all__ = ["Rest", "channels", "commands", "guilds", "interactions", "messages", "threads", "users"]
