"""Cards as a client sees them: CDS Hooks 2.0, "CDS Service Response", for one call of each rule that shows a card."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from speaking_calls import CALLS

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # without urn:uuid:, which 2.0 does not foresee
_MEMBERS = {
    "uuid",
    "summary",
    "detail",
    "indicator",
    "source",
    "suggestions",
    "selectionBehavior",
    "overrideReasons",
}


@pytest.fixture(params=CALLS)
def answer(client: FlaskClient, request: pytest.FixtureRequest) -> dict[str, Any]:
    service, body = CALLS[request.param]
    response = client.post(f"/cds-services/{service}", json=body)
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    topics = [card["source"]["topic"]["code"] for card in response.get_json()["cards"]]
    assert topics == [request.param.split()[0]]
    return response.get_json()


@pytest.fixture
def card(answer: dict[str, Any]) -> dict[str, Any]:
    [card] = answer["cards"]
    return card


def _every_value(value: Any) -> Iterator[Any]:
    yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from _every_value(child)


def test_2_0_at_74_the_answer_holds_cards_and_what_was_missing(answer: dict[str, Any]) -> None:
    assert list(answer) in (["cards"], ["cards", "extension"])
    assert answer.get("extension", {}).keys() <= {"missing", "restraintWithheld"}


def test_2_0_at_3_nothing_is_null_or_empty(answer: dict[str, Any]) -> None:
    assert not [value for value in _every_value(answer) if value is None or value in ("", [], {})]


def test_a_card_has_the_members_of_the_specification_alone(card: dict[str, Any]) -> None:
    assert set(card) <= _MEMBERS


def test_2_0_at_80_uuids_are_plain_and_unique(client: FlaskClient) -> None:
    cards = [
        card
        for service, body in CALLS.values()
        for card in client.post(f"/cds-services/{service}", json=body).get_json()["cards"]
    ]
    uuids = [element["uuid"] for card in cards for element in (card, *card.get("suggestions", []))]
    assert len(uuids) > len(CALLS)
    assert len(set(uuids)) == len(uuids)
    assert all(_UUID.fullmatch(uuid) for uuid in uuids)


def test_2_0_at_83_summary_is_one_line_under_140_characters(card: dict[str, Any]) -> None:
    assert 0 < len(card["summary"]) < 140
    assert "\n" not in card["summary"]


def test_2_0_at_85_detail_is_markdown_without_html(card: dict[str, Any]) -> None:
    assert not re.search(r"<[a-zA-Z/!]|&[a-z]+;", card["detail"])


def test_2_0_at_88_indicator_is_one_of_three(card: dict[str, Any]) -> None:
    assert card["indicator"] in {"info", "warning", "critical"}


def test_2_0_at_105_to_116_source_has_label_absolute_url_and_coded_topic(card: dict[str, Any]) -> None:
    source = card["source"]
    assert set(source) | {"url"} == {"label", "url", "topic"}
    assert source.get("url", "https://").startswith("https://")  # a safety check of our own has no publication to name
    assert set(source["topic"]) == {"system", "code", "display"}


def test_2_0_at_92_to_96_selection_behaviour_stands_with_suggestions(card: dict[str, Any]) -> None:
    assert ("suggestions" in card) is ("selectionBehavior" in card)
    assert card.get("selectionBehavior", "any") in {"at-most-one", "any"}


def test_fsh_cds_resp_1_at_most_one_suggestion_is_recommended(card: dict[str, Any]) -> None:
    assert sum(suggestion.get("isRecommended", False) for suggestion in card.get("suggestions", [])) <= 1


def test_2_0_at_100_and_136_override_reasons_have_system_code_and_display(card: dict[str, Any]) -> None:
    assert card["overrideReasons"]
    assert all(set(reason) == {"system", "code", "display"} for reason in card["overrideReasons"])


def test_the_card_names_content_version_and_sign_off_and_leaves_the_decision_to_the_clinician(
    card: dict[str, Any],
) -> None:
    last = r"(Not yet approved by a clinician|Signed off by .+)\. You decide\. \(content \d+\.\d+\.\d+\)"
    assert re.fullmatch(last, card["detail"].split("\n\n")[-1])
