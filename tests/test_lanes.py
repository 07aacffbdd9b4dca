"""The lanes hold what `docs/testing.md` says of them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import campaign, lanes
from tests.lanes import Test

TOP = Path(__file__).parents[1]
PAPER = (TOP / "docs" / "testing.md").read_text()
ROW = re.compile(
    r"^\| `(?P<name>test_\w+(?:\[\w+\])?)` \| (?P<shows>[^|]+) \| (?P<sizes>[^|]+\|[^|]+\|[^|]+) \|$",
    re.MULTILINE,
)


def told() -> dict[str, list[str]]:
    """The table of the proofs: what each does in .ci/run, in `make proofs` and in a campaign."""
    return {row["name"]: [cell.strip() for cell in row["sizes"].split("|")] for row in ROW.finditer(PAPER)}


@pytest.fixture(scope="module")
def every(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Test]:
    """All tests there are. Where this run has collected only some of them, another collects all."""
    found = request.config.stash[lanes.COLLECTED]
    if not {path.name for path in (TOP / "tests").rglob("test_*.py")} <= {
        Path(one.file).name for one in found
    }:
        into = tmp_path_factory.mktemp("lanes") / "tests.json"
        words = ["-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-n", "0", "tests"]
        subprocess.run(
            [sys.executable, *words, "--collected-to", str(into)], cwd=TOP, stdout=subprocess.DEVNULL
        )
        found = [Test(**about) for about in json.loads(into.read_text())]
    return found


@pytest.fixture(scope="module")
def proofs(every: list[Test]) -> set[str]:
    """The functions of every proof there is."""
    return {one.function for one in every if one.proof}


def test_the_table_has_every_proof_and_no_other(proofs: set[str]):
    rows = {name.partition("[")[0] for name in told()}
    assert proofs - rows == set(), "add a row to the table of docs/testing.md"
    assert rows - proofs == set(), "these are no proofs any more"


def test_a_file_with_a_proof_names_the_mark(every: list[Test]):
    """Else the lane that runs proofs alone would not look into it."""
    files = {Path(one.file) for one in every if one.proof}
    assert files
    assert [file for file in files if not lanes.may_hold_a_proof(file)] == []


def test_every_test_that_finds_a_mutant_is_there(every: list[Test]):
    named = set(re.findall(r"`(test_\w+)` \|$", PAPER.partition("## Mutants")[2], re.MULTILINE))
    assert named
    assert named - {one.function for one in every} == set(), (
        "name the test that finds it now in docs/testing.md"
    )


def test_the_sizes_in_the_table_are_those_that_are_run():
    for name, cells in told().items():
        if name in lanes.SIZES:
            one = lanes.SIZES[name]
            shown = [f"{size:,} {one.unit}" for size in (one.ci, one.proofs, one.campaign)]
        else:
            shown = ["whole"] * 3
        assert cells == shown, name
    assert set(lanes.SIZES) <= set(told())


def test_a_size_grows_from_lane_to_lane():
    for name, one in lanes.SIZES.items():
        assert 0 < one.ci <= one.proofs <= one.campaign, name


def test_the_parts_of_a_campaign_make_up_the_whole_and_share_no_seed():
    name = "test_when_the_troubles_stop_everything_owed_is_done_within_one_sweep"
    runs = [lanes.Run("campaign", part, 7) for part in range(1, 8)]
    assert [seed for run in runs for seed in run.seeds(name)] == [*range(1_000)]
    assert len({run.first_seed for run in runs}) == 7
    assert sum(run.size(name) for run in runs) >= 1_000


def test_every_proof_is_in_a_slice_of_the_campaign(every: list[Test], proofs: set[str]):
    """And so is every other, whole."""
    found = {one.function for one in every if one.proof and any(runs(part, one) for part in campaign.SLICES)}
    assert proofs - found == set()


def runs(part: campaign.Slice, one: Test) -> bool:
    """Whether a slice's words to pytest, of which these tests know three kinds, choose a proof."""
    words, chosen, left, needed = iter(part.tests.split()), list[str](), list[str](), ""
    for word in words:
        if word == "--ignore":
            left.append(next(words))
        elif word == "-k":
            needed = next(words)
        elif word == "--part":
            next(words)
        else:
            chosen.append(word)
    return (
        one.id.startswith(tuple(chosen)) and not one.id.startswith(tuple(left or ["-"])) and needed in one.id
    )


def test_a_slice_that_passed_stands_until_something_that_it_runs_through_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(campaign, "TOP", tmp_path)
    for words in (["init", "-q"], ["config", "user.email", "a@b"], ["config", "user.name", "a"]):
        assert campaign.git(*words).returncode == 0
    for name in ("ledger", "bot"):
        (tmp_path / name).write_text("1")
    campaign.git("add", "-A")
    campaign.git("commit", "-qm", "first")
    first = campaign.git("rev-parse", "--short=10", "HEAD").stdout.strip()
    one = campaign.Slice("spend-1", "tests", ("ledger",))
    record = f"| 2026-11-30 | {first} | spend-1 | passed | 3.1 |\n"

    assert campaign.stands(one, "") is None
    assert campaign.stands(one, record) == first
    assert campaign.stands(one, record.replace("spend-1", "spend-10")) is None
    assert campaign.stands(one, record + record.replace("passed", "FAILED")) is None
    (tmp_path / "bot").write_text("2")
    assert campaign.stands(one, record) == first
    (tmp_path / "ledger").write_text("2")
    assert campaign.stands(one, record) is None


def test_every_path_of_a_slice_is_there():
    assert [path for one in campaign.SLICES for path in one.paths if not (TOP / path).exists()] == []


def test_each_test_runs_in_a_lane(every: list[Test]):
    """`make test` and `make proofs` together run all there is, as the Makefile says it."""
    makefile = (TOP / "Makefile").read_text()
    assert 'test: $(VENV)/.dev\n\t$(PYTEST) -m "not proof" $(ARGS)\n' in makefile
    assert 'proofs: $(VENV)/.dev\n\t$(PYTEST) --twins rest -m "proof or core" $(ARGS)\n' in makefile
    test = {one.id for one in every if not one.proof and not one.twin}
    proofs = {one.id for one in every if one.proof or (one.core and one.twin)}
    assert {one.id for one in every} - test - proofs == set()
    assert {one.id.partition("[")[0] for one in every if one.twin} <= {
        one.partition("[")[0] for one in test
    }, "the twin of nothing"
