"""What a pane is made of: header, transcript, status line and prompt."""

from collections.abc import Mapping

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from chat_tui import glyphs
from chat_tui.config.key_labels import first_key_label
from chat_tui.widgets.pane.conversation_view import ConversationView
from chat_tui.widgets.pane.find_bar import FindBar
from chat_tui.widgets.pane.header import PaneHeader
from chat_tui.widgets.pane.status_line import StatusLine
from chat_tui.widgets.picture_actions import picture_keys
from chat_tui.widgets.prompt.choice_bar import ChoiceBar
from chat_tui.widgets.prompt.prompt import MAX_ROWS, Prompt


class PaneBody(Vertical):
    """The widgets of a pane, one below the other."""

    DEFAULT_CSS = """
    PaneBody {
        height: 1fr;
        & #prompt-row { height: auto; }
        & #prompt-mark { width: 3; color: $accent; }
        &.-aside #prompt-mark { color: $text-muted; }
    }
    """

    def __init__(self, *, measure: int, keys: Mapping[str, str], vi: bool = False) -> None:
        """Make them.

        Args:
            measure: Columns of text; 0 is the whole width.
            keys: The keys of each action, separated by commas.
            vi: The prompt is edited by the keys of vi.
        """
        super().__init__()
        self.keys = keys
        again, other, everything, choose = (
            first_key_label(keys.get(name, ""))
            for name in ("reply.regenerate", "provider.menu", "app.help", "choice.focus")
        )
        # Kept rather than looked up: what comes while a pane is taken away still has them.
        self.header = PaneHeader()
        self.transcript = ConversationView(
            measure=measure,
            error_hint=_hints((again, "tries again"), (other, "another provider")),
            welcome_hint=_hints((other, "another provider"), (everything, "all keys")),
            picture_keys=picture_keys(keys),
        )
        self.find_bar = FindBar(self.transcript)
        self.status = StatusLine()
        self.choice_bar = ChoiceBar(_hints((choose, "chooses")))
        self.prompt = Prompt(keys, vi=vi)

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.transcript
        yield self.find_bar
        yield self.status
        yield self.choice_bar
        with Horizontal(id="prompt-row"):
            yield Static(f" {glyphs.PROMPT} ", id="prompt-mark", markup=False)
            yield self.prompt

    def on_resize(self, event: events.Resize) -> None:
        """Header and state stay in sight, and as much of the transcript as of the prompt."""
        rows = (event.size.height - 2) // 2
        self.prompt.styles.max_height = max(1, min(MAX_ROWS, rows))

    @on(Prompt.ModeChanged)
    def _on_mode_changed(self, event: Prompt.ModeChanged) -> None:
        event.stop()
        self.status.show_mode(event.mode)


def _hints(*hints: tuple[str, str]) -> str:
    return "   ".join(f"{key} {words}" for key, words in hints if key)
