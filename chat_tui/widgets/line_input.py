"""An input of one line that shows nothing unclean."""

from textual import events
from textual.widgets import Input

from chat_tui.text import clean


class LineInput(Input):
    """Pasted text is from outside: it is cleaned, and becomes one line, before it is shown."""

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.replace(one_line(event.text.strip()), *sorted(self.selection))


def one_line(text: str) -> str:
    """Clean a text for an input; unlike in `clean_line`, its spaces stay as they are."""
    return clean(text).translate({ord("\n"): " ", ord("\t"): " "})
