"""Determine region, modality, contrast and side of imaging: by code, then body site, then text (clinical design §3)."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from cds_service.chart.code_lookup import KnownCode
from cds_service.chart.fact_collector import FactCollector, build_source, code_displays
from cds_service.chart.imaging_words import NamedWords
from cds_service.chart.note_text import read_forms
from cds_service.chart.record_text import RecordContext, concept_text, extract_from_name
from cds_service.chart.report_text import extract_diagnoses
from cds_service.fhir.datatypes import CodeableConcept, Concepts, list_concepts
from cds_service.fhir.resources import DiagnosticReport, ImagingStudy
from cds_service.fhir.unparsed import Unreadable, parse_forms
from cds_service.model.dates import PartialDate
from cds_service.model.facts import FindingValue, Imaging, Source, SourceKind, Stage
from cds_service.model.sides import Side, combine_sides
from cds_service.model.terminology import StudyMeaning

_EXCLUDED_STUDY_STATUSES = frozenset({"entered-in-error", "cancelled", "registered"})
# HL7 v2 table 0074: radiology, and its parts that show bones, joints or nerves.
_IMAGING_SECTIONS: Final = frozenset({"RAD", "RUS", "RX", "CT", "NMR", "CUS", "NMS", "XRC"})
_EXCLUDED_REPORT_STATUSES = frozenset({"entered-in-error", "cancelled", "registered", "unknown"})
LOWER_LIMB_JOINT = "lower-limb-joint"
CONTRAST_MODALITIES: Final = frozenset({"MR", "CT", None})
LEFT_AND_RIGHT: Final = frozenset({Side.LEFT, Side.RIGHT})


class ImagingDescription(msgspec.Struct, frozen=True, gc=False):
    """What code, body site and text say about imaging. `code_side`: the code's side if the body site contradicts it."""

    region: str | None = None
    modality: str | None = None
    contrast: str | None = None
    side: Side = Side.UNSTATED
    code_side: Side | None = None

    def to_imaging(
        self, stage: Stage, when: PartialDate | None, source: Source, *, is_selected: bool = False
    ) -> Imaging:
        """Return it as a fact of the chart."""
        return Imaging(
            stage, self.region, self.modality, self.contrast, self.side, when, source, self.code_side, is_selected
        )


NOT_IMAGING: Final = ImagingDescription()


def describe_imaging(
    known_codes: list[KnownCode],
    code: CodeableConcept | None,
    body_sites: Concepts,
    order_details: Concepts,
    collector: FactCollector,
) -> ImagingDescription:
    """Describe an order or procedure as imaging, or return `NOT_IMAGING`. `known_codes`: what its code means."""
    texts = [concept.text for concept in (code, *list_concepts(order_details)) if concept]
    study = _coded_study(known_codes)
    if study is not None:
        named_words = collector.find_words(texts)
    else:
        if any(known.meanings for known in known_codes):
            return NOT_IMAGING  # the code names something else, even if its text says "under fluoroscopy"
        # Most real codes are local, so their displays are read like text.
        named_words = collector.find_words([*texts, *code_displays(code)])
        modality = _single_or_none(named_words.modality)
        if modality is None or collector.lookups.imaging_words.seeks_no_source_of_pain(_names(code)):
            return NOT_IMAGING
        study = StudyMeaning(_single_or_none(named_words.region), modality, None)
    region = _find_region(study.region, body_sites, named_words, collector)
    return _complete_description(study, region, named_words, collector.body_site_side(body_sites))


def _coded_study(known_codes: list[KnownCode]) -> StudyMeaning | None:
    for known in known_codes:
        if known.study:
            return known.study
    return None


def _complete_description(
    study: StudyMeaning, region: str | None, named_words: NamedWords, body_site_side: Side
) -> ImagingDescription:
    """Complete what a code leaves open, from the side of the body sites and from text."""
    contrast = study.contrast
    if contrast is None and study.modality in CONTRAST_MODALITIES:
        contrast = _single_or_none(named_words.contrast)
    if {study.side, body_site_side} == LEFT_AND_RIGHT:
        return ImagingDescription(region, study.modality, contrast, Side.UNSTATED, study.side)
    side = combine_sides((study.side, body_site_side))
    return ImagingDescription(
        region, study.modality, contrast, combine_sides(named_words.side) if side is Side.UNSTATED else side
    )


def _single_or_none(names: Sequence[str]) -> str | None:
    """Return the name if it is the only one. Several names contradict each other."""
    return names[0] if len(names) == 1 else None


def _find_region(
    region: str | None, body_sites: Concepts, named_words: NamedWords, collector: FactCollector
) -> str | None:
    """Return the region of the code, unless it leaves the joint open; then of the body site; then of the text."""
    if region is not None and region != LOWER_LIMB_JOINT:
        return region
    body_site_region = _single_or_none(_body_site_regions(body_sites, collector))
    if body_site_region:
        return body_site_region
    return _single_or_none([name for name in named_words.region if name != LOWER_LIMB_JOINT]) or region


def name_regions(body_sites: Concepts, texts: Sequence[str | None], collector: FactCollector) -> set[str]:
    """Return the regions that a record's body sites name, or where they name none, those of its texts."""
    return set(_body_site_regions(body_sites, collector) or collector.find_words(texts).region)


def _body_site_regions(body_sites: Concepts, collector: FactCollector) -> Sequence[str]:
    if not body_sites:
        return []
    regions = collector.lookups.terminology.region_by_body_site
    sites = [
        known.site.body_site
        for concept in list_concepts(body_sites)
        for known in collector.look_up(concept)
        if known.site
    ]
    coded_regions = list(dict.fromkeys(regions[site] for site in sites if site in regions))
    texts = [text for concept in list_concepts(body_sites) for text in _names(concept)]
    return coded_regions or collector.find_words(texts).region


def _names(code: CodeableConcept | None) -> list[str | None]:
    return [code.text, *code_displays(code)] if code else []


def extract_imaging_study(study: ImagingStudy, collector: FactCollector) -> None:
    """Add an ImagingStudy, by its procedure code, then its series' body sites, then its descriptions."""
    if study.status in _EXCLUDED_STUDY_STATUSES:
        collector.ignore(study, f"status {study.status}")
        return
    series = study.series or []
    sites = [part.bodySite.to_concept() for part in series if part.bodySite]
    codes = list_concepts(study.procedureCode)
    code_texts = [text for code in codes for text in _names(code)]
    named_words = collector.find_words([study.description, *(part.description for part in series), *code_texts])
    coded = _coded_study([known for code in codes for known in collector.look_up(code)])
    if coded is None and collector.lookups.imaging_words.seeks_no_source_of_pain([study.description, *code_texts]):
        collector.ignore(study, "it looks for no source of pain")
        return
    region = _find_region(coded.region if coded else None, sites, named_words, collector)
    if region is None:
        collector.ignore(study, "its region cannot be determined")
        return
    if coded is None:
        coded = StudyMeaning(None, _study_modality(study, collector) or _single_or_none(named_words.modality), None)
    lateralities = [part.laterality.to_concept() for part in series if part.laterality]
    description = _complete_description(coded, region, named_words, collector.body_site_side([*sites, *lateralities]))
    when, source = collector.newest_date(study.started), build_source(SourceKind.STUDY, study)
    collector.imaging.append(description.to_imaging(Stage.STUDY, when, source))


def _study_modality(study: ImagingStudy, collector: FactCollector) -> str | None:
    codings = list(study.modality or [])
    series_modalities = [part.modality.to_concept() for part in study.series or () if part.modality]
    codings += [coding for concept in series_modalities for coding in concept.coding or () if coding]
    names = [collector.lookups.terminology.modalities.get(str(coding.code)) for coding in codings]
    return _single_or_none(list(dict.fromkeys(name for name in names if name)))


def extract_report(report: DiagnosticReport, collector: FactCollector) -> None:
    """Add the imaging that a report is about, and the findings in its coded conclusion."""
    if report.status in _EXCLUDED_REPORT_STATUSES:
        collector.ignore(report, f"status {report.status}")
        return
    when = collector.start_date(report.effectiveDateTime, report.effectivePeriod)
    source = build_source(SourceKind.REPORT, report)
    description = describe_imaging(collector.look_up(report.code), report.code, None, None, collector)
    if description.region:
        collector.imaging.append(description.to_imaging(Stage.STUDY, when, source))
    conclusions = [
        meaning for concept in list_concepts(report.conclusionCode) for meaning in collector.meanings(concept)
    ]
    for meaning in conclusions:
        collector.add_finding(meaning, FindingValue.PRESENT, source, side=description.side, when=when)
    record = RecordContext(report, source, side=description.side, when=when)
    named = [
        statement
        for concept in list_concepts(report.conclusionCode)
        for statement in extract_from_name(
            record, concept_text(concept, collector.lookups, has_meaning=bool(collector.meanings(concept))), collector
        )
    ]
    words = replace(record, coded=[fact for fact in collector.findings if fact.source == source])
    told = _is_of_imaging(report, description) and extract_diagnoses(
        words.with_source_kind(SourceKind.REPORT_TEXT), _report_texts(report), collector
    )
    if not (description.region or conclusions or named or told):
        collector.ignore_unmapped(report, report.code)


def _is_of_imaging(report: DiagnosticReport, description: ImagingDescription) -> bool:
    """Return whether a report is on imaging: by its code, or by its category."""
    if description.region or description.modality:
        return True
    codings = [coding for concept in list_concepts(report.category) for coding in concept.coding or ()]
    return any(coding is not None and coding.code in _IMAGING_SECTIONS for coding in codings)


def _report_texts(report: DiagnosticReport) -> list[str]:
    texts = [report.conclusion] if report.conclusion else []
    if len(report.presentedForm):
        forms = parse_forms(report.presentedForm)
        texts += [] if isinstance(forms, Unreadable) else read_forms(forms)
    return texts
