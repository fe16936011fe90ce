"""The form of the page: a fresh one is empty, and a wrong field is named."""

import pytest
from pages.conftest import form
from werkzeug.datastructures import MultiDict

from cds_service.errors import BadRequest
from cds_service.pages.state import FormReader, TryState
from cds_service.pages.try_page import TryPage


@pytest.fixture
def reader(page: TryPage) -> FormReader:  # type: ignore[override]
    return FormReader(page.choices)


def test_nothing_chosen_is_the_state_of_a_fresh_page(reader: FormReader) -> None:
    assert reader.read(MultiDict()) == TryState()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("scenario", "nobody"),
        ("f", "groin-pain"),
        ("f", "groin-pain.up"),
        ("f", "active-cancer.left"),
        ("age", "121"),
        ("age", "-1"),
        ("age", "sixty"),
        ("age", "٦٠"),
        ("weeks", "2001"),
        ("weeks", "9" * 5000),
        ("note", "x" * 20_001),
        ("order", "x-ray-of-the-moon"),
        ("side", "both"),
        ("moment", "patient-view"),
        ("on", "06.05.2026"),
        ("on", "2026-02-30"),
        ("on", "1800-01-01"),
        ("key.conditions", "burn"),
    ],
)
def test_a_wrong_field_is_refused_by_name_and_its_value_is_not_told(reader: FormReader, field: str, value: str) -> None:
    with pytest.raises(BadRequest) as refused:
        reader.read(MultiDict([(field, value)]))
    assert refused.value.field == field
    assert value not in refused.value.message.removesuffix(", such as groin-pain.right")


def test_a_field_that_the_page_does_not_have_is_refused(reader: FormReader) -> None:
    with pytest.raises(BadRequest, match="does not have"):
        reader.read(form(colour="red"))


def test_an_edited_request_counts_only_if_its_box_is_ticked(reader: FormReader) -> None:
    assert reader.read(form(request="{}")).edited is None
    assert reader.read(form(request="{}", edited="yes")).edited == "{}"
    assert reader.read(form(edited="yes")).edited == ""


def test_only_keys_that_are_not_sent_as_they_are_have_a_switch(reader: FormReader) -> None:
    chosen = reader.read(form(key__patient="send", key__conditions="null"))
    assert chosen.switches == {"conditions": "null"}
