"""A small Discord of our own: the first run without a token, and the test bench."""

from bot.playground.serve import PORT, CannotStart, Options, Running, run, running, serve

__all__ = ["PORT", "CannotStart", "Options", "Running", "run", "running", "serve"]
