"""Which addresses are on the open internet, and which are somebody's own network."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[Address]]]
"""From a host and a port to its addresses, best first; raises an `OSError` where there is none."""

_GLOBAL_UNICAST: Final = ipaddress.ip_network("2000::/3")
_METADATA: Final = ipaddress.ip_address("fd00:ec2::254")
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
"""IPv4 as seen from a network that has only IPv6 (RFC 6052)."""


def is_public(address: Address) -> bool:
    """Tell whether an address may belong to anybody's server on the internet.

    It may not when it is private, loopback, link-local, multicast, unspecified, reserved or for
    documentation, nor when it is IPv6 that stands for such an IPv4 address.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved
    inner = _inner(address)
    if inner is not None:
        return is_public(inner)
    return address in _GLOBAL_UNICAST and address.is_global


def is_metadata(address: Address) -> bool:
    """Tell whether an address is where a cloud tells its own machines their secrets."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        return address == _METADATA if inner is None else is_metadata(inner)
    return address.is_link_local


def literal(host: str) -> Address | None:
    """Read a host that is an address, also in the old forms of IPv4 such as `0x7f.1`."""
    host = host.strip("[]").partition("%")[0].rstrip(".")
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    if not host or not host[0].isdigit() or not host.isascii() or " " in host:
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def is_local_name(host: str) -> bool:
    """Tell whether a name always means this machine."""
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")


def is_private_host(host: str) -> bool:
    """Tell by a host alone, without asking anybody, that it is not on the open internet."""
    address = literal(host)
    return is_local_name(host) if address is None else not is_public(address)


async def resolve(host: str, port: int) -> Sequence[Address]:
    """Ask the system for the addresses of a host, best first.

    Raises:
        OSError: there is none.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    texts = dict.fromkeys(str(place[0]).partition("%")[0] for *_, place in found)
    return [ipaddress.ip_address(text) for text in texts]


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to, if it does."""
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
