"""The drawn figure: every site and sign is on it, on the side recorded, and it says what its table says."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.figure import Mark, draw_figure, figure_rows, marks_of
from cds_service.figure.marks import SideName, Value
from cds_service.figure.regions import REGIONS
from cds_service.figure.signs import SIGNS
from cds_service.knowledge import Knowledge
from cds_service.model.facts import Finding, FindingValue, Source, SourceKind
from cds_service.model.sides import Side

SVG = "{http://www.w3.org/2000/svg}"
PLACED = [place.finding for place in (*REGIONS, *SIGNS)]
NO_PLACE = "start-up-pain"
STATE_WORDS = {"present": ("documented", "present"), "absent": ("denied", "absent"), "both": ("and",)}


def draw(marks: Iterable[Mark], title: str = "Pain", name: str = "figure") -> ET.Element:
    return ET.fromstring(draw_figure(marks, title=title, name=name))  # noqa: S314 - our own output


def drawn(svg: ET.Element) -> set[tuple[str, str, str, str]]:
    """Return what is drawn: finding, side of the body, side as recorded, state."""
    return {
        (
            shape.attrib["data-finding"],
            half.attrib["data-side"],
            shape.attrib["data-stated-side"],
            shape.attrib["data-state"],
        )
        for half in svg.findall(f"{SVG}g[@data-side]")
        for shape in half.iter()
        if "data-finding" in shape.attrib
    }


def test_every_site_of_pain_of_the_vocabulary_has_a_region(knowledge: Knowledge) -> None:
    sites = {name for name in knowledge.content.findings if name.endswith("-pain") and name not in NOT_SITES}
    assert sites | {"back-pain-unstated"} == {region.finding for region in REGIONS}


NOT_SITES = {"start-up-pain", "night-pain"}


def test_every_sign_of_the_vocabulary_has_a_mark(knowledge: Knowledge) -> None:
    signs = {name for name, finding in knowledge.content.findings.items() if finding.kind == "sign"}
    assert signs == {sign.finding for sign in SIGNS}


@pytest.mark.parametrize(("finding", "value", "side"), list(product(PLACED, get_args(Value), ["left", "right"])))
def test_each_is_drawn_once_and_on_its_own_side(finding: str, value: Value, side: SideName) -> None:
    assert drawn(draw([Mark(finding, value, side)])) == {(finding, side, side, value)}


@pytest.mark.parametrize("side", ["both", "unstated"])
@pytest.mark.parametrize("finding", PLACED)
def test_both_and_unstated_sides_are_drawn_on_each(finding: str, side: SideName) -> None:
    shapes = drawn(draw([Mark(finding, "present", side)]))
    assert shapes == {(finding, half, side, "present") for half in ("left", "right")}


def test_what_is_not_recorded_or_has_no_place_is_blank_in_figure_and_table() -> None:
    for marks in ([], [Mark(NO_PLACE, "present", "left")]):
        assert drawn(draw(marks)) == set()
        assert figure_rows(marks) == []
        assert "nothing recorded" in (draw(marks).findtext(f"{SVG}desc") or "")


def test_a_front_view_shows_the_patients_right_at_the_left() -> None:
    halves = {
        (half.attrib["data-view"], half.attrib["data-side"]): half for half in draw([]).findall(f"{SVG}g[@data-side]")
    }
    mirrored = {key for key, half in halves.items() if "scale(-1" in half[0].attrib["transform"]}
    assert mirrored == {("front", "right"), ("back", "left"), ("side", "left")}


def test_an_unstated_side_is_told_by_a_question_mark() -> None:
    assert [text.text for text in draw([Mark("groin-pain", "present", "unstated")]).iter(f"{SVG}text")].count("?") == 2
    assert "?" not in [text.text for text in draw([Mark("groin-pain", "present", "both")]).iter(f"{SVG}text")]


def test_pain_that_radiates_gets_an_arrow_and_denied_pain_none() -> None:
    def arrows(mark: Mark) -> int:
        return draw_figure([mark], title="x").count('class="arrow"')

    assert arrows(Mark("foot-pain", "present", "left", radiates=True)) == 1
    assert arrows(Mark("foot-pain", "absent", "left", radiates=True)) == 0
    assert arrows(Mark("foot-pain", "present", "left")) == 0


def test_a_lost_reflex_is_never_labelled_by_plus_or_minus() -> None:
    for finding, value in product(("reflex-loss-patellar", "reflex-loss-achilles"), get_args(Value)):
        words = [text.text or "" for text in draw([Mark(finding, value, "left")]).iter(f"{SVG}text")]
        assert not any(sign in word for word in words if "jerk" in word for sign in "+−±")  # noqa: RUF001


MARKS = st.lists(
    st.builds(
        Mark,
        st.sampled_from([*PLACED, NO_PLACE]),
        st.sampled_from(get_args(Value)),
        st.sampled_from(get_args(SideName)),
        st.booleans(),
    ),
    max_size=12,
)


@given(MARKS)
def test_figure_and_table_say_the_same(marks: list[Mark]) -> None:
    svg = draw(marks)
    rows = figure_rows(marks)
    assert len({(finding, stated) for finding, _, stated, _ in drawn(svg)}) == len(rows)
    names = {place.finding: place.name for place in (*REGIONS, *SIGNS)}
    for finding, _, stated, state in drawn(svg):
        side = {"both": "both sides", "unstated": "side not stated"}.get(stated, stated)
        [row] = [row for row in rows if (row.region, row.side) == (names[finding], side)]
        assert any(word in row.state for word in STATE_WORDS[state])
    description = svg.findtext(f"{SVG}desc") or ""
    assert all(f"{row.region}, {row.side}: {row.state}" in description for row in rows)


@given(MARKS)
def test_the_order_of_records_changes_nothing(marks: list[Mark]) -> None:
    assert draw_figure(marks, title="x") == draw_figure(marks[::-1], title="x")


@given(st.text())
def test_any_title_is_text_and_never_markup(title: str) -> None:
    svg = draw([], f"</title><script>alert(1)</script>{title}\x00")
    assert svg.find(f".//{SVG}script") is None
    assert "<script>" in (svg.findtext(f"{SVG}title") or "")


def test_two_figures_on_a_page_share_no_id() -> None:
    ids = [
        {shape.attrib["id"] for shape in draw([], name=name).iter() if "id" in shape.attrib} for name in ("one", "two")
    ]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_facts_that_are_only_asked_about_are_no_marks() -> None:
    source = Source(SourceKind.NOTE, "DocumentReference/1")
    radiating = {"radiation": "yes"}
    facts = [
        Finding("groin-pain", FindingValue.ASKED, Side.LEFT, None, None, source),
        Finding("calf-pain", FindingValue.PRESENT, Side.LEFT, None, None, source, radiating),
        Finding("foot-pain", FindingValue.ABSENT, Side.UNSTATED, None, None, source),
    ]
    assert marks_of(facts) == [
        Mark("calf-pain", "present", "left", radiates=True),
        Mark("foot-pain", "absent", "unstated"),
    ]
