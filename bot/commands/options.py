"""What the options of several commands are."""

from discord import app_commands

Number = app_commands.Range[int, 1, 2**53 - 1]
"""Of a claim, an offer, an order: what a double holds exactly, which is what Discord sends."""

Words = app_commands.Range[str, 1, 80]
"""An outcome, as a player names it."""

Amount = app_commands.Range[str, 1, 40]
"""Points, shares, odds or a chance, as they are typed."""

Moment = app_commands.Range[str, 1, 60]
"""A time, as it is typed."""
