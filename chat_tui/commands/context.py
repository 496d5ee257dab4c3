"""What commands need of the application, and no more."""

from collections.abc import Sequence
from typing import Protocol

from chat_tui.errors import ChatTuiError
from chat_tui.transcripts.forms import Form


class CommandError(ChatTuiError):
    """A command that cannot be followed; it stays in the prompt."""


class CommandContext(Protocol):
    """The pane that the command was typed into, and the application around it.

    Every method may raise a `ChatTuiError`: the command then stays in the prompt.
    """

    def tell(self, text: str) -> None:
        """Show a short message."""
        ...

    def choose_provider(self, name: str) -> None: ...

    async def choose_model(self, model: str) -> None: ...

    def choose_theme(self, name: str) -> None: ...

    async def set_system_prompt(self, text: str) -> None: ...

    async def set_parameter(self, key: str, value: object) -> None:
        """Set what goes into each request of this conversation; null takes it away."""
        ...

    async def write(self, form: Form | None, path: str) -> None:
        """Write the conversation as a document; an empty path is asked for.

        Args:
            form: Null: as the name of the file ends, else Markdown.
            path: A file, or a folder.
        """
        ...

    async def use_template(self, name: str) -> None: ...

    async def act(self, what: str, actions: Sequence[str], *arguments: object) -> None:
        """Do what a key would do: the first of these actions that pane or application has.

        Args:
            what: What the user asked for, for the message where there is none.
            actions: Names without `action_`.
            arguments: What the action is called with.
        """
        ...
