"""Decide which addresses the service may connect to: by the address itself, after one DNS look-up."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from socket import IPPROTO_TCP, SOCK_STREAM, getaddrinfo

# No FHIR server is here: link-local and cloud metadata, multicast, "this host", reserved ranges (IANA's special-purpose
# registries, RFC 6890). 168.63.129.16 is Azure's metadata address, 192.0.0.0/24 holds Oracle's, fd00:ec2::/32 Amazon's.
_FORBIDDEN_NETWORKS = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "fd00:ec2::/32",
        "fe80::/10",
        "ff00::/8",
    )
)
# A site's own networks: allowed only where its EHR is known to be in them.
_PRIVATE_NETWORKS = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "::1/128",
        "fc00::/7",
        "fec0::/10",
    )
)
# IPv6 networks whose last 32 bits are an IPv4 address.
_NETWORKS_ENDING_IN_IPV4 = tuple(ip_network(text) for text in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48"))


def may_connect(address: str, *, allows_private: bool) -> bool:
    """Return whether the service may connect to an address. Where it embeds an IPv4 address, that one decides."""
    target = _embedded_ipv4(ip_address(address.partition("%")[0]))
    if any(target in network for network in _FORBIDDEN_NETWORKS):
        return False
    return allows_private or not any(target in network for network in _PRIVATE_NETWORKS)


def resolve_allowed(host: str, port: int, *, allows_private: bool) -> Iterator[str]:
    """Yield the addresses of a host that the service may connect to, so that no second look-up is needed.

    Numeric hosts in decimal, octal or hexadecimal, such as `2130706433`, resolve to the addresses they stand for.

    Raises:
        OSError: If the name has no address.
    """
    for *_, address in getaddrinfo(host, port, type=SOCK_STREAM, proto=IPPROTO_TCP):
        if may_connect(str(address[0]), allows_private=allows_private):
            yield str(address[0])


def _embedded_ipv4(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 address carries (mapped, 6to4 or translated), else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    embedded = address.ipv4_mapped or address.sixtofour
    if embedded is None and int(address) > 1 and any(address in network for network in _NETWORKS_ENDING_IN_IPV4):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return embedded or address
