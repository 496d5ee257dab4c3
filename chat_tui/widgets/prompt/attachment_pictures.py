"""Above the names of what goes along: its pictures, small."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.document.pictures.picture_slots import PictureSlot, cell_size
from chat_tui.message import Attachment
from chat_tui.pictures.drawn import Drawn
from chat_tui.pictures.shelf import PictureShelf
from chat_tui.widgets.picture_desk import PictureDesk
from chat_tui.widgets.prompt.attachment_bar import AttachmentBar, FileChip
from chat_tui.widgets.transcript.picture_cells import PictureRow, lay_over

ROWS: Final = 4
LEAST_SCREEN_ROWS: Final = 20
"""On a lower screen the conversation needs them more."""
_MOST_CELLS: Final = 18


class _Thumbnail(NamedTuple):
    attachment: Attachment
    column: int
    columns: int


class AttachmentPictures(Widget):
    """A few rows, hidden while no picture goes along, and where pictures are not drawn."""

    DEFAULT_CSS = f"""
    AttachmentPictures {{ height: {ROWS}; display: none; }}
    """

    def __init__(self, bar: AttachmentBar) -> None:
        """Show the pictures of a bar.

        Args:
            bar: Its chips stand below; told by `AttachmentBar.above` when they change.
        """
        super().__init__()
        self._bar = bar
        self._shelf: PictureShelf | None = None
        self._had_room: bool | None = None

    def on_mount(self) -> None:
        desk = getattr(self.app, "picture_desk", None)
        self._shelf = desk.shelf if isinstance(desk, PictureDesk) else None
        if self._shelf is not None:
            self._shelf.watch(self)
        # While it is hidden, it is not told of another size.
        self.screen.screen_layout_refresh_signal.subscribe(self, self._on_layout)
        self.chips_changed()

    def on_unmount(self) -> None:
        if self._shelf is not None:
            self._shelf.unwatch(self)

    def on_resize(self) -> None:
        self.call_after_refresh(self.chips_changed)

    def chips_changed(self) -> None:
        """Others are shown below, or elsewhere."""
        self.display = self._has_room() and any(
            _is_picture(chip.attachment) for chip in self._files()
        )
        self.refresh()

    def _on_layout(self, _: Screen[object]) -> None:
        if self._has_room() is not self._had_room:
            self._had_room = self._has_room()
            self.call_later(self.chips_changed)

    def _has_room(self) -> bool:
        return self._shelf is not None and self.app.size.height >= LEAST_SCREEN_ROWS

    def pictures_changed(self) -> None:
        if self.is_attached and self.display:
            self.refresh()

    def pictures_shown(self) -> Iterable[Drawn]:
        for thumbnail in self._thumbnails():
            if (drawn := self._drawn(thumbnail)) is not None:
                yield drawn

    def render_lines(self, crop: Region) -> list[Strip]:
        # Pictures would be lost where Textual puts borders and margins around a line.
        return [self.render_line(y).crop(crop.x, crop.right) for y in crop.line_range]

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        pictures = [
            PictureRow(self._drawn(thumbnail), thumbnail.column, y)
            for thumbnail in self._thumbnails()
        ]
        return lay_over(Strip.blank(self.size.width, base), pictures, base, base)

    def _files(self) -> Iterator[FileChip]:
        return (chip for chip in self._bar.chips if isinstance(chip, FileChip))

    def _thumbnails(self) -> Iterator[_Thumbnail]:
        """Place each picture above its name; those without room are left out."""
        for placed in self._bar.placed():
            chip = self._bar.chips[placed.number]
            if not isinstance(chip, FileChip) or not _is_picture(chip.attachment):
                continue
            width, height = chip.attachment.width_px or 1, chip.attachment.height_px or 1
            cell_width, cell_height = cell_size()
            columns = round(ROWS * cell_height * width / height / cell_width)
            columns = max(2, min(columns, _MOST_CELLS, placed.end - placed.start))
            if placed.start + columns <= self.size.width:
                yield _Thumbnail(chip.attachment, placed.start, columns)

    def _drawn(self, thumbnail: _Thumbnail) -> Drawn | None:
        if self._shelf is None:
            return None
        path = thumbnail.attachment.path
        slot = PictureSlot(path, None, thumbnail.columns, ROWS)
        return self._shelf.rows(slot, ("attached", id(self), path))


def _is_picture(attachment: Attachment) -> bool:
    return attachment.media_type.startswith("image/")
