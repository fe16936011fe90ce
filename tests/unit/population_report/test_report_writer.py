"""What a report says, what it keeps to itself, and that page and data say the same."""

import re
import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pyarrow.parquet as pq
import pytest
from lxml import etree, html

from cds_service.knowledge import load_knowledge, shipped_cards
from cds_service.model.terminology import Code
from cds_service.population.counts import Measure, Row
from cds_service.population_report.cells import Cells
from cds_service.population_report.disclosure import EXACT, DisclosureControl
from cds_service.population_report.dry_run import DryRun
from cds_service.population_report.limits import list_limits
from cds_service.population_report.page import draw_pictures
from cds_service.population_report.plots import draw_columns
from cds_service.population_report.tables import Table, count_cell, name_cell, rate_cell
from cds_service.population_report.writer import build_sections, write_report
from tests.invented_counts import RESTRAINT

Page = html.HtmlElement


@pytest.fixture(scope="module")
def folder(dry_run: DryRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_report(folder, dry_run)
    return folder


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return html.fromstring((folder / "report.html").read_text(encoding="utf-8"))


def rows(page: Page, table: str) -> dict[str, list[str]]:
    """Return the cells of a table by the words that name each row."""
    (details,) = page.xpath(f'//details[@id="table-{table}"]')
    return {
        row.xpath("string(th)"): [" ".join(cell.xpath(".//text()")) for cell in row.xpath("td")]
        for row in details.xpath(".//tbody/tr")
    }


def rule_row(page: Page, table: str) -> list[str]:
    (cells,) = (cells for name, cells in rows(page, table).items() if name.startswith("11. "))
    return cells


def test_the_first_screen_says_limits_then_what_was_judged(page: Page) -> None:
    assert page.xpath("string(//main/*[1]/h2)") == "What these numbers cannot know"
    assert "Advice to wait is overstated where" in page.xpath("string(//main/*[1]/p)")
    figures = [
        (each.xpath("string(dd)"), each.xpath("string(dt)")) for each in page.xpath('//dl[@class="figures"]/div')
    ]
    assert figures[0] == ("1,000", "patients judged")
    assert figures[2] == ("25.0", "of 100 imaging orders would have had a card")
    assert figures[4][0] == "40"


def test_cards_of_a_rule_stand_with_their_rates(page: Page) -> None:
    assert rule_row(page, "said-order-sign") == ["25 25.0", "20 20.0"]


def test_a_rule_that_never_spoke_has_a_zero(page: Page) -> None:
    names = rows(page, "said-order-sign")
    assert {name.partition(".")[0] for name in names} >= {"1", "4", "11", "14"}
    assert sum(cells == ["0", "0"] for cells in names.values()) == len(names) - 2


def test_a_small_month_is_suppressed_with_its_complement(page: Page) -> None:
    cells = rows(page, "order-sign-month")
    assert cells["Imaging orders"] == ["60", "suppressed", "suppressed"]
    assert rule_row(page, "order-sign-month") == ["suppressed", "0", "suppressed"]


def test_a_site_of_few_patients_is_not_named(page: Page) -> None:
    heads = page.xpath('//details[@id="table-patient-view-site"]//thead//th/text()')
    assert heads == ["Rule", "all other sites", "north", "south"]
    assert rows(page, "patient-view-site")["Charts opened"] == ["suppressed", "880", "suppressed"]
    assert "tiny" not in html.tostring(page, encoding="unicode")


def test_restraint_held_back_stands_by_group_and_with_what_would_have_been_said(page: Page) -> None:
    assert rule_row(page, "restraint-order-sign") == ["25 25.0", "40 40.0", "15 15.0"]
    assert rows(page, "screen-order-sign") == {"cancer": ["40 40.0"], "weight loss": ["suppressed"]}
    assert list(rows(page, "without-order-sign").values()) == [["55 55.0"]]
    assert list(rows(page, "limits-order-sign").values()) == [["10"]]


def test_stops_that_are_few_by_rule_are_told_together() -> None:
    counts = Counter({Row(Measure.SCREENED_MOMENTS, "order-sign", rule): 7 for rule in ("rule-a", "rule-b")})
    cells = Cells(counts, DisclosureControl())
    assert cells.show(Measure.SCREENED_MOMENTS) == 15
    assert cells.show(Measure.SCREENED_MOMENTS, "order-sign", "rule-a") is None


def test_what_cards_offer_and_what_was_judged_stand_in_words(page: Page) -> None:
    ((offer, cells),) = rows(page, "offers").items()
    assert "physical therapy" in offer.lower()
    assert cells[1:] == ["when imaging is ordered", "20"]
    assert rows(page, "orders") == {"lumbar-spine": ["MR", "100"]}
    judged = rows(page, "judged")
    assert judged["Imaging orders"] == ["100"]
    assert judged["Patients without a contact or imaging order in these days: not judged"] == ["75"]
    assert judged["Charts opened after the patient's death: nothing is said"] == ["suppressed"]


def test_what_is_asked_for_is_counted_over_all_rules(page: Page) -> None:
    assert rows(page, "asked") == {"positive straight-leg raise": ["25"]}


def test_differences_of_two_contents_stand_by_rule(page: Page) -> None:
    assert list(rows(page, "differences-order-sign").values()) == [["35", "suppressed"]]


def test_without_a_second_content_there_is_no_such_section(dry_run: DryRun) -> None:
    run = DryRun(dry_run.counts, dry_run.content, dry_run.terminology, dry_run.made_on)
    assert "differences" not in [section.id for section in build_sections(run, Cells(run.counts, DisclosureControl()))]


def test_what_cannot_be_read_names_only_what_many_share(page: Page, folder: Path) -> None:
    assert rows(page, "codes") == {
        "MRLSP": ["urn:oid:2.999.4711.1", "ServiceRequest", "210"],
        "I10": ["http://hl7.org/fhir/sid/icd-10-cm", "Condition", "280"],
    }
    assert rows(page, "order-names") == {"xr lower extremity series": ["85"]}
    written = "".join(path.read_text("utf-8", "replace") for path in folder.rglob("*") if path.is_file())
    assert "RARE-CODE" not in written
    assert "quagmire" not in written


def test_lines_are_exact_and_add_up(page: Page) -> None:
    assert rows(page, "lines-told") == {"Condition": ["malformed JSON", "4"]}
    assert rows(page, "lines")["Read"] == ["9,004"]
    assert rows(page, "lines")["Judged"] == ["9,000"]


def test_the_page_says_how_many_cells_are_hidden(page: Page) -> None:
    hidden = len(page.xpath('//td[@class="hidden"]'))
    assert hidden
    assert f"{hidden} cells are hidden" in page.xpath("string(//main)")
    assert {cell.text for cell in page.xpath('//td[@class="hidden"]')} == {"suppressed"}


def test_page_and_data_say_the_same(page: Page, folder: Path) -> None:
    data = pq.read_table(folder / "report.parquet").to_pylist()
    assert sum(row["suppressed"] for row in data) == len(page.xpath('//td[@class="hidden"]'))
    assert all((row["count"] is None) == row["suppressed"] for row in data)
    shown = [row for row in data if row["count"] is not None]
    assert len(shown) == len(page.xpath('//td[@class="number"]'))
    (cards,) = (
        row
        for row in data
        if row["table"] == "said-order-sign" and row["row"].startswith("11. ") and row["column"] == "Cards"
    )
    assert (cards["count"], cards["rate"]) == (25, 25.0)


def test_the_page_is_one_file_without_scripts(page: Page) -> None:
    assert not page.xpath("//script | //link | //iframe | //object")
    assert all(url.startswith("data:") for url in page.xpath("//@src"))
    assert all(url.startswith("#") for url in page.xpath("//@href"))
    targets = set(page.xpath("//@id"))
    assert {url[1:] for url in page.xpath("//@href")} <= targets
    assert len(page.xpath("//@id")) == len(targets)


def test_each_table_and_picture_can_be_read_aloud(page: Page) -> None:
    for table in page.xpath("//table"):
        assert table.xpath("string(caption)")
        assert not table.xpath(".//thead//th[not(@scope)] | .//tbody//th[not(@scope)]")
    pictures = page.xpath("//img")
    assert pictures
    for picture in pictures:
        assert picture.get("alt")
        assert picture.xpath("ancestor::details[1]//table")


def test_an_example_card_is_said_to_be_made_up_and_its_html_is_text(page: Page) -> None:
    (card,) = page.xpath('//div[@class="card"]')
    assert "Lumbar MRI within six weeks" in card.xpath("string(.)")
    assert "<b>Back pain</b>" in card.xpath("string(.)")
    assert "The patients are made up" in page.xpath("string(//main)")


def test_without_disclosure_control_the_page_warns(dry_run: DryRun, tmp_path: Path) -> None:
    write_report(tmp_path, dry_run, EXACT)
    page = html.fromstring((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "do not pass this report on" in page.xpath('string(//p[@class="alarm"])')
    assert rule_row(page, "said-order-sign") == ["23 23.0", "22 22.0"]
    assert not page.xpath('//td[@class="hidden"]')


def test_all_is_a_limit_of_its_own(dry_run: DryRun) -> None:
    run = DryRun(dry_run.counts, dry_run.content, dry_run.terminology, dry_run.made_on, reads_all=True)
    assert len(list(list_limits(run))) == len(list(list_limits(dry_run))) + 1


def test_a_type_that_was_not_exported_is_the_first_limit(dry_run: DryRun) -> None:
    run = replace(dry_run, not_exported=frozenset({"Procedure", "ImagingStudy"}))
    assert next(list_limits(run)).what.startswith("The export holds no ImagingStudy, Procedure, which")


def test_every_limit_has_a_direction(dry_run: DryRun) -> None:
    assert all(re.search(r"overstated|understated", limit.direction) for limit in list_limits(dry_run))


def test_a_code_that_is_filled_in_is_read(folder: Path, tmp_path: Path) -> None:
    overlay = copytree(folder / "overlay", tmp_path / "overlay")
    load_knowledge(shipped_cards(), overlay)  # as written it changes nothing, and is sound
    text = (overlay / "codes.toml").read_text(encoding="utf-8")
    assert not tomllib.loads(text)
    before_known = text[: text.index("# --- ")]
    filled = re.sub(r"^# (?=\[|\w+ +=)", "", before_known, flags=re.MULTILINE)
    filled = filled.replace('study   = "Fill in"', 'study   = "MRI of the lumbar spine without contrast"')
    (overlay / "codes.toml").write_text(filled, encoding="utf-8")
    terminology = load_knowledge(shipped_cards(), overlay).terminology
    assert terminology.studies[Code("local-1", "MRLSP")].region == "lumbar-spine"


def test_pictures_are_sound_svg_whose_hidden_values_are_words(dry_run: DryRun) -> None:
    pictures = draw_pictures(build_sections(dry_run, Cells(dry_run.counts, DisclosureControl())))
    assert {"said-order-sign", "order-sign-month", "screen-order-sign", "asked"} <= set(pictures)
    for picture in pictures.values():
        assert etree.fromstring(picture.svg).tag.endswith("svg")
    assert b"suppressed" in pictures["screen-order-sign"].svg
    assert "weight loss: suppressed" in pictures["screen-order-sign"].description


def test_a_picture_never_mixes_rates_and_counts() -> None:
    cells = (
        name_cell("Any card"),
        rate_cell(40, 200, 100),
        rate_cell(35, None, 100),
        rate_cell(None, 200, 100),
        count_cell(0),
    )
    table = Table("t", "By age", ("Rule", "18-29", "80 and older", "0-17", "30-39"), (cells,))
    assert draw_columns(table, 0).description == "18-29: 20.0; 80 and older: no rate; 0-17: suppressed; 30-39: 0"


def test_the_rules_restraint_is_the_one_of_the_content(dry_run: DryRun) -> None:
    rule = next(rule for rule in dry_run.content.rules if rule.id == RESTRAINT)
    assert any(advice.is_restraint for advice in rule.advice)
