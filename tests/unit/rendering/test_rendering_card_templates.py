"""Templates: refused at start-up where they are wrong, rendered from values and nothing else."""

import re

import pytest
from jinja2 import UndefinedError

from cds_service.errors import ContentError
from cds_service.knowledge import Knowledge
from cds_service.model.wording import Wording
from cds_service.rendering.card_templates import CardTemplates, build_card_variables
from cds_service.wire.response import SUMMARY_LIMIT

LAYOUT = "{{ consider }} / {{ edition }}"


def book(summary: str = "{{ Findings }}", consider: str = "{{ order }}", layout: str = LAYOUT) -> CardTemplates:
    return CardTemplates({"card": Wording("card", summary, consider)}, layout)


def test_a_card_is_made_of_its_values() -> None:
    variables = build_card_variables("right groin pain", "right hip", "right", "5 Jan 2026", "ordered")
    wording = book("{{ Findings }} on {{ study_date }}", "the {{ order }}")
    assert wording.render_summary("card", variables) == "Right groin pain on 5 Jan 2026"
    assert wording.render_detail("card", variables, {"edition": "Content 1"}) == "the right hip / Content 1"


def test_a_word_at_the_beginning_of_a_sentence_has_a_capital() -> None:
    variables = build_card_variables("MRI findings", "right hip", "right", "", "ordered")
    assert (variables["Findings"], variables["Order"]) == ("MRI findings", "Right hip")


@pytest.mark.parametrize(
    ("order", "said"),
    [("right hip", "the right hip is ordered"), ("left and right hip", "the left and right hip are ordered")],
)
def test_one_region_is_and_several_are(order: str, said: str) -> None:
    variables = build_card_variables("groin pain", order, "", "", "ordered")
    assert book("the {{ order }} {{ verb }} {{ ordered }}").render_summary("card", variables) == said


def test_every_wrong_template_is_named_at_once() -> None:
    with pytest.raises(ContentError) as refused:
        book(summary="{{ Findigns }}", consider="{% if %}", layout="{{ colour }}")
    told = str(refused.value)
    assert all(words in told for words in ("wording/card.md", "Findigns", "line 1", "wording/_layout.md", "colour"))


def test_a_template_cannot_speak_of_what_belongs_to_the_other() -> None:
    with pytest.raises(ContentError, match="evidence"):
        book(consider="{{ evidence }}")


def test_a_value_that_is_missing_is_an_error_never_an_empty_place() -> None:
    with pytest.raises(UndefinedError):
        book().render_summary("card", {})


def test_a_summary_that_may_grow_too_long_is_refused_with_its_length() -> None:
    wording = {"card": Wording("card", "{{ Findings }}" + "x" * SUMMARY_LIMIT, "")}
    with pytest.raises(ContentError) as refused:
        CardTemplates(wording, LAYOUT).check_summary_lengths(["card"], ["pain"], ["hip"])
    assert f"may come to {SUMMARY_LIMIT + len('Left and right pain')} characters" in str(refused.value)


def test_a_summary_that_just_fits_is_accepted() -> None:
    wording = {"card": Wording("card", "{{ Findings }}" + "x" * (SUMMARY_LIMIT - len("Left and right pain")), "")}
    CardTemplates(wording, LAYOUT).check_summary_lengths(["card"], ["pain"], ["hip"])


def test_no_shipped_wording_holds_html(knowledge: Knowledge) -> None:
    texts = [text for one in knowledge.wording.values() for text in (one.summary, one.consider)]
    found = [text for text in (*texts, knowledge.labels.layout) if re.search(r"<[^>]*>|&\w+;", text)]
    assert found == []


def test_no_summary_says_what_is_not_on_record(knowledge: Knowledge) -> None:
    """It stands without the sentence that names what could not be read."""
    said = [one.summary for one in knowledge.wording.values()]
    assert said
    assert not [one for one in said if re.search(r"\b(no|not|none|nothing|never)\b.*\brecord", one, re.IGNORECASE)]
