"""What a key can do: every action with its usual keys and one line of help."""

from typing import Final

import msgspec


class Action(msgspec.Struct, frozen=True):
    """One thing a user can do by a key."""

    name: str
    keys: str
    """Canonical key names, separated by commas."""
    help: str
    reading: bool = False
    """Only heard while the transcript has the keys, so that a letter alone will do."""
    in_menu: bool = False
    """Only heard while the provider menu is open: what the key does elsewhere is no conflict."""
    in_list: bool = False
    """Only heard while the list of conversations is open; a letter counts where none is typed."""
    built: bool = True
    """False: may be bound in the configuration, and is not shown in the app yet."""


_DIGITS: Final = ",".join(f"alt+{digit}" for digit in range(1, 10))
"""The first key picks the first choice, and so on."""
ACTIONS: Final = (
    Action("prompt.send", "enter", "Send the prompt"),
    Action("prompt.newline", "shift+enter,alt+enter,ctrl+j", "Start a new line in the prompt"),
    Action("prompt.earlier", "up", "Earlier prompt, at the upper edge"),
    Action("prompt.later", "down", "Later prompt, at the lower edge"),
    Action("prompt.edit", "ctrl+o", "Edit the prompt in $EDITOR"),
    Action("attachment.add", "alt+a", "Attach a file by its path"),
    Action("attachment.focus", "shift+tab", "Unfold or remove what is attached"),
    Action("reply.stop", "escape", "Stop the running reply"),
    Action("reply.regenerate", "f5", "Answer again, as a new branch"),
    Action("scroll.up", "pageup", "Scroll up"),
    Action("scroll.down", "pagedown", "Scroll down; at the end it follows again"),
    Action("scroll.first", "ctrl+home", "Go to the beginning of the conversation"),
    Action("scroll.last", "ctrl+end", "Go to its end, and follow again"),
    Action("transcript.focus", "tab", "Walk through the transcript, and back"),
    Action("transcript.find", "ctrl+f", "Find in this conversation"),
    Action("transcript.copy", "ctrl+c", "Copy what the mouse selected"),
    Action("choice.focus", "alt+0", "Choose what to decide or to ask next"),
    Action("choice.pick", _DIGITS, "Choose by its number"),
    Action("app.help", "f1", "All keys"),
    Action("provider.menu", "f2", "Choose provider and model"),
    Action("conversations.list", "f3", "Find, rename, pin and delete conversations"),
    Action("transcript.save", "f4", "Save the transcript"),
    Action("pane.split", "f6", "Open a second pane beside this one"),
    Action("pane.split_down", "shift+f6,f18", "Open a second pane below this one"),
    Action("pane.next", "f7", "Move to the next pane"),
    Action("pane.previous", "shift+f7,f19", "Move to the pane before"),
    Action("pane.zoom", "alt+z", "Give this pane the whole screen, or its place back"),
    Action("pane.close", "alt+w", "Close this pane; what streams in it goes on"),
    Action("pane.reopen", "alt+u", "Open again what was closed last"),
    Action("pane.swap", "alt+m", "Let this pane and the next one change places"),
    Action("pane.wider", "alt+l", "Make this pane wider"),
    Action("pane.narrower", "alt+h", "Make this pane narrower"),
    Action("pane.taller", "alt+j", "Make this pane taller"),
    Action("pane.shorter", "alt+k", "Make this pane shorter"),
    Action("compare.open", "alt+c", "Ask several providers at once"),
    Action("pictures.show", "f8", "All pictures, with a search"),
    Action("picture.open", "o", "On a picture: open it in another program", reading=True),
    Action("picture.save", "s", "On a picture: save a copy", reading=True),
    Action("picture.copy_path", "y", "On a picture: copy its path", reading=True),
    Action("picture.info", "i", "On a picture: what it was made with", reading=True),
    Action("picture.menu", "m", "On a picture: make another one from it", reading=True),
    Action(
        "branch.edit", "e", "In the transcript: say a turn otherwise, as a branch", reading=True
    ),
    Action("branch.again", "r", "In the transcript: answer a turn again", reading=True),
    Action(
        "branch.earlier", "left_square_bracket", "In the transcript: branch before", reading=True
    ),
    Action("branch.later", "right_square_bracket", "In the transcript: branch after", reading=True),
    Action("branch.tree", "t", "In the transcript: all branches as a tree", reading=True),
    Action("branch.fork", "f", "In the transcript: a conversation from here", reading=True),
    Action("menu.favourite", "ctrl+f", "In the F2 menu: mark a favourite", in_menu=True),
    Action("menu.key", "ctrl+k", "In the F2 menu: enter a key, and test it", in_menu=True),
    Action("menu.ask", "ctrl+r", "In the F2 menu: ask the server again", in_menu=True),
    Action("menu.add", "ctrl+n", "In the F2 menu: add a provider, or change one", in_menu=True),
    Action("menu.models", "tab", "In the F2 menu: the models of one provider", in_menu=True),
    Action("list.rename", "ctrl+r,r", "In the F3 list: another title", in_list=True),
    Action("list.pin", "ctrl+s,p", "In the F3 list: keep it on top, or no more", in_list=True),
    Action("list.delete", "ctrl+d,d,delete", "In the F3 list: delete", in_list=True),
    Action("list.undo", "ctrl+z,u", "In the F3 list: have it back", in_list=True),
    Action("list.title", "ctrl+t,t", "In the F3 list: ask for a title", in_list=True),
    Action("conversation.settings", "alt+s", "System prompt and parameters of this conversation"),
    Action("conversation.fork", "alt+o", "Make a conversation of its own of what is shown"),
    Action("conversation.new", "ctrl+n", "Start a new conversation"),
    Action("app.settings", "alt+g", "Settings of the program"),
    Action("app.palette", "ctrl+p", "Command palette"),
    Action("app.quit", "ctrl+q", "Quit"),
)


READING: Final = frozenset(action.name for action in ACTIONS if action.reading)
IN_MENU: Final = frozenset(action.name for action in ACTIONS if action.in_menu)
IN_LIST: Final = frozenset(action.name for action in ACTIONS if action.in_list)
LISTING: Final = frozenset({
    "up", "k", "down", "j", "pageup", "pagedown", "space", "home", "end", "enter", "slash",
    "escape", "tab", "shift+tab",
})  # fmt: skip
"""What the list of conversations keeps for itself."""
WALKING: Final = frozenset({
    "up", "k", "down", "j", "home", "end", "enter", "space", "c", "m", "o", "n", "slash", "escape",
    "shift+tab",
})  # fmt: skip
"""What the transcript keeps for itself; only on a picture some of them do something else."""


def default_keys() -> dict[str, str]:
    """Return the usual keys of every action, by its name."""
    return {action.name: action.keys for action in ACTIONS}
