"""The picture jobs of one message, from which their blocks are made again and again."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from chat_tui.events import ImageProgress, ImageResult
from chat_tui.message import Message
from chat_tui.model_names import shown_model

if TYPE_CHECKING:
    from chat_tui.document.pictures.job_lines import JobLines
    from chat_tui.document.pictures.job_times import RunTimes
    from chat_tui.document.pictures.picture_block import PictureBlock
    from chat_tui.document.pictures.picture_jobs import Job, LiveJobs


class MessagePictures:
    """What is known of the jobs; most messages have none."""

    __slots__ = ("_asked", "_asked_of", "_clock", "_drawn", "_gaps", "_live", "_runs", "jobs")

    def __init__(
        self,
        message: Message,
        *,
        drawn: bool,
        asked: str,
        runs: "RunTimes | None",
        clock: Callable[[], float],
    ) -> None:
        """Know of none yet; see `MessageView`.

        Args:
            message: As it begins.
            drawn: Room is kept for pictures.
            asked: The turn that the message answers, in words.
            runs: What earlier jobs took.
            clock: Monotonic seconds.
        """
        self._asked, self._runs, self._clock = asked, runs, clock
        self._asked_of = message.provider, message.model
        self._drawn = drawn
        self._live: LiveJobs | None = None
        """Made with the first job."""
        self._gaps: dict[str, int] = {}
        self.jobs: Mapping[str, Job] = {}
        """Those that the blocks show."""

    @property
    def forgets(self) -> bool:
        """Some pictures may be kept nowhere."""
        return self._drawn and self._live is not None

    def live(self, message: Message) -> "LiveJobs":
        """What is known of the jobs beside what the message says."""
        if self._live is None:
            from chat_tui.document.pictures.picture_jobs import LiveJobs

            self._live = LiveJobs(*self._asked_of, self._runs, self._clock)
            for part in message.parts if message.status == "streaming" else ():
                if isinstance(part, ImageProgress):
                    self._live.take(part)
        return self._live

    def place(
        self, job: "Job", message: Message, gap: int, *, first: bool, opened: bool
    ) -> "PictureBlock | JobLines | None":
        """Make the block of a job where its first part stands.

        Args:
            job: One of `jobs`.
            message: As it stands.
            gap: Empty rows above, where pictures are not drawn.
            first: Nothing of the message stands above.
            opened: Whether the reader opened it.
        """
        self._gaps[job.name] = 1 if self._drawn and not first else gap
        return self.block(job, message, opened=opened)

    def block(
        self, job: "Job", message: Message, *, opened: bool
    ) -> "PictureBlock | JobLines | None":
        """Make the block of a job again, in its place."""
        from chat_tui.document.pictures.picture_block import Setting
        from chat_tui.document.pictures.picture_making import picture_block

        setting = Setting(
            self._drawn,
            self._asked,
            shown_model(message.provider, message.model),
            message.parameters,
            message.status == "streaming",
            message.outcome,
        )
        live = self.live(message)
        return picture_block(job, live, setting, opened=opened, gap=self._gaps[job.name])


def found_jobs(message: Message) -> "Mapping[str, Job]":
    """Find the jobs of a message, by their names."""
    if not any(isinstance(part, ImageProgress | ImageResult) for part in message.parts):
        return {}
    from chat_tui.document.pictures.picture_jobs import jobs_in

    return jobs_in(message.parts)
