"""Addresses of the internet, and of somebody's own network."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.net.addresses import is_private_host, is_public, literal, resolve


@pytest.mark.parametrize(
    "text",
    ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"],
)
def test_what_is_on_the_internet_is_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.8.9.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_what_is_not_for_everybody_is_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@given(st.ip_addresses(v=4))
def test_an_address_in_disguise_is_judged_by_what_it_leads_to(
    address: ipaddress.IPv4Address,
) -> None:
    number = int(address)
    for disguise in (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80):
        assert is_public(ipaddress.IPv6Address(disguise)) is is_public(address)


@pytest.mark.parametrize("text", ["127.1", "0x7f.1", "2130706433", "0177.0.0.1", "127.0.0.1."])
def test_old_forms_of_an_address_are_read(text: str) -> None:
    assert literal(text) == ipaddress.ip_address("127.0.0.1")


@pytest.mark.parametrize("text", ["", "x.test", "1password.test", "127.0.0.1 x", "１.1.1.1", "a:b"])
def test_a_name_is_no_address(text: str) -> None:
    assert literal(text) is None


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("localhost", True),
        ("a.LocalHost.", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("192.168.0.7", True),
        ("0x0a000001", True),
        ("1.1.1.1", False),
        ("x.test", False),
        ("localhost.test", False),
        ("", False),
    ],
)
def test_a_host_is_judged_without_asking_anybody(host: str, private: bool) -> None:
    assert is_private_host(host) is private


async def test_the_system_knows_this_machine() -> None:
    assert all(address.is_loopback for address in await resolve("localhost", 80))


async def test_a_name_that_nobody_has_is_an_error() -> None:
    with pytest.raises(socket.gaierror):
        await resolve("nobody.invalid", 80)
