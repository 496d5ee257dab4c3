"""The log file."""

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.errors import ConfigError
from chat_tui.log_place import see_log
from chat_tui.logs import MAX_BYTES, start_logging
from chat_tui.registry import Registry

log = logging.getLogger("chat_tui.somewhere")


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "state" / "chat-tui.log"
    handler = start_logging(path)
    yield path
    logging.getLogger().removeHandler(handler)
    handler.close()


def test_a_remark_goes_to_a_file_for_the_user_alone(log_file: Path) -> None:
    log.info("asked %s", "flow")
    assert log_file.read_text().endswith(" INFO chat_tui.somewhere: asked flow\n")
    assert stat.S_IMODE(log_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(log_file.parent.stat().st_mode) == 0o700


def test_details_and_the_addresses_of_requests_are_left_out(log_file: Path) -> None:
    log.debug("a frame")
    logging.getLogger("httpx").info("HTTP Request: GET https://host/?key=abc")
    assert log_file.read_text() == ""


def test_keys_are_masked(log_file: Path) -> None:
    log.warning("refused: Bearer %s", "abcdef0123456789")
    assert "abcdef" not in log_file.read_text()


def test_a_full_log_turns_over(log_file: Path) -> None:
    log.info("x" * MAX_BYTES)
    log.info("next")
    assert log_file.read_text().endswith("next\n")
    assert stat.S_IMODE((log_file.parent / "chat-tui.log.1").stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    handler = start_logging(tmp_path / "file" / "chat-tui.log")
    log.info("lost")
    logging.getLogger().removeHandler(handler)


def test_a_message_names_the_log_where_the_user_finds_it(
    log_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(log_file.parent.parent))
    assert see_log() == "see ~/state/chat-tui.log"
    with pytest.raises(ConfigError) as broken:
        Registry({"mine": "chat_tui.no_such_module:KIND"}).get("mine")
    assert broken.value.hint == "reinstall or remove its package; see ~/state/chat-tui.log"
    assert "cannot be loaded" in log_file.read_text()


def test_a_log_with_a_long_path_does_not_make_a_message_long(tmp_path: Path) -> None:
    handler = start_logging(tmp_path / ("deep" * 20) / "chat-tui.log")
    try:
        assert see_log() == "the log says more"
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


def test_where_nothing_is_written_no_place_is_named() -> None:
    assert see_log() == "the log says more"
