"""Starting, stopping, and being told what is wrong: crux run, crux doctor, and the daily digest."""

import asyncio
import os
import re
import signal
import socket
import sys
from importlib.metadata import version
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot import permissions
from bot.playground.driver import Playground
from bot.playground.seed import fake_token
from ledger.storage import schema_version
from tests import databases, forks
from tests.end_to_end.conftest import BEGINS, apart, command, set_up
from tests.end_to_end.started import connected, ended

pytestmark = pytest.mark.apart  # it is about processes

REAL_LOOKING = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz012345678"


async def crux(folder: Path, *words: str, token: str | None = None) -> tuple[int | None, str]:
    """Run a command in an empty folder: its exit code, and all that it said."""
    environment = {name: value for name, value in os.environ.items() if name != "CRUX_DISCORD_TOKEN"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    if token is not None:
        environment["CRUX_DISCORD_TOKEN"] = token
    process = await asyncio.create_subprocess_exec(
        *forks.command("bot", *words),
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    return process.returncode, said.decode()


async def doctor(play: Playground, folder: Path, book: str) -> tuple[int | None, str]:
    assert play.running is not None
    words = ("doctor", "--discord-url", play.url, "--database", book)
    return await crux(folder, *words, token=play.running.core.world.token)


async def test_what_run_refuses_in_one_sentence(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        nowhere = f"http://127.0.0.1:{unused.getsockname()[1]}"
    book = f"sqlite:///{tmp_path}/crux.db"
    playground = ("run", "--discord-url", nowhere, "--database", book)
    refused = [
        (("run",), None, "There is no Discord token"),
        (("run",), "hunter2", "doesn't have the form of a bot's token"),
        (("run",), "a.b.c", "doesn't have the form of a bot's token"),
        (("run",), fake_token(123456789012345678), "a playground's made-up token"),
        (playground, REAL_LOOKING, "a real token, which never goes to a playground"),
        (playground, fake_token(123456789012345678), "`crux migrate` makes it"),
        (
            (*playground[:-1], databases.sqlite(tmp_path / "there.db")),
            fake_token(1 << 60),
            "Discord can't be reached",
        ),
        (("run", "--database", "mysql://x/y"), REAL_LOOKING, "is not a database address"),
        (("run", "--database", "postgresql://x@127.0.0.1:1/y"), REAL_LOOKING, "can't be reached"),
        (
            ("run", "--discord-url", "http://example.org"),
            fake_token(123456789012345678),
            "not on this machine",
        ),
    ]
    for words, token, sentence in refused:
        code, said = await crux(tmp_path, *words, token=token)
        assert code == 2, said
        assert sentence in said
        assert len([line for line in said.splitlines() if " warning " not in line]) == 1, said
        assert token is None or token not in said


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (4004, "Discord refuses the token: make a new one in its developer portal."),
        (4011, "Discord wants more shards for so many servers: start Crux again."),
        (4014, "Discord refuses what Crux asks to hear (4014)"),
    ],
)
async def test_a_line_that_discord_ends_for_good_is_told_in_one_sentence(book: str, code: int, sentence: str):
    """Such as after a token was reset, or found by Discord where everybody could read it."""
    async with Playground(bot=command(book), begins=BEGINS) as play:
        await play.connected()
        await play.ada.run("/help")  # a line that ends before it is ready is discord.py's to try again
        await play.gateway("close", code=code)
        await ended(play)
        said = [line for line in await play.log() if " info " not in line]
        assert (await play.bot())["exit_code"] == 2
        assert said[-1].startswith(sentence), said
        assert len([line for line in said if " warning " not in line]) == 1, said


def _servers(play: Playground) -> int:
    assert play.running is not None
    return sum(one.bot_installed for one in play.running.core.world.guilds.values())


async def _said_at_start(play: Playground) -> list[str]:
    """What the newest start says of itself, without the times: two lines."""
    async with asyncio.timeout(60):
        while True:
            said = [line for line in await play.log() if " info crux.presence: " in line]
            if len(said) >= 2 and " serves " in said[-2]:
                return [line.partition("crux.presence: ")[2] for line in said[-2:]]
            await asyncio.sleep(0.05)


async def test_each_start_says_who_serves_how_many_servers_and_where_to_look(play: Playground):
    assert play.running is not None
    who = f"serves application={play.running.core.world.application_id}"
    what = f"version={version('crux-bot')} schema={schema_version.known()[-1]} database=crux.db"
    for servers, where in (
        (_servers(play), "what is missing in a server is said by /setup there, and by `crux doctor`"),
        (0, "in no server yet: `crux invite` prints the link"),
    ):
        if not servers:
            for guild in play.running.core.world.guilds.values():
                if guild.bot_installed:
                    await play.world("kick_bot", guild=guild.name)
            await play.stop_bot()
            play.running.child.lines.clear()
            await play.start_bot()
        first, second = await _said_at_start(play)
        assert first.startswith(f"{who} servers={servers} {what}"), first
        assert second == where


async def test_a_second_run_on_one_book_is_refused_by_name(play: Playground, tmp_path: Path, book: str):
    assert play.running is not None
    words = ("run", "--discord-url", play.url, "--database", book)
    code, said = await crux(tmp_path, *words, token=play.running.core.world.token)
    assert code == 2
    assert "in use by crux run" in said


async def test_sigterm_ends_it_with_zero_and_nothing_in_the_log_names_anybody(play: Playground):
    await set_up(play)
    form = await play.mira.run("/mod grant", to=play.bo, amount="5")
    await play.mira.submit(form, reason="a reason nobody logs")
    asked = await play.ada.run("/wallet give", to=play.bo, amount="5")
    await play.ada.click(asked, "Give 5 points")
    pid = (await play.bot())["pid"]
    os.kill(pid, signal.SIGTERM)
    await ended(play)
    assert (await play.bot())["exit_code"] == 0
    log = "\n".join(await play.log())
    for word in ("Ada", "Bo", "Mira", "reason nobody", "Crux Club", "FAKE"):
        assert word not in log


async def test_invite_prints_the_link_with_the_rights_that_it_names_and_no_other(
    play: Playground, tmp_path: Path
):
    assert play.running is not None
    world = play.running.core.world
    code, said = await crux(tmp_path, "invite", "--discord-url", play.url, token=world.token)
    assert code == 0, said
    address = urlsplit(said.splitlines()[0])
    asked = parse_qs(address.query)
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://discord.com/oauth2/authorize"
    assert asked["client_id"] == [str(world.application_id)]
    assert asked["scope"] == ["bot applications.commands"]
    assert asked["integration_type"] == ["0"], "in a server, not for a person"
    # View Channel, Send Messages, Attach Files, Read Message History, Mention Everyone, Send Messages in Threads
    assert int(asked["permissions"][0]) == 1 << 10 | 1 << 11 | 1 << 15 | 1 << 16 | 1 << 17 | 1 << 38
    for right in permissions.INVITED.values():
        assert f"- {right.name}: {right.why}." in said

    alone = await crux(tmp_path, "invite", "--application", str(world.application_id))
    assert alone == (0, said), "the same without a token"
    for words, token, sentence in (
        ((), None, "There is no Discord token"),
        (("--discord-url", play.url), REAL_LOOKING, "a real token, which never goes to a playground"),
        (("--discord-url", play.url), fake_token(10**17), "Discord refuses the token: make a new one"),
        (("--application", "Crux"), None, "Crux is no application's id, which has 17 to 20 digits"),
        (("--application", "7"), None, "7 is no application's id"),
    ):
        code, said = await crux(tmp_path, "invite", *words, token=token)
        assert (code, said.count("\n")) == (2, 1), said
        assert sentence in said


@pytest.mark.parametrize("command", ["run", "doctor", "invite"])
async def test_a_discord_that_is_not_on_this_machine_is_refused_in_one_sentence(tmp_path: Path, command: str):
    book = databases.sqlite(tmp_path / "crux.db")
    words = (command, "--discord-url", "http://example.com", "--database", book)
    code, said = await crux(tmp_path, *words, token=fake_token(10**17))
    assert code == 2
    assert said.splitlines()[-1].startswith(
        "http://example.com is not on this machine: only http://127.0.0.1:PORT"
    )
    assert "Traceback" not in said


async def test_a_moderator_role_whose_mention_calls_nobody_is_named(
    play: Playground, tmp_path: Path, book: str
):
    await set_up(play)
    assert (await doctor(play, tmp_path, book))[0] == 0, "the link's rights are enough"
    rights = ["view_channel", "send_messages", "attach_files", "read_message_history"]
    await play.world("set_role", role="Crux", permissions=rights)
    code, said = await doctor(play, tmp_path, book)
    assert code == 1
    assert (
        "BAD  The Crux Club: a mention of the moderator role @Moderator calls nobody where claims are" in said
    )
    assert "A mention of that role calls nobody where claims are" in (await play.oz.run("/setup")).text
    await play.world("set_role", role="Crux", permissions=[*rights, "mention_everyone"])
    assert (await doctor(play, tmp_path, book))[0] == 0
    await play.world("overwrite", channel="announcements", for_="bot", deny=["mention_everyone"])
    assert (await doctor(play, tmp_path, book))[0] == 1, "given by the server, taken by the channel"
    assert "calls nobody" in (await play.oz.run("/setup")).text
    await play.world("set_role", role="Moderator", mentionable=True)
    assert (await doctor(play, tmp_path, book))[0] == 0
    assert "calls nobody" not in (await play.oz.run("/setup")).text


async def test_doctor_names_what_is_missing_in_a_forum(play: Playground, tmp_path: Path, book: str):
    await set_up(play)
    await play.world("add_channel", name="claims", kind="forum")
    form = await play.oz.click(await play.oz.run("/setup"), "Channels and moderators")
    await play.oz.submit(form, forum=["claims"])
    await play.world("overwrite", channel="claims", for_="bot", deny=["send_messages_in_threads"])
    code, said = await doctor(play, tmp_path, book)
    assert code == 1
    assert "BAD  The Crux Club, #claims for claims: Crux lacks Send Messages in Threads." in said


async def test_doctor_names_each_missing_permission(play: Playground, tmp_path: Path, book: str):
    await set_up(play)
    code, said = await doctor(play, tmp_path, book)
    assert code == 0, said
    assert "The Crux Club, #announcements for announcements: Crux may do there what it needs." in said

    await play.world("overwrite", channel="log", for_="bot", deny=["send_messages", "read_message_history"])
    await play.world("delete_role", role="Moderator")
    code, said = await doctor(play, tmp_path, book)
    assert code == 1
    assert (
        "BAD  The Crux Club, #log for log: Crux lacks Send Messages, Attach Files, Read Message History."
        in said
    )
    assert "BAD  The Crux Club: the moderator role was deleted" in said


async def test_doctor_goes_on_after_what_is_wrong(tmp_path: Path):
    code, said = await crux(
        tmp_path, "doctor", "--database", f"sqlite:///{tmp_path}/none.db", token="nonsense"
    )
    assert code == 1
    assert said.count("BAD") == 2, said


async def test_the_digest_is_posted_once_on_a_day_after_points_moved(play: Playground):
    await set_up(play)
    await play.ada.run("/wallet show")
    log = await play.ada.read("log")  # that settings were changed stands there soon
    assert [message.text for message in log if "digest" in message.text] == []
    await play.skip(days=1)
    await play.skip(days=1)  # nothing moved on this one
    await play.bo.run("/wallet show")
    due = await play.skip_to_next_due()
    assert due["now_us"] % 86_400_000_000 < 60_000_000
    await play.skip(hours=1)

    setup, *posts = [message.text for message in await play.ada.read("log")]
    assert "Settings were changed" in setup  # A7: said there too, and once
    assert len(posts) == 2
    assert all("The book's newest digest" in post for post in posts)
    head = re.search("`[0-9a-f]{64}`", (await play.ada.run("/ledger verify")).text)
    assert head is not None
    assert head[0] in posts[-1]


async def test_commands_are_synced_when_they_changed_and_not_again(play: Playground):
    await play.delete("requests")
    await play.restart_bot()
    await play.ada.run("/help")
    assert [route for method, route, _ in await play.requests() if method == "PUT"] == []


async def test_all_of_it_runs_on_postgresql(postgresql: databases.Server):
    async with apart(await asyncio.to_thread(postgresql.database)) as play:
        await set_up(play)
        asked = await play.ada.run("/wallet give", to=play.bo, amount="25")
        assert "You gave 25 points" in (await play.ada.click(asked, "Give 25 points")).text
        form = await play.mira.run("/mod grant", to=play.ada, amount="5")
        assert "Posted in" in (await play.mira.submit(form, reason="for the test")).text
        assert "**980 points**" in (await play.ada.run("/wallet show")).text
        assert "gift to" in (await play.ada.run("/wallet history")).text
        assert "granted **5 points**" in (await play.bo.run("/ledger acts")).text
        assert "The book is right" in (await play.bo.run("/ledger verify")).text
        assert (await play.bo.run("/ledger export")).message.files != []
        deleted = await play.ada.click(await play.ada.run("/privacy delete"), "Go on to delete")
        assert "is deleted" in (await play.ada.click(deleted, "Delete my data for good")).text


async def test_the_playground_starts_with_one_command_and_no_token(tmp_path: Path):
    environment = {name: value for name, value in os.environ.items() if name != "CRUX_DISCORD_TOKEN"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    words = ("playground", "--port", "0", "--no-browser", "--folder", "here")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words), cwd=tmp_path, env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().split()[-1]
    async with Playground(url=url) as play:
        await connected(play)
        asked = await play.ada.run("/wallet give", to=play.bo, amount="25")
        assert "You gave 25 points" in (await play.ada.click(asked, "Give 25 points")).text
        port = url.rpartition(":")[2]
        for more, token, sentence in (
            (("--port", port, "--folder", "other"), None, f"Port {port} is in use: choose another"),
            (("--port", "0", "--folder", "here"), None, "The folder here is in use by another playground"),
            (("--port", "0", "--folder", "other"), REAL_LOOKING, "CRUX_DISCORD_TOKEN is set"),
        ):
            code, said = await crux(tmp_path, "playground", "--no-browser", *more, token=token)
            assert (code, said.count("\n")) == (2, 1), said
            assert sentence in said
        assert "**975 points**" in (await play.ada.run("/wallet show")).text  # and nothing was lost
    process.terminate()
    assert await process.wait() == 0
    assert (tmp_path / "here" / "crux.db").exists()
