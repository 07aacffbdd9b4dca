"""The bot as a child process: started, stopped, killed, and watched."""

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.playground.jsons import Json

STOP_SECONDS = 10.0
# Where the kernel can (Linux), the bot ends with the playground, even one killed outright. And it has a session of
# its own, so that Ctrl+C reaches the playground alone, which then stops the bot in order.
_LEASH = """
import contextlib, ctypes, os, sys
with contextlib.suppress(Exception):
    ctypes.CDLL(None).prctl(1, 15)
os.getppid() == int(sys.argv[1]) or sys.exit(1)
os.execvp(sys.argv[2], sys.argv[2:])
"""
KEPT_LINES = 2_000


class Child:
    """One command line, run again and again. Its standard error and output go to a ring and to `bot.log`."""

    def __init__(
        self, command: Sequence[str] | None, *, token: str, folder: Path | None, changed: Callable[[], None]
    ) -> None:
        self.command = command
        self.token = token
        self.log_file = None if folder is None else folder / "bot.log"
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self.exit_code: int | None = None
        self.on_purpose = True
        self.process: asyncio.subprocess.Process | None = None
        self._changed = changed
        self._watcher: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def start(self) -> None:
        if self.command is None or self.running:
            return
        environment = {**os.environ, "CRUX_DISCORD_TOKEN": self.token, "PYTHONUNBUFFERED": "1"}
        self.exit_code, self.on_purpose = None, False
        leash = (sys.executable, "-I", "-S", "-c", _LEASH, str(os.getpid()))
        self.process = await asyncio.create_subprocess_exec(
            *leash,
            *self.command,
            env=environment,
            start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=2**20,
        )
        self._watcher = asyncio.create_task(self._watch(self.process))
        self._changed()

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        with contextlib.ExitStack() as stack:
            log = None
            if self.log_file is not None:
                log = stack.enter_context(self.log_file.open("a", encoding="utf-8"))
            while True:
                try:
                    line = await process.stdout.readline()
                except ValueError:
                    continue  # a line without end; the rest of it follows
                if not line:
                    break
                text = line.decode(errors="replace").rstrip("\n")
                self.lines.append(text)
                if log is not None:
                    log.write(text + "\n")
                    log.flush()
        self.exit_code = await process.wait()
        self._changed()

    async def stop(self) -> None:
        """Send SIGTERM; after ten seconds SIGKILL."""
        await self._signal(signal.SIGTERM)
        if self._watcher is not None:
            try:
                await asyncio.wait_for(asyncio.shield(self._watcher), STOP_SECONDS)
            except TimeoutError:
                await self.kill()

    async def kill(self) -> None:
        await self._signal(signal.SIGKILL)
        if self._watcher is not None:
            await self._watcher

    async def _signal(self, number: signal.Signals) -> None:
        if self.running and self.process is not None:
            self.on_purpose = True
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    def view(self, *, connected: bool, latency_ms: float | None) -> Json:
        state, sentence = self._state(connected, latency_ms)
        return {
            "state": state,
            "connected": connected,
            "pid": self.process.pid if self.process is not None and self.running else None,
            "exit_code": self.exit_code,
            "latency_ms": None if latency_ms is None else round(latency_ms, 1),
            "sentence": sentence,
        }

    def _state(self, connected: bool, latency_ms: float | None) -> tuple[str, str]:
        answered = "" if latency_ms is None else f", {latency_ms:.1f} ms to answer"
        if self.command is None:
            return "none", f"connected{answered}" if connected else "no bot is connected"
        if self.running:
            return ("running", f"connected{answered}") if connected else ("starting", "starting")
        if self.on_purpose:
            return "stopped", "stopped"
        last = next((line.strip() for line in reversed(self.lines) if line.strip()), "")
        return "exited", f"ended by itself with code {self.exit_code}" + (f": {last}" if last else "")
