"""F8: every picture, of this conversation or of all, with a search over the words behind them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from chat_tui import glyphs
from chat_tui.errors import ChatTuiError
from chat_tui.model_names import shown_model
from chat_tui.screens.dialog import Box, Dialog
from chat_tui.store.pictures import StoredPicture
from chat_tui.text import clean, clean_line
from chat_tui.widgets.line_input import LineInput
from chat_tui.widgets.picture_desk import PictureDesk
from chat_tui.widgets.picture_grid import PictureGrid, Tile
from chat_tui.widgets.row_list import Line, Piece, RowList

_PROMPT_CHARS: Final = 200
_DETAIL_CHARS: Final = 600


class News(Protocol):
    """Tells when there are more pictures."""

    def close(self) -> None:
        """Tell nothing any more."""


@dataclass(frozen=True, slots=True)
class PictureLists:
    """Where the pictures come from."""

    here: Callable[[], Sequence[StoredPicture]]
    """Gives those of this conversation as it stands, the newest first."""
    load_all: Callable[[], Awaitable[Sequence[StoredPicture]]]
    """Gets those of all conversations; asked when they are wanted, and when there are more."""
    follow: Callable[[Callable[[], object]], News]
    """Has a function called when there are more."""


class _List(RowList, can_focus=False):
    """The arrow keys move in it while the search has the focus."""


class GalleryScreen(Dialog[StoredPicture]):
    """A search, the pictures, and what there is to know of the one that the cursor is on.

    Where pictures are not drawn, each is a line of words.
    """

    DEFAULT_CSS = """
    GalleryScreen {
        & > Box { width: 96%; height: 90%; max-height: 100%; }
        & PictureGrid, & RowList { margin: 1 0 0 0; background: $surface; }
        & #gallery-details { height: auto; max-height: 4; margin: 1 0 0 0; }
        & .note { margin: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,shift+tab", "switch", "Switch", priority=True),
        Binding("down", "move(0, 1)", show=False, priority=True),
        Binding("up", "move(0, -1)", show=False, priority=True),
        Binding("left", "move(-1, 0)", show=False, priority=True),
        Binding("right", "move(1, 0)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
    ]

    def __init__(
        self,
        lists: PictureLists,
        *,
        desk: PictureDesk | None = None,
    ) -> None:
        """Show pictures.

        Args:
            lists: Where they come from; those that come meanwhile are shown, too.
            desk: Has them drawn; null shows words alone.
        """
        super().__init__()
        self._lists = lists
        self._here = lists.here()
        self._news: News | None = None
        self._grid = PictureGrid(desk) if desk is not None else None
        self._list = _List()
        self._all: Sequence[StoredPicture] | None = None
        self._everywhere = not self._here
        self._shown: Sequence[StoredPicture] = ()

    def compose(self) -> ComposeResult:
        with Box(""):
            yield LineInput(placeholder="search the prompts", id="gallery-search")
            yield self._grid if self._grid is not None else self._list
            yield Static("", id="gallery-details", markup=False)
            yield Static("", classes="note", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._news = self._lists.follow(lambda: self.call_later(self._take_in))
        self._show()

    def on_unmount(self) -> None:
        if self._news is not None:
            self._news.close()

    @property
    def pictures(self) -> Sequence[StoredPicture]:
        """What is shown."""
        return self._shown

    @property
    def current(self) -> StoredPicture | None:
        """The one that the cursor is on."""
        place = self._rows.cursor
        return self._shown[place] if place is not None and place < len(self._shown) else None

    @property
    def _rows(self) -> PictureGrid | RowList:
        return self._grid if self._grid is not None else self._list

    def _take_in(self) -> None:
        """Show what has come meanwhile; the cursor stays on its picture."""
        if not self.is_running:
            return
        self._here = self._lists.here()
        if not self._everywhere:
            self._all = None  # as it was before
            self._show(stay=True)
        else:
            self._read_all()

    def _show(self, *, stay: bool = False) -> None:
        if self._everywhere and self._all is None:
            self._note(f"reading {glyphs.ELLIPSIS}")
            self._read_all()
            return
        pictures = (self._all or ()) if self._everywhere else self._here
        words = self.query_one(Input).value.lower().split()
        before = self.current
        self._shown = [one for one in pictures if all(word in _searched(one) for word in words)]
        where = "pictures of all conversations" if self._everywhere else "pictures here"
        self.query_one(Box).border_title = Content.assemble(where)
        cursor = 0
        if stay and before is not None:
            cursor = next((at for at, one in enumerate(self._shown) if _same(one, before)), 0)
        if self._grid is not None:
            self._grid.show([self._tile(one) for one in self._shown], cursor=cursor)
        else:
            self._list.show(len(self._shown), self._line, cursor=cursor)
        other = "this conversation" if self._everywhere else "all conversations"
        found = f"{len(self._shown)} of {len(pictures)}" if pictures else "no pictures yet"
        there = "   Enter go there" if self._shown else ""
        self._note(f"{found}{there}   Tab {other}   Esc leave")
        self._show_details()

    @work(exclusive=True)
    async def _read_all(self) -> None:
        again = self._all is not None
        try:
            self._all = await self._lists.load_all()
        except ChatTuiError as error:
            self._all = ()
            self._show()
            self._note(clean_line(f"they cannot be read: {error}", 300))
            return
        self._show(stay=again)

    def _tile(self, picture: StoredPicture) -> Tile:
        when, words, number = _words(picture, everywhere=False)
        return Tile(picture.picture.path or "", f"{when} {words}{number}")

    def _line(self, number: int) -> Sequence[Line]:
        when, words, which = _words(self._shown[number], everywhere=self._everywhere)
        return (Line((Piece(f"{when}  ", "dim"), Piece(words), Piece(which, "dim"))),)

    def _show_details(self) -> None:
        picture = self.current
        words = () if picture is None else _details(picture)
        self.query_one("#gallery-details", Static).update(Content.assemble(*words))

    @on(Input.Changed)
    def _on_search_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show()

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._choose()

    @on(PictureGrid.Moved)
    def _on_moved(self, event: PictureGrid.Moved) -> None:
        event.stop()
        self._show_details()

    @on(PictureGrid.Chosen)
    @on(RowList.Chosen)
    def _on_chosen(self, event: PictureGrid.Chosen | RowList.Chosen) -> None:
        event.stop()
        self._choose()

    def _choose(self) -> None:
        if self.current is not None:
            self.dismiss(self.current)

    def action_switch(self) -> None:
        """Show the pictures of all conversations, or again those of this one."""
        self._everywhere = not self._everywhere
        self._show()

    def action_move(self, across: int, down: int) -> None:
        """Move the cursor; in a list, sideways moves in the search instead."""
        if self._grid is not None:
            self._grid.move(across=across, down=down)
        elif down:
            self._list.action_move(down)
            self._show_details()
        else:
            search = self.query_one(Input)
            search.cursor_position += across

    def action_page(self, by: int) -> None:
        if self._grid is not None:
            self._grid.page(by)
        else:
            self._list.action_page(by)
            self._show_details()


def _same(one: StoredPicture, other: StoredPicture) -> bool:
    return (one.message, one.number) == (other.message, other.number)


def _searched(picture: StoredPicture) -> str:
    revised = picture.picture.revised_prompt or ""
    return f"{picture.prompt} {revised} {picture.provider} {picture.model}".lower()


def _words(picture: StoredPicture, *, everywhere: bool) -> tuple[str, str, str]:
    """Say when a picture was made, of which words, and which of several it is."""
    made = picture.created.astimezone()
    when = f"{made:%Y-%m-%d %H:%M}" if everywhere else f"{made:%H:%M}"
    number = f" {picture.number}" if picture.number > 1 else ""
    return when, clean_line(picture.prompt, _PROMPT_CHARS) or "without words", number


def _details(picture: StoredPicture) -> Sequence[str | tuple[str, str]]:
    result = picture.picture
    size = ""
    if result.width_px and result.height_px:
        size = f"{result.width_px}{glyphs.TIMES}{result.height_px}"
    seed = f"seed {result.seed}" if result.seed is not None else ""
    made = f"{picture.created.astimezone():%Y-%m-%d %H:%M}"
    model = shown_model(picture.provider, picture.model)
    facts = (clean_line(picture.provider), clean_line(model), size, seed, made)
    prompt = clean(picture.prompt[:_DETAIL_CHARS])
    where = clean_line(result.path or "not saved here", _DETAIL_CHARS)
    words = f" {glyphs.DOT} ".join(filter(None, facts))
    return [f"{prompt}\n", (f"{words}\n", "$accent"), (where, "$text-muted")]
