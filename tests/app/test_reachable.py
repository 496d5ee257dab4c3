"""Every action is reached by a key as it is bound, and by the command palette."""

import pytest
from textual.pilot import Pilot

from chat_tui.config.actions import ACTIONS
from chat_tui.screens.conversations import ConversationsScreen
from chat_tui.screens.provider_menu import ProviderMenu
from chat_tui.widgets.prompt.attachment_bar import TextChip
from chat_tui.widgets.row_list import RowList
from tests.app.desk import Desk, ask, chat, reply, until

IN_PALETTE = {
    "prompt.edit": "Edit the prompt in an editor",
    "attachment.add": "Attach a file",
    "attachment.focus": "Unfold or remove what is attached",
    "reply.stop": "Stop the reply",
    "reply.regenerate": "Answer again",
    "transcript.focus": "Walk through the transcript",
    "transcript.find": "Find in this conversation",
    "transcript.copy": "Copy what is selected",
    "transcript.save": "Save transcript",
    "choice.focus": "Choose what to do next",
    "app.help": "Help: keys",
    "app.quit": "Quit",
    "app.settings": "Settings",
    "provider.menu": "Provider and model",
    "conversations.list": "Conversations",
    "conversation.new": "New conversation",
    "conversation.settings": "Settings of this conversation",
    "pane.split": "Pane: split right",
    "pane.split_down": "Pane: split down",
    "pane.next": "Pane: next",
    "pane.previous": "Pane: previous",
    "pane.zoom": "Pane: zoom",
    "pane.close": "Pane: close",
    "pane.reopen": "Pane: reopen the last closed",
    "pane.swap": "Pane: change places with the next",
    "pane.wider": "Pane: wider",
    "pane.narrower": "Pane: narrower",
    "pane.taller": "Pane: taller",
    "pane.shorter": "Pane: shorter",
    "compare.open": "Compare",
    "pictures.show": "Pictures",
    "picture.open": "Picture: open it outside",
    "picture.save": "Picture: save a copy",
    "picture.copy_path": "Picture: copy its path",
    "picture.info": "Picture: what it was made with",
    "picture.menu": "Picture: use it for the next prompt",
    "branch.edit": "Edit a turn",
    "branch.again": "Answer this turn again",
    "branch.earlier": "Branch before",
    "branch.later": "Branch after",
    "branch.tree": "Branches",
    "branch.fork": "Fork",
    "conversation.fork": "Fork",
}
WITHOUT = {
    "app.palette": "is the palette",
    "prompt.send": "typing, as are the three below",
    "prompt.newline": "",
    "prompt.earlier": "",
    "prompt.later": "",
    "scroll.up": "moving, as are the three below",
    "scroll.down": "",
    "scroll.first": "",
    "scroll.last": "",
    "choice.pick": "choosing by number; the row of choices is in the palette",
}
"""What a list of commands is no way to, and why."""
BY_THEMSELVES = ("prompt.", "picture.", "choice.pick")
"""Their keys are looked up by the widget that has them; its own tests press them."""


async def test_every_action_is_in_the_palette(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await pilot.press("f6")
        await until(pilot, lambda: len(chat(pilot).panes.widget) == 2)
        titles = {one.title for one in pilot.app.get_system_commands(pilot.app.screen)}
    wanted = [
        one.name for one in ACTIONS if not (one.in_menu or one.in_list or one.name in WITHOUT)
    ]
    assert {name: IN_PALETTE[name] in titles for name in wanted} == dict.fromkeys(wanted, True)


def heard(pilot: Pilot[int]) -> set[tuple[str, str]]:
    """Each key that does something here, with the action that it is bound to."""
    bindings = pilot.app.screen.active_bindings
    return {(one.binding.key, one.binding.id) for one in bindings.values() if one.binding.id}


@pytest.mark.parametrize("rebound", [False, True])
async def test_every_action_is_reached_by_its_keys(desk: Desk, rebound: bool) -> None:
    signs = "abcdefghijklmnopqrstuvwxyz"
    others = iter([f"alt+ctrl+{extra}{sign}" for extra in ("", "shift+") for sign in signs])
    bound = [one for one in ACTIONS if not one.name.startswith(BY_THEMSELVES)]
    keys = {one.name: next(others) if rebound else one.keys for one in bound}
    lines = "\n".join(f'"{name}" = "{key}"' for name, key in keys.items()) if rebound else ""
    desk.simulator.enqueue(reply("ok"))
    async with desk.app(more=f"[keys]\n{lines}").run_test() as pilot:
        await ask(pilot, "hi")
        pane = chat(pilot).pane
        pane.prompt.restore_chips(pane.session.conversation.id, [TextChip("pasted")])
        found = heard(pilot)
        chat(pilot).pane.action_read()
        await until(pilot, lambda: pilot.app.focused is chat(pilot).pane.transcript)
        found |= heard(pilot)
        chat(pilot).action_choose_provider()
        await until(pilot, lambda: isinstance(pilot.app.screen, ProviderMenu))
        await until(pilot, lambda: pilot.app.focused is not None)
        found |= heard(pilot)
        await pilot.press("escape")
        chat(pilot).action_search_conversations()
        await until(pilot, lambda: isinstance(pilot.app.screen, ConversationsScreen))
        await until(pilot, lambda: pilot.app.focused is not None)
        await pilot.press("tab")
        await until(pilot, lambda: isinstance(pilot.app.focused, RowList))
        found |= heard(pilot)
    wanted = {(key, name) for name, all_keys in keys.items() for key in all_keys.split(",")}
    assert wanted - found == set()
