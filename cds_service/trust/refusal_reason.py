"""The reasons for which a call is refused. They go to our log; the caller only sees 401 or 403."""

from enum import StrEnum


class RefusalReason(StrEnum):
    """A reason, in the order in which they are checked."""

    NO_TOKEN = "no-token"  # noqa: S105 - a code, not a secret
    TOO_LARGE = "token-too-large"
    MALFORMED = "token-malformed"
    HEADER = "header-not-allowed"
    ALGORITHM = "algorithm-not-allowed"
    ISSUER = "issuer-unknown"
    KEY_URL = "jku-not-registered"
    KEYS_UNAVAILABLE = "keys-unavailable"
    KEY_UNKNOWN = "kid-unknown"
    SIGNATURE = "signature-wrong"
    CLAIM = "claim-missing-or-malformed"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    LIFETIME = "lifetime-too-long"
    AUDIENCE = "audience-wrong"
    TENANT = "tenant-not-allowed"
    REPLAYED = "replayed"
