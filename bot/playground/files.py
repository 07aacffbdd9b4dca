"""Attachments: their bytes in the data folder (or in memory, where there is none), served from our own address."""

import mimetypes
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from bot.playground.jsons import Json
from bot.playground.world import Attachment, World

_OWN = re.compile(r"^https?://[^/]+/cdn/attachments/\d+/(\d+)/")


@dataclass(frozen=True)
class Upload:
    """One file of a multipart body, `files[index]`."""

    index: int
    filename: str
    content: bytes


class Files:
    def __init__(self, world: World, folder: Path | None) -> None:
        self.world = world
        self.folder = None if folder is None else folder / "attachments"
        self._in_memory: dict[int, bytes] = {}
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)

    def keep(self, upload: Upload, channel_id: int, *, about: Json, ephemeral: bool) -> Attachment:
        name = re.sub(r"[^\w.\-]", "_", about.get("filename") or upload.filename) or "file"
        attachment = Attachment(
            id=self.world.new_id(),
            filename=name,
            size=len(upload.content),
            content_type=content_type(name),
            channel_id=channel_id,
            ephemeral=ephemeral,
            description=about.get("description"),
            title=about.get("title"),
        )
        attachment.width, attachment.height = png_size(upload.content)
        self.world.attachments[attachment.id] = attachment
        if self.folder is None:
            self._in_memory[attachment.id] = upload.content
        else:
            (self.folder / str(attachment.id)).write_bytes(upload.content)
        return attachment

    def read(self, attachment_id: int) -> bytes:
        if self.folder is None:
            return self._in_memory[attachment_id]
        return (self.folder / str(attachment_id)).read_bytes()

    def own_address(self, address: str) -> int | None:
        """Return the attachment behind one of our own links, if it is one."""
        found = _OWN.match(address)
        return int(found[1]) if found and int(found[1]) in self.world.attachments else None


def content_type(name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def png_size(content: bytes) -> tuple[int, int] | tuple[None, None]:
    if content[:8] != b"\x89PNG\r\n\x1a\n" or len(content) < 24:
        return None, None
    width, height = struct.unpack(">II", content[16:24])
    return width, height
