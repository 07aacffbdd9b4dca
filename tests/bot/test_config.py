"""config.toml: what stands in it is checked, and what is wrong is named with its line."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot import config
from bot.config import TOKEN, Config
from bot.errors import BadConfig

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def load(folder: Path, text: str) -> Config:
    path = folder / "crux.toml"
    path.write_bytes(text.encode())
    return config.load(path, environ={})


def refusal(folder: Path, text: str) -> str:
    """The sentence about a file, from its name on."""
    with pytest.raises(BadConfig) as refused:
        load(folder, text)
    sentence = str(refused.value)
    assert "\n" not in sentence
    return sentence[sentence.index("crux.toml") :]


def test_the_example_explains_every_key_and_shows_its_default():
    text = EXAMPLE.read_text()

    assert dict(flat(tomllib.loads(text))) == {key: shown(default) for key, default in config.known_keys()}
    lines = text.splitlines()
    for key, _ in config.known_keys():
        place = next(n for n, line in enumerate(lines) if line.startswith(f"{key.split('.')[-1]} ="))
        assert lines[place - 1].startswith("# "), f"{key} is not explained"


def flat(table: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    return [
        pair
        for name, value in table.items()
        for pair in (
            flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(f"{prefix}{name}", value)]
        )
    ]


def shown(default: object) -> object:
    """A default as TOML would hold it."""
    return list(default) if isinstance(default, tuple) else default


def test_without_a_file_everything_has_its_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    assert config.load(environ={}).database.url == "sqlite:///crux.db"


def test_config_toml_is_read_where_crux_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("config.toml").write_text("[database]\nurl = 'sqlite:///other.db'\n")

    assert config.load(environ={}).database.url == "sqlite:///other.db"


def test_the_command_line_wins_over_the_file(tmp_path: Path):
    path = tmp_path / "crux.toml"
    path.write_text("[database]\nurl = 'sqlite:///other.db'\n")

    assert config.load(path, database="sqlite:///mine.db", environ={}).database.url == "sqlite:///mine.db"


def test_a_configuration_does_not_change(tmp_path: Path):
    loaded = load(tmp_path, "")

    with pytest.raises(ValueError, match="frozen"):
        loaded.database.url = "sqlite:///other.db"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[database]\nurll = 'sqlite:///x.db'", 2),
        ("database.urll = 'sqlite:///x.db'", 1),
        ("\n# about\n[database]\nurl = 'sqlite:///x.db'\n\nurll = 5 # really", 6),
        ("database = { url = 'sqlite:///x.db', urll = 5 }", 1),
        ("[database]\nurl = '''\nurll = 3\n'''\n'urll' = 3", 5),
        ("[database]\nurll = [\n  'a',\n  'b',\n]\n", 2),
        ("[database]\r\nurl = 'sqlite:///x.db'\r\nurll = 5\r\n", 3),
    ],
)
def test_a_misspelt_key_is_named_with_its_line(tmp_path: Path, text: str, line: int):
    assert (
        refusal(tmp_path, text)
        == f"crux.toml, line {line}: there is no key database.urll; did you mean database.url."
    )


def test_a_misspelt_table_is_named_with_its_line(tmp_path: Path):
    said = refusal(tmp_path, "# Crux\n\n[databse]\nurl = 'sqlite:///x.db'\n")

    assert said == "crux.toml, line 3: there is no key databse; did you mean database."


@pytest.mark.parametrize("text", ["token = 'abc'", "[discord]\ntoken = 'abc'", "CRUX_DISCORD_TOKEN = 'abc'"])
def test_a_token_in_the_file_is_refused_and_not_repeated(tmp_path: Path, text: str):
    said = refusal(tmp_path, text)

    assert "there is no key" in said
    assert "abc" not in said


def test_a_key_of_a_wrong_type_is_named_with_its_line(tmp_path: Path):
    assert refusal(tmp_path, "[database]\nurl = 5") == (
        "crux.toml, line 2: database.url should be a valid string, not 5."
    )
    assert refusal(tmp_path, "database = 5").startswith("crux.toml, line 1: database should be")
    assert refusal(tmp_path, "[database]\nurl = ''").startswith("crux.toml, line 2: database.url should")


def test_a_missing_key_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    class Needs(config.Table):
        name: str

    class WithNeeds(config.ConfigFile):
        server: Needs

    monkeypatch.setattr(config, "ConfigFile", WithNeeds)

    assert refusal(tmp_path, "[server]") == "crux.toml: the key server.name is missing."


@pytest.mark.parametrize("text", ["[database", "url = ", "[a]\n[a]", "a = 1\na = 2"])
def test_what_is_not_toml_is_refused_with_its_line(tmp_path: Path, text: str):
    said = refusal(tmp_path, text)

    assert said.startswith("crux.toml is not valid TOML: ")
    assert "line" in said or "end of document" in said


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path):
    for path, why in [
        (tmp_path, "is a directory"),
        (tmp_path / "none.toml", "no such file"),
        (Path("/dev/null/x"), "not a directory"),
    ]:
        with pytest.raises(BadConfig, match=f"can't be read: .*{why}"):
            config.load(path, environ={})
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    with pytest.raises(BadConfig, match="is not a text file in UTF-8"):
        config.load(tmp_path / "latin.toml", environ={})


def test_the_token_comes_from_the_environment_and_is_never_shown(tmp_path: Path):
    path = tmp_path / "crux.toml"
    path.touch()

    loaded = config.load(path, environ={TOKEN: " s3cret \n"})

    assert loaded.require_token() == "s3cret"
    assert "s3cret" not in repr(loaded)
    with pytest.raises(BadConfig, match=f"no Discord token: put the bot's token into {TOKEN}"):
        config.load(path, environ={}).require_token()
