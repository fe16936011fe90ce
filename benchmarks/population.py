"""Alerts over a folder of FHIR Bundles, one patient each: `python -m benchmarks.population FOLDER`.

Each patient's chart is opened, and three usual orders are signed. Then back pain of twelve days is added and a lumbar
MRI ordered: where no advice of restraint comes, something in the chart held it back, and the table says what.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cds_service.model.decision import Decision
from tests.pathways.calling import our_keys
from tests.pathways.judging import decision_of

Json = dict[str, Any]
KEYS = our_keys()
CPT = "http://www.ama-assn.org/go/cpt"
HIP = [{"coding": [{"system": "http://snomed.info/sct", "code": "287579007"}]}]
LUMBAR_MRI: Json = {"code": {"coding": [{"system": CPT, "code": "72148"}]}}
HIP_MRI: Json = {"code": {"coding": [{"system": CPT, "code": "73721"}]}, "bodySite": HIP}
HIP_FILM: Json = {"code": {"coding": [{"system": CPT, "code": "73502"}]}, "bodySite": HIP}
ADULTS = range(18, 65)
RESTRAINT = "conservative-care-first"
DAY = re.compile(r'"((?:19|20)\d\d-[01]\d-[0-3]\d)')


@dataclass
class Tally:
    """What was counted: calls, cards by rule, and adults whose restraint was held back, by what."""

    calls: int = 0
    patients: int = 0
    adults: int = 0
    held_back: int = 0
    unseeded: int = 0
    cards: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)


def read_patients(folder: Path) -> Iterator[Json]:
    """Yield each Bundle that holds a living patient."""
    for path in sorted(folder.glob("*.json")):
        text = path.read_text(encoding="utf-8")
        bundle = json.loads(re.sub(r'"urn:uuid:([^"]+)"', r'"Patient/\1"', text))  # as a server would name the patient
        patients = [entry["resource"] for entry in bundle.get("entry", ()) if is_patient(entry.get("resource", {}))]
        if patients and not (patients[0].get("deceasedDateTime") or patients[0].get("deceasedBoolean")):
            yield bundle


def is_patient(resource: Json) -> bool:
    return resource.get("resourceType") == "Patient"


def prefetch(resources: list[Json]) -> Json:
    """Return what an EHR would send for our templates."""
    sent: Json = {}
    for key in KEYS:
        if key.build_query("p") is None:  # of a visit, which these calls do not name
            continue
        url = urlsplit(key.template)
        kind = url.path.partition("/")[0]
        wanted = {name: set(values[0].split(",")) for name, values in parse_qs(url.query).items() if name != "patient"}
        found = [each for each in resources if each["resourceType"] == kind and _is_wanted(each, wanted)]
        bundle = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": each} for each in found]}
        sent[key.name] = found[0] if kind == "Patient" else bundle
    return sent


def _codings(concept: object) -> list[Json]:
    return concept.get("coding", []) if isinstance(concept, dict) else []


def _is_wanted(resource: Json, wanted: dict[str, set[str]]) -> bool:
    codes = [(each.get("system"), each.get("code")) for each in resource.get("code", {}).get("coding", ())]
    tokens = {token for system, code in codes for token in (f"{system}|{code}", f"{system}|")}
    is_coded = "code" not in wanted or bool(tokens & wanted["code"])
    kinds = {f"{one.get('system')}|{one.get('code')}" for one in _codings(resource.get("type"))}
    is_coded = is_coded and ("type" not in wanted or bool(kinds & wanted["type"]))
    return is_coded and ("status" not in wanted or resource.get("status") in wanted["status"])


def judge(resources: list[Json], today: date, order: Json | None = None) -> Decision:
    """Return the decision on one call: the chart is opened, or an order signed."""
    patient = next(filter(is_patient, resources))
    hook, context = "patient-view", {"userId": "Practitioner/1", "patientId": patient["id"]}
    if order:
        draft = {"resourceType": "ServiceRequest", "id": "draft-1", "status": "draft", "intent": "order", **order}
        draft["subject"] = {"reference": f"Patient/{patient['id']}"}
        hook, context["draftOrders"] = "order-sign", {"resourceType": "Bundle", "entry": [{"resource": draft}]}
    body: Json = {"hook": hook, "hookInstance": "00000000-0000-4000-8000-000000000001", "context": context}
    return decision_of(body | {"prefetch": prefetch(resources)}, today)


def with_back_pain(resources: list[Json], today: date) -> list[Json]:
    """Return the chart with back pain of twelve days."""
    code = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M54.50"}]}
    days = {"onsetDateTime": str(today - timedelta(12)), "recordedDate": str(today - timedelta(2))}
    return [*resources, {"resourceType": "Condition", "id": "added", "code": code, **days}]


def count_patient(bundle: Json, tally: Tally) -> None:
    """Run every call over one patient."""
    resources = [entry["resource"] for entry in bundle["entry"]]
    today = max(date.fromisoformat(day) for day in DAY.findall(json.dumps(resources)))
    tally.patients += 1
    decisions = [judge(resources, today, order) for order in (None, LUMBAR_MRI, HIP_MRI, HIP_FILM)]
    for decision in decisions:
        tally.calls += 1
        tally.cards.update(f"{decision.hook} {card.rule.id}" for card in decision.shown)
        tally.unmapped.update(ignored.code for ignored in decision.chart.ignored if ignored.code)
    if decisions[0].chart.age not in ADULTS:
        return
    tally.adults += 1
    pained = judge(with_back_pain(resources, today), today, LUMBAR_MRI)
    if not any(card.rule.id == RESTRAINT for card in (*pained.shown, *pained.held_back)):
        tally.held_back += 1
        tally.unseeded += not bundle.get("meta", {}).get("tag")
        hits = {hit.group for hit in pained.chart.screen_hits}
        tally.causes.update(
            hits
            or {f"text not screened: {reason}" for reason in pained.chart.unscreened}
            or {card.rule.id for card in pained.shown}
            or {"no group"}
        )


def show(tally: Tally) -> None:
    """Print the tables."""
    print(f"{tally.patients} patients, {tally.calls} calls; alerts per 1,000 calls:")
    for name, cards in tally.cards.most_common():
        print(f"  {1000 * cards / tally.calls:7.1f}  {name}")
    share = 100 / max(tally.adults, 1)
    print(f"restraint held back in {share * tally.held_back:.1f} % of {tally.adults} adults of 18-64,")
    print(f"  without a reason put there on purpose in {share * tally.unseeded:.1f} %; by group, % of these adults:")
    for cause, adults in tally.causes.most_common():
        print(f"  {share * adults:7.1f}  {cause}")
    print("codes that no finding has, most common first:")
    for code, times in tally.unmapped.most_common(15):
        print(f"  {times:7}  {code}")


def main() -> None:
    """Count, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    tally = Tally()
    for bundle in read_patients(parser.parse_args().folder):
        count_patient(bundle, tally)
    show(tally)


if __name__ == "__main__":
    main()
