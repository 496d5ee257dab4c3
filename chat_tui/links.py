"""Links from outside: which may be opened, where they really lead, and opening them."""

import ipaddress
import os
import re
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from chat_tui.errors import ChatTuiError
from chat_tui.programs import run_program
from chat_tui.text import clean, clean_line

MAX_CHARS: Final = 4_096
OPENING_LIMIT_S: Final = 10.0

_KEPT: Final = "%/:=&?~+!$,;'@()*[]#"
"""What stands in a path, query or fragment as it is; everything else but ASCII words is escaped."""
_HEADERS: Final = frozenset({"to", "cc", "bcc", "subject", "body"})
"""Of a mail; some mail programs would attach files for others."""
_ESCAPED_CONTROL: Final = "%[01][0-9a-f]|%7f"
_DOTS: Final = "\u3002\uff0e\uff61"
_NAME_IN_LABEL: Final = rf"[\w-]+(?:[.{_DOTS}][\w-]+)+"
_ADDRESS_IN_LABEL: Final = r"://(?:[^\s/?#]*@)?([^\s/?#:@]+)"
_NEVER_TOP: Final = (
    "conf|cpp|css?|csv|go|gz|html|ini|ipynb|java|jpg|jsx?|json|lock|log|php|png|rb|sql|svg|tar"
    "|toml|tsx?|txt|xml|ya?ml"
)
"""Ends of file names that are no top-level domains; `main.py` could be a host in Paraguay."""
_OPEN: Final = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"


@dataclass(frozen=True, slots=True)
class LinkNote:
    """What to say of a link before it is opened."""

    url: str | None
    """What would be opened; nothing where it must not be."""
    host: str
    """Where it leads, as the network spells it; for mail the address, empty where unknown."""
    confirm: bool
    """The label names another host: ask before it is opened."""


def safe_link(url: str) -> str | None:
    """Return the address as it may be opened, in ASCII with its host in punycode, or nothing.

    Only http, https and mailto are; nothing with user names, spaces, controls or backslashes in
    it, with a name that is no host, or that a program could take for an option.
    """
    if len(url) > MAX_CHARS or "\\" in url or clean(url) != url or any(map(str.isspace, url)):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    match parts.scheme:
        case "http" | "https":
            host = _host_of(parts)
            if host is None:
                return None
            tail = _escaped(parts.path or "/", parts)
            return f"{parts.scheme}://{host}{'' if port is None else f':{port}'}{tail}"
        case "mailto":
            return _safe_mail(parts)
        case _:
            return None


def link_note(label: str, url: str) -> LinkNote:
    """Look whether a label could pass for another address than the one behind it.

    Args:
        label: What is shown for the link.
        url: Where it leads.
    """
    target = safe_link(url)
    if target is None:
        return LinkNote(None, "", confirm=True)
    parts = urlsplit(target)
    shown = parts.path if parts.scheme == "mailto" else parts.hostname or ""
    if target == safe_link(f"https://{label}" if label.startswith("www.") else label):
        return LinkNote(target, shown, confirm=False)  # a path can look like a host
    label = clean(label).lower()
    if parts.scheme == "mailto" and "@" in label:
        return LinkNote(target, shown, confirm=shown.lower() not in label)
    host = shown.rpartition("@")[2].lower()
    return LinkNote(
        target, shown, confirm=not all(_covers(named, host) for named in _hosts_in(label))
    )


async def open_link(url: str, *, environ: Mapping[str, str] | None = None) -> None:
    """Open a link in the user's browser or mail program.

    Args:
        url: From wherever.
        environ: Says which browser, on which screen; without it that of this process.

    Raises:
        ChatTuiError: it is none that may be opened, or no program took it.
    """
    target = safe_link(url)
    shown = clean_line(url)
    if target is None:
        raise ChatTuiError(
            f"will not open {shown!r}", hint="only http, https and mailto links are opened"
        )
    # In a process of its own, as a browser would get our environment and write on our terminal.
    reason = await run_program(
        (sys.executable, "-I", "-c", _OPEN, target),
        environ=os.environ if environ is None else environ,
        limit_s=OPENING_LIMIT_S,
        still_running_is_fine=True,
    )
    if reason:
        raise ChatTuiError(
            f"no browser opened {shown!r}", hint="copy the link, or name a program in BROWSER"
        )


def _safe_mail(parts: SplitResult) -> str | None:
    address = re.fullmatch(r"([a-z0-9_+][a-z0-9_.+'-]*)@(.+)", parts.path, re.IGNORECASE)
    host = _ascii_host(address[2]) if address else None
    headers = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    if address is None or host is None or parts.netloc or not headers <= _HEADERS:
        return None
    if re.search(_ESCAPED_CONTROL, parts.query, re.IGNORECASE):
        return None
    return f"mailto:{_escaped(f'{address[1]}@{host}', parts)}"


def _escaped(path: str, parts: SplitResult) -> str:
    tail = quote(path, safe=_KEPT)
    if parts.query:
        tail += f"?{quote(parts.query, safe=_KEPT)}"
    if parts.fragment:
        tail += f"#{quote(parts.fragment, safe=_KEPT)}"
    return tail


def _host_of(parts: SplitResult) -> str | None:
    if "@" in parts.netloc or not parts.hostname:
        return None
    if parts.netloc.startswith("["):
        try:
            return f"[{ipaddress.IPv6Address(parts.hostname)}]"
        except ValueError:
            return None
    return _ascii_host(parts.hostname)


def _ascii_host(host: str) -> str | None:
    """Spell a host as the network does; browsers read letters such as `ß` as themselves."""
    for dot in _DOTS:
        host = host.replace(dot, ".")
    labels = [_ascii_label(label) for label in host.removesuffix(".").split(".")]
    spelled = ".".join(label or "" for label in labels)
    return spelled if all(labels) and len(spelled) <= 253 else None


def _ascii_label(label: str) -> str | None:
    if not label.isascii():
        label = unicodedata.normalize("NFKC", label.lower())
        if any(unicodedata.category(char)[0] not in "LMN" and char != "-" for char in label):
            return None
        if not label.isascii():
            label = f"xn--{label.encode('punycode').decode('ascii')}"
    if not re.fullmatch(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", label, re.IGNORECASE):
        return None
    return label.lower()


def _hosts_in(label: str) -> set[str]:
    """Find what a reader would take for a host; what cannot be one is kept as it is written."""
    hosts = {_ascii_host(name) or name for name in re.findall(_ADDRESS_IN_LABEL, label)}
    for name in re.findall(_NAME_IN_LABEL, label):
        spelled = _ascii_host(name)
        if spelled and _may_be_host(spelled):
            hosts.add(spelled)
    return {host.removeprefix("www.") for host in hosts}


def _may_be_host(name: str) -> bool:
    top = name.rpartition(".")[2]
    if top.startswith("xn--") or (len(top) > 1 and top.isalpha()):
        return re.fullmatch(_NEVER_TOP, top) is None
    return re.fullmatch(r"(\d{1,3}\.){3}\d{1,3}", name) is not None


def _covers(named: str, host: str) -> bool:
    """Whether a host is the one that was named, or below it."""
    return host == named or host.endswith(f".{named}")
