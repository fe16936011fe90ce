"""The edition of the content in use: version, digest, sign-off, and the site overlay on it."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SiteEdition:
    """The edition of a site overlay, and the protected rules it switches off."""

    name: str
    version: str
    digest: str
    switched_off: tuple[str, ...] = ()

    @property
    def statement(self) -> str:
        """The overlay as every card states it."""
        off = f" (switches off {', '.join(self.switched_off)})" if self.switched_off else ""
        return f"site overlay {self.name} {self.version} ({self.digest[:8]}){off}"


@dataclass(frozen=True, slots=True)
class Edition:
    """The edition of the content: its version, the digest of its files, its date, and who signed it off, if anyone.

    `is_sign_off_lapsed`: the sign-off is for other content; `sign_off_notes` say for which. `site`: the overlay in use;
    a sign-off covers both.
    """

    version: str
    digest: str
    date: datetime.date
    sign_off: str | None
    is_sign_off_lapsed: bool = False
    site: SiteEdition | None = None
    review_by: datetime.date | None = None
    sign_off_notes: tuple[str, ...] = ()

    @property
    def statement(self) -> str:
        """The version and sign-off state as every card states them."""
        parts = [
            f"Content {self.version} ({self.digest[:8]})",
            self.site.statement if self.site else "",
            self.sign_off_state,
        ]
        return ", ".join(part for part in parts if part)

    @property
    def card_statement(self) -> str:
        """What every card says at its end: who approved it, who decides, and which content it is."""
        if self.sign_off:
            approval = f"Signed off by {self.sign_off}"
        else:
            approval = (
                "Sign-off lapsed: content changed since"
                if self.is_sign_off_lapsed
                else "Not yet approved by a clinician"
            )
        overlay = f", {self.site.statement}" if self.site else ""
        return f"{approval}. You decide. (content {self.version}{overlay})"

    @property
    def sign_off_state(self) -> str:
        """The state of the sign-off, in words."""
        if self.sign_off:
            return f"signed off by {self.sign_off}"
        return "sign-off lapsed: content changed since" if self.is_sign_off_lapsed else "not signed off"

    @property
    def full_version(self) -> str:
        """The version, followed by the overlay's after a plus sign (Semantic Versioning 2.0, build metadata)."""
        return f"{self.version}+site.{self.site.version}" if self.site else self.version

    @property
    def full_digest(self) -> str:
        """The digest, followed by the overlay's after a plus sign."""
        return f"{self.digest}+{self.site.digest}" if self.site else self.digest
