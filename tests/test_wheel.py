"""The wheel has all that Crux needs: it is built from the tracked files, and runs where no checkout is near."""

import os
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import psutil
import pytest

from ledger.storage import schema_version
from tests.end_to_end.started import started
from tests.end_to_end.test_markets import card, opened
from tests.test_lock import pins

pytestmark = [pytest.mark.proof, pytest.mark.apart]

TOP = Path(__file__).parents[1]
PACKAGES = ("bot", "ledger", "markets", "migrations")
WEB = "bot/playground/web/"
PAPERS = ("bot/README.md", "ledger/README.md", "markets/README.md", "bot/playground/pictures/")
"""For readers of the source alone: no program opens them, and the wheel leaves them out."""


def tracked() -> list[str]:
    """The files of the checkout that git tracks; of a copy without git, those that a build could need."""
    told = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, text=True)
    names = [name for name in told.stdout.split("\0") if (TOP / name).is_file()]
    if names:
        return names
    found = (path for package in PACKAGES for path in (TOP / package).rglob("*") if path.is_file())
    inside = [str(path.relative_to(TOP)) for path in found if "__pycache__" not in path.parts]
    return ["pyproject.toml", "README.md", "LICENSE", *inside]


def needed() -> set[str]:
    """The files that the wheel must have."""
    ours = (name for name in tracked() if name.startswith(tuple(f"{one}/" for one in PACKAGES)))
    return {name for name in ours if not name.startswith(PAPERS)}


def run(*words: object, cwd: Path, **environment: str) -> str:
    """Return what a command prints. It must end with 0."""
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=environment or None, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tracked files by the locked setuptools."""
    copy, into = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in tracked():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOP / name, copy / name)
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", into, ".", cwd=copy)
    (built,) = into.iterdir()
    return built


@dataclass(frozen=True, slots=True)
class Installed:
    """Crux from its wheel, in an environment that has nothing else but what `requirements/run.txt` pins."""

    place: Path
    folder: Path
    """Where commands run: nothing is in it, and no checkout is around it."""

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": f"{self.place / 'bin'}:{os.defpath}", "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}

    def run(self, program: str, *words: str) -> str:
        return run(self.place / "bin" / program, *words, cwd=self.folder, **self.environment)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    place = tmp_path_factory.mktemp("empty") / "environment"
    venv.create(place, symlinks=True)
    python = place / "bin" / "python"
    offline = ("--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "--python", python, "install", *offline, wheel, cwd=place)
    (packages,) = place.glob("lib/python3*/site-packages")
    for name in pins("run"):
        link(name, packages)
    return Installed(place, tmp_path_factory.mktemp("elsewhere"))


def link(name: str, packages: Path) -> None:
    """Put a package of this environment into another: its files are the same, and no registry is asked.

    A pinned package that this system has no use for isn't here either.
    """
    try:
        package = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return
    for top in {file.parts[0] for file in package.files or ()} - {"..", "__pycache__"}:
        if not (packages / top).exists():
            (packages / top).symlink_to(Path(str(package.locate_file(top))))


def test_the_wheel_has_every_file_of_the_packages_and_no_other(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        there = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert needed() - there == set(), (
        "[tool.setuptools] of pyproject.toml, or a folder without an __init__.py"
    )
    assert there - needed() == set()


async def test_crux_runs_from_its_wheel_where_nothing_else_is_installed(installed: Installed):
    for package in PACKAGES:
        where = installed.run("python", "-c", f"import {package}; print({package}.__file__)")
        assert Path(where).is_relative_to(installed.place)
    version = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]["version"]
    assert installed.run("crux", "--version") == f"crux {version}, schema {schema_version.known()[-1]}\n"

    program = installed.place / "bin" / "crux"
    async with started((program,), installed.folder, installed.environment) as play:
        bot = psutil.Process((await play.bot())["pid"])
        assert Path(bot.cmdline()[0]).is_relative_to(installed.place)

        page = [name.removeprefix(WEB) for name in needed() if name.startswith(WEB)]
        for name in ("", *page):
            async with play.session.get(f"{play.url}/{name}") as response:
                assert response.status == 200, name
                assert await response.read() == (TOP / WEB / (name or "index.html")).read_bytes()

        first = tomllib.loads((TOP / "markets/claims/library.toml").read_text())["claim"][0]
        assert first["title"] in (await play.ada.run("/claim library", number="1")).text

        assert "The market of claim 1 is open" in (await opened(play)).text
        (chart,) = (await card(play)).json["attachments"]
        assert (await play.download(chart)).startswith(b"\x89PNG")
        much = await play.bo.click(await card(play), "YES 50%")
        asked = await play.bo.click(much, "100 points")
        assert "Bought 190.90 shares" in (await play.bo.click(asked, "Buy 190.90 for 100 points")).text

    assert not bot.is_running()
    installed.run("crux", "verify", "--database", f"sqlite:///{installed.folder / 'here' / 'crux.db'}")
