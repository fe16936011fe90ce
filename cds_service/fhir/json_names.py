"""Name values of FHIR by their JSON: equal values have the same."""

from collections.abc import Callable
from typing import Final

import msgspec

write_name: Final[Callable[[object], bytes]] = msgspec.json.Encoder().encode
