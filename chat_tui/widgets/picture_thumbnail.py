"""A saved picture in the room that a screen gives it."""

from collections.abc import Iterable
from pathlib import Path

from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.document.picture_slots import PictureSlot
from chat_tui.pictures.drawn import Drawn
from chat_tui.widgets.picture_cells import PictureRow, lay_over
from chat_tui.widgets.picture_desk import PictureDesk


class PictureThumbnail(Widget):
    """Empty until the picture is drawn, and where the terminal draws none."""

    DEFAULT_CSS = """
    PictureThumbnail { width: 1fr; height: 1fr; }
    """

    def __init__(self, path: Path, desk: PictureDesk) -> None:
        """Show a picture.

        Args:
            path: Of the saved file.
            desk: Has it drawn.
        """
        super().__init__()
        self._path = path
        self._shelf = desk.shelf

    def on_mount(self) -> None:
        if self._shelf is not None:
            self._shelf.watch(self)

    def on_unmount(self) -> None:
        if self._shelf is not None:
            self._shelf.unwatch(self)

    def pictures_changed(self) -> None:
        if self.is_attached:
            self.refresh()

    def pictures_shown(self) -> Iterable[Drawn]:
        drawn = self._drawn()
        return () if drawn is None else (drawn,)

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        blank = Strip.blank(self.size.width, base)
        return lay_over(blank, [PictureRow(self._drawn(), 0, y)], base, base + Style(dim=True))

    def _drawn(self) -> Drawn | None:
        columns, lines = self.size
        if self._shelf is None or not columns or not lines:
            return None
        slot = PictureSlot(str(self._path), None, columns, lines)
        return self._shelf.rows(slot, ("thumbnail", id(self)))
