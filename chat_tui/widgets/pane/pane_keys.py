"""Who gets the keys in a pane: the prompt, the transcript, or what stands between them."""

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from textual import events, on
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.message import Message as TextualMessage
from textual.widget import Widget
from textual.widgets import Input

from chat_tui.config.key_labels import first_key_label
from chat_tui.widgets.pane.conversation_view import ConversationView
from chat_tui.widgets.pane.find_bar import FindBar
from chat_tui.widgets.pane.pane_body import PaneBody
from chat_tui.widgets.pane.status_line import StatusLine
from chat_tui.widgets.prompt.choice_bar import ChoiceBar
from chat_tui.widgets.prompt.prompt import Prompt
from chat_tui.widgets.transcript.transcript import Transcript

KeysAt: TypeAlias = Literal["prompt", "transcript", "picture", "find", "choices", "attachments"]
"""Who gets the keys in a pane."""


class PaneKeys(PaneBody):
    """A pane's widgets, and the way of the keys from one to another."""

    # Priority: the prompt has the focus, and would take these keys for itself.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "read", "Read", id="transcript.focus", show=False),
        Binding("shift+tab", "attachments", "Files", id="attachment.focus", show=False),
        Binding("ctrl+f", "find", "Find", id="transcript.find", priority=True, show=False),
        Binding("alt+0", "choose", "Choose", id="choice.focus", priority=True, show=False),
        Binding("ctrl+c", "copy", "Copy", id="transcript.copy", priority=True, show=False),
        Binding("pageup", "scroll('up')", "Up", id="scroll.up", priority=True, show=False),
        Binding("pagedown", "scroll('down')", "Down", id="scroll.down", priority=True, show=False),
        Binding(
            "ctrl+home", "scroll('first')", "First", id="scroll.first", priority=True, show=False
        ),
        Binding("ctrl+end", "scroll('last')", "Last", id="scroll.last", priority=True, show=False),
    ]

    @dataclass
    class Touched(TextualMessage):
        """The mouse wants something here."""

        pane: "PaneKeys"

    @dataclass
    class KeysMoved(TextualMessage):
        """Other keys matter now."""

        to: KeysAt

    @on(ConversationView.ChoosingWanted)
    def action_choose(self) -> None:
        """Take the keys to what can be chosen, or back to the prompt."""
        if self.choice_bar.has_focus or self.choice_bar.choices is None:
            if not self.choice_bar.has_focus:
                self.app.notify("there is nothing to choose")
            self.prompt.focus()
        else:
            self.choice_bar.focus()

    def action_attachments(self) -> None:
        """Take the keys to what goes along with the next turn."""
        if self.prompt.has_chips:
            self.prompt.attaching.bar.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc goes back one step: to the prompt first, and only from there does it stop a reply."""
        in_prompt = self._keys_at(self.app.focused) == "prompt"
        if action == "stop" and (not in_prompt or self.prompt.takes_escape):
            return "escape" not in self.keys.get("reply.stop", "")
        if action == "attachments" and not self.prompt.has_chips:
            return False
        return super().check_action(action, parameters)

    def action_read(self) -> None:
        """Take the keys to the transcript, or back to the prompt."""
        if self.transcript.has_focus or not self.transcript.messages:
            self.prompt.focus()
        else:
            self.transcript.enter()

    def action_copy(self) -> None:
        """Copy what the mouse selected; what was selected in a text field comes first."""
        focused = self.app.focused
        selected = self.transcript.selected_text
        if not selected or (isinstance(focused, Prompt | Input) and focused.selected_text):
            raise SkipAction
        self.app.copy_to_clipboard(selected)

    def copy_selected(self) -> None:
        """Copy what the mouse selected, or say that there is nothing."""
        if selected := self.transcript.selected_text:
            self.app.copy_to_clipboard(selected)
        else:
            self.app.notify("nothing is selected")

    def action_find(self) -> None:
        self.find_bar.open()

    @on(ConversationView.FindStepWanted)
    def _on_find_step(self, event: ConversationView.FindStepWanted) -> None:
        event.stop()
        self.find_bar.step(event.by)

    @on(ConversationView.FindWanted)
    def _on_find_wanted(self, event: ConversationView.FindWanted) -> None:
        event.stop()
        self.action_find()

    @on(FindBar.Closed)
    @on(ConversationView.Left)
    @on(ChoiceBar.Left)
    def _on_left(self, event: FindBar.Closed | ConversationView.Left | ChoiceBar.Left) -> None:
        event.stop()
        self.find_bar.close()
        self.prompt.focus()

    @on(ConversationView.Selected)
    def _on_selected(self, event: ConversationView.Selected) -> None:
        event.stop()
        self.post_message(self.Touched(self))
        key = first_key_label(self.keys.get("transcript.copy", ""))
        self.status.note(f"{key} copies" if event.anything and key else "")
        if event.anything:  # one selection at a time, so that it is clear what is copied
            self.prompt.move_cursor(self.prompt.cursor_location)

    def on_mouse_down(self) -> None:
        self.post_message(self.Touched(self))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.post_message(self.KeysMoved(self._keys_at(event.widget)))

    @on(ConversationView.PictureReached)
    def _on_picture_reached(self, event: ConversationView.PictureReached) -> None:
        event.stop()
        if self.transcript.has_focus:
            self.post_message(self.KeysMoved(self._keys_at(self.transcript)))

    def _keys_at(self, focused: Widget | None) -> KeysAt:
        if isinstance(focused, ConversationView):
            return "picture" if focused.pictures_here() else "transcript"
        if isinstance(focused, ChoiceBar):
            return "choices"
        if focused is not None and focused.has_class("attachment-bar"):
            return "attachments"
        in_bar = focused is not None and isinstance(focused.parent, FindBar)
        return "find" if in_bar else "prompt"

    def action_scroll(self, where: str) -> None:
        transcript = self.transcript
        match where:
            case "up":
                transcript.scroll_page_up(animate=False)
            case "down":
                transcript.scroll_page_down(animate=False)
            case _:
                transcript.go_to_edge(-1 if where == "first" else 1)

    @on(StatusLine.EndWanted)
    def _on_end_wanted(self, event: StatusLine.EndWanted) -> None:
        event.stop()
        self.transcript.go_to_edge(1)

    @on(Transcript.FollowingChanged)
    def _on_following_changed(self, event: Transcript.FollowingChanged) -> None:
        event.stop()
        if event.following:
            self.status.new_below(False)
