"""What people type, held against what can be stored and read later."""

from markets.core.errors import BadTerms, Needed

MOST = 4_000
"""Characters of one text: as much as Discord lets anybody type into a field."""


def words(field: str, text: str, *, needed: bool = True, most: int = MOST) -> str:
    """Return a text without the spaces around it.

    Raises:
        Needed: It is empty and may not be.
        BadTerms: It is too long, or holds what PostgreSQL doesn't store.
    """
    text = text.strip()
    if needed and not text:
        raise Needed(field, "empty")
    if len(text) > most:
        raise BadTerms(field, "long", most=most, letters=len(text))
    if "\0" in text:
        raise BadTerms(field, "nul")
    return text
