"""Pictures of a conversation as they come: whoever shows them is told when there are more."""

from collections.abc import Callable, Sequence

from chat_tui.events import ImageResult, StreamEvent
from chat_tui.session.reply import Reply
from chat_tui.session.session import Session


class PictureNews:
    """Of one session, from now until it is closed."""

    def __init__(self, session: Session, tell: Callable[[], object]) -> None:
        """Listen to the replies under way, and to those that are begun meanwhile.

        Args:
            session: Whose pictures.
            tell: Called when the session has more, and again when a reply that has some is saved.
        """
        self._session = session
        self._tell = tell
        self._heard: list[Reply] = []
        self._with_pictures = False
        session.listen(self._look)
        self._look()

    def close(self) -> None:
        """Tell nothing any more."""
        self._session.unlisten(self._look)
        for reply in self._heard:
            reply.unlisten(self._hear)
            if reply.recording is not None:
                reply.recording.remove_done_callback(self._saved)

    def _look(self) -> None:
        for reply in self._session.replies:
            recording = reply.recording
            if reply not in self._heard and recording is not None and not recording.done():
                self._heard.append(reply)
                reply.listen(self._hear)
                recording.add_done_callback(self._saved)

    def _hear(self, batch: Sequence[StreamEvent]) -> None:
        if any(isinstance(event, ImageResult) for event in batch):
            self._with_pictures = True
            self._tell()

    def _saved(self, _recording: object) -> None:
        if self._with_pictures:
            self._tell()
