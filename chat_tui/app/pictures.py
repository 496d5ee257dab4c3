"""What is done with pictures: opened, saved, described, made again, found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, assert_never, get_args

from chat_tui import glyphs
from chat_tui.app.errors import told
from chat_tui.app.memory import Memory
from chat_tui.app.picture_files import PictureFiles
from chat_tui.app.picture_loop import PictureLoop
from chat_tui.app.sessions import Sessions
from chat_tui.errors import ChatTuiError
from chat_tui.roster.roster import Roster
from chat_tui.store.pictures import StoredPicture, pictures_of
from chat_tui.store.store import Store
from chat_tui.widgets.background import run_in_background
from chat_tui.widgets.copying import CopyWanted
from chat_tui.widgets.picture_actions import PictureAction, PictureSpot
from chat_tui.widgets.picture_desk import PictureDesk

if TYPE_CHECKING:
    from chat_tui.app.chat_app import ChatApp

_NO_PATH: Final = "this picture is not saved here"
_GROUP: Final = "pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureTools:
    """What the application lends for it."""

    roster: Roster
    store: Store
    sessions: Sessions
    memory: Memory
    environ: Mapping[str, str]
    desk: PictureDesk


class AppPictures:
    """Made with the first picture that something is to be done with."""

    def __init__(self, app: "ChatApp", tools: PictureTools) -> None:
        self._app = app
        self._tools = tools
        self._files = PictureFiles(app, tools.memory, tools.environ)
        self._loop = PictureLoop(app, tools.roster, tools.memory)

    def act(self, action: PictureAction, spots: Sequence[PictureSpot]) -> None:
        """Do something with a picture.

        Args:
            action: What.
            spots: Which; of several, one is asked for.
        """
        if not spots:
            self._app.notify("there is no finished picture here")
        elif len(spots) == 1:
            self._act(action, spots[0])
        else:
            self._choose_spot(spots, lambda spot: self._act(action, spot))

    def act_on_last(self, action: PictureAction) -> None:
        """Do something with the picture that the keys are on, else with the last one."""
        transcript = self._app.pane.transcript
        self.act(action, transcript.pictures_here() or transcript.last_pictures())

    def draw_words(self) -> None:
        """Make a picture of the reply that the keys are on, else of the last one with words."""
        reply = self._app.pane.transcript.reply_here()
        if reply is None:
            self._app.notify("there is no reply with words yet")
            return
        self._loop.draw(reply)

    def show(self) -> None:
        """Show all pictures of this conversation, or of all; Enter goes to one."""
        from chat_tui.screens.gallery import GalleryScreen, PictureLists
        from chat_tui.session.picture_news import PictureNews

        session = self._app.pane.session

        def chosen(found: StoredPicture | None) -> None:
            if found is not None:
                run_in_background(self._app, _GROUP, self._go, found)

        desk = self._tools.desk
        drawn = desk if desk.shelf is not None else None
        lists = PictureLists(
            lambda: pictures_of(session.snapshot()),
            self._tools.store.pictures,
            lambda tell: PictureNews(session, tell),
        )
        self._app.push_screen(GalleryScreen(lists, desk=drawn), chosen)

    def _act(self, action: PictureAction, spot: PictureSpot) -> None:
        match action:
            case "open":
                self._with_path(
                    spot, lambda path: run_in_background(self._app, _GROUP, self._files.open, path)
                )
            case "save":
                self._with_path(spot, lambda path: self._files.save(spot, path))
            case "copy_path":
                self._with_path(spot, self._copy_path)
            case "info":
                self._files.show_info(spot)
            case "menu":
                self._show_menu(spot)
            case "again_new":
                self._loop.again(spot, same_seed=False)
            case "again_same":
                self._loop.again(spot, same_seed=True)
            case "edit":
                self._loop.edit(spot)
            case "use":
                self._with_path(
                    spot,
                    lambda path: run_in_background(self._app, _GROUP, self._loop.use, spot, path),
                )
            case "describe":
                self._with_path(spot, lambda path: self._loop.describe(spot, path))
            case _:
                assert_never(action)

    def _show_menu(self, spot: PictureSpot) -> None:
        from chat_tui.screens.picture_menu import Entry, PictureMenu

        unsaved = "" if spot.picture.path else "it is not saved"
        wordless = "" if spot.prompt else "its words are not known"
        seedless = wordless or ("" if spot.seed is not None else "its seed is not known")
        entries = (
            Entry("again_new", "Again, with a new seed", "n", wordless),
            Entry("again_same", "Again, with the same seed", "a", seedless),
            Entry("edit", "Edit the words", "e", wordless),
            Entry("use", "Use it for the next prompt", "u", unsaved),
            Entry("describe", "Have it described", "d", unsaved),
            Entry("open", "Open it in another program", "o", unsaved),
            Entry("save", "Save a copy", "s", unsaved),
            Entry("copy_path", "Copy its path", "y", unsaved),
            Entry("info", "What it was made with", "i"),
        )

        def chosen(name: str | None) -> None:
            for group in get_args(PictureAction):
                for action in get_args(group):
                    if action == name:
                        self._act(action, spot)

        self._app.push_screen(PictureMenu("picture", entries), chosen)

    def _choose_spot(
        self, spots: Sequence[PictureSpot], act: Callable[[PictureSpot], None]
    ) -> None:
        from chat_tui.screens.picture_menu import Entry, PictureMenu

        entries = [
            Entry(str(place), _spot_words(spot), str(spot.number) if spot.number < 10 else "")
            for place, spot in enumerate(spots)
        ]

        def chosen(name: str | None) -> None:
            if name is not None:
                act(spots[int(name)])

        self._app.push_screen(PictureMenu("which picture", entries), chosen)

    def _with_path(self, spot: PictureSpot, act: Callable[[Path], None]) -> None:
        if spot.picture.path:
            act(Path(spot.picture.path))
        else:
            self._app.notify(_NO_PATH)

    def _copy_path(self, path: Path) -> None:
        self._app.post_message(CopyWanted(str(path), "the path of the picture"))

    async def _go(self, found: StoredPicture) -> None:
        """Open the conversation of a picture, and take the keys to it."""
        pane = self._app.pane
        try:
            session = await self._tools.sessions.open(found.conversation)
        except ChatTuiError as error:
            self._app.notify(told(error), severity="warning")
            return
        if found.message not in session.conversation:
            self._app.notify("this message is not there any more")
            return
        shown = any(message.id == found.message for message in session.conversation.path())
        if not shown:
            session.conversation.show(session.conversation.leaf_below(found.message))
        if not shown or session is not pane.session:
            pane.open(session)
        pane.call_after_refresh(pane.transcript.go_to, found.message, found.number)


def _spot_words(spot: PictureSpot) -> str:
    picture = spot.picture
    size = f"{picture.width_px}{glyphs.TIMES}{picture.height_px}" if picture.width_px else ""
    seed = f"seed {picture.seed}" if picture.seed is not None else ""
    return "  ".join(filter(None, (f"picture {spot.number}", size, seed)))
