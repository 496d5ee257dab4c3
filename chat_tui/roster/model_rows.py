"""The rows of the provider menu: every provider, every model of it, what is used most on top."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from chat_tui.model_names import name_of
from chat_tui.providers.base import ModelInfo
from chat_tui.roster.listing import Listing, Readiness

NO_MODEL: Final = "no model is chosen"


class Choice(NamedTuple):
    """Who answers from now on."""

    provider: str
    model: str
    """Empty means the provider's own default."""


class ModelRow(NamedTuple):
    """One line of the menu."""

    choice: Choice
    listing: Listing
    label: str = ""
    """What the provider calls the model, where that is not its id."""
    named: bool = False
    """The id says nothing to a reader: the label stands in its place."""
    favourite: bool = False
    recent: bool = False
    typed: bool = False
    """In no list: as somebody typed it."""

    @property
    def searched(self) -> str:
        """What typing is compared with."""
        return f"{self.choice.provider} {self.choice.model} {self.label} {self.listing.kind}"

    @property
    def is_own(self) -> bool:
        """Whether this is what the configuration says."""
        return self.choice.model == self.listing.model

    @property
    def state(self) -> Readiness:
        """Whether this model would answer, as far as that is known."""
        lacks = self.listing.lacks_its_model
        return "ready" if lacks and not self.is_own else self.listing.state

    @property
    def model_words(self) -> str:
        """The model, or what stands in its place."""
        if self.named:
            return self.label
        return self.choice.model or NO_MODEL

    @property
    def remark(self) -> str:
        """What else is said of it."""
        return self.choice.model if self.named else self.label


def model_rows(
    listings: Sequence[Listing],
    models: Mapping[str, Sequence[ModelInfo]],
    *,
    current: Choice,
    favourites: Sequence[Choice],
    recent: Sequence[Choice],
) -> list[ModelRow]:
    """Make the rows: who answers now, favourites, recent ones, providers, and their other models.

    Args:
        listings: Every provider, in the order of the configuration.
        models: Their live lists, as far as they are known, by the provider's name.
        current: Who answers now.
        favourites: Marked by the user, the oldest mark first.
        recent: Chosen before, the latest first.
    """
    by_name = {listing.name: listing for listing in listings}
    labels = {
        Choice(name, model.id): model.label for name, found in models.items() for model in found
    }
    own = [Choice(listing.name, listing.model) for listing in listings]
    live = [choice for listing in listings for choice in labels if choice.provider == listing.name]
    usual = dict(own)
    now = current if current.model else Choice(current.provider, usual.get(current.provider, ""))
    ordered = dict.fromkeys([now, *favourites, *recent, *own, *live])
    return [
        ModelRow(
            choice,
            by_name[choice.provider],
            label=_label(choice, labels),
            named=bool(name_of(*choice)),
            favourite=choice in favourites,
            recent=choice in recent and choice != now,
        )
        for choice in ordered
        if choice.provider in by_name
    ]


def _label(choice: Choice, labels: Mapping[Choice, str]) -> str:
    label = labels.get(choice) or name_of(*choice)
    return label if label != choice.model else ""


def as_typed(
    query: str, found: Sequence[ModelRow], provider: str, listings: Mapping[str, Listing]
) -> list[ModelRow]:
    """Offer a model that is in no list, as it was typed.

    Args:
        query: A model, or a provider and a model of it.
        found: The rows that fit.
        provider: Whose model it is where the query names none.
        listings: The providers by name.

    Returns:
        One row, or none where the query names no model or one of those that were found.
    """
    first, _, rest = query.partition(" ")
    choice = Choice(first, rest.strip()) if first in listings else Choice(provider, query)
    known: Collection[Choice] = {row.choice for row in found}
    if not choice.model or " " in choice.model or choice in known:
        return []
    if choice.provider not in listings or (first in listings and not rest.strip()):
        return []
    return [ModelRow(choice, listings[choice.provider], label="as typed", typed=True)]
