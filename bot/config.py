"""config.toml and the token, read into one frozen Config.

A table of the file is a class here, a key one of its fields, and a default stands next to it; a new key is a new
field, and a line in config.example.toml, which a test holds against this file.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import BadConfig

FILE = Path("config.toml")
TOKEN = "CRUX_DISCORD_TOKEN"


class Table(BaseModel):
    """One table of the file. Strict: no key that isn't a field, and no text where a number belongs."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DatabaseTable(Table):
    url: str = Field(default="sqlite:///crux.db", min_length=1, repr=False)  # may hold a password


class PlaygroundTable(Table):
    folder: str = Field(default="playground-data", min_length=1)
    port: int = Field(default=8710, ge=0, le=65535)


class ConfigFile(Table):
    """Everything config.toml may hold."""

    database: DatabaseTable = DatabaseTable()
    playground: PlaygroundTable = PlaygroundTable()


class Config(ConfigFile):
    """The file's tables, and the token, which never stands in a file."""

    token: str = Field(default="", repr=False)

    def require_token(self) -> str:
        """Return the bot's token.

        Raises:
            BadConfig: There is none.
        """
        if not self.token:
            raise BadConfig(f"There is no Discord token: put the bot's token into {TOKEN}.")
        return self.token


def load(
    path: Path | None = None, *, database: str | None = None, environ: Mapping[str, str] = os.environ
) -> Config:
    """Return the configuration from `path`, or from config.toml here if there is one.

    Args:
        database: Taken instead of the file's `database.url`.

    Raises:
        BadConfig: The file can't be read or is not TOML, or a key in it is unknown, missing or of a wrong type.
    """
    file = _read(path) if path is not None or FILE.exists() else ConfigFile()
    if database is not None:
        file = file.model_copy(update={"database": file.database.model_copy(update={"url": database})})
    return Config(**dict(file), token=environ.get(TOKEN, "").strip())


def known_keys(table: type[Table] = ConfigFile, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Return every key the file may hold, dotted, with its default."""
    for name, field in table.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Table):
            yield from known_keys(field.annotation, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", field.default


def _read(path: Path | None) -> ConfigFile:
    path = path or FILE
    try:
        text = path.read_bytes().decode().replace("\r\n", "\n")
    except OSError as error:
        raise BadConfig(f"{path} can't be read: {(error.strerror or str(error)).lower()}.") from None
    except UnicodeDecodeError:
        raise BadConfig(f"{path} is not a text file in UTF-8.") from None
    try:
        return ConfigFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{path} is not valid TOML: {error}.") from None
    except ValidationError as error:
        raise BadConfig(f"{path}{_sentence(text, error.errors()[0])}") from None


def _sentence(text: str, error: ErrorDetails) -> str:
    """What is wrong with one key, beginning with its line."""
    place = [str(part) for part in error["loc"]]
    key, line = ".".join(place), _line_of(text, place)
    if error["type"] == "missing":
        return f": the key {key} is missing."
    if error["type"] == "extra_forbidden":
        return f", line {line}: there is no key {key}{_hint(key)}."
    wanted = error["msg"].removeprefix("Input should be ").removeprefix("Input should ")
    return f", line {line}: {key} should be {wanted}, not {error['input']!r}."


def _hint(key: str) -> str:
    if key.endswith("token"):
        return f"; the token belongs into {TOKEN}"
    known = [name for name, _ in known_keys()]
    near = difflib.get_close_matches(key, [*known, *(name.split(".")[0] for name in known)], n=1)
    return f"; did you mean {near[0]}" if near else ""


def _line_of(text: str, place: list[str]) -> int:
    """The line on which a key begins, counted from one.

    tomllib tells no lines, so the file is read as far as its first line, its second and so on: the key begins
    after the last readable beginning that doesn't hold it. A beginning that ends inside a value can't be read.
    """
    lines, begins = text.split("\n"), 1
    for count in range(1, len(lines) + 1):
        try:
            found = tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        if _holds(found, place):
            break
        begins = count + 1
    return begins


def _holds(found: Any, place: list[str]) -> bool:
    """Whether a dotted key is there; what goes on inside a list belongs to the list."""
    if not place or not isinstance(found, dict):
        return True
    table = cast(dict[str, Any], found)
    return place[0] in table and _holds(table[place[0]], place[1:])
