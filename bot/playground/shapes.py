"""A few words for saying what a body may look like; every fault is collected under its path, as Discord does."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

from bot.playground.errors import FormErrors

Path = tuple[str | int, ...]
Check = Callable[[Any, Path, FormErrors], None]


def anything(value: Any, path: Path, errors: FormErrors) -> None:
    """Accept any value."""


def text(*, least: int = 0, most: int = 4000) -> Check:
    def check(value: Any, path: Path, errors: FormErrors) -> None:
        if not isinstance(value, str):
            errors.add(path, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
        elif len(value) > most and not least:
            errors.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        elif not value and least:
            errors.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif not least <= len(value) <= most:
            errors.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    return check


def whole(*, least: int = -(2**53), most: int = 2**53) -> Check:
    def check(value: Any, path: Path, errors: FormErrors) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            errors.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        elif value < least:
            errors.add(path, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
        elif value > most:
            errors.add(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")

    return check


def number(value: Any, path: Path, errors: FormErrors) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        errors.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not number.')


def flag(value: Any, path: Path, errors: FormErrors) -> None:
    if not isinstance(value, bool):
        errors.add(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")


def snowflake(value: Any, path: Path, errors: FormErrors) -> None:
    if isinstance(value, bool) or not (
        isinstance(value, int) or (isinstance(value, str) and value.isdecimal())
    ):
        errors.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')


def url(value: Any, path: Path, errors: FormErrors) -> None:
    if not isinstance(value, str) or not value.startswith(
        ("http://", "https://", "discord://", "attachment://")
    ):
        errors.add(path, "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https').")


def one_of(choices: Collection[Any]) -> Check:
    def check(value: Any, path: Path, errors: FormErrors) -> None:
        if value not in choices:
            errors.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {set(choices)}.")

    return check


def nullable(inner: Check) -> Check:
    def check(value: Any, path: Path, errors: FormErrors) -> None:
        if value is not None:
            inner(value, path, errors)

    return check


def listing(inner: Check, *, least: int = 0, most: int = 100) -> Check:
    def check(value: Any, path: Path, errors: FormErrors) -> None:
        if not isinstance(value, list):
            errors.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return
        items = cast(list[Any], value)
        if not least <= len(items) <= most:
            words = f"between {least} and {most}" if least else f"{most} or fewer"
            errors.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be {words} in length.")
        for index, item in enumerate(items):
            inner(item, (*path, index), errors)

    return check


def mapping(inner: Check) -> Check:
    def check(value: Any, path: Path, errors: FormErrors) -> None:
        if not isinstance(value, dict):
            errors.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            return
        for key, item in cast(dict[str, Any], value).items():
            inner(item, (*path, key), errors)

    return check


def shape(required: Mapping[str, Check] | None = None, optional: Mapping[str, Check] | None = None) -> Check:
    """Accept an object with these keys and no others: a misspelt key is refused by name."""
    needed, known = dict(required or {}), {**(required or {}), **(optional or {})}

    def check(value: Any, path: Path, errors: FormErrors) -> None:
        if not isinstance(value, dict):
            errors.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            return
        body = cast(dict[str, Any], value)
        for key in needed:
            if body.get(key) is None:
                errors.add((*path, key), "BASE_TYPE_REQUIRED", "This field is required")
        for key, item in body.items():
            if key not in known:
                errors.add((*path, key), "UNKNOWN_KEY", f'Unknown key "{key}".')
            elif item is not None:
                known[key](item, (*path, key), errors)

    return check


def by_type(kinds: Mapping[int, Check]) -> Check:
    """Accept an object whose `type` says which of several shapes it has."""

    def check(value: Any, path: Path, errors: FormErrors) -> None:
        kind: Any = cast(dict[str, Any], value).get("type") if isinstance(value, dict) else None
        if not isinstance(kind, int) or kind not in kinds:
            errors.add(
                (*path, "type"), "BASE_TYPE_CHOICES", f'Value of field "type" must be one of {tuple(kinds)}.'
            )
            return
        kinds[kind](value, path, errors)

    return check
