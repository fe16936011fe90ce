"""Region, modality, contrast and side of imaging: from its code, then body site, then text (clinical design §3)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cds_service.fhir.reading.notebook import Notebook, source_of, words_in
from cds_service.fhir.resources import CodeableConcept, Concepts, DiagnosticReport, ImagingStudy, concepts
from cds_service.logic.dates import When
from cds_service.logic.facts import Imaging, Source, SourceKind, Stage, Value
from cds_service.logic.sides import Side, union

_NOT_DONE = frozenset({"entered-in-error", "cancelled", "registered"})
_NO_REPORT = frozenset({"entered-in-error", "cancelled", "registered", "unknown"})
JOINT = "lower-limb-joint"
_ONE_SIDED = frozenset({Side.LEFT, Side.RIGHT})


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


def describe(code: CodeableConcept | None, sites: Concepts, detail: Concepts, notebook: Notebook) -> Described:
    """What an order or procedure is, as imaging; no region and no modality: it is no imaging that we know."""
    texts = [text for concept in (code, *concepts(detail)) if concept and (text := concept.text)]
    coded = _coded(notebook, [code] if code else [])
    if coded is None:
        texts += [coding.display for coding in (code.coding if code else None) or () if coding and coding.display]
        coded = _in_words(texts, notebook)
        if coded.modality is None:
            return Described()
    region = _region(coded.region, sites, texts, notebook)
    contrast = coded.contrast or _only(_words(texts, notebook.terms.words.contrast))
    return _sided(replace(coded, region=region, contrast=contrast), notebook.site_side(sites), texts, notebook)


def _coded(notebook: Notebook, given: Iterable[CodeableConcept]) -> Described | None:
    for concept in given:
        for code in notebook.codes(concept):
            study = notebook.terms.studies.get(code)
            if study:
                return Described(study.region, study.modality, study.contrast, study.side)
    return None


def _in_words(texts: list[str], notebook: Notebook) -> Described:
    words = notebook.terms.words
    return Described(_only(_words(texts, words.region)), _only(_words(texts, words.modality)))


def _words(texts: list[str], table: tuple[tuple[str, str], ...]) -> list[str]:
    return list(dict.fromkeys(name for text in texts for name in words_in(text, table)))


def _only(names: list[str]) -> str | None:
    """The one name; several contradict each other and say nothing."""
    return names[0] if len(names) == 1 else None


def _region(region: str | None, sites: Concepts, texts: list[str], notebook: Notebook) -> str | None:
    """The region: a code's own, unless it names no joint; then the body site's; then the text's."""
    if region not in {None, JOINT}:
        return region
    placed = _only(_site_regions(sites, notebook))
    if placed:
        return placed
    return _only([name for name in _words(texts, notebook.terms.words.region) if name != JOINT]) or region


def _site_regions(sites: Concepts, notebook: Notebook) -> list[str]:
    codes = [code for concept in concepts(sites) for code in notebook.codes(concept)]
    found = [notebook.terms.sites[code].site for code in codes if code in notebook.terms.sites]
    regions = [notebook.terms.site_regions[site] for site in found if site in notebook.terms.site_regions]
    return list(dict.fromkeys(regions)) or _words(
        [concept.text for concept in concepts(sites) if concept.text], notebook.terms.words.region
    )


def _sided(described: Described, placed: Side, texts: list[str], notebook: Notebook) -> Described:
    coded = described.side
    if {coded, placed} == _ONE_SIDED:
        return replace(described, side=Side.UNSTATED, code_side=coded)
    stated = union((coded, placed))
    if stated is Side.UNSTATED:
        stated = union(Side(side) for side in _words(texts, notebook.terms.words.side))
    return replace(described, side=stated)


def read_study(study: ImagingStudy, notebook: Notebook) -> None:
    """Write down one ImagingStudy: procedure code, then the series' body site, then descriptions."""
    source = source_of(SourceKind.STUDY, study)
    if study.status in _NOT_DONE:
        notebook.ignore(source, f"status {study.status}")
        return
    series = study.series or []
    coded = _coded(notebook, concepts(study.procedureCode)) or Described()
    sites = [one.bodySite.concept() for one in series if one.bodySite]
    texts = [text for text in (study.description, *(one.description for one in series)) if text]
    texts += [concept.text for concept in concepts(study.procedureCode) if concept.text]
    described = replace(
        coded,
        region=_region(coded.region, sites, texts, notebook),
        modality=coded.modality or _modality(study, notebook) or _only(_words(texts, notebook.terms.words.modality)),
        contrast=coded.contrast or _only(_words(texts, notebook.terms.words.contrast)),
    )
    placed = notebook.site_side([*sites, *(one.laterality.concept() for one in series if one.laterality)])
    if described.region is None:
        notebook.ignore(source, "its region cannot be told")
        return
    sided = _sided(described, placed, texts, notebook)
    notebook.imaging.append(sided.to_imaging(Stage.STUDY, notebook.when(study.started), source))


def _modality(study: ImagingStudy, notebook: Notebook) -> str | None:
    codings = list(study.modality or [])
    series = [one.modality.concept() for one in study.series or () if one.modality]
    codings += [coding for concept in series for coding in concept.coding or () if coding]
    known = [notebook.terms.modalities.get(str(coding.code)) for coding in codings]
    return _only(list(dict.fromkeys(name for name in known if name)))


def read_report(report: DiagnosticReport, notebook: Notebook) -> None:
    """Write down the imaging a report is of, and the findings its conclusion is coded with."""
    source = source_of(SourceKind.REPORT, report)
    if report.status in _NO_REPORT:
        notebook.ignore(source, f"status {report.status}")
        return
    period = report.effectivePeriod
    when = notebook.when(report.effectiveDateTime) or notebook.when(period.start if period else None)
    described = describe(report.code, None, None, notebook)
    if described.region:
        notebook.imaging.append(described.to_imaging(Stage.STUDY, when, source))
    conclusions = [meaning for concept in concepts(report.conclusionCode) for meaning in notebook.meanings(concept)]
    for meaning in conclusions:
        notebook.add(meaning, Value.PRESENT, source, side=described.side, when=when)
    if not described.region and not conclusions:
        notebook.ignore_unmapped(source, report.code)
