"""`python -m` that has imported Crux before it is asked: tests start a hundred of its programs, and most of each
start is imports.

A process that has imported them forks each program that is asked for. That program is a process as any other: it
has a session, an environment, a folder, input and output of its own, is killed at any moment, and ends with a code.
Whoever starts it sees a small process in its place, which passes SIGTERM on and ends as it ends; if that one is
killed, so is the program. What a test asks of the process itself (its children, its memory) needs one that is
started anew.
"""

import atexit
import functools
import gc
import importlib
import marshal
import os
import runpy
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

IMPORTED = ("bot.app", "bot.doctor", "bot.logs", "bot.tokens")
_CODE_BYTES = 4

# Runs in the place of a program, without a library of ours, so that it costs next to nothing.
_IN_ITS_PLACE = """
import marshal, os, signal, socket, sys
there = socket.socket(socket.AF_UNIX)
there.connect(sys.argv[1])
asked = marshal.dumps((sys.argv[2:], dict(os.environ), os.getcwd()))
socket.send_fds(there, [len(asked).to_bytes(4, "big")], [0, 1, 2])
there.sendall(asked)
signal.signal(signal.SIGTERM, lambda number, _: there.sendall(bytes([number])))
ended = there.recv(4)
code = int.from_bytes(ended, "big", signed=True) if ended else 70  # nobody is there any more to say it
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


def command(*words: str) -> Sequence[str]:
    """The command line that does what `python -m` with these words does, and starts at once."""
    return (sys.executable, "-I", "-S", "-c", _IN_ITS_PLACE, _address(), *words)


@functools.cache
def _address() -> str:
    """Where this process's server listens, started when it is first asked. It ends with this process, however that
    ends."""
    address = str(Path(tempfile.mkdtemp(prefix="crux-forks-")) / "socket")
    words = (sys.executable, "-m", __name__, address)
    pipe = subprocess.PIPE
    server = subprocess.Popen(words, stdin=pipe, stdout=pipe, cwd=Path(__file__).parents[1])
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stdout.readline() == b"listening\n"

    def end(over: Callable[[], None] = server.stdin.close) -> None:
        over()
        server.wait()

    atexit.register(end)
    return address


def serve(address: str) -> None:
    """Fork what is asked for until the input ends; then kill what still runs, and leave nothing."""
    for name in IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is imported stays: no program looks for garbage in it, or makes a copy of it by looking
    running: dict[int, int] = {}
    with socket.socket(socket.AF_UNIX) as door, selectors.DefaultSelector() as seen:
        door.bind(address)
        door.listen()
        seen.register(door, selectors.EVENT_READ)
        seen.register(sys.stdin, selectors.EVENT_READ)
        print("listening", flush=True)
        while True:
            for key, _ in seen.select():
                if key.fileobj is door:
                    _begin(door, seen, running)
                elif key.fileobj is sys.stdin:
                    for process in running:
                        os.kill(process, signal.SIGKILL)
                    shutil.rmtree(Path(address).parent)
                    return
                elif key.fileobj in seen.get_map():  # one that came with it may have ended it
                    key.data()


def _begin(door: socket.socket, seen: selectors.BaseSelector, running: dict[int, int]) -> None:
    """Fork a program for whoever comes to the door. From here on, a word from there is a signal for it, the end of
    the line its death, and its own end is told there."""
    there, _ = door.accept()
    length, files, _, _ = socket.recv_fds(there, 4, 3)
    with there.makefile("rb") as asked:
        body = asked.read(int.from_bytes(length, "big"))
    if not body or len(body) < int.from_bytes(length, "big"):  # who asked was killed while asking
        for file in files:
            os.close(file)
        there.close()
        return
    words, environment, folder = marshal.loads(body)
    process = os.fork()
    if not process:
        os.setsid()
        seen.close()
        door.close()
        there.close()
        _become(words, environment, folder, files)
    ended = os.pidfd_open(process)
    running[process] = ended

    def told() -> None:
        word = there.recv(1)
        signal.pidfd_send_signal(ended, word[0] if word else signal.SIGKILL)
        if not word:
            seen.unregister(there)

    def over() -> None:
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        seen.unregister(ended)
        del running[process]
        for file in (ended, *files):  # only now: whoever reads to the end of its output knows that it is gone
            os.close(file)
        if there in seen.get_map():
            seen.unregister(there)
            there.sendall(code.to_bytes(_CODE_BYTES, "big", signed=True))
        there.close()

    seen.register(there, selectors.EVENT_READ, told)
    seen.register(ended, selectors.EVENT_READ, over)


def _become(words: Sequence[str], environment: dict[str, str], folder: str, files: Sequence[int]) -> NoReturn:
    for at, file in enumerate(files):
        os.dup2(file, at)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    gc.enable()
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115 - the program's own
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.argv = ["", *words[1:]]
    sys.path[0] = folder
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    serve(sys.argv[1])
