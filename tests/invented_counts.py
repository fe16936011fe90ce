"""Counts of an invented population, small enough to reckon by hand."""

from collections import Counter

from cds_service.population.counts import Counts, Measure, Row

RESTRAINT = "conservative-care-first"
MONTHS = {"2026-01": 60, "2026-02": 36, "2026-03": 4}


def invented_counts() -> Counts:
    """Return the counts of 1,000 patients of two sites, of whom 100 had an imaging order; 23 orders had a card."""
    counts: Counts = Counter()
    for site, sex, number in (
        ("north", "female", 500),
        ("north", "male", 380),
        ("south", "female", 117),
        ("tiny", "male", 3),
    ):
        group = {"site": site, "age_band": "40-49", "sex": sex}
        counts[Row(Measure.PATIENTS, **group)] += number
        counts[Row(Measure.MOMENTS, "patient-view", month="2026-02", **group)] += number
    group = {"site": "north", "age_band": "40-49", "sex": "female"}
    for month, number in MONTHS.items():
        counts[Row(Measure.MOMENTS, "order-sign", month=month, **group)] += number
        counts[Row(Measure.ORDERS, "order-sign", month=month, detail="lumbar-spine|MR", **group)] += number
    for month, number in (("2026-01", 20), ("2026-03", 3)):
        counts[Row(Measure.SHOWN, "order-sign", RESTRAINT, month, detail="info", **group)] += number
        counts[Row(Measure.SHOWN_MOMENTS, "order-sign", month=month, **group)] += number
    counts[Row(Measure.SHOWN_PATIENTS, "order-sign", RESTRAINT, **group)] += 22
    at = {"hook": "order-sign", "rule": RESTRAINT, "month": "2026-01", **group}
    counts[Row(Measure.SCREENED_MOMENTS, **at)] += 40
    counts[Row(Measure.SCREENED, detail="cancer", **at)] += 38
    counts[Row(Measure.SCREENED, detail="weight", **at)] += 7
    counts[Row(Measure.INCOMPLETE, **at)] += 15
    counts[Row(Measure.WITHOUT_SCREEN, detail="conservative-care-first", **at)] += 55
    counts[Row(Measure.HELD_BACK, detail="cards per call", **at)] += 12
    counts[Row(Measure.OFFERED, "order-sign", RESTRAINT, detail="refer-physical-therapy")] += 21
    counts[Row(Measure.NO_MOMENT, **group)] += 77
    counts[Row(Measure.DECEASED, "patient-view", month="2026-01", **group)] += 4
    counts[Row(Measure.ASKED, "order-sign", RESTRAINT, detail="slr-positive")] += 20
    counts[Row(Measure.ASKED, "order-sign", "electrodiagnostics", detail="slr-positive")] += 5
    counts[Row(Measure.GAINED, detail="conservative-care-first", **at)] += 33
    counts[Row(Measure.LOST, detail="conservative-care-first", **at)] += 2
    counts.update(_not_read())
    return counts


def _not_read() -> Counts:
    counts: Counts = Counter()
    for code, patients in (("MRLSP", 210), ("RARE-CODE", 2)):
        counts[Row(Measure.UNMAPPED, detail=f"ServiceRequest|urn:oid:2.999.4711.1|{code}")] = patients
    counts[Row(Measure.UNMAPPED, detail="Condition|http://hl7.org/fhir/sid/icd-10-cm|I10")] = 280
    counts[Row(Measure.ORDER_NAME, detail="xr lower extremity series")] = 83
    counts[Row(Measure.ORDER_NAME, detail="for mrs quagmire")] = 1
    counts[Row(Measure.NOTE_TYPE, detail="read|http://loinc.org|11506-3")] = 400
    counts[Row(Measure.NOTE_FORMAT, detail="application/pdf|elsewhere")] = 120
    counts[Row(Measure.NO_DATE, detail="Condition|clinical date")] = 30
    counts[Row(Measure.LINES, detail="Condition")] = 9004
    counts[Row(Measure.LINES_JUDGED, detail="Condition")] = 9000
    counts[Row(Measure.LINES_TOLD, detail="Condition|malformed JSON")] = 4
    counts[Row(Measure.FILES, detail="read")] = 19
    return counts
