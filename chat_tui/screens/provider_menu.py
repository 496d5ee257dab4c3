"""F2: who answers. First the providers, then the models of the one that was chosen."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.fuzzy import Matcher
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from chat_tui import glyphs
from chat_tui.errors import ChatTuiError
from chat_tui.providers.base import ModelInfo
from chat_tui.roster import Listing
from chat_tui.text import clean_line
from chat_tui.widgets.line_input import LineInput

MARKS = {
    "ready": glyphs.DONE,
    "needs a key": glyphs.NOT_YET,
    "not reachable": glyphs.FAILED,
}
DIM = "$text-muted"
NAME_MAX = 20
MODEL_MAX = 32

LoadListings = Callable[[], Awaitable[Sequence[Listing]]]
LoadModels = Callable[[str], Awaitable[Sequence[ModelInfo]]]


@dataclass(frozen=True, slots=True)
class Choice:
    """Who answers from now on."""

    provider: str
    model: str
    """Empty means the provider's own default."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the menu."""

    label: str
    """What typing filters."""
    line: Content
    key: str
    """What choosing it means: a provider's name, or a model's id."""


class _List(OptionList, can_focus=False):
    """The arrow keys move in it while the filter has the focus."""


class ProviderMenu(ModalScreen[Choice | None]):
    """A filter and a list; Enter goes forward, Esc goes back."""

    DEFAULT_CSS = """
    ProviderMenu {
        align: center middle;
        & #menu {
            width: 78; max-width: 96%; height: auto; max-height: 80%;
            background: $surface; border: round $border; border-title-color: $foreground;
            padding: 0 1;
        }
        & Input { border: none; background: $surface; padding: 0; height: 1; &:focus { border: none; } }
        & OptionList {
            height: auto; max-height: 20; border: none; background: $surface; padding: 0;
            margin: 1 0 0 0; text-wrap: nowrap; text-overflow: ellipsis;
        }
        & #menu-note { color: $text-muted; height: auto; margin: 1 0 0 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
        Binding("pageup", "move(-10)", show=False, priority=True),
    ]

    def __init__(
        self, load_listings: LoadListings, load_models: LoadModels, current: Choice
    ) -> None:
        """Open the menu.

        Args:
            load_listings: The configured providers and their states.
            load_models: A provider's models; may take long, and may fail.
            current: Who answers now.
        """
        super().__init__()
        self._load_listings = load_listings
        self._load_models = load_models
        self._current = current
        self._provider: str | None = None
        """Chosen in the first list; null while that is shown."""
        self._listings: dict[str, Listing] = {}
        self._rows: list[_Row] = []
        self._shown: list[_Row] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="menu"):
            yield LineInput(placeholder="type to filter", id="menu-filter")
            yield _List(id="menu-list", markup=False)
            yield Static("", id="menu-note", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._show_providers()

    @work(exclusive=True)
    async def _show_providers(self) -> None:
        self._begin_list(None, "provider", f"reading the keys {glyphs.ELLIPSIS}")
        listings = await self._load_listings()
        self._listings = {listing.name: listing for listing in listings}
        names = _column((listing.name for listing in listings), NAME_MAX)
        models = _column((listing.model or listing.kind for listing in listings), MODEL_MAX)
        self._rows = [
            _Row(
                f"{listing.name} {listing.kind} {listing.model}",
                _provider_line(listing, name, model),
                listing.name,
            )
            for listing, name, model in zip(listings, names, models, strict=True)
        ]
        self._note("Enter choose   Esc leave")
        self._filter(select=self._current.provider)

    @work(exclusive=True)
    async def _show_models(self, provider: str) -> None:
        title = f"{clean_line(provider, NAME_MAX)}: model"
        self._begin_list(provider, title, f"asking for the models {glyphs.ELLIPSIS}")
        usual = self._listings[provider].model
        same = provider == self._current.provider
        current = (self._current.model if same else "") or usual
        try:
            models = await self._load_models(provider)
            note = "Enter choose   Esc back"
        except ChatTuiError as error:
            models = ()
            note = (
                clean_line(f"no list of models: {error}", 160)
                + "\nType a model's name, Enter takes it"
            )
        labels = {model.id: model.label for model in models}
        ids = dict.fromkeys([*filter(None, (usual, current)), *labels])
        self._rows = [
            _Row(f"{i} {labels.get(i, '')}", _model_line(i, labels, current), i) for i in ids
        ]
        if not self._rows:
            self._rows = [_Row("", Content("the provider's own choice"), "")]
        self._note(note)
        self._filter(select=current)

    def _begin_list(self, provider: str | None, title: str, note: str) -> None:
        self._provider = provider
        self._rows = []
        self.query_one("#menu").border_title = Content(title)
        with self.prevent(Input.Changed):
            self.query_one(Input).value = ""
        self._note(note)
        self._filter()

    def _note(self, text: str) -> None:
        self.query_one("#menu-note", Static).update(Content(text))

    def _filter(self, *, select: str | None = None) -> None:
        query = self.query_one(Input).value.strip()
        self._shown = self._rows
        if query:
            matcher = Matcher(query)
            scored = [(matcher.match(row.label), row) for row in self._rows]
            self._shown = [row for score, row in sorted(scored, key=_by_score) if score > 0]
            if self._provider is not None and query not in {row.key for row in self._shown}:
                as_typed = (f"  {clean_line(query)}", ("   as typed", DIM))
                self._shown = [*self._shown, _Row(query, Content.assemble(*as_typed), query)]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(row.line for row in self._shown)
        keys = [row.key for row in self._shown]
        if keys:
            options.highlighted = keys.index(select) if select in keys else 0

    @on(Input.Changed)
    def _on_filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._filter()

    @on(Input.Submitted)
    def _on_filter_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        highlighted = self.query_one(OptionList).highlighted
        if highlighted is not None and highlighted < len(self._shown):
            self._choose(self._shown[highlighted].key)

    @on(OptionList.OptionSelected)
    def _on_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose(self._shown[event.option_index].key)

    def _choose(self, key: str) -> None:
        if self._provider is not None:
            self.dismiss(Choice(self._provider, key))
            return
        listing = self._listings[key]
        if listing.state == "needs a key":
            self._note(clean_line(f"{key} needs a key: {listing.reason}", 300))
        elif listing.state == "not reachable":
            self._note(clean_line(f"{key}: {listing.reason}", 300))
        else:
            self._show_models(key)

    def action_back(self) -> None:
        if self._provider is not None:
            self._show_providers()
        else:
            self.dismiss(None)

    def action_move(self, rows: int) -> None:
        options = self.query_one(OptionList)
        if options.option_count:
            at = (options.highlighted or 0) + rows
            options.highlighted = max(0, min(options.option_count - 1, at))


def _by_score(scored: tuple[float, _Row]) -> float:
    return -scored[0]


def _column(words: Iterable[str], widest: int) -> list[str]:
    """Make the words of a column equally wide, and no wider than they need."""
    lines = [clean_line(word, widest) for word in words]
    width = min(widest, max(map(cell_len, lines), default=0))
    return [set_cell_size(line, width) for line in lines]


def _provider_line(listing: Listing, name: str, model: str) -> Content:
    state = listing.state if listing.state != "not reachable" else clean_line(listing.reason, 60)
    return Content.assemble(f"{MARKS[listing.state]} {name}", (f"  {model}  {state}", DIM))


def _model_line(model: str, labels: dict[str, str], current: str) -> Content:
    mark = glyphs.DONE if model == current else " "
    label = f"  {clean_line(labels[model])}" if labels.get(model) else ""
    return Content.assemble(f"{mark} {clean_line(model)}", (label, DIM))
