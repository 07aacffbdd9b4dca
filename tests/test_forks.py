"""What tests start by `forks.command` begins, is told, and ends as a process does."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests import forks

WAITS = """
import os, sys, time
print(os.getpid(), os.getsid(0) == os.getpid(), os.getcwd(), os.environ["SAID"], sys.argv[1:], flush=True)
print(sys.stdin.readline(), file=sys.stderr, flush=True)
time.sleep(600)
"""


@pytest.fixture
def waits(tmp_path: Path) -> subprocess.Popen[str]:
    """A program in a folder, which says who it is and waits."""
    (tmp_path / "waits.py").write_text(WAITS)
    pipe = subprocess.PIPE
    environment = {**os.environ, "SAID": "in the environment", "PYTHONPATH": str(tmp_path)}
    words = forks.command("waits", "one", "two words")
    return subprocess.Popen(
        words, stdin=pipe, stdout=pipe, stderr=pipe, cwd=tmp_path, env=environment, text=True
    )


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_it_has_what_it_was_given_and_ends_by_the_signal_it_is_sent(
    waits: subprocess.Popen[str], tmp_path: Path, how: signal.Signals
):
    with waits:
        assert waits.stdin is not None
        assert waits.stdout is not None
        assert waits.stderr is not None
        pid, said = waits.stdout.readline().split(" ", 1)
        assert said == f"True {tmp_path} in the environment ['one', 'two words']\n"
        program = psutil.Process(int(pid))
        waits.stdin.write("a line of input\n")
        waits.stdin.flush()
        assert waits.stderr.readline() == "a line of input\n"
        waits.send_signal(how)
        assert waits.stdout.read() == ""
        assert waits.wait() == -how
        assert not program.is_running()


def test_its_exit_code_and_output_are_as_python_s():
    for words in (("bot", "--version"), ("bot", "verify", "--database", "sqlite:///none.db")):
        real = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True)
        forked = subprocess.run(forks.command(*words), capture_output=True, text=True)
        assert (forked.returncode, forked.stdout, forked.stderr) == (
            real.returncode,
            real.stdout,
            real.stderr,
        )


MAKER = """
import subprocess, sys
from tests import forks
with subprocess.Popen(forks.command("waits"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
    print(program.stdout.readline().split()[0], flush=True)
    sys.stdin.read()
"""


def test_it_ends_with_whoever_had_it_started(tmp_path: Path):
    (tmp_path / "waits.py").write_text(WAITS)
    paths = os.pathsep.join((str(tmp_path), str(Path(__file__).parents[1])))
    environment = {**os.environ, "SAID": "", "PYTHONPATH": paths}
    words = (sys.executable, "-c", MAKER)
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, cwd=tmp_path, env=environment, text=True) as maker:
        assert maker.stdout is not None
        program = psutil.Process(int(maker.stdout.readline()))
        server = program.parent()
        assert server is not None
        maker.kill()
    _, left = psutil.wait_procs([program, server], timeout=30)
    assert not left
