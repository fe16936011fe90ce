"""The style of the figure: contrast, forced colours and print; its legend: only figures that a source bears out."""

import re
from itertools import product

import pytest

from cds_service.figure import Mark, draw_figure, figure_style, format_figure_block, format_figure_page
from cds_service.model.figure import LegendLine

LEAST_CONTRAST = 3.0  # WCAG 2.2, 1.4.11
LEGEND = (LegendLine("Nothing drawn is no denial."), LegendLine("47 % <b>", "Khan 2004", "https://doi.org/x"))


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


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a & b"])
def test_titles_are_escaped_everywhere(title: str) -> None:
    for html in (format_figure_block([], title=title, legend=()), format_figure_page([], title=title, legend=())):
        assert title not in html
        assert "<script" not in html
        assert "<img" not in html


def test_the_block_says_in_a_table_what_it_draws() -> None:
    html = format_figure_block([Mark("groin-pain", "absent", "right")], title="Pain", legend=())
    assert '<th scope="row">groin</th><td>right</td><td>denied</td>' in html
    assert "Nothing that has a place on the body is recorded." in format_figure_block([], title="Pain", legend=())


def test_the_legend_names_the_source_of_each_figure() -> None:
    for html in (format_figure_block([], title="x", legend=LEGEND), format_figure_page([], title="x", legend=LEGEND)):
        assert "<li>Nothing drawn is no denial.</li>" in html
        assert '<li>47 % &lt;b&gt; <a href="https://doi.org/x">Khan 2004</a></li>' in html
    assert "figure-legend" not in format_figure_block([], title="x", legend=())


def test_a_screen_narrower_than_the_figure_is_told_that_there_is_more() -> None:
    assert "scroll the figure sideways" in format_figure_block([], title="x", legend=())
    style = figure_style()
    [least] = re.findall(r"\.figure-scroll \.body-map \{ min-width: (\d+)rem; \}", style)
    [narrow] = re.findall(r"@media screen and \(max-width: (\d+)rem\) \{\s*\.figure-hint \{ display: block; \}", style)
    assert int(narrow) > int(least)
    assert ".figure-hint { display: none;" in style


def test_only_a_sites_name_may_break_inside_a_word() -> None:
    rules = re.findall(r"([^{}]*\.figure-table[^{}]*)\{[^}]*overflow-wrap: anywhere", figure_style())
    assert [rule.strip() for rule in rules] == [".figure-table th[scope=row]"]
