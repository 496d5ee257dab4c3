"""`chat-tui doctor`: what works, what does not, and what helps."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from chat_tui.conversation import Conversation
from chat_tui.doctor.asking import Said
from chat_tui.doctor.storage import look_at_store
from chat_tui.doctor.terminal import look_at_terminal
from chat_tui.pictures.protocol import AnswerReader
from chat_tui.simulator.server import Simulator
from tests.cli.conftest import User
from tests.store.test_connection import without_rights

KEY = "canary-0123456789abcdef"
XTERM = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


async def findings(user: User, *args: str) -> tuple[int | None, dict[str, dict[str, str]]]:
    """Run it; gives the exit code and the findings by their names."""
    ran = await user.run("doctor", "--json", *args)
    assert "Traceback" not in ran.err
    told = json.loads(ran.out)
    found = {one["name"]: one for one in told["findings"]}
    assert told["problems"] == sum(one["state"] == "problem" for one in told["findings"])
    assert told["warnings"] == sum(one["state"] == "warning" for one in told["findings"])
    return ran.code, found


async def test_a_fresh_home_has_no_problem_and_says_what_is_next(user: User) -> None:
    user.environ |= XTERM
    code, found = await findings(user)
    assert code == 0
    assert found["python"]["state"] == "ok"
    assert found["colours"]["text"] == "16 million"
    assert found["config.toml"]["state"] == "note"
    assert "Ctrl+N" in found["demo"]["remedy"]
    assert "none yet" in found["database"]["text"]
    assert not (user.home / "data").exists()


async def test_every_warning_and_every_problem_says_what_helps(user: User) -> None:
    user.environ |= {"TERM": "dumb", "PYTHONIOENCODING": "latin-1", "PATH": ""}
    user.configure('[providers.p]\nkind = "openai"\nbase_url = "http://127.0.0.1:9/v1"\n')
    user.config_file.chmod(0o666)
    code, found = await findings(user)
    assert code == 1
    bad = [one for one in found.values() if one["state"] in ("warning", "problem")]
    assert {"name", "locale", "clipboard", "p", "config.toml"} <= {one["name"] for one in bad}
    assert [one["name"] for one in bad if not one["remedy"]] == []


async def test_providers_are_asked_and_their_keys_are_named_by_source(user: User) -> None:
    async with Simulator(key=KEY) as simulator:
        table = f'kind = "openai"\nbase_url = "{simulator.url}/v1"\n'
        user.environ["RIGHT"] = KEY
        user.configure(
            f'[app]\nprovider = "wrong"\n'
            f'[providers.right]\n{table}api_key = {{ env = "RIGHT" }}\n'
            f'[providers.wrong]\n{table}api_key = "{KEY}-not"\n'
            f'[providers.empty]\n{table}api_key = {{ env = "EMPTY" }}\n'
            f'[providers.asks]\n{table}api_key = {{ command = ["false"] }}\n'
            '[providers.nobody]\nkind = "openai"\nbase_url = "http://127.0.0.1:9/v1"\n'
        )
        ran = await user.run("doctor")
        code, found = await findings(user)
    assert (code, ran.code) == (1, 1)
    assert found["right"]["state"] == "ok"
    assert "3 models" in found["right"]["text"]
    assert " ms; key: variable RIGHT" in found["right"]["text"]
    assert found["wrong"]["state"] == "problem"
    assert found["empty"]["state"] == "warning"
    assert found["empty"]["remedy"] == "chat-tui keys set empty"
    assert found["asks"]["state"] == "note"
    assert "nothing is listening" in found["nobody"]["text"]
    assert KEY not in ran.out + ran.err + json.dumps(found)


async def test_a_server_that_answers_without_the_model_is_not_called_unreachable(
    user: User,
) -> None:
    async with Simulator() as simulator:
        user.configure(
            '[providers.flows]\nkind = "flowise"\nchatflow_id = "nonsense"\n'
            f'base_url = "{simulator.url}"\n'
        )
        _, found = await findings(user)
    assert found["flows"]["text"].startswith("wrong id: ")
    assert found["flows"]["remedy"] == "F2 in chat-tui, and then 'flows', lists what there is"


async def test_a_model_that_the_list_of_the_server_lacks_is_a_warning_with_near_names(
    user: User,
) -> None:
    async with Simulator() as simulator:
        table = f'kind = "openai"\nbase_url = "{simulator.url}/v1"\n'
        user.configure(
            '[app]\nprovider = "near"\n'
            f'[providers.near]\n{table}model = "demo-slo"\n'
            f'[providers.far]\n{table}model = "zzz"\n'
            f"[providers.none]\n{table}"
        )
        code, found = await findings(user)
    assert code == 0
    assert found["near"]["state"] == found["far"]["state"] == "warning"
    assert "3 models, 'demo-slo' is not among them" in found["near"]["text"]
    assert found["near"]["remedy"].startswith("it has 'demo-slow'")
    assert found["far"]["remedy"] == "F2 in chat-tui, and then 'far', lists what there is"
    assert found["none"]["state"] == "ok"


async def test_a_configuration_that_cannot_be_followed_is_a_problem_among_others(
    user: User,
) -> None:
    user.configure("[app]\nmesure = 3\n")
    code, found = await findings(user)
    assert code == 1
    assert "mesure" in found["config.toml"]["text"]
    assert "did you mean 'measure'?" in found["config.toml"]["text"]
    assert found["python"]["state"] == "ok"
    assert "database" in found


async def test_a_theme_that_is_not_there_and_one_that_cannot_be_followed_are_told(
    user: User,
) -> None:
    user.configure('[app]\ntheme = "dsuk"\n')
    themes = user.config_file.with_name("themes")
    themes.mkdir()
    (themes / "mine.toml").write_text("[color]\n")
    code, found = await findings(user)
    assert code == 0
    assert found["theme"]["state"] == found["mine.toml"]["state"] == "warning"
    assert found["theme"]["text"] == "there is no theme 'dsuk': the usual one is shown"
    assert found["theme"]["remedy"] == "did you mean 'dusk'?"
    assert str(themes / "mine.toml") in found["mine.toml"]["text"]


async def test_a_theme_that_is_there_is_not_worth_a_word(user: User) -> None:
    user.configure('[app]\ntheme = "fjord"\n')
    _, found = await findings(user)
    assert "theme" not in found


async def test_a_whole_database_is_read_and_not_changed(user: User) -> None:
    await user.store([Conversation(title="one")])
    before = (user.data_dir / "conversations.db").read_bytes()
    code, found = await findings(user)
    assert code == 0
    assert found["database"]["text"].endswith("whole")
    assert (user.data_dir / "conversations.db").read_bytes() == before


async def test_a_damaged_database_is_a_problem(user: User) -> None:
    await user.store([Conversation(title=f"title {n}") for n in range(300)])
    database = user.data_dir / "conversations.db"
    content = bytearray(database.read_bytes())
    content[4096 * 2 : 4096 * 8] = b"\xff" * (4096 * 6)
    database.write_bytes(content)
    code, found = await findings(user)
    assert code == 1
    assert found["database"]["state"] == "problem"
    database.unlink()
    with sqlite3.connect(database) as other:
        other.execute("CREATE TABLE somebody (else_s)")
    other.close()
    code, found = await findings(user)
    assert "another program" in found["database"]["text"]


def test_a_database_that_cannot_be_reached_is_a_problem_among_others(tmp_path: Path) -> None:
    with without_rights(tmp_path, 0o000):
        (found,) = look_at_store(tmp_path / "conversations.db")
    assert (found.name, found.state) == ("database", "problem")
    assert "permission denied" in found.text
    assert "--data-dir" in found.remedy


def test_a_terminal_that_says_that_it_takes_copies_is_believed() -> None:
    for attributes, words in (("62;22;52", "as it says"), ("62;22", "may be switched off")):
        reader = AnswerReader()
        assert reader.take(f"\x1b[?{attributes}c") == ""
        looked = look_at_terminal(XTERM, Said(reader.answers, keys=False))
        [found] = [one for one in looked if one.name == "clipboard"]
        assert words in found.text


async def test_files_that_others_can_change_or_read_are_named_with_the_command(
    user: User,
) -> None:
    user.configure("")
    keys = user.config_file.with_name("keys.toml")
    keys.write_text(f'p = "{KEY}"\n')
    keys.chmod(0o644)
    user.config_file.chmod(0o622)
    code, found = await findings(user)
    assert code == 1
    assert found["config.toml"]["remedy"] == f"chmod go-w {user.config_file}"
    assert found["keys.toml"]["remedy"] == f"chmod 600 {keys}"


async def test_hostile_names_are_cleaned(user: User) -> None:
    user.environ |= {"TERM": "xterm\x1b]0;owned\x07", "TERM_PROGRAM": "\x1b[31mred"}
    ran = await user.run("doctor")
    assert "\x1b" not in ran.out
    assert "\x07" not in ran.out


ANSWERS = {
    "kitty": (b"\x1b[?0u\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.39.0)\x1b\\\x1b[?62c", b"\x1b_Ga=T"),
    "sixel": (b"\x1b[?62;4c", b"\x1bP0;1q"),
    "halfblock": (b"\x1b[?62c", "▀".encode()),
}


@pytest.mark.parametrize("protocol", ANSWERS)
def test_in_a_terminal_it_asks_and_shows_a_test_card(user: User, protocol: str) -> None:
    answer, card = ANSWERS[protocol]
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "chat_tui", "doctor"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=user.environ | XTERM | {"LANG": "C.UTF-8"},
        cwd=user.home,
    )
    os.close(theirs)
    told = read_until(ours, b"\x1b[c")
    assert b"\x1b[?u" in told
    os.write(ours, answer)
    told = read_until(ours, b"")
    os.close(ours)
    assert process.wait() == 0
    assert card in told
    assert b"\x1b[48;2;" in told
    told_keys = b"is told from Enter" in told
    assert told_keys == (protocol == "kitty")
    assert b"[?62" not in told  # answers are not echoed


def read_until(descriptor: int, end: bytes) -> bytes:
    """Read until this came, or, without it, until the program is gone."""
    told = b""
    while not end or end not in told:
        try:
            part = os.read(descriptor, 65536)
        except OSError:
            break
        if not part:
            break
        told += part
    return told
