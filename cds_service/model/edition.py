"""The edition of the content in use: version, digest, sign-off and what a site changed."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SiteEdition:
    """Which site overlay lies on the content, and which protected rules it switches off."""

    name: str
    version: str
    digest: str
    switched_off: tuple[str, ...] = ()

    @property
    def statement(self) -> str:
        """The overlay as every card gives it."""
        off = f" (switches off {', '.join(self.switched_off)})" if self.switched_off else ""
        return f"site overlay {self.name} {self.version} ({self.digest[:8]}){off}"


@dataclass(frozen=True, slots=True)
class Edition:
    """Which content this is: its version, the digest of its files, its date, and who signed it off, if anybody.

    `has_lapsed`: there is a sign-off, but of other content. `site`: the overlay that lies on it; a sign-off is of both.
    """

    version: str
    digest: str
    date: datetime.date
    sign_off: str | None
    is_sign_off_lapsed: bool = False
    site: SiteEdition | None = None
    review_by: datetime.date | None = None

    @property
    def statement(self) -> str:
        """The version and sign-off state as every card gives them."""
        parts = [
            f"Content {self.version} ({self.digest[:8]})",
            self.site.statement if self.site else "",
            self.sign_off_state,
        ]
        return ", ".join(part for part in parts if part)

    @property
    def sign_off_state(self) -> str:
        """Whether it is signed off, in words."""
        if self.sign_off:
            return f"signed off by {self.sign_off}"
        return "sign-off lapsed: content changed since" if self.is_sign_off_lapsed else "not signed off"

    @property
    def full_version(self) -> str:
        """The version, with the overlay's behind a plus sign (Semantic Versioning 2.0, build metadata)."""
        return f"{self.version}+site.{self.site.version}" if self.site else self.version

    @property
    def full_digest(self) -> str:
        """The digest, with the overlay's behind a plus sign."""
        return f"{self.digest}+{self.site.digest}" if self.site else self.digest
