"""What an app of fal makes in one request, and the documents that say so."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field

from chat_tui.simulator.dialect import to_json
from chat_tui.simulator.pictures import SIZE_PX
from chat_tui.simulator.script import Content, Picture, Say, Think, Usage


@dataclass(slots=True)
class Reply:
    """As far as it is made."""

    asked: str
    seed: int
    address: Callable[[bytes], str] | None
    """Keeps a file and returns its address; null puts the file itself into the result."""
    words: bool
    """The app answers in words."""
    text: str = ""
    thoughts: str = ""
    pictures: list[bytes] = field(default_factory=list)
    drafts: dict[int, bytes] = field(default_factory=dict)
    """The latest preview of each picture."""
    usage: Usage | None = None

    def take(self, act: Content) -> None:
        """Let an act happen; those that make nothing change nothing."""
        match act:
            case Say(text=text):
                self.words = True
                self.text += text
            case Think(text=text):
                self.words = True
                self.thoughts += text
            case Picture(data=data):
                self.pictures.append(data)
            case Usage():
                self.usage = act
            case _:
                pass

    def result(self) -> dict[str, object]:
        """The document of what is made so far."""
        if self.words and not self.pictures:
            return self.said(partial=False)
        address = self.address or data_url
        return self._pictured([address(data) for data in self.pictures], inference_s=0.4731)

    def preview(self, data: bytes, index: int = 0) -> dict[str, object]:
        """The document of a picture on its way, and of those that came beside it."""
        self.drafts[index] = data
        return self._pictured([data_url(self.drafts[number]) for number in sorted(self.drafts)])

    def said(self, *, partial: bool, error: str | None = None) -> dict[str, object]:
        """The document of all words so far."""
        document: dict[str, object] = {
            "output": self.text,
            "reasoning": self.thoughts or None,
            "partial": partial,
            "error": error,
        }
        if self.usage is not None and not partial:
            document["usage"] = {
                "prompt_tokens": self.usage.input_tokens,
                "completion_tokens": self.usage.output_tokens,
                "total_tokens": self.usage.input_tokens + self.usage.output_tokens,
            }
        return document

    def _pictured(self, urls: list[str], *, inference_s: float | None = None) -> dict[str, object]:
        form = {"width": SIZE_PX, "height": SIZE_PX, "content_type": "image/png"}
        return {
            "images": [{"url": url, **form} for url in urls],
            "timings": {} if inference_s is None else {"inference": inference_s},
            "seed": self.seed,
            "has_nsfw_concepts": [False] * len(urls),
            "prompt": self.asked,
        }


def words_frame(reply: Reply, *, partial: bool, error: str | None = None) -> bytes:
    """One event of an app that answers in words, which has a name and CRLF."""
    document = to_json(reply.said(partial=partial, error=error))
    return b"event: event\r\ndata: " + document + b"\r\n\r\n"


def data_url(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"
