"""What the command palette offers: every action of the application, and every theme."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand

from chat_tui.widgets.pane.pane_tree import DIRECTIONS

if TYPE_CHECKING:
    from chat_tui.app.chat_app import ChatApp


def commands(app: "ChatApp") -> Iterable[SystemCommand]:
    """List the commands; those of a pane are of the one that has the focus."""
    pane = app.pane
    yield SystemCommand("New conversation", "", app.action_new_conversation)
    yield SystemCommand("Provider and model", "", app.action_choose_provider)
    yield SystemCommand("Add a provider", "or change one", app.action_add_provider)
    yield SystemCommand("Save transcript", "", app.action_save_transcript)
    yield SystemCommand("Find in this conversation", "", pane.action_find)
    yield SystemCommand("Walk through the transcript", "", pane.action_read)
    yield SystemCommand("Choose what to do next", "", pane.action_choose)
    yield SystemCommand("Attach a file", "a picture or a text", pane.action_attach)
    yield SystemCommand("Unfold or remove what is attached", "", pane.action_attachments)
    yield SystemCommand("Sources of the last reply", "", pane.transcript.show_sources)
    copy = pane.transcript.copy_last_reply
    yield SystemCommand("Copy the last reply", "", partial(copy, markdown=False))
    yield SystemCommand("Copy the last reply as Markdown", "", partial(copy, markdown=True))
    yield SystemCommand("Copy what is selected", "by the mouse", pane.copy_selected)
    yield SystemCommand("Answer again", "as a new branch", pane.action_regenerate)
    yield SystemCommand("Stop the reply", "", pane.action_stop)
    yield from _of_conversations(app)
    yield from _of_panes(app)
    yield from _of_pictures(app)
    yield SystemCommand("Settings", "of the program", app.action_app_settings)
    yield SystemCommand("Settings of this conversation", "", app.action_settings)
    yield SystemCommand("Usage", "tokens and cost, here and today", app.action_usage)
    template = partial(app.work.prompts.use_template, pane)
    yield SystemCommand("Prompt template", "write by one of your own", template)
    yield SystemCommand("Edit the prompt in an editor", "", pane.prompt.action_edit)
    yield SystemCommand("Colours", "all themes, each shown while it is marked", app.themes.pick)
    for name in app.themes.names():
        yield SystemCommand(f"Theme: {name}", "", partial(app.themes.choose, name))
    yield SystemCommand("Clear notifications", "", app.clear_notifications)
    yield SystemCommand("Help: keys", "", app.action_help)
    yield SystemCommand("Quit", "", app.action_quit)


def _of_conversations(app: "ChatApp") -> Iterable[SystemCommand]:
    branch = app.pane.transcript.action_branch
    yield SystemCommand(
        "Conversations", "find, rename, pin, delete", app.action_search_conversations
    )
    yield SystemCommand("Edit a turn", "as a new branch", partial(branch, "edit"))
    yield SystemCommand("Answer this turn again", "as a new branch", partial(branch, "again"))
    yield SystemCommand("Branches", "all of them as a tree", partial(branch, "tree"))
    yield SystemCommand("Branch before", "", partial(branch, "earlier"))
    yield SystemCommand("Branch after", "", partial(branch, "later"))
    yield SystemCommand("Fork", "into a conversation of its own", partial(branch, "fork"))


def _of_panes(app: "ChatApp") -> Iterable[SystemCommand]:
    panes = app.panes
    yield SystemCommand("Pane: split right", "a new conversation", panes.split)
    yield SystemCommand("Pane: split down", "a new conversation", partial(panes.split, "down"))
    same = partial(panes.split, same=True)
    yield SystemCommand("Pane: this conversation in a second pane", "", same)
    yield SystemCommand("Compare", "one prompt to several providers", app.action_compare)
    if app.pane.branch is not None:
        yield SystemCommand("Continue with this one", "of those compared", panes.choose)
    if len(panes.widget) > 1:
        yield SystemCommand("Pane: next", "", partial(panes.step, 1))
        yield SystemCommand("Pane: previous", "", partial(panes.step, -1))
        yield SystemCommand("Pane: zoom", "the whole screen, or back", panes.zoom)
        yield SystemCommand("Pane: close", "what streams in it goes on", panes.close)
        yield SystemCommand("Pane: wider", "", partial(panes.grow, "right", 1))
        yield SystemCommand("Pane: narrower", "", partial(panes.grow, "right", -1))
        yield SystemCommand("Pane: taller", "", partial(panes.grow, "down", 1))
        yield SystemCommand("Pane: shorter", "", partial(panes.grow, "down", -1))
        yield SystemCommand("Pane: even out", "the same room for all", panes.widget.even_out)
        yield SystemCommand("Pane: change places with the next", "", panes.swap)
        for direction in DIRECTIONS:
            yield SystemCommand(f"Pane: move {direction}", "", partial(panes.swap, direction))
    yield SystemCommand("Pane: reopen the last closed", "", panes.reopen)


def _of_pictures(app: "ChatApp") -> Iterable[SystemCommand]:
    pictures = app.work.pictures
    on_last = pictures.act_on_last
    yield SystemCommand("Pictures", "of this conversation, and of all", pictures.show)
    yield SystemCommand("Make a picture of the reply", "", pictures.draw_words)
    yield SystemCommand("Picture: again", "with a new seed", partial(on_last, "again_new"))
    yield SystemCommand("Picture: the same again", "same seed", partial(on_last, "again_same"))
    yield SystemCommand("Picture: edit the words", "", partial(on_last, "edit"))
    yield SystemCommand("Picture: use it for the next prompt", "", partial(on_last, "use"))
    yield SystemCommand("Picture: have it described", "", partial(on_last, "describe"))
    yield SystemCommand("Picture: open it outside", "", partial(on_last, "open"))
    yield SystemCommand("Picture: save a copy", "", partial(on_last, "save"))
    yield SystemCommand("Picture: copy its path", "", partial(on_last, "copy_path"))
    yield SystemCommand("Picture: what it was made with", "", partial(on_last, "info"))
