"""Read the links that people type: which can stand, and what stands beside one that is shown (RULES B7)."""

import ipaddress
import re

_AFTER = ".,;:!?)]}>\"'»”"
_LINK = re.compile(r"(?i)\b[a-z][a-z0-9+.-]*://\S*")
_HOST = re.compile(r"(?i)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_PLAIN = re.compile(r"https://[!#$%&+,./0-9:;=?@A-Z_a-z~-]+")
"""A link in letters that end it nowhere, in a card; what else is in one has to be encoded."""


def found_in(words: str) -> list[str]:
    """Return all that looks like a link among words, without the signs that a sentence puts after it."""
    return [one[0].rstrip(_AFTER) for one in _LINK.finditer(words)]


def why_not(url: str) -> str:
    """Say what keeps a link from being taken and shown, for "X can't be read: ..."; nothing where it can be."""
    scheme, _, rest = url.partition("://")
    if scheme.casefold() != "https":
        return "a link begins with https://"
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in authority or "%40" in authority:
        return "a link names no user before its host"
    if "\\" in url:
        return "a link has no backslash"
    name, _, port = authority.partition(":")
    if port and not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65_536):
        return "the port of that link is none"
    if _is_address(name) or authority.startswith("["):
        return "a link names its host by a name, not by an address of numbers"
    if not name.isascii():
        return f"write the host of that link as {_ascii(name) or 'its xn-- form'}, as browsers do"
    if not _HOST.fullmatch(name) or name.rpartition(".")[2].isdecimal():
        return "a link names its host, such as example.org"
    if "xn--" in name.casefold() and _letters(name) is None:
        return "the host of that link can't be read"
    return "" if _PLAIN.fullmatch(url) else "a link has only plain letters: copy it from a browser"


def host(url: str) -> str:
    """Return the host of a link that can stand, with its letters where it is written in xn-- form."""
    name = re.split(r"[/?#:]", url.partition("://")[2], maxsplit=1)[0].casefold()
    letters = _letters(name) if "xn--" in name else None
    return f"{name}, in letters “{letters}”" if letters else name


def _is_address(host: str) -> bool:
    """Return whether a host is an address, in any spelling that browsers take for one."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        parts = host.rstrip(".").split(".")
        return bool(host) and all(re.fullmatch(r"(?i)0x[0-9a-f]*|[0-9]+", part) for part in parts)
    return True


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _letters(host: str) -> str | None:
    """Return the letters behind a host's xn-- parts; None where they can't be read."""
    try:
        return ".".join(
            part[4:].encode("ascii").decode("punycode") if part.casefold().startswith("xn--") else part
            for part in host.split(".")
        )
    except UnicodeError:
        return None
