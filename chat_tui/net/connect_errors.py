"""Why there is no connection: names, ports, TLS and certificates in words."""

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

from chat_tui.errors import Rejected, Unreachable

CHECK_BASE_URL = "check base_url, and that the server is running"


class Peer(msgspec.Struct, frozen=True):
    """Whom a request goes to, in the parts that may be shown."""

    host: str
    port: int
    proxy: str = ""
    """The proxy's host and port."""

    @property
    def address(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def peer_of(url: str, proxy: str | None = None) -> Peer:
    """Take from a URL what may be shown of it.

    Raises:
        Rejected: it is not an http or https URL with a host.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in {"http", "https"} or not host:
        raise Rejected("the address is not an http or https URL with a host", hint="check base_url")
    via = peer_of(proxy).address if proxy else ""
    return Peer(host, port or (443 if parts.scheme == "https" else 80), via)


def connect_error(exc: BaseException, peer: Peer) -> Unreachable:
    first = peer.proxy or peer.address
    for cause in causes(exc):
        match cause:
            case ssl.SSLCertVerificationError():
                return _certificate_error(cause, peer)
            case ssl.SSLError(reason="WRONG_VERSION_NUMBER" | "RECORD_LAYER_FAILURE"):
                return Unreachable(
                    f"{peer.address} does not speak TLS", hint="write http:// in base_url"
                )
            case ssl.SSLError(reason=str(reason)):
                said = reason.replace("_", " ").lower()
                return Unreachable(f"no TLS connection to {peer.address}: {said}")
            case ssl.SSLError():
                return Unreachable(f"no TLS connection to {peer.address}")
            case socket.gaierror():
                name = peer.proxy.rpartition(":")[0] or peer.host
                if cause.errno == socket.EAI_AGAIN:  # nobody could be asked
                    return Unreachable(
                        f"cannot look up the host {name}: no name server answers",
                        hint="check the network connection",
                        retryable=True,
                    )
                return Unreachable(f"cannot find the host {name}", hint="check base_url")
            case ConnectionRefusedError():
                # Not retried: what does not run now will not run in a second.
                return Unreachable(f"nothing is listening at {first}", hint=CHECK_BASE_URL)
            case ConnectionResetError():
                return Unreachable(f"{first} closed the connection at once", retryable=True)
            case OSError(strerror=str(reason)) if cause.errno is not None:
                return Unreachable(f"cannot reach {first}: {reason.lower()}", retryable=True)
            case _:
                pass
    return Unreachable(f"cannot reach {first}", hint=CHECK_BASE_URL, retryable=True)


def _certificate_error(exc: ssl.SSLCertVerificationError, peer: Peer) -> Unreachable:
    hint = "the connection is not safe; ask whoever runs the server"
    match exc.verify_code:  # `man openssl-verification-options`, "diagnostics"
        case 10:
            reason = "has expired"
        case 9:
            reason = "is not valid yet"
            hint = "check this machine's clock"
        case 18 | 19:
            reason = "is self-signed"
            hint = "if the server is yours, name its certificate in ca_file"
        case 62 | 64:
            reason = "is for another host"
            hint = "check the host in base_url"
        case 2 | 20 | 21:
            reason = "comes from an unknown authority"
            hint = "if the authority is yours, name its certificate in ca_file"
        case _:
            reason = f"is not accepted: {exc.verify_message.lower()}"
    return Unreachable(f"the certificate of {peer.address} {reason}", hint=hint)


def causes(exc: BaseException) -> Iterator[BaseException]:
    """Yield the exception and all that led to it, nearest first."""
    pending: list[BaseException] = [exc]
    seen: set[int] = set()
    while pending:
        current = pending.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            pending.extend(current.exceptions)
        pending.extend(each for each in (current.__cause__, current.__context__) if each)
