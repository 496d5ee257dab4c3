"""Makes the README's picture from the running program: `python docs/make_pictures.py`."""

import asyncio
import os
import re
import tempfile
from pathlib import Path

from chat_tui.app import AppOptions, ChatApp
from chat_tui.config.model import Config
from chat_tui.config.paths import find_paths

PROMPT = "what can you do"
SIZE = (100, 34)


async def picture() -> str:
    """Talk to the demo in a terminal of 100x34 cells, and draw what is on the screen as SVG."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {"CHAT_TUI_DATA_DIR": folder, "CHAT_TUI_STATE_DIR": folder}
        paths = find_paths(config=Path(folder, "config.toml"), environ=environ)
        app = ChatApp(AppOptions(config=Config(), paths=paths, demo=True), environ={})
        async with app.run_test(size=SIZE) as pilot:
            app.pane.prompt.text = PROMPT
            await pilot.press("enter")
            await pilot.pause()
            await app.pane.session.wait()
            await pilot.pause()
            drawn = app.export_screenshot(title="chat-tui")
    # The fonts of Textual's drawing come from a server; the reader's own will do.
    drawn = re.sub(r"@font-face\s*{[^}]*}", "", drawn)
    # Some programs that draw it take away spaces at the beginning of a text otherwise.
    return drawn.replace("<svg ", '<svg xml:space="preserve" ', 1)


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    Path(__file__).with_name("chat-tui.svg").write_text(asyncio.run(picture()), "utf-8")
