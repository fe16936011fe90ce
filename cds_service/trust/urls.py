"""Parses URLs strictly so that they can be compared by scheme, host, port and path segments."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

# URL parsers disagree on other characters.
_URL_PATTERN = re.compile(
    r"https?://[A-Za-z0-9.\-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~@:!$&'()*+,=\-/]*)?", re.IGNORECASE
)
_PLAIN_V6 = re.compile(
    r"https?://\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?(?:/[A-Za-z0-9._~@:!$&'()*+,=\-/]*)?", re.IGNORECASE
)
_DEFAULT_PORTS = {"https": 443, "http": 80}


class Url(NamedTuple):
    """An http or https URL without user, query or fragment, and always with its port."""

    scheme: str
    host: str
    port: int
    segments: tuple[str, ...]

    @property
    def origin(self) -> tuple[str, str, int]:
        """The scheme, host and port."""
        return self.scheme, self.host, self.port

    @property
    def text(self) -> str:
        """The URL as text, without a default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return "/".join((f"{self.scheme}://{host}{port}", *self.segments))

    @property
    def address(self) -> IPv4Address | IPv6Address | None:
        """The IP address, or None if the host is a name."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine, by name or address."""
        return self.host == "localhost" or bool(self.address and self.address.is_loopback)

    def covers(self, other: "Url") -> bool:
        """Return whether the other URL is at or below this one: same origin, whole path segments."""
        return self.origin == other.origin and other.segments[: len(self.segments)] == self.segments


def parse_url(text: str) -> Url | None:
    """Parse a URL into its comparable form: host in lower case, port as a number, no trailing slashes.

    Return None if two parsers could read it differently: user, query, fragment, percent-encoding, backslash, control or
    non-ASCII characters, an empty segment, `.` or `..`.
    """
    if len(text) > 2048 or not (_URL_PATTERN.fullmatch(text) or _PLAIN_V6.fullmatch(text)):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    segments = tuple(parts.path.strip("/").split("/")) if parts.path.strip("/") else ()
    if not parts.hostname or "//" in parts.path.rstrip("/") or not {"", ".", ".."}.isdisjoint(segments):
        return None
    return Url(parts.scheme, parts.hostname, _DEFAULT_PORTS[parts.scheme] if port is None else port, segments)
