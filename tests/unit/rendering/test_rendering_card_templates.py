"""Card templates: refused at start-up if they are wrong, and rendered from values only."""

import re

import pytest
from jinja2 import UndefinedError

from cds_service.errors import ContentError
from cds_service.knowledge import Knowledge
from cds_service.model.wording import Wording
from cds_service.rendering.card_templates import CardTemplates, build_card_variables
from cds_service.wire.response import SUMMARY_LIMIT

LAYOUT = "{{ consider }} / {{ edition }}"


def templates(summary: str = "{{ Findings }}", consider: str = "{{ order }}", layout: str = LAYOUT) -> CardTemplates:
    return CardTemplates({"card": Wording("card", summary, consider)}, layout)


def test_a_card_is_made_of_its_values() -> None:
    variables = build_card_variables(
        "right groin pain", "right hip", ["right hip MRI"], "right", "5 Jan 2026", "ordered"
    )
    wording = templates("{{ Findings }} on {{ study_date }}", "the {{ order }}")
    assert wording.render_summary("card", variables) == "Right groin pain on 5 Jan 2026"
    assert wording.render_detail("card", variables, {"edition": "Content 1"}) == "the right hip / Content 1"


def test_a_word_at_the_beginning_of_a_sentence_has_a_capital() -> None:
    variables = build_card_variables("MRI findings", "right hip", ["right hip MRI"], "right", "", "ordered")
    assert (variables["Findings"], variables["Order"]) == ("MRI findings", "Right hip")


@pytest.mark.parametrize(
    ("studies", "ordered", "summary"),
    [
        (["right hip MRI"], "ordered", "A right hip MRI is ordered (right hip MRI)"),
        (["left and right hip MRI"], "ordered", "Left and right hip MRI are ordered (left and right hip MRI)"),
        (["hip MRI", "hip CT"], "ordered", "A hip MRI and a hip CT are ordered (hip MRI and hip CT)"),
        (["hip imaging"], "done", "Hip imaging was done (hip imaging)"),
    ],
)
def test_one_study_is_and_several_are(studies: list[str], ordered: str, summary: str) -> None:
    variables = build_card_variables("groin pain", "hip", studies, "", "", ordered)
    wording = templates("{{ Study }} {{ verb }} {{ ordered }} ({{ scan }})")
    assert wording.render_summary("card", variables) == summary


def test_every_wrong_template_is_named_at_once() -> None:
    with pytest.raises(ContentError) as refused:
        templates(summary="{{ Findigns }}", consider="{% if %}", layout="{{ colour }}")
    message = str(refused.value)
    assert all(words in message for words in ("wording/card.md", "Findigns", "line 1", "wording/_layout.md", "colour"))


def test_a_card_template_cannot_use_the_layouts_variables() -> None:
    with pytest.raises(ContentError, match="evidence"):
        templates(consider="{{ evidence }}")


def test_a_missing_value_is_an_error_and_never_left_empty() -> None:
    with pytest.raises(UndefinedError):
        templates().render_summary("card", {})


def test_a_summary_that_may_become_too_long_is_refused_with_its_length() -> None:
    wording = {"card": Wording("card", "{{ Findings }}" + "x" * SUMMARY_LIMIT, "")}
    with pytest.raises(ContentError) as refused:
        CardTemplates(wording, LAYOUT).check_summary_lengths(["card"], ["pain"], ["hip"], ["hip MRI"])
    assert f"may reach {SUMMARY_LIMIT + len('Left and right pain')} characters" in str(refused.value)


def test_a_summary_that_just_fits_is_accepted() -> None:
    wording = {"card": Wording("card", "{{ Findings }}" + "x" * (SUMMARY_LIMIT - len("Left and right pain")), "")}
    CardTemplates(wording, LAYOUT).check_summary_lengths(["card"], ["pain"], ["hip"], ["hip MRI"])


def test_no_shipped_wording_holds_html(knowledge: Knowledge) -> None:
    texts = [text for card in knowledge.wording.values() for text in (card.summary, card.consider)]
    with_html = [text for text in (*texts, knowledge.labels.layout) if re.search(r"<[^>]*>|&\w+;", text)]
    assert with_html == []


def test_no_summary_says_what_is_not_on_record(knowledge: Knowledge) -> None:
    """A summary is shown without the sentence that says what could not be read."""
    summaries = [card.summary for card in knowledge.wording.values()]
    pattern = re.compile(r"\b(no|not|none|nothing|never)\b.*\brecord", re.IGNORECASE)
    assert summaries
    assert not [summary for summary in summaries if pattern.search(summary)]
