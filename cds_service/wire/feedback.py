"""Feedback that a client sends about cards (CDS Hooks 2.0, "Feedback"). Unknown members are ignored."""

from typing import Annotated, Literal, Self

import msgspec
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from cds_service.errors import BadRequest
from cds_service.wire.json_decoder import decode_json

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


class FeedbackItem(ReceivedModel):
    """What the user did with one card."""

    card: Identifier
    outcome: Literal["accepted", "overridden"]
    outcomeTimestamp: AwareDatetime  # noqa: N815 - the specification's name
    acceptedSuggestions: list[AcceptedSuggestion] | None = None  # noqa: N815 - the specification's name
    overrideReason: OverrideReason | None = None  # noqa: N815 - the specification's name

    @model_validator(mode="after")
    def _check_accepted_suggestions(self) -> Self:
        if self.outcome == "accepted" and not self.acceptedSuggestions:
            raise ValueError("acceptedSuggestions is required if the outcome is accepted")
        return self


class Feedback(ReceivedModel):
    """The body of a feedback call."""

    feedback: Annotated[list[FeedbackItem], Field(max_length=1000)]


_RAW_DECODER = msgspec.json.Decoder(msgspec.Raw)
_MESSAGES = {
    "missing": "is required",
    "extra_forbidden": "is unknown",
    "literal_error": "must be accepted or overridden",
    "list_type": "must be array",
    "string_type": "must be str",
    "model_type": "must be object",
    "timezone_aware": "must have a time zone (RFC 3339)",
    "value_error": "acceptedSuggestions is required if the outcome is accepted",
}


def decode_feedback(body: bytes) -> Feedback:
    """Decode and check a feedback body.

    Raises:
        BadRequest: Names the first invalid field, or the byte position in malformed JSON, never the content.
    """
    decode_json(_RAW_DECODER, body)  # stricter than pydantic, which accepts NaN, and it reports the byte position
    try:
        return Feedback.model_validate_json(body)
    except ValidationError as error:
        detail = error.errors(include_url=False, include_input=False, include_context=False)[0]
        if (
            detail["type"] == "json_invalid" and "recursion" in detail["msg"]
        ):  # its limit is lower than that of `decode_json`
            raise BadRequest("is nested too deeply") from None
        if detail["type"] == "json_invalid":
            raise BadRequest(
                "is malformed JSON: a string in it is not UTF-8, or has half of a surrogate pair"
            ) from None
        message = _MESSAGES.get(detail["type"], "has the wrong shape")
        raise BadRequest(message, _format_path(detail["loc"]) or None) from None


def _format_path(location: tuple[int | str, ...]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(parts).removeprefix(".")
