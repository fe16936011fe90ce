"""The style of the figure: contrast, forced colours and print; its legend: only figures that a source bears out."""

import re
from itertools import product

import pytest

from cds_service.figure import LEGEND, Mark, draw_figure, figure_style, format_figure_block, format_figure_page
from cds_service.knowledge import Knowledge

LEAST_CONTRAST = 3.0  # WCAG 2.2, 1.4.11
POULSEN_ABSTRACT = "77% had marked the greater trochanter area, 53% the groin area"  # Fam Pract 2016;33:601-606


def palette(theme: str) -> dict[str, str]:
    """Return the colours of a theme; each block of variables begins with the page's colour."""
    blocks = re.findall(r"--fig-page:[^}]*", figure_style())
    block = {"light": blocks[0], "dark": blocks[1], "forced": blocks[2], "print": blocks[3]}[theme]
    return dict(re.findall(r"--fig-([a-z]+): ([^;]+);", block))


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_every_mark_stands_out_from_skin_and_page(theme: str) -> None:
    colours = palette(theme)
    for mark, ground in product(("line", "faint", "ink", "pain", "denied", "hip", "spine"), ("skin", "page")):
        assert contrast(colours[mark], colours[ground]) >= LEAST_CONTRAST, (mark, ground)
    assert contrast(colours["grain"], colours["pain"]) >= LEAST_CONTRAST
    assert contrast(colours["ink"], colours["page"]) >= 4.5


def test_forced_colours_use_the_systems_own() -> None:
    assert set(palette("forced").values()) == {"Canvas", "CanvasText"}


def test_a_state_is_told_by_pattern_and_words_not_by_colour_alone() -> None:
    fills = {
        value: re.findall(r'data-finding="groin-pain"[^>]*fill="url\(#([a-z-]+)\)"', draw_figure([mark], title="x"))
        for value in ("present", "absent")
        for mark in [Mark("groin-pain", value, "left")]
    }
    assert fills == {"present": ["figure-pain"], "absent": ["figure-denied"]}


def test_the_figure_needs_no_style_or_script_of_its_own() -> None:
    svg = draw_figure([Mark("groin-pain", "present", "left"), Mark("slr-positive", "absent", "both")], title="x")
    assert not re.search(r"<style|<script|style=|\son[a-z]+=|href", svg)


def test_every_figure_of_the_legend_is_verified_in_the_evidence(knowledge: Knowledge) -> None:
    sources = {source.short or source.citation: source for source in knowledge.content.citations.values()}
    for line in LEGEND:
        numbers = re.findall(r"([\d.]+) %", line.says)
        assert not numbers or line.source
        if line.source == "Poulsen 2016":
            says = POULSEN_ABSTRACT.replace("%", " %")
        elif line.source:
            author, year = line.source.split()
            [source] = [s for s in sources.values() if s.citation.startswith(author) and year in s.citation]
            assert line.url == source.url
            says = source.says or ""
        assert all(f"{number} %" in says for number in numbers), line


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a & b"])
def test_titles_are_escaped_everywhere(title: str) -> None:
    for html in (format_figure_block([], title=title), format_figure_page([], title=title)):
        assert title not in html
        assert "<script" not in html
        assert "<img" not in html


def test_the_block_says_in_a_table_what_it_draws() -> None:
    html = format_figure_block([Mark("groin-pain", "absent", "right")], title="Pain")
    assert '<th scope="row">groin</th><td>right</td><td>denied</td>' in html
    assert "Nothing that has a place on the body is recorded." in format_figure_block([], title="Pain")
    assert "Khan 2004" in html
