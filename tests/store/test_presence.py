"""Who has the database of a folder open."""

import os
import threading
from pathlib import Path

import pytest

from chat_tui.store.presence import Presence


def test_threads_that_enter_together_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open
    for _ in range(50):
        presence = Presence(tmp_path)
        other = threading.Thread(target=presence.enter)

        def while_another_enters(path: Path, flags: int, other: threading.Thread = other) -> int:
            monkeypatch.setattr(os, "open", opened)
            other.start()
            return opened(path, flags)

        monkeypatch.setattr(os, "open", while_another_enters)
        assert presence.enter()
        other.join()
        presence.leave()
        witness = Presence(tmp_path)
        assert witness.alone()
        witness.leave()
