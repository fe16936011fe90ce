"""URLs read strictly, for comparing: scheme, host, port and path segments, or nothing at all."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

# On what other characters mean, readers of URLs differ.
_URL_PATTERN = re.compile(
    r"https?://[A-Za-z0-9.\-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~@:!$&'()*+,=\-/]*)?", re.IGNORECASE
)
_PLAIN_V6 = re.compile(
    r"https?://\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?(?:/[A-Za-z0-9._~@:!$&'()*+,=\-/]*)?", re.IGNORECASE
)
_DEFAULT_PORTS = {"https": 443, "http": 80}


class Url(NamedTuple):
    """A URL of http or https without user, query or fragment. `port` is never left out."""

    scheme: str
    host: str
    port: int
    segments: tuple[str, ...]

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port."""
        return self.scheme, self.host, self.port

    @property
    def text(self) -> str:
        """The URL as it is written, the default port left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return "/".join((f"{self.scheme}://{host}{port}", *self.segments))

    @property
    def address(self) -> IPv4Address | IPv6Address | None:
        """The address, where the host is one and no name."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine by its name or address."""
        return self.host == "localhost" or bool(self.address and self.address.is_loopback)

    def covers(self, other: "Url") -> bool:
        """Whether the other lies at or below this one: same origin, whole segments of path."""
        return self.origin == other.origin and other.segments[: len(self.segments)] == self.segments


def parse_url(text: str) -> Url | None:
    """The URL in its comparable form: host in lower case, port as a number, slashes at the end left out.

    None where two readers could understand it differently: user, query, fragment, percent-encoding, backslash,
    control or non-ASCII characters, an empty segment, `.` or `..`.
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
