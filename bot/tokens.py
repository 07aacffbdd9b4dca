"""The form of a bot's token, and which tokens may go where. No token is ever shown."""

import base64
import binascii
import re

from bot.config import TOKEN
from bot.errors import BadConfig

_FORM = re.compile(r"([A-Za-z0-9_-]{18,40})\.([A-Za-z0-9_-]{5,8})\.([A-Za-z0-9_-]{25,})", re.ASCII)
_FAKE = "FAKE-"
"""The playground's own tokens have this in the middle; Discord's never do."""


def checked(token: str, *, discord_url: str | None = None) -> str:
    """Return the token, if it has a token's form and belongs where it is going.

    Raises:
        BadConfig: It hasn't, or it is a real one on its way to a playground, or a playground's to Discord.
    """
    found = _FORM.fullmatch(token)
    if found is None or not _names_a_bot(found[1]):
        raise BadConfig(
            f"{TOKEN} doesn't have the form of a bot's token, three parts with dots between them: "
            "copy it from the Bot page of Discord's developer portal."
        )
    fake = found[2].startswith(_FAKE)
    if discord_url is not None and not fake:
        raise BadConfig(f"{TOKEN} holds a real token, which never goes to a playground: unset it.")
    if discord_url is None and fake:
        raise BadConfig(f"{TOKEN} holds a playground's made-up token: Discord would refuse it.")
    return token


def _names_a_bot(part: str) -> bool:
    """Whether the first part is a bot's id in base 64."""
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).isdigit()
    except (binascii.Error, ValueError):
        return False
