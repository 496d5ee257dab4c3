"""What a list of providers says about one."""

from typing import Final, Literal, TypeAlias

import msgspec

Readiness: TypeAlias = Literal["ready", "needs a key", "not reachable"]
WRONG_ID: Final = "wrong id"
"""How the reason begins where the server answers and only the configured model is not there."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of providers says about one."""

    name: str
    kind: str
    """Empty for a file that cannot be followed."""
    model: str
    """The configured model; empty where there is none."""
    state: Readiness
    reason: str
    """Where the key comes from, or what is wrong; never a key."""

    @property
    def lacks_its_model(self) -> bool:
        """Whether another model of this provider would answer."""
        return self.state == "not reachable" and self.reason.startswith(WRONG_ID)
