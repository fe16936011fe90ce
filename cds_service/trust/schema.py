"""The schema of the client table, `clients.toml`: one `[[client]]` for each EHR that may call."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from cds_service.trust.dialect_config import DialectName
from cds_service.trust.urls import parse_url

Algorithm = Literal["ES384", "RS384", "ES256", "RS256", "PS384"]
_QUERY = re.compile(r"[A-Za-z0-9._~%&=+\-]{1,500}")  # some key-set URLs have a query
_MARKS = r"\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"  # invisible characters
_PLAIN_TEXT = re.compile(rf"(?=\S)[^<>\[\]`*_#|\\{_MARKS}]{{1,120}}(?<=\S)")
_CODE = re.compile(rf"(?=.{{1,255}}\Z)[^\s<>{_MARKS}]+(?: [^\s<>{_MARKS}]+)*")  # FHIR's "code"
_URI = re.compile(r"(?=.{3,255}\Z)[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")  # RFC 3986
# Allowed in a token and in our log: visible ASCII of limited length.
VISIBLE_ASCII = r"^[\x21-\x7e]{1,255}$"
# RFC 6750 and the specification set no limits on these; the database and the log need one.
ClaimText = Annotated[str, StringConstraints(pattern=VISIBLE_ASCII)]
ClientId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=255)]


def _check_https_url(text: str) -> str:
    base, _, query = text.partition("?")
    url = parse_url(base)
    if url is None or url.scheme != "https" or (query and not _QUERY.fullmatch(query)):
        raise ValueError("must be an https URL without user or fragment")
    return text


def _check_https_origin(text: str) -> str:
    """Check an origin that a Content-Security-Policy will name; a path or a wildcard would widen it unseen."""
    url = parse_url(text)
    if url is None or url.scheme != "https" or url.segments or url.text != text:
        raise ValueError("must be an https origin in lower case, such as https://ehr.example, without path or slash")
    return text


def _parse_dialect_name(text: object) -> object:
    names = [name.value for name in DialectName]
    if text not in names:
        raise ValueError(f"must be one of {', '.join(names)}")
    return DialectName(str(text))


def _check_plain_text(text: str) -> str:
    """Check text that an order carries into the EHR, where it may be shown as Markdown or HTML."""
    if not _PLAIN_TEXT.fullmatch(text):
        rule = "must be 1 to 120 characters on one line, without control or direction marks"
        raise ValueError(f"{rule} and without < > [ ] ` * _ # | \\")
    return text


def _check_code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError("must be 1 to 255 characters without < and >, with single spaces inside it only")
    return text


def _check_uri(text: str) -> str:
    if not _URI.fullmatch(text):
        raise ValueError("must be a URI of at most 255 characters, such as https://... or urn:...")
    return text


HttpsOrigin = Annotated[str, AfterValidator(_check_https_origin)]
HttpsUrl = Annotated[str, AfterValidator(_check_https_url)]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class OrderCodeTable(_Table):
    """The site's code for one of our orders."""

    system: Annotated[str, AfterValidator(_check_uri)]
    code: Annotated[str, AfterValidator(_check_code)]
    display: Annotated[str, AfterValidator(_check_plain_text)] | None = None


class DialectTable(_Table):
    """The `[client.dialect]` table."""

    name: Annotated[DialectName, BeforeValidator(_parse_dialect_name)] = DialectName.STANDARD
    one_action_per_suggestion: bool | None = None
    selection_behavior: Literal["any", "at-most-one"] | None = None
    order_codes: dict[Text, OrderCodeTable] = Field(default_factory=dict)
    detail: Literal["markdown", "text"] | None = None
    links: bool | None = None
    system_actions: bool | None = None
    qcdsm: Annotated[str, AfterValidator(_check_code)] | None = None

    @model_validator(mode="after")
    def _check_ratings_name_mechanism(self) -> Self:
        if self.system_actions and self.qcdsm is None and self.name is not DialectName.SANDBOX:
            raise ValueError('"system_actions" needs "qcdsm": a rating never names an invented mechanism')
        return self


class SuppressionTable(_Table):
    """The `[client.suppression]` table: windows shorter than the content's. 0: that card is never held back."""

    days: Annotated[int, Field(ge=0)] | None = None
    red_flag_days: Annotated[int, Field(ge=0)] | None = None
    critical_hours: Annotated[int, Field(ge=0)] | None = None
    rule_days: dict[Text, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)


class ClientTable(_Table):
    """A `[[client]]` table."""

    id: ClientId
    issuer: ClaimText
    jwks_url: HttpsUrl | None = None
    jwks_file: Text | None = None
    jku: HttpsUrl | None = None
    fhir_servers: list[Text] = Field(default_factory=list)
    tenants: list[ClaimText] = Field(default_factory=list)
    # The default is what the specification recommends (CDS Hooks 2.0, "Trusting CDS Clients").
    algorithms: Annotated[list[Algorithm], Field(min_length=1)] = ["ES384", "RS384"]
    allow_insecure_fhir: bool = False
    allow_private_fhir: bool = False
    open: bool = False
    silent: bool = False
    frame_ancestors: list[HttpsOrigin] = Field(default_factory=list)
    exempt_roles: list[Text] = Field(default_factory=list)
    dialect: DialectTable = Field(default_factory=DialectTable)
    suppression: SuppressionTable = Field(default_factory=SuppressionTable)


class ClientsFile(_Table):
    """The whole file."""

    client: Annotated[list[ClientTable], Field(min_length=1)]
