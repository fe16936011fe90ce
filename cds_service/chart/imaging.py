"""Region, modality, contrast and side of imaging: from its code, then body site, then text (clinical design §3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cds_service.chart.code_lookup import KnownCode
from cds_service.chart.fact_collector import FactCollector, build_source
from cds_service.chart.imaging_words import NamedWords
from cds_service.fhir.resources import CodeableConcept, Concepts, DiagnosticReport, ImagingStudy, list_concepts
from cds_service.model.dates import PartialDate
from cds_service.model.facts import FindingValue, Imaging, Source, SourceKind, Stage
from cds_service.model.sides import Side, combine_sides
from cds_service.model.terminology import StudyMeaning

_EXCLUDED_STUDY_STATUSES = frozenset({"entered-in-error", "cancelled", "registered"})
_EXCLUDED_REPORT_STATUSES = frozenset({"entered-in-error", "cancelled", "registered", "unknown"})
LOWER_LIMB_JOINT = "lower-limb-joint"
CONTRAST_MODALITIES: Final = frozenset({"MR", "CT", None})
LEFT_AND_RIGHT: Final = frozenset({Side.LEFT, Side.RIGHT})


@dataclass(frozen=True, slots=True)
class ImagingDescription:
    """What a code, body site and text say of imaging. `code_side`: the code's own side where the body site differs."""

    region: str | None = None
    modality: str | None = None
    contrast: str | None = None
    side: Side = Side.UNSTATED
    code_side: Side | None = None

    def to_imaging(
        self, stage: Stage, when: PartialDate | None, source: Source, *, is_selected: bool = False
    ) -> Imaging:
        """The same as a fact of the chart."""
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
    """What an order or procedure is, as imaging; `NOT_IMAGING`: none that we know. `known`: what its code means."""
    texts = [concept.text for concept in (code, *list_concepts(order_details)) if concept]
    study = _coded_study(known_codes)
    if study is None and known_codes and any(one.meanings for one in known_codes):
        return NOT_IMAGING  # its code says what it is: "under fluoroscopy" in its text makes it no imaging
    if study is None:  # local codes are the rule in practice, so their display is read like text
        texts += code_displays(code)
    worded = collector.find_words(texts)
    if study is None:
        modality = _single_or_none(worded.modality)
        if modality is None:
            return NOT_IMAGING
        study = StudyMeaning(_single_or_none(worded.region), modality, None)
    region = _find_region(study.region, body_sites, worded, collector)
    return _complete_description(study, region, worded, collector.body_site_side(body_sites))


def _coded_study(known_codes: list[KnownCode]) -> StudyMeaning | None:
    for one in known_codes:
        if one.study:
            return one.study
    return None


def _complete_description(
    study: StudyMeaning, region: str | None, named_words: NamedWords, body_site_side: Side
) -> ImagingDescription:
    """What a code leaves open, from the side that body sites state and from text."""
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
    """The one name; several contradict each other and say nothing."""
    return names[0] if len(names) == 1 else None


def _find_region(
    region: str | None, body_sites: Concepts, named_words: NamedWords, collector: FactCollector
) -> str | None:
    """The region: a code's own, unless it names no joint; then the body site's; then the text's."""
    if region is not None and region != LOWER_LIMB_JOINT:
        return region
    placed = _single_or_none(_body_site_regions(body_sites, collector))
    if placed:
        return placed
    return _single_or_none([name for name in named_words.region if name != LOWER_LIMB_JOINT]) or region


def _body_site_regions(body_sites: Concepts, collector: FactCollector) -> Sequence[str]:
    if not body_sites:
        return []
    regions = collector.lookups.terminology.region_by_body_site
    placed = [
        known.site.body_site
        for concept in list_concepts(body_sites)
        for known in collector.look_up(concept)
        if known.site
    ]
    found = list(dict.fromkeys(regions[site] for site in placed if site in regions))
    return found or collector.find_words(concept.text for concept in list_concepts(body_sites)).region


def code_displays(concept: CodeableConcept | None) -> list[str | None]:
    """What a concept's codes are displayed as."""
    return [coding.display for coding in (concept.coding if concept else None) or () if coding]


def _code_texts(codes: list[CodeableConcept]) -> list[str | None]:
    """The codes' texts, and what they are displayed as: local codes are the rule in practice."""
    return [text for code in codes for text in (code.text, *code_displays(code))]


def extract_imaging_study(study: ImagingStudy, collector: FactCollector) -> None:
    """Write down one ImagingStudy: procedure code, then the series' body site, then descriptions."""
    if study.status in _EXCLUDED_STUDY_STATUSES:
        collector.ignore(study, f"status {study.status}")
        return
    series = study.series or []
    sites = [one.bodySite.to_concept() for one in series if one.bodySite]
    codes = list_concepts(study.procedureCode)
    worded = collector.find_words([study.description, *(one.description for one in series), *_code_texts(codes)])
    coded = _coded_study([known for code in codes for known in collector.look_up(code)])
    region = _find_region(coded.region if coded else None, sites, worded, collector)
    if region is None:
        collector.ignore(study, "its region cannot be told")
        return
    if coded is None:
        coded = StudyMeaning(None, _modality(study, collector) or _single_or_none(worded.modality), None)
    placed = collector.body_site_side([*sites, *(one.laterality.to_concept() for one in series if one.laterality)])
    described = _complete_description(coded, region, worded, placed)
    imaging = described.to_imaging(
        Stage.STUDY, collector.newest_date(study.started), build_source(SourceKind.STUDY, study)
    )
    collector.imaging.append(imaging)


def _modality(study: ImagingStudy, collector: FactCollector) -> str | None:
    codings = list(study.modality or [])
    series = [one.modality.to_concept() for one in study.series or () if one.modality]
    codings += [coding for concept in series for coding in concept.coding or () if coding]
    known = [collector.lookups.terminology.modalities.get(str(coding.code)) for coding in codings]
    return _single_or_none(list(dict.fromkeys(name for name in known if name)))


def extract_report(report: DiagnosticReport, collector: FactCollector) -> None:
    """Write down the imaging a report is of, and the findings its conclusion is coded with."""
    if report.status in _EXCLUDED_REPORT_STATUSES:
        collector.ignore(report, f"status {report.status}")
        return
    period = report.effectivePeriod
    when = collector.newest_date(report.effectiveDateTime) or collector.newest_date(period.start if period else None)
    source = build_source(SourceKind.REPORT, report)
    described = describe_imaging(collector.look_up(report.code), report.code, None, None, collector)
    if described.region:
        collector.imaging.append(described.to_imaging(Stage.STUDY, when, source))
    conclusions = [
        meaning for concept in list_concepts(report.conclusionCode) for meaning in collector.meanings(concept)
    ]
    for meaning in conclusions:
        collector.add_finding(meaning, FindingValue.PRESENT, source, side=described.side, when=when)
    if not described.region and not conclusions:
        collector.ignore_unmapped(report, report.code)
