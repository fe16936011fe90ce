"""The response models: the specification's limits, and what the models reject."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from cds_service.wire.discovery import Discovery, ServiceDescription
from cds_service.wire.operation_outcome import build_operation_outcome
from cds_service.wire.response import Action, Card, HookResponse, Link, Suggestion

SUGGESTION = {"label": "Consider", "uuid": "s", "actions": [{"type": "create", "description": "d", "resource": {}}]}


def card(**fields: Any) -> Card:
    attributes = {"uuid": "c", "summary": "s", "detail": "d", "indicator": "info", "source": {"label": "l"}, **fields}
    return Card.model_validate(attributes)


def test_members_without_a_value_are_left_out() -> None:
    assert json.loads(HookResponse(cards=[card()]).to_json()) == {
        "cards": [{"uuid": "c", "summary": "s", "detail": "d", "indicator": "info", "source": {"label": "l"}}]
    }


def test_no_cards_are_an_empty_list() -> None:
    assert HookResponse(cards=[]).to_json() == b'{"cards":[]}'


def test_2_0_at_83_a_summary_has_at_most_139_characters_counted_as_characters() -> None:
    assert card(summary="é" * 139).summary == "é" * 139
    with pytest.raises(ValidationError):
        card(summary="x" * 140)


@pytest.mark.parametrize(
    "fields",
    [
        {"uuid": ""},
        {"summary": ""},
        {"detail": ""},
        {"indicator": "success"},
        {"indicator": "hard-stop"},
        {"source": {"label": ""}},
        {"source": {"label": "l", "topic": {"code": "c"}}},
        {"suggestions": [], "selectionBehavior": "any"},
        {"suggestions": [SUGGESTION]},
        {"selectionBehavior": "any"},
        {"suggestions": [SUGGESTION], "selectionBehavior": "all"},
        {"suggestions": [{**SUGGESTION, "actions": []}], "selectionBehavior": "any"},
        {"suggestions": [{**SUGGESTION, "isRecommended": True}] * 2, "selectionBehavior": "any"},
        {"overrideReasons": []},
        {"overrideReasons": [{"system": "s", "code": "c"}]},
        {"links": []},
        {"unknown": 1},
    ],
)
def test_a_card_against_the_specification_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        card(**fields)


def test_one_recommended_suggestion_is_taken() -> None:
    parsed = card(suggestions=[{**SUGGESTION, "isRecommended": True}, SUGGESTION], selectionBehavior="at-most-one")
    assert [suggestion.isRecommended for suggestion in parsed.suggestions or ()] == [True, None]


@pytest.mark.parametrize(
    "action",
    [
        {"type": "create", "resource": {"resourceType": "ServiceRequest"}},
        {"type": "update", "resource": {"resourceType": "ServiceRequest"}},
        {"type": "delete", "resourceId": "ServiceRequest/1"},
    ],
)
def test_an_action_that_says_what_is_taken(action: dict[str, Any]) -> None:
    assert Action.model_validate({"description": "d", **action}).type == action["type"]


@pytest.mark.parametrize(
    "action",
    [
        {"type": "create"},
        {"type": "update"},
        {"type": "delete"},
        {"type": "create", "resourceId": "ServiceRequest/1"},
        {"type": "create", "resource": {}, "resourceId": "ServiceRequest/1"},
        {"type": "delete", "resource": {}},
        {"type": "delete", "resource": {}, "resourceId": "ServiceRequest/1"},
        {"type": "replace", "resource": {}},
    ],
)
def test_fsh_cds_resp_2_an_action_that_does_not_is_refused(action: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Action.model_validate({"description": "d", **action})


def test_2_0_at_128_an_action_needs_a_description() -> None:
    with pytest.raises(ValidationError):
        Action.model_validate({"type": "delete", "resourceId": "ServiceRequest/1"})


def test_2_0_at_141_a_link_is_absolute_or_smart() -> None:
    assert Link(label="l", url="https://a.example", type="absolute").type == "absolute"
    with pytest.raises(ValidationError):
        Link.model_validate({"label": "l", "url": "https://a.example", "type": "launch"})


def test_what_is_sent_cannot_be_changed() -> None:
    suggestion = Suggestion.model_validate(SUGGESTION)
    with pytest.raises(ValidationError):
        suggestion.label = "other"  # type: ignore[misc]  # the point


def test_discovery_states_the_versions() -> None:
    texts = dict.fromkeys(("hook", "id", "title", "description", "usageRequirements"), "x")
    discovery = Discovery(services=[ServiceDescription(**texts, prefetch={"patient": "Patient/1"})])
    assert json.loads(discovery.model_dump_json())["services"] == [
        {**texts, "prefetch": {"patient": "Patient/1"}, "version": "2.0.1", "hookVersion": "1.0"}
    ]


def test_an_outcome_names_the_field_where_there_is_one() -> None:
    assert build_operation_outcome("invalid", "is required", "hook") == {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "invalid",
                "details": {"text": "hook is required"},
                "diagnostics": "hook is required",
                "expression": ["hook"],
            }
        ],
    }
    [issue] = build_operation_outcome("exception", "failed")["issue"]
    assert (issue["details"]["text"], "expression" in issue) == ("failed", False)
