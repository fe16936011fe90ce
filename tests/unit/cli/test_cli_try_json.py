"""`try --json`: one document whose keys do not change."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.cli.try_command import list_examples
from cds_service.knowledge.shipped import shipped_examples
from cds_service.logic.rule_summary import Verdict
from cds_service.wire.response import Card

pytestmark = pytest.mark.usefixtures("loaded_once")

KEYS = ["judged", "hook", "today", "age", "cards", "facts", "ignored", "unmapped", "contradicted"]
KEYS += ["patterns", "rules", "ratings", "gaps"]
FACT = {"id", "label", "value", "side", "date", "onset", "qualifiers", "source", "in_words"}
RULE = {"number", "id", "verdict", "level", "side", "orders", "lacking", "stopped_by", "held_back_by"}
RATING = {"order", "rating", "criterion", "criteria_url", "reason"}
PATTERN = {"name", "holding", "nearest", "lacking"}
GAPS = {"unavailable", "not_sent", "incomplete", "unreadable", "prefetch"}


def document(*options: str) -> Any:
    result = CliRunner().invoke(main, ["try", "--json", *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("example", list_examples())
def test_every_key_is_there_and_no_other(example: str) -> None:
    report = document("--example", example)
    assert list(report) == KEYS
    assert report["judged"]
    assert all(Card.model_validate(card) for card in report["cards"])
    assert all(fact.keys() == FACT for fact in (*report["facts"], *report["contradicted"]))
    assert all(record.keys() == {"reference", "reason", "codes"} for record in report["ignored"])
    assert report["patterns"].keys() == {"left", "right"}
    assert all(pattern.keys() == PATTERN for pattern in report["patterns"].values())
    assert all(rule.keys() == RULE for rule in report["rules"])
    assert [rule["number"] for rule in report["rules"]] == list(range(1, 19))
    assert {rule["verdict"] for rule in report["rules"]} <= {verdict.value for verdict in Verdict}
    assert all(rating.keys() == RATING for rating in report["ratings"])
    assert report["gaps"].keys() == GAPS


def test_a_rule_that_spoke_has_a_level_a_side_and_its_orders_and_a_silent_one_what_it_lacks() -> None:
    rules = {rule["id"]: rule for rule in document("--example", "buttock-to-calf-hip-order")["rules"]}
    spoke = rules["spine-pattern-hip-imaging"]
    assert (spoke["verdict"], spoke["level"], spoke["side"]) == ("spoke", "warning", "right")
    assert spoke["orders"] == ["ServiceRequest/buttock-to-calf-hip-mri"]
    assert rules["plain-films-first"]["held_back_by"] == ["spine-pattern-hip-imaging"]
    assert rules["knee-down-pain"]["stopped_by"] == "buttock pain"
    assert rules["failed-hip-care"]["lacking"] == "not recorded: any hip region pain"


def test_dates_are_days_or_the_days_that_a_month_spans() -> None:
    [pain, *_] = document("--example", "article-patient")["facts"]
    assert pain["date"] == "2026-04-20"
    assert pain["onset"] == ["2026-04-01", "2026-04-30"]


def _is_lumbar_mri(resource: Any) -> bool:
    return resource["resourceType"] in {"ImagingStudy", "DiagnosticReport"} or "MRI" in json.dumps(resource)


def test_ratings_name_their_criterion_or_the_reason_for_none(tmp_path: Path) -> None:
    request = json.loads((shipped_examples() / "repeat-mri" / "request.json").read_bytes())
    for key in ("imagingStudies", "reports", "procedures", "serviceRequests"):
        imaging = request["prefetch"][key]["entry"]
        request["prefetch"][key]["entry"] = [one for one in imaging if not _is_lumbar_mri(one["resource"])]
    saved = tmp_path / "request.json"
    saved.write_text(json.dumps(request), encoding="utf-8")
    [rating] = document("--request", str(saved), "--on", "2026-10-12")["ratings"]
    assert (rating["rating"], rating["criterion"]) == ("appropriate", "lumbar-mri-after-six-weeks-of-care")
    [rating] = document("--example", "repeat-mri")["ratings"]
    assert (rating["rating"], rating["reason"]) == (
        None,
        "lumbar-mri-after-six-weeks-of-care: imaging-already-done says otherwise",
    )
    [rating] = document("--example", "wrong-side")["ratings"]
    assert (rating["rating"], rating["reason"]) == (None, "no criterion is about such an order")


def test_a_call_of_the_patient_is_not_judged(tmp_path: Path) -> None:
    request = json.loads((shipped_examples() / "cauda-equina" / "request.json").read_bytes())
    request["context"]["userId"] = f"Patient/{request['context']['patientId']}"
    saved = tmp_path / "request.json"
    saved.write_text(json.dumps(request), encoding="utf-8")
    report = document("--request", str(saved), "--on", "2026-03-10")
    assert list(report) == KEYS
    assert (report["judged"], report["today"], report["cards"], report["rules"]) == (False, "2026-03-10", [], [])


def test_json_and_why_exclude_each_other() -> None:
    result = CliRunner().invoke(main, ["try", "--example", "healthy-chart", "--json", "--why"])
    assert result.exit_code == 2
    assert "--json includes what --why prints" in result.output
