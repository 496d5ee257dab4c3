"""The palette, and its entries, each with the key that does the same."""

from typing import TYPE_CHECKING, Final, cast

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits
from textual.content import Content
from textual.system_commands import SystemCommandsProvider

if TYPE_CHECKING:
    from chat_tui.app.chat_app import ChatApp

ACTION_OF: Final = {
    "New conversation": "conversation.new",
    "Provider and model": "provider.menu",
    "Save transcript": "transcript.save",
    "Find in this conversation": "transcript.find",
    "Walk through the transcript": "transcript.focus",
    "Choose what to do next": "choice.focus",
    "Attach a file": "attachment.add",
    "Unfold or remove what is attached": "attachment.focus",
    "Copy what is selected": "transcript.copy",
    "Answer again": "reply.regenerate",
    "Stop the reply": "reply.stop",
    "Conversations": "conversations.list",
    "Fork": "conversation.fork",
    "Pane: split right": "pane.split",
    "Pane: split down": "pane.split_down",
    "Compare": "compare.open",
    "Pane: next": "pane.next",
    "Pane: previous": "pane.previous",
    "Pane: zoom": "pane.zoom",
    "Pane: close": "pane.close",
    "Pane: wider": "pane.wider",
    "Pane: narrower": "pane.narrower",
    "Pane: taller": "pane.taller",
    "Pane: shorter": "pane.shorter",
    "Pane: change places with the next": "pane.swap",
    "Pane: reopen the last closed": "pane.reopen",
    "Pictures": "pictures.show",
    "Settings": "app.settings",
    "Settings of this conversation": "conversation.settings",
    "Edit the prompt in an editor": "prompt.edit",
    "Help: keys": "app.help",
    "Quit": "app.quit",
}
"""The action behind an entry, where a key does the same from anywhere."""


class Palette(CommandPalette):
    """Textual's palette, which takes nothing else with it when it is clicked away twice."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close it once: Textual 8.2 would take away whatever is open then."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()


class KeyedCommands(SystemCommandsProvider):
    """Textual's list of commands with keys beside the names."""

    async def discover(self) -> Hits:
        found = sorted(self.app.get_system_commands(self.screen), key=lambda command: command[0])
        for name, help_text, callback, discovered in found:
            if discovered:
                yield DiscoveryHit(
                    self._with_key(Content(name), name), callback, text=name, help=help_text
                )

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, help_text, callback, _ in self.app.get_system_commands(self.screen):
            if (match := matcher.match(name)) > 0:
                shown = self._with_key(matcher.highlight(name), name)
                yield Hit(match, shown, callback, text=name, help=help_text)

    def _with_key(self, shown: Content, name: str) -> Content:
        # The palette is of one application, whose type Textual does not know.
        key = cast("ChatApp", self.app).key_of(ACTION_OF.get(name, ""))
        return Content.assemble(shown, (f"  {key}", "$text-muted")) if key else shown
