"""Pack what people export, block by block: in memory is what has been packed so far, never a whole file."""

import asyncio
import gzip
import io
import zipfile

from bot.words import ledger as render
from ledger.files import exports
from ledger.files.paging import Selection
from ledger.storage.database import Database
from markets.records import export_tables
from markets.records import exports as claims

MOST_BYTES = 50 * 2**20
"""Of entries before they are packed: what one answer may take of the processor."""

MOST_PACKED = 20 * 2**20
"""Of what is packed: a server with every boost takes 100 MB, and four who export would take the memory."""

PUBLIC: tuple[export_tables.Table, ...] = (
    *("claims", "clarifications", "offers", "bets", "proposals", "disputes"),
    *("arguments", "votes", "resolutions", "acts"),
    *("markets", "market_outcomes", "liquidity", "trades", "positions", "pools", "pool_outcomes", "stakes"),
    *("forecasts", "scores", "seasons"),
)
"""What everybody in the server may read by name (E1); orders, preferences and the like are not."""


async def claims_packed(db: Database, guild: int, limit: int) -> render.ExportedClaims:
    """Pack what is public in the server anyway; nothing where it comes to more than `limit` bytes."""
    limit = min(limit, MOST_PACKED)
    made, rows = io.BytesIO(), dict[str, int]()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for table in PUBLIC:
            with packed.open(zipfile.ZipInfo(f"{table}.csv"), "w") as file:
                rows[table] = -1
                async for block in claims.stream(db, guild, table, public=True):
                    await asyncio.to_thread(file.write, block.encode())  # packing is work
                    rows[table] += block.count("\n")
                    if made.tell() > limit:
                        break
            if made.tell() > limit:
                return render.ExportedClaims(None, rows)
    content = made.getvalue()
    return render.ExportedClaims(content if len(content) <= limit else None, rows)


async def entries_packed(db: Database, guild: int, player: int | None, limit: int) -> render.Exported:
    """Pack entries, of one player or of the server: as they are, or with gzip where they come to more than `limit`
    bytes; nothing where that is too much as well."""
    limit, whole = min(limit, MOST_PACKED), player is None
    name = f"crux-{'server' if whole else 'my'}-entries.csv"
    plain, count, size = io.BytesIO(), 0, 0
    packed = io.BytesIO()
    packer: gzip.GzipFile | None = None
    async for block in exports.stream(db, Selection(guild, player=player)):
        data = block.encode()
        count += block.count("\nentry,") + block.startswith("entry,")
        size += len(data)
        if packer is None and size > limit:
            packer = gzip.GzipFile(fileobj=packed, mode="wb", mtime=0)
            await asyncio.to_thread(packer.write, plain.getvalue())
            plain = io.BytesIO()
        if packer is None:
            plain.write(data)
        else:
            await asyncio.to_thread(packer.write, data)
        if size > MOST_BYTES or packed.tell() > limit:
            return render.Exported(name, None, count, whole)
    if packer is None:
        return render.Exported(name, plain.getvalue(), count, whole)
    await asyncio.to_thread(packer.close)
    content = packed.getvalue()
    return render.Exported(f"{name}.gz", content if len(content) <= limit else None, count, whole)
