"""What a user may say of a `writer` provider."""

from typing import Final, Literal, TypeAlias

import msgspec

from chat_tui.providers.kinds import ProviderOptions
from chat_tui.providers.writer.tools import completed

WRITER_URL: Final = "https://api.writer.com/v1"
DEFAULT_MODEL: Final = "palmyra-x5"

Endpoint: TypeAlias = Literal["chat", "completions", "application", "knowledge-graph", "web-search"]


class WriterOptions(ProviderOptions, frozen=True, kw_only=True):
    """The keys of a `writer` provider."""

    base_url: str = WRITER_URL
    """Where the service is."""
    endpoint: Endpoint = "chat"
    """What answers."""
    model: str = DEFAULT_MODEL
    """What a request asks for. Once built, that is the application where an application answers,
    and the graphs, joined by commas, where Knowledge Graphs do."""
    application_id: str = ""
    """Empty leaves the choice to the model menu."""
    inputs: dict[str, str] = msgspec.field(default_factory=dict)
    """The inputs of an application, beside the one that the prompt goes to."""
    prompt_input: str = "query"
    """The application's input that the prompt goes to."""
    graph_ids: list[str] = msgspec.field(default_factory=list)
    """The Knowledge Graphs to ask; empty leaves the choice to the model menu."""
    tools: list[dict[str, object]] = msgspec.field(default_factory=list)
    """Of a chat; at most one of them built in."""

    def __post_init__(self) -> None:
        for graph_id in self.graph_ids:
            if not graph_id.strip() or "," in graph_id:
                raise ValueError(f"graph_ids: {graph_id!r} is not the id of a Knowledge Graph")
        if self.endpoint == "application" and not self.prompt_input:
            raise ValueError("prompt_input: name the input that the prompt goes to")
        completed(self.tools, self.graph_ids)
        match self.endpoint:
            case "application":
                model = self.application_id
            case "knowledge-graph":
                model = ",".join(self.graph_ids)
            case _:
                model = self.model or DEFAULT_MODEL
        msgspec.structs.force_setattr(self, "model", model)
