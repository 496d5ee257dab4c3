"""The files that a flow makes: pictures as pictures, the rest as a line with name and address."""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias
from urllib.parse import urlencode

from chat_tui.errors import ProtocolViolation
from chat_tui.events import ImageResult, Notice
from chat_tui.net.request import joined
from chat_tui.providers.inline_pictures import picture_at, picture_bytes

FileAddress: TypeAlias = Callable[[str], str]
"""Where the server has a file of this reply, by its name."""

JOB: Final = "reply"
MAX_FILES: Final = 100
MAX_TOLD: Final = 2000
"""Characters of a file that is neither kept nor shown."""

_STORED: Final = "FILE-STORAGE::"
_PICTURES: Final = {
    name: f"image/{'jpeg' if name == 'jpg' else name}"
    for name in ("png", "jpg", "jpeg", "webp", "gif")
}


def file_address(base_url: str, *, flow: str, chat_id: str, name: str) -> str:
    """Where a server keeps a file that one of its flows made."""
    query = urlencode({"chatflowId": flow, "chatId": chat_id, "fileName": name})
    return joined(base_url, f"/api/v1/get-upload-file?{query}")


class Files:
    """The files of one reply, each once."""

    def __init__(self, address: FileAddress) -> None:
        self._address = address
        self._seen: set[tuple[str, str]] = set()
        self._pictures = 0

    def __bool__(self) -> bool:
        return bool(self._seen)

    def add(self, artifacts: object) -> Iterator[ImageResult | Notice]:
        """Take in a list of artifacts; nothing in them is ever rendered."""
        for artifact in artifacts if isinstance(artifacts, list) else ():
            match artifact:
                case {"type": str(kind), "data": str(data)} if data and self._is_new(kind, data):
                    yield from self._artifact(kind.lower(), data)
                case [*inner]:
                    yield from self.add(inner)

    def annotate(self, annotations: object) -> Iterator[Notice]:
        """Take in a list of files that the answer names."""
        for annotation in annotations if isinstance(annotations, list) else ():
            match annotation:
                case {"fileName": str(name)} if name and self._is_new("file", name):
                    yield self._file(name)

    def _is_new(self, kind: str, data: str) -> bool:
        if (kind, data) in self._seen or len(self._seen) == MAX_FILES:
            return False
        self._seen.add((kind, data))
        return True

    def _artifact(self, kind: str, data: str) -> Iterator[ImageResult | Notice]:
        stored = data.startswith(_STORED)
        if kind in _PICTURES:
            index = self._pictures
            self._pictures += 1
            if stored:
                address = self._address(data.removeprefix(_STORED))
                yield ImageResult(JOB, index, url=address, media_type=_PICTURES[kind])
            else:
                yield from _inline(data, kind, index)
        elif stored:
            yield self._file(data.removeprefix(_STORED))
        else:
            yield Notice(f"the flow added {kind or 'text'}: {_beginning(data)}")

    def _file(self, name: str) -> Notice:
        return Notice(f"the flow made the file {name}: {self._address(name)}")


def _beginning(data: str) -> str:
    return data if len(data) <= MAX_TOLD else f"{data[:MAX_TOLD]}… ({len(data):,} characters)"


def _inline(data: str, kind: str, index: int) -> Iterator[ImageResult | Notice]:
    try:
        if data[:5].lower() == "data:" or "://" in data[:8]:
            yield from picture_at(data, job=JOB, index=index)
        else:
            yield ImageResult(JOB, index, media_type=_PICTURES[kind], data=picture_bytes(data))
    except ProtocolViolation as error:
        yield Notice(error.message)
