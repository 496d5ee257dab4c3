"""F8: every picture, of this conversation or of all, with a search over the words behind them."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from chat_tui import glyphs
from chat_tui.errors import ChatTuiError
from chat_tui.store.pictures import StoredPicture
from chat_tui.text import clean, clean_line
from chat_tui.widgets.line_input import LineInput

LoadPictures = Callable[[], Awaitable[Sequence[StoredPicture]]]
Thumbnail = Callable[[Path], Widget]
"""Makes a widget that shows a picture in the room that it gets."""

_PROMPT_CHARS: Final = 200
_DETAIL_CHARS: Final = 600


class _List(OptionList, can_focus=False):
    """The arrow keys move in it while the search has the focus."""


class GalleryScreen(ModalScreen[StoredPicture | None]):
    """A search, a list and, beside it, the picture that the cursor is on."""

    DEFAULT_CSS = """
    GalleryScreen {
        align: center middle;
        & #gallery {
            width: 96%; height: 90%;
            background: $surface; border: round $border; border-title-color: $foreground;
            padding: 0 1;
        }
        & Input { border: none; background: $surface; padding: 0; height: 1; &:focus { border: none; } }
        & #gallery-body { height: 1fr; margin: 1 0 0 0; }
        & OptionList {
            width: 1fr; height: 1fr; border: none; background: $surface; padding: 0;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        & #gallery-side { width: 40%; height: 1fr; padding: 0 0 0 2; }
        & #gallery-thumbnail { height: 1fr; }
        & #gallery-details { height: auto; max-height: 60%; }
        & #gallery-note { color: $text-muted; height: auto; margin: 1 0 0 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", priority=True),
        Binding("tab,shift+tab", "switch", "Switch", priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
        Binding("pageup", "move(-10)", show=False, priority=True),
    ]

    def __init__(
        self,
        here: Sequence[StoredPicture],
        load_all: LoadPictures,
        *,
        thumbnail: Thumbnail | None = None,
    ) -> None:
        """Show pictures.

        Args:
            here: Those of this conversation, the newest first.
            load_all: Gets those of all conversations; asked once, when they are wanted.
            thumbnail: Draws a picture; null shows its words alone.
        """
        super().__init__()
        self._here = here
        self._load_all = load_all
        self._thumbnail = thumbnail
        self._all: Sequence[StoredPicture] | None = None
        self._everywhere = not here
        self._shown: Sequence[StoredPicture] = ()
        self._drawn: Path | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="gallery"):
            yield LineInput(placeholder="search the prompts", id="gallery-search")
            with Horizontal(id="gallery-body"):
                yield _List(id="gallery-list", markup=False)
                with Vertical(id="gallery-side"):
                    if self._thumbnail is not None:
                        yield Vertical(id="gallery-thumbnail")
                    yield Static("", id="gallery-details", markup=False)
            yield Static("", id="gallery-note", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._show()

    @property
    def pictures(self) -> Sequence[StoredPicture]:
        """What the list shows."""
        return self._shown

    @property
    def current(self) -> StoredPicture | None:
        """The one that the cursor is on."""
        place = self.query_one(OptionList).highlighted
        return self._shown[place] if place is not None and place < len(self._shown) else None

    def _show(self) -> None:
        if self._everywhere and self._all is None:
            self._note(f"reading {glyphs.ELLIPSIS}")
            self._read_all()
            return
        pictures = (self._all or ()) if self._everywhere else self._here
        words = self.query_one(Input).value.lower().split()
        self._shown = [one for one in pictures if all(word in _searched(one) for word in words)]
        where = "pictures of all conversations" if self._everywhere else "pictures here"
        self.query_one("#gallery").border_title = Content(where)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(_option(one, self._everywhere) for one in self._shown)
        if self._shown:
            options.highlighted = 0
        other = "this conversation" if self._everywhere else "all conversations"
        found = f"{len(self._shown)} of {len(pictures)}" if pictures else "no pictures yet"
        self._note(f"{found}   Enter go there   Tab {other}   Esc leave")
        self._show_details()

    @work(exclusive=True)
    async def _read_all(self) -> None:
        try:
            self._all = await self._load_all()
        except ChatTuiError as error:
            self._all = ()
            self._show()
            self._note(clean_line(f"they cannot be read: {error}", 300))
            return
        self._show()

    def _show_details(self) -> None:
        picture = self.current
        words = () if picture is None else _details(picture)
        self.query_one("#gallery-details", Static).update(Content.assemble(*words))
        if self._thumbnail is not None:
            self._draw(picture)

    def _draw(self, picture: StoredPicture | None) -> None:
        path = Path(picture.picture.path) if picture is not None and picture.picture.path else None
        if path == self._drawn or self._thumbnail is None:
            return
        self._drawn = path
        room = self.query_one("#gallery-thumbnail")
        room.remove_children()
        if path is not None:
            room.mount(self._thumbnail(path))

    @on(Input.Changed)
    def _on_search_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show()

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.current is not None:
            self.dismiss(self.current)

    @on(OptionList.OptionHighlighted)
    def _on_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show_details()

    @on(OptionList.OptionSelected)
    def _on_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self.current is not None:
            self.dismiss(self.current)

    def action_switch(self) -> None:
        """Show the pictures of all conversations, or again those of this one."""
        self._everywhere = not self._everywhere
        self._show()

    def action_move(self, rows: int) -> None:
        options = self.query_one(OptionList)
        if options.option_count:
            at = (options.highlighted or 0) + rows
            options.highlighted = max(0, min(options.option_count - 1, at))

    def action_leave(self) -> None:
        self.dismiss(None)

    def _note(self, text: str) -> None:
        self.query_one("#gallery-note", Static).update(Content(text))


def _searched(picture: StoredPicture) -> str:
    revised = picture.picture.revised_prompt or ""
    return f"{picture.prompt} {revised} {picture.provider} {picture.model}".lower()


def _option(picture: StoredPicture, everywhere: bool) -> Option:
    made = picture.created.astimezone()
    when = f"{made:%Y-%m-%d %H:%M}" if everywhere else f"{made:%H:%M}"
    number = f" {picture.number}" if picture.number > 1 else ""
    prompt = clean_line(picture.prompt, _PROMPT_CHARS) or "without words"
    return Option(Content.assemble((f"{when}  ", "$text-muted"), prompt, (number, "$text-muted")))


def _details(picture: StoredPicture) -> Sequence[str | tuple[str, str]]:
    result = picture.picture
    size = f"{result.width_px} x {result.height_px}" if result.width_px and result.height_px else ""
    names = [clean_line(name) for name in (picture.provider, picture.model, size) if name]
    prompt = clean(picture.prompt[:_DETAIL_CHARS])
    where = clean_line(result.path or "not saved here", _DETAIL_CHARS)
    dot = f" {glyphs.DOT} "
    return [f"{prompt}\n", (f"{dot.join(names)}\n", "$accent"), (where, "$text-muted")]
