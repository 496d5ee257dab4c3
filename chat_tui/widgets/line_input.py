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

    async def _on_key(self, event: events.Key) -> None:
        """Act on a bound key at once.

        Textual has bound keys act when they have bubbled up, behind letters that came with them.
        """
        if event.is_printable:
            return
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if await self.app.run_action(binding.action, self):
                event.stop()
                event.prevent_default()
                return


def one_line(text: str) -> str:
    """Clean a text for an input; unlike in `clean_line`, its spaces stay as they are."""
    return clean(text).translate({ord("\n"): " ", ord("\t"): " "})
