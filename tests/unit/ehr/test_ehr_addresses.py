"""Which addresses the service may connect to, in every notation of an address."""

import socket
from typing import Any

import pytest

from cds_service.ehr import addresses
from cds_service.ehr.addresses import may_connect, resolve_allowed

NEVER = [
    "0.0.0.0",  # noqa: S104 - nobody listens here
    "169.254.169.254",
    "168.63.129.16",
    "192.0.0.192",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "::a9fe:a9fe",
    "2001:0:a9fe:a9fe::1",
]
PRIVATE = [
    "10.1.2.3",
    "127.0.0.1",
    "127.255.255.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "198.18.0.1",
    "::1",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::c0a8:101",
    "2002:7f00:1::",
]
PUBLIC = ["1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "2606:4700::1111", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", NEVER)
def test_forbidden_addresses_are_never_allowed(address: str) -> None:
    assert not may_connect(address, allows_private=False)
    assert not may_connect(address, allows_private=True)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_need_permission(address: str) -> None:
    assert not may_connect(address, allows_private=False)
    assert may_connect(address, allows_private=True)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_always_allowed(address: str) -> None:
    assert may_connect(address, allows_private=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "localhost", "::1"])
def test_a_host_is_judged_by_the_address_it_stands_for(host: str) -> None:
    try:
        allowed = list(resolve_allowed(host, 443, allows_private=True))
    except socket.gaierror:
        pytest.skip("this machine's resolver does not know that form")
    assert list(resolve_allowed(host, 443, allows_private=False)) == []
    assert set(allowed) <= {"127.0.0.1", "::1"}


def test_only_the_allowed_addresses_of_a_host_are_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(*_arguments: Any, **_named: Any) -> list[Any]:
        resolved = ["10.0.0.1", "1.1.1.1", "169.254.169.254"]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in resolved]

    monkeypatch.setattr(addresses, "getaddrinfo", answer)
    assert list(resolve_allowed("ehr.example", 443, allows_private=False)) == ["1.1.1.1"]
    assert list(resolve_allowed("ehr.example", 443, allows_private=True)) == ["10.0.0.1", "1.1.1.1"]
