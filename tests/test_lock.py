"""The locked versions: pinned and hashed, from no particular index, and the same for running and developing."""

import re
import tomllib
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
FILES = ("run", "dev")


def lock(name: str) -> str:
    return (TOP / "requirements" / f"{name}.txt").read_text()


def pins(name: str) -> dict[str, str]:
    """The version and condition of each locked package, by its normal name."""
    found = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==(.+?) ?\\$", lock(name), re.MULTILINE)
    return {normal(package): version for package, version in found}


def normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


@pytest.mark.parametrize("name", FILES)
def test_every_package_is_pinned_and_hashed(name: str):
    blocks = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", lock(name), flags=re.MULTILINE).strip())

    assert blocks
    for block in blocks:
        assert re.match(r"[A-Za-z0-9_.-]+(\[[^]]*\])?==\S+", block), block
        assert "--hash=sha256:" in block, block


@pytest.mark.parametrize("name", FILES)
def test_no_index_is_named(name: str):
    assert "://" not in lock(name)
    assert "index-url" not in lock(name)


def test_what_runs_is_what_is_developed_with():
    run, dev = pins("run"), pins("dev")

    assert run.items() <= dev.items()


def test_everything_that_is_asked_for_is_locked():
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]

    def names(wanted: list[str]) -> set[str]:
        return {normal(re.split(r"[\[<>=!~; ]", requirement)[0]) for requirement in wanted}

    assert names([*project["dependencies"], *extras["postgres"], *extras["build"]]) <= set(pins("run"))
    assert names(extras["dev"]) <= set(pins("dev"))
