"""`chat-tui --plain`: lines that follow each other."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chat_tui.simulator.script import Done, Finish, Say, Script, Usage
from chat_tui.simulator.server import Simulator
from chat_tui.store.store import Store
from tests.cli.conftest import User
from tests.e2e.program import Program
from tests.e2e.terminal import ALTERNATE_SCREEN, Terminal


@contextmanager
def at_a_terminal(folder: Path) -> Iterator[Terminal]:
    """The demo in plain mode, once it asks for a line."""
    program = Program(folder)
    command = program.command("--plain", "--demo")
    with Terminal(command, env=program.env, cwd=program.folder) as terminal:
        terminal.wait_for("You:")
        yield terminal


async def test_lines_are_turns_and_every_reply_is_saved(user: User) -> None:
    ran = await user.run("--plain", "--demo", stdin=b"hello\nand again\n")
    assert ran.code == 0, ran.err
    assert ran.out.count("(done in ") == 2
    assert "You: and again\ndemo:" in ran.out
    (stored,) = await user.stored()
    assert [one.role for one in stored.path()] == ["user", "assistant"] * 2


async def test_nothing_is_written_but_lines(user: User) -> None:
    ran = await user.run("--plain", "--demo", "-m", "demo-picture", stdin=b"a lighthouse\n")
    assert ran.code == 0, ran.err
    assert not {"\x1b", "\r", "\x08"} & set(ran.out)
    assert "generating " in ran.out
    assert str(user.data_dir / "media") in ran.out


async def test_a_line_that_ends_in_a_backslash_goes_on(user: User) -> None:
    await user.run("--plain", "--demo", stdin=b"one\\\ntwo\n")
    (stored,) = await user.stored()
    assert stored.path()[0].text == "one\ntwo"


async def test_commands_say_what_they_did_and_unknown_ones_send_nothing(user: User) -> None:
    ran = await user.run("--plain", "--demo", stdin=b"/split\n/nwe\n/set temperature=1\n/usage\n")
    assert "splitting is not available in plain mode" in ran.out
    assert "no command '/nwe'; nothing was sent (did you mean /new?" in ran.out
    assert "temperature is set" in ran.out
    assert "0 replies" in ran.out
    assert not await user.stored()


async def test_usage_counts_replies_that_told_no_tokens_and_says_so(
    user: User, simulator: Simulator
) -> None:
    simulator.enqueue(
        Script((Say("a"), Finish(), Usage(100, 50), Done())), Script((Say("b"), Finish(), Done()))
    )
    ran = await user.run("--plain", "--provider", "sim", stdin=b"one\ntwo\n/usage\n")
    assert "2 replies (1 told no tokens), 100 tokens in, 50 tokens out" in ran.out


async def test_a_model_is_called_by_the_name_that_was_kept(
    user: User, simulator: Simulator
) -> None:
    state = user.home / "state/state.toml"
    state.parent.mkdir()
    state.write_text('[names]\n"sim flow-1" = "Support"\n')
    ran = await user.run("--plain", stdin=b"/provider sim\n/model flow-1\n/model support\n")
    assert ran.code == 0, ran.err
    assert ran.out.count("sim, Support answers") == 2
    await user.run("ask", "-p", "sim", "-m", "Support", "hello")
    assert simulator.calls[-1].json["model"] == "flow-1"


async def test_the_latest_conversation_is_gone_on_with(user: User, simulator: Simulator) -> None:
    await user.run("ask", "-p", "sim", "what is a pane?")
    ran = await user.run("--plain", "--continue", stdin=b"more of it\n")
    assert "what is a pane?" in ran.out
    (stored,) = await user.stored()
    assert [one.text for one in stored.path() if one.role == "user"] == [
        "what is a pane?",
        "more of it",
    ]
    assert stored.path()[-1].provider == "sim"


async def test_a_conversation_that_is_open_elsewhere_is_left_alone(user: User) -> None:
    await user.run("--plain", "--demo", stdin=b"hello\n")
    other = Store(user.data_dir / "conversations.db")
    latest = await other.latest()
    assert latest is not None
    await other.hold([latest])
    for choice in (["--continue"], ["--resume", latest]):
        ran = await user.run("--plain", "--demo", *choice, stdin=b"more of it\n")
        assert ran.code == 2
        assert "open in another chat-tui" in ran.err
    await other.close()
    (stored,) = await user.stored()
    assert len(stored) == 2


async def test_a_conversation_that_is_not_there_is_told(user: User) -> None:
    ran = await user.run("--plain", "--demo", "--resume", "0123456789", stdin=b"")
    assert ran.code == 2
    assert "0123456789" in ran.err
    assert "mistake" not in ran.err


async def test_plain_mode_holds_what_it_talks_in(user: User) -> None:
    process = await user.start("--plain", "--demo", stdin=asyncio.subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"hello\n")
    await process.stdout.readuntil(b"(done in ")
    other = Store(user.data_dir / "conversations.db")
    latest = await other.latest()
    assert latest is not None
    assert (await other.hold([latest]))[latest].pid == process.pid
    await process.communicate(b"")
    assert await other.hold([latest]) == {}
    await other.close()


async def test_a_reply_is_answered_again_as_a_branch(user: User, simulator: Simulator) -> None:
    await user.run("--plain", "-p", "sim", stdin=b"hello\n/retry\n")
    (stored,) = await user.stored()
    turn = stored.path()[0]
    assert len(stored.children(turn.id)) == 2


async def test_a_template_asks_for_what_stands_in_its_places(user: User) -> None:
    folder = user.config_file.parent / "prompts"
    folder.mkdir(parents=True)
    (folder / "greet.md").write_text("---\ntone: kind\n---\nGreet {{name}}, {{tone}}.")
    ran = await user.run("--plain", "--demo", stdin=b"/template greet\nAda\n\n")
    assert ran.code == 0, ran.err
    (stored,) = await user.stored()
    assert stored.path()[0].text == "Greet Ada, kind."


async def test_a_transcript_is_never_written_over_another(user: User) -> None:
    place = user.home / "talk.md"
    ran = await user.run(
        "--plain", "--demo", stdin=f"hello\n/save {place}\n/save {place}\n".encode()
    )
    assert f"saved {place}" in ran.out
    assert "already exists" in ran.out


async def test_that_the_database_was_damaged_is_told(user: User) -> None:
    await user.run("ask", "--demo", "hello")
    database = user.data_dir / "conversations.db"
    database.write_bytes(b"no database at all " * 500)
    ran = await user.run("--plain", "--demo", stdin=b"hello\n")
    assert ran.code == 0, ran.err
    assert "chat-tui: the database was damaged" in ran.out


async def test_a_provider_that_fails_is_one_line_and_the_talk_goes_on(user: User) -> None:
    user.configure('[providers.gone]\nkind = "openai"\nbase_url = "http://127.0.0.1:9/v1"\n')
    ran = await user.run("--plain", "-p", "gone", stdin=b"hello\n/provider demo\nhello\n")
    assert ran.code == 0
    assert "nothing is listening" in ran.out.lower()
    assert "(done in " in ran.out


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    program = Program(tmp_path)
    reading, writing = os.pipe()
    with subprocess.Popen(
        program.command("--plain", "--demo"),
        stdin=subprocess.PIPE,
        stdout=writing,
        stderr=subprocess.PIPE,
        env=program.env,
        cwd=program.folder,
    ) as talk:
        os.close(writing)
        os.read(reading, 1)
        os.close(reading)
        _, complaints = talk.communicate(b"/help\n" * 3, timeout=30)
    assert (talk.returncode, complaints) == (0, b"")


def test_on_a_terminal_too_lines_are_whole_and_nothing_is_written_over(tmp_path: Path) -> None:
    with at_a_terminal(tmp_path) as terminal:
        terminal.send("hello\r")
        terminal.wait_for("(done in ")
        said = terminal.text
        assert "Type one of them and press **Enter**. **Esc** stops a reply, **F1** shows" in said
        terminal.send("/model demo-picture\r")
        terminal.wait_for("demo-picture answers")
        terminal.send("a lighthouse\r")
        terminal.wait_for("picture generating 25 %")
        assert "picture queued, position 3\n" in terminal.text
        assert "picture generating 0 %" in terminal.text
        terminal.signal(signal.SIGINT)
        terminal.wait_for("stopped")
        terminal.send("/quit\r")
        assert terminal.wait_exit() == 0


def test_ctrl_c_stops_the_reply_and_the_next_line_is_read(tmp_path: Path) -> None:
    with at_a_terminal(tmp_path) as terminal:
        terminal.send("long\r")
        terminal.wait_for("demo:")
        terminal.signal(signal.SIGINT)
        terminal.wait_for("stopped")
        assert not terminal.mode(ALTERNATE_SCREEN)
        terminal.send("/quit\r")
        assert terminal.wait_exit() == 0


def test_a_signal_at_the_prompt_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    with at_a_terminal(tmp_path) as terminal:
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit() == 143


def test_tab_completes_commands(tmp_path: Path) -> None:
    with at_a_terminal(tmp_path) as terminal:
        terminal.send("/us\t")
        terminal.wait_for("/usage")
        terminal.send("\r")
        terminal.wait_for("0 replies")
        terminal.send("\x04")
        assert terminal.wait_exit() == 0
