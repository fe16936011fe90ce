"""Feedback that a client sends about cards (CDS Hooks 2.0, "Feedback"). Unknown members are ignored.

Each item is read by itself, so that a malformed one costs only itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal, Self

import msgspec
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from cds_service.errors import BadRequest
from cds_service.wire.json_decoder import decode_json

_MAX_ITEMS: Final = 1000  # in one call
# A day from the ends of the calendar, since a zone may shift a time beyond them.
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
_LATEST: Final = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)


def _check_storable(time: datetime) -> datetime:
    if not _EARLIEST <= time <= _LATEST:
        raise ValueError("must lie between the years 1 and 9999 in every time zone")
    return time


Identifier = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f]+$")]


class ReceivedModel(BaseModel):
    """An object that a client sent."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class AcceptedSuggestion(ReceivedModel):
    """A suggestion that the user accepted."""

    id: Identifier


class Reason(ReceivedModel):
    """A coded override reason. Senders leave out the display, and some the system."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    system: Annotated[str, StringConstraints(max_length=1000)] | None = None


class OverrideReason(ReceivedModel):
    """Why the user did not follow the card. Of the comment, only its presence is used."""

    reason: Reason | None = None
    userComment: str | None = None  # noqa: N815 - the specification's name

    @property
    def has_comment(self) -> bool:
        """Return whether the comment says something: EHRs that ask for one are sent blanks and full stops."""
        return any(map(str.isalnum, self.userComment or ""))


class FeedbackItem(ReceivedModel):
    """What the user did with one card."""

    card: Identifier
    outcome: Literal["accepted", "overridden"]
    outcomeTimestamp: Annotated[AwareDatetime, AfterValidator(_check_storable)]  # noqa: N815 - as above
    acceptedSuggestions: list[AcceptedSuggestion] | None = None  # noqa: N815 - as above
    overrideReason: OverrideReason | None = None  # noqa: N815 - as above

    @model_validator(mode="after")
    def _check_accepted_suggestions(self) -> Self:
        if self.outcome == "accepted" and not self.acceptedSuggestions:
            raise ValueError("acceptedSuggestions is required if the outcome is accepted")
        return self


class Feedback(ReceivedModel):
    """The body of a feedback call."""

    feedback: Annotated[list[FeedbackItem], Field(max_length=_MAX_ITEMS)]


@dataclass(frozen=True, slots=True)
class DecodedFeedback:
    """The items that can be used, and for each other one the error that names its field."""

    items: tuple[FeedbackItem, ...] = ()
    refused: tuple[BadRequest, ...] = ()


class _FeedbackBody(msgspec.Struct):
    feedback: list[msgspec.Raw]


_BODY_DECODER = msgspec.json.Decoder(_FeedbackBody)
_ITEM_DECODER = msgspec.json.Decoder(dict[str, Any])
_OTHERWISE = "has the wrong shape"
_MESSAGES = {
    "missing": "is required",
    "extra_forbidden": "is unknown",
    "literal_error": "must be accepted or overridden",
    "list_type": "must be array",
    "string_type": "must be str",
    "model_type": "must be object",
    "timezone_aware": "must have a time zone (RFC 3339)",
}


def decode_feedback(body: bytes) -> DecodedFeedback:
    """Decode and check a feedback body.

    Raises:
        BadRequest: The body is no feedback, or none of its items can be used. Names the first invalid field, or the
            byte position in malformed JSON, never the content.
    """
    items = decode_json(_BODY_DECODER, body).feedback
    if len(items) > _MAX_ITEMS:
        raise BadRequest(f"must have at most {_MAX_ITEMS} items", "feedback")
    decoded = _decode_items(items)
    if decoded.refused and not decoded.items:
        raise decoded.refused[0]
    return decoded


def _decode_items(items: Iterable[msgspec.Raw]) -> DecodedFeedback:
    usable, refused = [], []
    for number, raw in enumerate(items):
        field = f"feedback[{number}]"
        try:
            usable.append(_check_item(decode_json(_ITEM_DECODER, raw, field), field))
        except BadRequest as error:
            refused.append(error)
    return DecodedFeedback(tuple(usable), tuple(refused))


def _check_item(item: dict[str, Any], field: str) -> FeedbackItem:
    try:
        return FeedbackItem.model_validate(item)
    except ValidationError as error:
        detail = error.errors(include_url=False, include_input=False, include_context=False)[0]
        is_ours = detail["type"] == "value_error"
        message = detail["msg"].removeprefix("Value error, ") if is_ours else _MESSAGES.get(detail["type"], _OTHERWISE)
        raise BadRequest(message, field + _format_path(detail["loc"])) from None


def _format_path(location: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
