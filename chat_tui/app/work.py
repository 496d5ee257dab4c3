"""What the application does beside talking, each part made when it is first needed."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chat_tui.app.adding import AppAdding
    from chat_tui.app.alerts import Alerts
    from chat_tui.app.chat_app import ChatApp
    from chat_tui.app.compare import AppCompare
    from chat_tui.app.conversations import AppConversations
    from chat_tui.app.first_start import FirstStart
    from chat_tui.app.leases import AppLeases
    from chat_tui.app.links import AppLinks
    from chat_tui.app.pictures import AppPictures
    from chat_tui.app.preferences import AppPreferences
    from chat_tui.app.prompts import AppPrompts
    from chat_tui.app.recovery import AppRecovery
    from chat_tui.app.wiring import Wiring
    from chat_tui.config.model import AppSection


class Work:
    """Makes the parts, and imports them only then: hardly any start needs them all."""

    def __init__(self, app: ChatApp, wiring: Wiring) -> None:
        """Make nothing yet.

        Args:
            app: Whose work it is.
            wiring: What the parts need.
        """
        self._app = app
        self._wiring = wiring

    @property
    def prompts_asked(self) -> bool:
        """Some prompt has asked for something."""
        return "prompts" in self.__dict__

    @cached_property
    def prompts(self) -> AppPrompts:
        """What prompts ask for."""
        from chat_tui.app.prompt_tools import Tools
        from chat_tui.app.prompts import AppPrompts
        from chat_tui.app.signals import leave_on_signals
        from chat_tui.roster.model_lists import ModelLists

        wiring = self._wiring
        tools = Tools(
            roster=wiring.roster,
            models=ModelLists(wiring.roster),
            store=wiring.store,
            drafts=wiring.drafts,
            memory=wiring.memory,
            themes=self._app.themes,
            environ=wiring.environ,
            prompts_dir=wiring.paths.prompts_dir,
            hear_signals=partial(leave_on_signals, self._app, wiring.sessions),
            budget_usd=lambda: wiring.config.app.budget_usd_per_day,
        )
        return AppPrompts(self._app, tools)

    @cached_property
    def leases(self) -> AppLeases:
        """Who has which conversation open."""
        from chat_tui.app.leases import AppLeases

        return AppLeases(self._app, self._wiring)

    def panes_changed(self) -> None:
        """Look who has open what is shown now, if anybody has looked before."""
        if "leases" in self.__dict__:
            self.leases.look_now()

    @cached_property
    def recovery(self) -> AppRecovery:
        """What became of replies that broke off with the program."""
        from chat_tui.app.recovery import AppRecovery

        return AppRecovery(self._app, self._wiring)

    @cached_property
    def links(self) -> AppLinks:
        """What replies point at."""
        from chat_tui.app.links import AppLinks

        return AppLinks(self._app, self._wiring.environ)

    @cached_property
    def pictures(self) -> AppPictures:
        """What is done with pictures."""
        from chat_tui.app.pictures import AppPictures, PictureTools

        wiring = self._wiring
        tools = PictureTools(
            roster=wiring.roster,
            store=wiring.store,
            sessions=wiring.sessions,
            memory=wiring.memory,
            environ=wiring.environ,
            desk=wiring.picture_desk,
        )
        return AppPictures(self._app, tools)

    @cached_property
    def conversations(self) -> AppConversations:
        """What is done with stored conversations."""
        from chat_tui.app.conversations import AppConversations

        wiring = self._wiring
        return AppConversations(
            self._app,
            wiring.store,
            wiring.sessions,
            wiring.roster,
            wiring.new_conversation,
            wiring.config.keys,
        )

    @cached_property
    def adding(self) -> AppAdding:
        """How providers are added and changed."""
        from chat_tui.app.adding import AppAdding

        return AppAdding(self._app, self._wiring)

    @cached_property
    def first_start(self) -> FirstStart:
        """What a first start says and offers."""
        from chat_tui.app.first_start import FirstStart

        return FirstStart(self._app, self._wiring, self._app.pane)

    @cached_property
    def alerts(self) -> Alerts:
        """What is told while nobody looks."""
        from chat_tui.app.alerts import Alerts

        wiring = self._wiring
        write = self._app.write_to_terminal
        return Alerts(self._app, wiring.config.app.notify, wiring.environ, write)

    @cached_property
    def preferences(self) -> AppPreferences:
        """Settings of the program."""
        from chat_tui.app.preferences import AppPreferences

        return AppPreferences(self._app, self._wiring)

    def heed(self, section: AppSection) -> None:
        """Follow other settings from now on."""
        if "alerts" in self.__dict__:
            self.alerts.mode = section.notify

    @cached_property
    def compare(self) -> AppCompare:
        """What is done to compare."""
        from chat_tui.app.compare import AppCompare, CompareTools

        wiring = self._wiring
        return AppCompare(self._app, CompareTools(wiring.roster, self._app.panes, wiring.model_of))

    async def aclose(self) -> None:
        """Close what was made."""
        if self.prompts_asked:
            await self.prompts.aclose()
