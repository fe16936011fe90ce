"""Which addresses may be connected to: judged on the address itself, after the name is resolved, once."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from socket import IPPROTO_TCP, SOCK_STREAM, getaddrinfo

# Never a FHIR server: link-local and cloud metadata, multicast, "this host", reserved ranges (IANA's special-purpose
# registries, RFC 6890); 168.63.129.16 is Azure's own, 192.0.0.0/24 holds Oracle's, fd00:ec2::/32 Amazon's.
_FORBIDDEN_NETWORKS = tuple(
    ip_network(one)
    for one in (
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
# A site's own networks: allowed where its EHR is known to stand in them.
_PRIVATE = tuple(
    ip_network(one)
    for one in (
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
_NETWORKS_ENDING_IN_IPV4 = tuple(
    ip_network(one) for one in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48")
)  # an IPv4 address at the end


def may_connect(address: str, *, allows_private: bool) -> bool:
    """Whether to connect to an address at all; one that carries an IPv4 address in it is judged by that too."""
    return all(_is_allowed(one, allows_private) for one in _target_addresses(ip_address(address.partition("%")[0])))


def resolve_allowed(host: str, port: int, *, allows_private: bool) -> Iterator[str]:
    """The addresses of a host that may be connected to. A caller that connects to these has no second look-up.

    Numbers in decimal, octal or hexadecimal, as in `2130706433`, come out as the addresses they stand for.

    Raises:
        OSError: when the name has no address.
    """
    for *_, address in getaddrinfo(host, port, type=SOCK_STREAM, proto=IPPROTO_TCP):
        if may_connect(str(address[0]), allows_private=allows_private):
            yield str(address[0])


def _target_addresses(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """The address, or what of IPv4 it stands for: mapped, 6to4, translated."""
    if isinstance(address, IPv4Address):
        yield address
        return
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and int(address) > 1 and any(address in network for network in _NETWORKS_ENDING_IN_IPV4):
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    yield inner or address


def _is_allowed(address: IPv4Address | IPv6Address, allows_private: bool) -> bool:
    if any(address in network for network in _FORBIDDEN_NETWORKS):
        return False
    return allows_private or not any(address in network for network in _PRIVATE)
