"""What is there to be seen: claims, offers, bets, somebody's record. Read only; lists go by key, page after page."""

import sqlalchemy as sa

from ledger.compiled import in_guild, param
from markets.bets import bets
from markets.core import tables

# --- one thing --------------------------------------------------------------------------------


_bets = tables.bets.c
_of_claim = (in_guild(_bets), _bets.claim == param("c"))
BETS = sa.select(*bets.BET_COLUMNS).where(*_of_claim).order_by(_bets.number.desc()).limit(200)


# --- lists ------------------------------------------------------------------------------------
