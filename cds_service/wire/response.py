"""The response of the service: cards, suggestions, actions and links (CDS Hooks 2.0, "CDS Service Response")."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

SUMMARY_LIMIT = 139  # CDS Hooks 2.0, Card.summary: fewer than 140 characters


class ResponseModel(BaseModel):
    """An object in the response. Optional members without a value are omitted, never null or empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")


NonEmptyString = Annotated[str, StringConstraints(min_length=1)]


class Coding(ResponseModel):
    """A code with its system (CDS Hooks 2.0, "Coding")."""

    system: NonEmptyString
    code: NonEmptyString
    display: NonEmptyString | None = None


class OverrideReason(Coding):
    """A reason for not following a card. Its display is required."""

    display: NonEmptyString


class Source(ResponseModel):
    """Where the guidance comes from (CDS Hooks 2.0, "Source")."""

    label: NonEmptyString
    url: NonEmptyString | None = None
    topic: Coding | None = None


class Action(ResponseModel):
    """A change of one order (CDS Hooks 2.0, "Action")."""

    type: Literal["create", "update", "delete"]
    description: NonEmptyString
    resource: dict[str, Any] | None = None
    resourceId: NonEmptyString | None = None  # noqa: N815 - the specification's name

    @model_validator(mode="after")
    def _check_resource_or_id(self) -> Self:
        present = (self.resource is not None, self.resourceId is not None)
        if present != ((False, True) if self.type == "delete" else (True, False)):
            raise ValueError("create and update have a resource, delete has a resourceId")
        return self


class Suggestion(ResponseModel):
    """A proposal that the clinician may accept with one click (CDS Hooks 2.0, "Suggestion")."""

    label: NonEmptyString
    uuid: NonEmptyString
    isRecommended: bool | None = None  # noqa: N815 - the specification's name
    actions: Annotated[list[Action], Field(min_length=1)]
    offer_id: str = Field(default="", exclude=True)  # the content's id of the offer; never sent


class Link(ResponseModel):
    """A link (CDS Hooks 2.0, "Link")."""

    label: NonEmptyString
    url: NonEmptyString
    type: Literal["absolute", "smart"]


class Card(ResponseModel):
    """A card (CDS Hooks 2.0, "Card Attributes")."""

    uuid: NonEmptyString
    summary: Annotated[str, StringConstraints(min_length=1, max_length=SUMMARY_LIMIT)]
    detail: NonEmptyString
    indicator: Literal["info", "warning", "critical"]
    source: Source
    suggestions: Annotated[list[Suggestion], Field(min_length=1)] | None = None
    selectionBehavior: Literal["at-most-one", "any"] | None = None  # noqa: N815 - the specification's name
    overrideReasons: Annotated[list[OverrideReason], Field(min_length=1)] | None = None  # noqa: N815 - as above
    links: Annotated[list[Link], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _check_suggestions(self) -> Self:
        if (self.suggestions is None) is not (self.selectionBehavior is None):
            raise ValueError("suggestions and selectionBehavior require each other")
        if sum(bool(suggestion.isRecommended) for suggestion in self.suggestions or ()) > 1:
            raise ValueError("at most one suggestion is recommended")
        return self


class Missing(ResponseModel):
    """A prefetch key of which data did not arrive whole. It is for the client's own team, not for its users."""

    key: NonEmptyString
    type: NonEmptyString
    state: Literal["not-sent", "unread", "incomplete"]


class Extension(ResponseModel):
    """What CDS Hooks 2.0 has no place for.

    `systemActions`: these again, where clients of Argonaut's PAMA guide look for them. `missing`: the data that were
    missing. `restraintWithheld`: the rules that would have advised to wait or not to repeat, had the data arrived.
    """

    systemActions: Annotated[list[Action], Field(min_length=1)] | None = None  # noqa: N815 - the guide's name
    missing: Annotated[list[Missing], Field(min_length=1)] | None = None
    restraintWithheld: Annotated[list[NonEmptyString], Field(min_length=1)] | None = None  # noqa: N815 - as above


class HookResponse(ResponseModel):
    """The whole response. Without cards, the list is empty. System actions are for clients that ask for ratings."""

    cards: list[Card]
    systemActions: Annotated[list[Action], Field(min_length=1)] | None = None  # noqa: N815 - the specification's name
    extension: Extension | None = None

    def to_json(self) -> bytes:
        """Return the response as JSON, without empty members."""
        return self.model_dump_json(exclude_none=True).encode()
