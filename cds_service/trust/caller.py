"""A caller and the FHIR bases it may name. In demo mode anybody calls, for loopback and public SMART servers."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

_UNSAFE = re.compile(r"[\x00-\x20\\]")  # readers of URLs differ on what these mean
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Open SMART servers with synthetic patients (https://docs.smarthealthit.org).
_SMART = frozenset({"launch.smarthealthit.org", "r4.smarthealthit.org", "r3.smarthealthit.org", "r2.smarthealthit.org"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the tenant under which cards and feedback are kept, and the hosts whose FHIR servers it may name.

    `loopback`: http servers on this machine are allowed too.
    """

    tenant: str
    https_hosts: frozenset[str]
    loopback: bool

    def may_read(self, base: str) -> bool:
        """Whether this caller may have us read the FHIR server at `base`."""
        try:
            url = urlsplit(base)
            port = url.port  # refuses a port that is no number
        except ValueError:
            return False
        if url.username or url.password or url.query or url.fragment or not url.hostname or _UNSAFE.search(base):
            return False
        if url.hostname in _LOOPBACK:
            return self.loopback and url.scheme in {"http", "https"}
        return _is_https(url, port) and url.hostname in self.https_hosts

    def allows_private(self, base: str) -> bool:
        """Whether that server may stand on a private or loopback address."""
        return self.loopback and urlsplit(base).hostname in _LOOPBACK


def _is_https(url: SplitResult, port: int | None) -> bool:
    return url.scheme == "https" and port in {None, 443}


DEMO: Final = Caller("demo", _SMART, loopback=True)
