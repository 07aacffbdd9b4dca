"""Starting, ending, and what survives: the data folder, the port, the bot's process."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from bot import playground
from bot.playground.driver import Playground
from bot.playground.persist import Folder, from_json, to_json
from bot.playground.seed import new_world
from bot.playground.serve import CannotStart
from tests.playground.conftest import echo_command


async def test_everything_survives_a_restart_of_the_playground(tmp_path: Path):
    async with Playground(bot=echo_command(), folder=tmp_path) as play:
        await play.connected()
        card = (await play.ada.run("/card")).message
        private = (await play.ada.run("/card", public=False)).message
        said = await play.bo.say("With a file", files=[{"filename": "a.txt", "content": "kept"}])
        await play.skip(days=3)
        await play.world("add_person", name="Kit")
        before = await play.get("state", {"as": "Ada"})

    async with Playground(bot=echo_command(), folder=tmp_path) as play:
        await play.connected()
        after = await play.get("state", {"as": "Ada"})
        for same in ("people", "channels", "commands", "guild"):
            assert after[same] == before[same]
        messages = await play.ada.read()
        assert [m.id for m in messages] == [card.id, private.id, said.id]
        assert await play.download(messages[2].files[0]) == b"kept"
        assert after["clock"]["now_us"] >= before["clock"]["now_us"]
        assert (await play.bo.click(card, "private")).message.ephemeral, "an old button, after both restarted"
        assert await play.failures() == []


def test_a_world_reads_back_as_it_was_written():
    world = new_world(guilds=3)
    assert to_json(from_json(to_json(world))) == to_json(world)


async def test_a_second_copy_on_one_folder_is_refused_by_name(tmp_path: Path):
    async with Playground(folder=tmp_path):
        with pytest.raises(CannotStart, match=str(tmp_path)):
            async with Playground(folder=tmp_path):
                pass
    async with Playground(folder=tmp_path):
        pass


async def test_a_port_in_use_is_one_clear_sentence(tmp_path: Path):
    async with Playground() as play:
        port = int(play.url.rsplit(":", 1)[1])
        with pytest.raises(CannotStart, match=f"Port {port} is in use"):
            async with Playground(port=port, folder=tmp_path):
                pass
    Folder(tmp_path).close()  # it was let go of


async def test_never_beside_a_real_token(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRUX_DISCORD_TOKEN", "something")
    with pytest.raises(CannotStart, match="CRUX_DISCORD_TOKEN is set"):
        async with Playground():
            pass


def test_run_says_why_it_cannot_start(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("CRUX_DISCORD_TOKEN", "something")
    code = playground.run(playground.Options(port=0, folder=None, bot=None))
    assert code == 2
    assert capsys.readouterr().err.count("\n") == 1


async def test_a_port_that_is_none_is_one_clear_sentence():
    with pytest.raises(CannotStart, match="Port 99999 is none, they go from 0 to 65535"):
        async with Playground(port=99_999):
            pass


async def test_only_this_machine_can_reach_it(play: Playground):
    port = int(play.url.rsplit(":", 1)[1])
    listening = [one.laddr for one in psutil.Process().net_connections() if one.status == psutil.CONN_LISTEN]
    assert [where.ip for where in listening if where.port == port] == ["127.0.0.1"]


async def _start(folder: Path) -> tuple[asyncio.subprocess.Process, str]:
    """A playground in a process of its own, and the address it said."""
    bot = list(echo_command())
    script = (
        "import sys; from pathlib import Path; from bot.playground import Options, run;"
        f"sys.exit(run(Options(port=0, folder=Path({str(folder)!r}), bot={bot!r}), open_browser=False))"
    )
    environment = {key: value for key, value in os.environ.items() if key != "CRUX_DISCORD_TOKEN"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    assert line.startswith("The playground is at http://127.0.0.1:")
    return process, line.split()[-1]


async def test_the_address_is_said_and_sigterm_ends_it_cleanly(tmp_path: Path):
    """As a process of its own, the bot with it."""
    process, url = await _start(tmp_path)
    async with Playground(url=url) as play:
        child = (await play.bot())["pid"]
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert (tmp_path / "world.json").exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends a child with its parent")
async def test_a_playground_killed_outright_takes_the_bot_along_and_loses_nothing(tmp_path: Path):
    process, url = await _start(tmp_path)
    async with Playground(url=url) as play:
        child = psutil.Process((await play.bot())["pid"])
        await play.ada.say("Kept")
        while "Kept" not in _saved(tmp_path):  # noqa: ASYNC110 (another process saves, a moment after the change)
            await asyncio.sleep(0.01)
        process.kill()
        await process.wait()
    psutil.wait_procs([child], timeout=10)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    async with Playground(folder=tmp_path) as play:
        assert [m.text for m in await play.ada.read()] == ["Kept"]


def _saved(folder: Path) -> str:
    file = folder / "world.json"
    return file.read_text() if file.exists() else ""


async def test_a_command_that_does_not_exist_is_said():
    async with Playground(bot=("/nowhere/crux", "run")) as play:
        with pytest.raises(AssertionError, match="ended by itself"):
            await play.connected()


@pytest.mark.apart
async def test_what_a_dead_bot_owes_fails_at_once(echo: Playground):
    assert echo.running is not None
    sent = asyncio.Event()
    echo.running.core.world.listen(lambda event: sent.set() if event.name == "INTERACTION_CREATE" else None)
    acting = asyncio.create_task(echo.ada.run("/sulk"))
    await sent.wait()
    await echo.kill_bot()
    assert (await acting).error == "The application did not respond"


@pytest.mark.apart
async def test_the_bots_process_is_killed_stopped_and_started(echo: Playground):
    first = await echo.bot()
    assert (first["state"], first["connected"]) == ("running", True)
    killed = await echo.kill_bot()
    assert (killed["state"], killed["connected"], killed["exit_code"]) == ("stopped", False, -9)
    started = await echo.start_bot()
    assert started["connected"]
    assert started["pid"] != first["pid"]
    stopped = await echo.stop_bot()
    assert stopped["exit_code"] == 0, "SIGTERM ends it cleanly"
    assert (await echo.restart_bot())["connected"]
    assert any("Session ID" in line for line in await echo.log())


async def test_a_bot_that_ends_by_itself_is_shown_with_its_last_words():
    bot = (sys.executable, "-c", "import sys; sys.exit('config.toml: the key guild is unknown')")
    async with Playground(bot=bot) as play:
        with pytest.raises(AssertionError, match="the key guild is unknown"):
            await play.connected()
        state = await play.bot()
        assert (state["state"], state["exit_code"]) == ("exited", 1)
        assert state["sentence"] == "ended by itself with code 1: config.toml: the key guild is unknown"


@pytest.mark.apart
async def test_the_bot_gets_the_made_up_token_and_no_other(echo: Playground):
    assert echo.running is not None
    token = echo.running.core.world.token
    assert token.count(".") == 2
    assert "FAKE" in token
    assert not any(token in line for line in await echo.log())
