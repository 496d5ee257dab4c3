"""What can go wrong, as a tree.

    ChatTuiError
    ├── ConfigError             a configuration file says something we cannot follow
    ├── StoreError              conversations cannot be read or written
    │   ├── NotFound            no conversation with that id
    │   ├── DamagedStore        the file is not what SQLite wrote
    │   ├── LockedStore         another program holds it
    │   └── NewerStore          written by a newer version of the program
    ├── TranscriptError         a document cannot be written or read
    │   └── TranscriptExists    something is there already; only its owner may replace it
    ├── MediaError              a picture cannot be kept
    └── ProviderError           a provider or the way to it failed; becomes a `StreamError` event
        ├── AuthFailed          the key is missing, wrong or without rights      (kind auth)
        ├── RateLimited         too many requests                                (kind rate_limit)
        ├── Rejected            the provider will not take this request          (kind rejected)
        │   └── WrongId         no model, flow or application of that id         (kind rejected)
        ├── ProviderFailed      the provider says that it failed                 (kind provider)
        ├── Unreachable         no connection could be made                      (kind network)
        ├── ConnectionLost      the connection broke under way                   (kind network)
        │   └── Stalled         it is open, but nothing comes any more           (kind network)
        └── ProtocolViolation   what came is not what the dialect promises       (kind protocol)

Messages are lower case without a full stop, and name the thing. A `hint` says what to do next.
"""

from pathlib import Path
from typing import ClassVar

from chat_tui.events import ErrorKind


class ChatTuiError(Exception):
    """Anything the program reports to its user as one clear line."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def told(self) -> str:
        """What went wrong and where, with what to do next in brackets."""
        text = str(self)
        return f"{text} ({self.hint})" if self.hint and self.hint not in text else text


class ConfigError(ChatTuiError):
    """A configuration file, key binding or option that cannot be followed."""

    def __init__(
        self,
        message: str,
        *,
        path: Path | None = None,
        line: int | None = None,
        key: str = "",
        hint: str = "",
    ) -> None:
        """Name the place as exactly as it is known.

        Args:
            message: What is wrong, and what was expected.
            path: The file.
            line: Counted from 1.
            key: The key's full path, such as `providers.flow.base_url`.
            hint: The nearest correct name, or what to do.
        """
        super().__init__(message, hint=hint)
        self.path = path
        self.line_number = line
        self.key = key

    def __str__(self) -> str:
        place = str(self.path) if self.path else ""
        if place and self.line_number is not None:
            place += f":{self.line_number}"
        head = ": ".join(part for part in (place, self.key, self.message) if part)
        return f"{head} ({self.hint})" if self.hint else head


class StoreError(ChatTuiError):
    """Conversations cannot be read or written."""

    def __init__(self, message: str, *, hint: str = "", brief: str = "") -> None:
        """Name the file.

        Args:
            message: What is wrong.
            hint: What the user can do next.
            brief: The cause in two or three words, for a line that stands as long as it lasts.
        """
        super().__init__(message, hint=hint)
        self.brief = brief or message


class NotFound(StoreError):
    """There is no conversation with that id."""


class DamagedStore(StoreError):
    """The database file is not what SQLite wrote."""


class LockedStore(StoreError):
    """Another program holds the database."""


class NewerStore(StoreError):
    """The database was written by a newer version of the program."""


class TranscriptError(ChatTuiError):
    """A document cannot be written or read."""


class TranscriptExists(TranscriptError):
    """Something is in the place already."""


class MediaError(ChatTuiError):
    """A picture is not one that we keep, or the disk does not take it."""


class ProviderError(ChatTuiError):
    """A provider, or the way to it, failed."""

    kind: ClassVar[ErrorKind] = "provider"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        status: int | None = None,
        retry_after_s: float | None = None,
        retryable: bool = False,
    ) -> None:
        """Describe the failure.

        Args:
            message: What happened, naming the server.
            hint: What the user can do next.
            status: The HTTP status, where there was one.
            retry_after_s: What the server asked us to wait.
            retryable: The same request may well succeed in a moment.
        """
        super().__init__(message, hint=hint)
        self.status = status
        self.retry_after_s = retry_after_s
        self.retryable = retryable


class AuthFailed(ProviderError):
    """The key is missing, wrong, or lacks rights."""

    kind = "auth"


class RateLimited(ProviderError):
    """Too many requests for now."""

    kind = "rate_limit"


class Rejected(ProviderError):
    """The provider will not take this request as it is."""

    kind = "rejected"


class WrongId(Rejected):
    """The provider has no model, flow or application of the configured id."""


class ProviderFailed(ProviderError):
    """The provider says that it failed."""

    kind = "provider"


class Unreachable(ProviderError):
    """No connection could be made."""

    kind = "network"


class ConnectionLost(ProviderError):
    """The connection broke while the reply was under way."""

    kind = "network"


class Stalled(ConnectionLost):
    """The connection is open, but nothing comes any more."""


class ProtocolViolation(ProviderError):
    """What came is not what the dialect promises."""

    kind = "protocol"
