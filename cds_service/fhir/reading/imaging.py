"""Region, modality, contrast and side of imaging: from its code, then body site, then text (clinical design §3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cds_service.fhir.reading.lexicon import Known
from cds_service.fhir.reading.notebook import Notebook, source_of
from cds_service.fhir.reading.words import Worded
from cds_service.fhir.resources import CodeableConcept, Concepts, DiagnosticReport, ImagingStudy, concepts
from cds_service.logic.dates import When
from cds_service.logic.facts import Imaging, Source, SourceKind, Stage, Value
from cds_service.logic.sides import Side, union
from cds_service.logic.terminology import StudyMeaning

_NOT_DONE = frozenset({"entered-in-error", "cancelled", "registered"})
_NO_REPORT = frozenset({"entered-in-error", "cancelled", "registered", "unknown"})
JOINT = "lower-limb-joint"
CONTRASTED: Final = frozenset({"MR", "CT", None})
ONE_SIDED: Final = frozenset({Side.LEFT, Side.RIGHT})


@dataclass(frozen=True, slots=True)
class Described:
    """What a code, body site and text say of imaging. `code_side`: the code's own side where the body site differs."""

    region: str | None = None
    modality: str | None = None
    contrast: str | None = None
    side: Side = Side.UNSTATED
    code_side: Side | None = None

    def to_imaging(self, stage: Stage, when: When | None, source: Source, *, selected: bool = False) -> Imaging:
        """The same as a fact of the chart."""
        return Imaging(
            stage, self.region, self.modality, self.contrast, self.side, when, source, self.code_side, selected
        )


NOT_IMAGING: Final = Described()


def describe(
    known: list[Known], code: CodeableConcept | None, sites: Concepts, detail: Concepts, notebook: Notebook
) -> Described:
    """What an order or procedure is, as imaging; `NOT_IMAGING`: none that we know. `known`: what its code means."""
    texts = [concept.text for concept in (code, *concepts(detail)) if concept]
    study = _study(known)
    if study is None and known and any(one.meanings for one in known):
        return NOT_IMAGING  # its code says what it is: "under fluoroscopy" in its text makes it no imaging
    if study is None:  # local codes are the rule in practice, so their display is read like text
        texts += displays(code)
    worded = notebook.worded(texts)
    if study is None:
        modality = _only(worded.modality)
        if modality is None:
            return NOT_IMAGING
        study = StudyMeaning(_only(worded.region), modality, None)
    region = _region(study.region, sites, worded, notebook)
    return _complete(study, region, worded, notebook.site_side(sites))


def _study(known: list[Known]) -> StudyMeaning | None:
    for one in known:
        if one.study:
            return one.study
    return None


def _complete(study: StudyMeaning, region: str | None, worded: Worded, placed: Side) -> Described:
    """What a code leaves open, from the side that body sites state and from text."""
    contrast = study.contrast
    if contrast is None and study.modality in CONTRASTED:
        contrast = _only(worded.contrast)
    if {study.side, placed} == ONE_SIDED:
        return Described(region, study.modality, contrast, Side.UNSTATED, study.side)
    side = union((study.side, placed))
    return Described(region, study.modality, contrast, union(worded.side) if side is Side.UNSTATED else side)


def _only(names: Sequence[str]) -> str | None:
    """The one name; several contradict each other and say nothing."""
    return names[0] if len(names) == 1 else None


def _region(region: str | None, sites: Concepts, worded: Worded, notebook: Notebook) -> str | None:
    """The region: a code's own, unless it names no joint; then the body site's; then the text's."""
    if region is not None and region != JOINT:
        return region
    placed = _only(_site_regions(sites, notebook))
    if placed:
        return placed
    return _only([name for name in worded.region if name != JOINT]) or region


def _site_regions(sites: Concepts, notebook: Notebook) -> Sequence[str]:
    if not sites:
        return []
    regions = notebook.terms.terminology.site_regions
    placed = [known.site.site for concept in concepts(sites) for known in notebook.known(concept) if known.site]
    found = list(dict.fromkeys(regions[site] for site in placed if site in regions))
    return found or notebook.worded(concept.text for concept in concepts(sites)).region


def displays(concept: CodeableConcept | None) -> list[str | None]:
    """What a concept's codes are displayed as."""
    return [coding.display for coding in (concept.coding if concept else None) or () if coding]


def _said_by(codes: list[CodeableConcept]) -> list[str | None]:
    """The codes' texts, and what they are displayed as: local codes are the rule in practice."""
    return [text for code in codes for text in (code.text, *displays(code))]


def read_study(study: ImagingStudy, notebook: Notebook) -> None:
    """Write down one ImagingStudy: procedure code, then the series' body site, then descriptions."""
    if study.status in _NOT_DONE:
        notebook.ignore(study, f"status {study.status}")
        return
    series = study.series or []
    sites = [one.bodySite.concept() for one in series if one.bodySite]
    codes = concepts(study.procedureCode)
    worded = notebook.worded([study.description, *(one.description for one in series), *_said_by(codes)])
    coded = _study([known for code in codes for known in notebook.known(code)])
    region = _region(coded.region if coded else None, sites, worded, notebook)
    if region is None:
        notebook.ignore(study, "its region cannot be told")
        return
    if coded is None:
        coded = StudyMeaning(None, _modality(study, notebook) or _only(worded.modality), None)
    placed = notebook.site_side([*sites, *(one.laterality.concept() for one in series if one.laterality)])
    described = _complete(coded, region, worded, placed)
    imaging = described.to_imaging(Stage.STUDY, notebook.when(study.started), source_of(SourceKind.STUDY, study))
    notebook.imaging.append(imaging)


def _modality(study: ImagingStudy, notebook: Notebook) -> str | None:
    codings = list(study.modality or [])
    series = [one.modality.concept() for one in study.series or () if one.modality]
    codings += [coding for concept in series for coding in concept.coding or () if coding]
    known = [notebook.terms.terminology.modalities.get(str(coding.code)) for coding in codings]
    return _only(list(dict.fromkeys(name for name in known if name)))


def read_report(report: DiagnosticReport, notebook: Notebook) -> None:
    """Write down the imaging a report is of, and the findings its conclusion is coded with."""
    if report.status in _NO_REPORT:
        notebook.ignore(report, f"status {report.status}")
        return
    period = report.effectivePeriod
    when = notebook.when(report.effectiveDateTime) or notebook.when(period.start if period else None)
    source = source_of(SourceKind.REPORT, report)
    described = describe(notebook.known(report.code), report.code, None, None, notebook)
    if described.region:
        notebook.imaging.append(described.to_imaging(Stage.STUDY, when, source))
    conclusions = [meaning for concept in concepts(report.conclusionCode) for meaning in notebook.meanings(concept)]
    for meaning in conclusions:
        notebook.add(meaning, Value.PRESENT, source, side=described.side, when=when)
    if not described.region and not conclusions:
        notebook.ignore_unmapped(report, report.code)
