"""`chat-tui completion`, and what shells are told."""

import shutil
import subprocess
import sys

import pytest

from chat_tui.conversation import Conversation
from chat_tui.message import user_message
from tests.cli.conftest import CHECKOUT, User


async def test_each_shell_gets_its_script(user: User) -> None:
    for shell in ("zsh", "fish"):
        ran = await user.run("completion", shell)
        assert ran.code == 0, ran.err
        assert "_CHAT_TUI_COMPLETE" in ran.out


async def test_a_shell_that_is_not_known_is_a_mistake_of_usage(user: User) -> None:
    ran = await user.run("completion", "csh")
    assert ran.code == 2
    assert "'bash', 'zsh', 'fish'" in ran.err


async def completions(user: User, words: str) -> list[str]:
    user.environ |= {
        "_CHAT_TUI_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    ran = await user.run()
    return [line.partition(",")[2] for line in ran.out.splitlines() if line]


async def test_commands_are_completed(user: User) -> None:
    assert await completions(user, "chat-tui exp") == ["export"]


async def test_names_of_providers_are_completed(user: User) -> None:
    user.configure('[providers.flow]\nkind = "flowapi"\n[providers.home]\nkind = "ollama"\n')
    assert await completions(user, "chat-tui ask -p ho") == ["home"]


async def test_a_broken_configuration_completes_nothing(user: User) -> None:
    user.configure("[providers")
    assert await completions(user, "chat-tui ask -p ho") == []


async def test_ids_of_conversations_are_completed(user: User) -> None:
    conversation = Conversation()
    conversation.add(user_message("hello", parent=None))
    await user.store([conversation])
    found = await completions(user, f"chat-tui export {conversation.id[:6]}")
    assert found == [conversation.id]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_by_the_script(user: User) -> None:
    command = [sys.executable, "-m", "chat_tui", "completion", "bash"]
    script = subprocess.check_output(command, text=True, env=user.environ, cwd=user.home)
    folder = user.home / "bin"
    folder.mkdir()
    program = folder / "chat-tui"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m chat_tui "$@"\n')
    program.chmod(0o755)
    words = "COMP_WORDS=(chat-tui prov); COMP_CWORD=1; _chat_tui_completion chat-tui"
    run = f'{script}\n{words}\necho "${{COMPREPLY[@]}}"'
    environ = {**user.environ, "PATH": f"{folder}:{user.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", run], capture_output=True, text=True, env=environ, cwd=CHECKOUT, check=True
    )
    assert done.stdout.strip() == "providers", done.stderr
