"""What a key can do: every action with its usual keys and one line of help."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a user can do by a key."""

    name: str
    keys: str
    """Canonical key names, separated by commas."""
    help: str
    built: bool = True
    """False: may be bound in the configuration, and is not shown in the app yet."""


_DIGITS: Final = ",".join(f"alt+{digit}" for digit in range(1, 10))
"""The first key picks the first choice, and so on."""
ACTIONS: Final = (
    Action("prompt.send", "enter", "Send the prompt"),
    Action("prompt.newline", "shift+enter,alt+enter,ctrl+j", "Start a new line in the prompt"),
    Action("prompt.earlier", "up", "Earlier prompt, at the upper edge"),
    Action("prompt.later", "down", "Later prompt, at the lower edge"),
    Action("prompt.edit", "ctrl+o", "Edit the prompt in $EDITOR", built=False),
    Action("reply.stop", "escape", "Stop the running reply"),
    Action("reply.regenerate", "f5", "Answer again, as a new branch"),
    Action("scroll.up", "pageup", "Scroll up"),
    Action("scroll.down", "pagedown", "Scroll down; at the end it follows again"),
    Action("transcript.focus", "tab", "Walk through the transcript, and back"),
    Action("transcript.find", "ctrl+f", "Find in this conversation"),
    Action("transcript.copy", "ctrl+c", "Copy what the mouse selected"),
    Action("choice.focus", "alt+0", "Choose what to decide or to ask next"),
    Action("choice.pick", _DIGITS, "Choose by its number"),
    Action("app.help", "f1", "All keys"),
    Action("provider.menu", "f2", "Choose provider and model"),
    Action("conversations.list", "f3", "Find, rename, pin and delete conversations", built=False),
    Action("transcript.save", "f4", "Save the transcript"),
    Action("pane.split", "f6", "Open a second pane beside this one", built=False),
    Action("pane.next", "f7", "Move to the next pane", built=False),
    Action("pictures.show", "f8", "Pictures of this conversation", built=False),
    Action("conversation.new", "ctrl+n", "Start a new conversation"),
    Action("app.palette", "ctrl+p", "Command palette"),
    Action("app.quit", "ctrl+q", "Quit"),
)


def default_keys() -> dict[str, str]:
    """Return the usual keys of every action, by its name."""
    return {action.name: action.keys for action in ACTIONS}
