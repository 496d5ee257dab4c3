"""What every provider is to the rest of the program."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Protocol, runtime_checkable

import msgspec

from chat_tui.events import StreamEvent
from chat_tui.ids import ConversationId
from chat_tui.message import Message


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider takes and gives."""

    text: bool = True
    images_in: bool = False
    images_out: bool = False
    picture_model: str = ""
    """Who makes pictures, where other models of the provider do not."""
    tools: bool = False
    history: bool = True
    """Earlier turns matter; false where each turn stands for itself."""
    remote_history: bool = False
    """The server remembers the conversation: only the last turn is sent."""


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One choice of the model menu."""

    id: str
    """What goes into the request."""
    label: str = ""
    """What the menu shows, where it is not the id."""
    name: str = ""
    """What stands in the place of an id that says nothing to a reader; empty for any other."""
    context_tokens: int | None = None


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One turn to be answered."""

    conversation: ConversationId
    messages: tuple[Message, ...]
    """The shown path, root first; the last one is the user's turn."""
    model: str = ""
    """Empty means the provider's own default."""
    system_prompt: str = ""
    parameters: Mapping[str, object] = msgspec.field(default_factory=dict)
    """Passed through to the request body as they are."""
    files: Mapping[str, bytes] = msgspec.field(default_factory=dict)
    """What is in the files of the messages, by their path; those that do not go along are missing."""


class Provider(Protocol):
    """Who answers. A provider is made once and used for many requests, also at the same time."""

    @property
    def name(self) -> str:
        """The user's name for it."""
        ...

    @property
    def base_url(self) -> str:
        """Where it answers; empty where that is decided later."""
        ...

    @property
    def model(self) -> str:
        """The model that is used when a request names none; empty where there is none."""
        ...

    @property
    def parameters(self) -> Mapping[str, object]:
        """What the user configured to go into the body of every request."""
        ...

    @property
    def capabilities(self) -> Capabilities: ...

    def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Ask, and yield what comes.

        The caller closes the generator (`aclosing`), which closes the connection. The last
        event is a `Finished` or a `StreamError`; failures of the way there are raised.

        Raises:
            ProviderError: the provider or the network failed.
        """
        ...

    async def models(self) -> Sequence[ModelInfo]:
        """The provider's models, in its own order.

        Raises:
            ProviderError: the provider or the network failed.
        """
        ...

    async def check(self) -> str:
        """Ask the server whether a request would be taken: address, key and ids.

        Returns:
            What was found, in a few words.

        Raises:
            ProviderError: a request would fail, with the cause; `WrongId` where only the
                configured model, flow or application is not there.
        """
        ...

    async def aclose(self) -> None:
        """Close what is open. Idempotent."""
        ...


@runtime_checkable
class NamesModels(Protocol):
    """A provider whose models have ids that say nothing to a reader, and whose server has names."""

    async def names(self, model: str) -> Mapping[str, str]:
        """Ask what a model is called, by a small request.

        Args:
            model: What goes into a request; it may name several.

        Returns:
            Names by id; none where an id says it all.

        Raises:
            ProviderError: the provider or the network failed, or the server keeps names to itself.
        """
        ...
