"""Names of imaging as radiology systems, LOINC, RadLex and DICOM write them, ordered and done (I1).

In our own words, after the forms in use: what a name says is read, and what looks for no source of pain is none.
"""

from collections.abc import Callable

import pytest
from synthetic import order, resource

from cds_service.model.facts import Chart
from cds_service.model.sides import Side

Read = Callable[..., Chart]
L, R, B, U = Side.LEFT, Side.RIGHT, Side.BOTH, Side.UNSTATED

NAMES: list[tuple[str, str | None, str, str | None, Side]] = [
    # A hip, with what else its film shows
    ("XR HIP UNILATERAL WITH PELVIS 2-3 VIEWS RIGHT", "hip", "XR", None, R),
    ("XR HIP UNI W PELVIS 1 VIEW LT", "hip", "XR", None, L),
    ("XR HIPS BILATERAL WITH PELVIS MIN 5 VIEWS", "hip", "XR", None, B),
    ("XR PELVIS AND HIPS BIL 3-4 VW", "hip", "XR", None, B),
    ("Radiologic examination, hip, unilateral, with pelvis when performed; 2-3 views", "hip", "XR", None, U),
    ("HIP 2 VIEWS RIGHT", "hip", "XR", None, R),
    ("HIP/PELVIS 3 VIEWS LEFT", "hip", "XR", None, L),
    ("XR Hip - right 2 Views", "hip", "XR", None, R),
    ("XR Pelvis and Hip - bilateral Views", "hip", "XR", None, B),
    ("XR Hip - left AP and Lateral crosstable", "hip", "XR", None, L),
    ("X-RAY R HIP", "hip", "XR", None, R),
    ("XR L HIP 2 VIEW", "hip", "XR", None, L),
    ("XR BIL HIPS", "hip", "XR", None, B),
    ("XR HIPS B/L", "hip", "XR", None, B),
    ("XR FROG LEG RIGHT", "hip", "XR", None, R),
    ("XR PELVIS AP AND FROG-LEG", "hip", "XR", None, U),
    ("HIP FROG LATERAL LEFT", "hip", "XR", None, L),
    ("XR HIP AND FEMUR LEFT", "hip", "XR", None, L),
    ("XR HIP DUNN VIEW RIGHT", "hip", "XR", None, R),
    ("MRI HIP RIGHT WO CONTRAST", "hip", "MR", "without", R),
    ("MR HIP LT W WO", "hip", "MR", "both", L),
    ("MR Hip - left WO and W contrast IV", "hip", "MR", "both", L),
    ("MR HIP WITHOUT IVCON RIGHT", "hip", "MR", "without", R),
    ("MRI PELVIS AND HIPS W/O", "hip", "MR", "without", U),
    ("MR ARTHROGRAM HIP RIGHT", "hip", "MR", "with", R),
    ("MRI ARTHROGRAM HIP RIGHT W FLUOROSCOPY GUIDED INJECTION", "hip", None, "with", R),
    ("CT HIP RIGHT W/O CONTRAST", "hip", "CT", "without", R),
    ("CT ARTHROGRAM HIP LEFT WITH INJECTION", "hip", "CT", "with", L),
    ("US HIP RIGHT LIMITED", "hip", "US", None, R),
    ("XR ACETABULUM JUDET VIEWS LEFT", "hip", "XR", None, L),
    ("MRI PROXIMAL FEMUR RIGHT", "hip", "MR", None, R),
    # The pelvis
    ("AP PELVIS", "pelvis", "XR", None, U),
    ("XR PELVIS 1-2 VIEWS", "pelvis", "XR", None, U),
    ("XR Pelvis Inlet and Outlet", "pelvis", "XR", None, U),
    ("MRI BONY PELVIS WO", "pelvis", "MR", "without", U),
    ("XR PELVIS AND SI JOINTS", "pelvis", "XR", None, U),
    ("CT PELVIS W IVCON", "pelvis", "CT", "with", U),
    ("CT pelvic bones without contrast", "pelvis", "CT", "without", U),
    # The lumbar spine, by itself and in a longer stretch
    ("MRI THORACIC AND LUMBAR SPINE", "lumbar-spine", "MR", None, U),
    ("MRI TOTAL SPINE", "lumbar-spine", "MR", None, U),
    ("MR SPINE CERV THOR LUMB", "lumbar-spine", "MR", None, U),
    ("MRI CERVICAL, THORACIC AND LUMBAR SPINE W WO", "lumbar-spine", "MR", "both", U),
    ("MR Lumbar spine WO contrast", "lumbar-spine", "MR", "without", U),
    ("MRI L-SPINE W/O", "lumbar-spine", "MR", "without", U),
    ("MRI LS SPINE", "lumbar-spine", "MR", None, U),
    ("MR LUMBAR SP WO", "lumbar-spine", "MR", "without", U),
    ("MRI L SP W/WO", "lumbar-spine", "MR", "both", U),
    ("MRI LUMB SPINE", "lumbar-spine", "MR", None, U),
    ("MRI CTL SPINE", "lumbar-spine", "MR", None, U),
    ("MRI T/L SPINE", "lumbar-spine", "MR", None, U),
    ("MRI WHOLE SPINE SCREEN", "lumbar-spine", "MR", None, U),
    ("MR BRAIN AND TOTAL SPINE W WO", "lumbar-spine", "MR", "both", U),
    ("XR LUMBOSACRAL SPINE 2-3 VIEWS", "lumbar-spine", "XR", None, U),
    ("XR SPINE LUMBAR FLEX EXT", "lumbar-spine", "XR", None, U),
    ("SPINE LUMBAR 4 VIEWS", "lumbar-spine", "XR", None, U),
    ("XR Thoracolumbar spine AP and Lateral", "lumbar-spine", "XR", None, U),
    ("XR LUMBAR SPINE AND SACRUM", "lumbar-spine", "XR", None, U),
    ("MR LUMBAR SPINE AND SACROILIAC JOINTS", "lumbar-spine", "MR", None, U),
    ("CT LUMBAR SPINE MYELOGRAM", "lumbar-spine", "CT", "with", U),
    ("CT LSPINE", "lumbar-spine", "CT", None, U),
    ("MR LSSPINE", "lumbar-spine", "MR", None, U),
    ("MR TLSPINE", "lumbar-spine", "MR", None, U),
    ("MRI LUMBAR SPINE WITH CONTRAST INJECTION", "lumbar-spine", "MR", "with", U),
    # Neither
    ("MRI THORACIC SPINE WO", "other", "MR", "without", U),
    ("MRI CERVICOTHORACIC JUNCTION", "other", "MR", None, U),
    ("XR THORACOLUMBAR JUNCTION", "other", "XR", None, U),
    ("MR C-SPINE AND T-SPINE", "other", "MR", None, U),
    ("XR SACRUM AND COCCYX", "other", "XR", None, U),
    ("MR SI JOINTS", "other", "MR", None, U),
    ("XR FEMUR 2 VIEWS RIGHT", "other", "XR", None, R),
    ("XR HIP TO ANKLE STANDING BILATERAL", "other", "XR", None, B),
    ("CT ABDOMEN AND PELVIS W CONTRAST", "other", "CT", "with", U),
    ("CT ABD/PEL WO", "other", "CT", "without", U),
    ("CT CHEST, ABDOMEN AND THE PELVIS", "other", "CT", None, U),
    ("CT CHESTABDPELVIS", "other", "CT", None, U),
    ("US PELVIS TRANSVAGINAL", "other", "US", None, U),
    ("US PELVIC COMPLETE", "other", "US", None, U),
    ("MRI PELVIS PROSTATE", "other", "MR", None, U),
    ("MRI LOWER EXTREMITY NON JOINT RIGHT", "other", "MR", None, R),
    ("XR KNEE 3 VIEWS RIGHT", "knee", "XR", None, R),
    # A joint that the name leaves open
    ("MRI LOWER EXTREMITY JOINT RIGHT WO", "lower-limb-joint", "MR", "without", R),
    ("MRI ANY JT LOWER EXTREM W/O", "lower-limb-joint", "MR", "without", U),
    ("MRI LOWER EXTREMITY JOINT HIP LEFT", "hip", "MR", None, L),
    ("MRI LWR EXT JOINT KNEE RT", "knee", "MR", None, R),
    # Two places, of which neither is part of the other's picture
    ("MRI HIP AND LUMBAR SPINE", None, "MR", None, U),
    ("XR HIP AND KNEE RIGHT", None, "XR", None, R),
]

NO_SOURCE_OF_PAIN = [
    "XR DEXA BONE DENSITY AXIAL SKELETON (HIP, SPINE)",
    "DXA Hip and Lumbar spine X-ray",
    "XR BONE DENSITOMETRY LUMBAR SPINE",
    "DEXA SCAN HIPS CT CALIBRATED",
    "QCT bone mineral density CT lumbar spine",
    "XR VERTEBRAL FRACTURE ASSESSMENT BY DXA, LUMBAR SPINE",
    "US guided steroid injection right hip joint",
    "US GUIDED ASPIRATION HIP LEFT",
    "ULTRASOUND HIP INJECTION RT",
    "US HIP JOINT ASPIRATION",
    "FL HIP INJECTION RIGHT",
    "FLUORO GUIDED INJ HIP LT",
    "FLUOROSCOPY ARTHROGRAM INJECTION HIP RIGHT",
    "ARTHROGRAM INJECTION HIP FOR MRI RIGHT",
    "US GUIDED INJECTION FOR MR ARTHROGRAM HIP",
    "CT GUIDED INJECTION LUMBAR SPINE",
    "CT GUIDED BIOPSY LUMBAR SPINE",
    "MR GUIDED BIOPSY PELVIS",
    "CT-guided drainage pelvis",
    "XR LUMBAR EPIDURAL INJECTION",
    "FLUOROSCOPY LUMBAR FACET BLOCK",
    "XR C-ARM HIP RIGHT",
    "FLUOROSCOPY HIP INTRAOPERATIVE",
    "US HIPS INFANT",
    "US INFANT HIPS DYNAMIC WITH MANIPULATION",
    "US HIPS NEWBORN SCREENING",
    "ULTRASOUND HIP DYSPLASIA SCREEN",
    "US HIPS DDH",
    "Arthrocentesis hip w ultrasound guidance",
    "CT SIMULATION PELVIS RADIATION PLANNING",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda row: row[0])
@pytest.mark.parametrize("place", ["text", "display", "report"])
def test_a_name_says_region_modality_contrast_and_side(
    chart: Read, name: tuple[str, str | None, str, str | None, Side], place: str
) -> None:
    text, region, modality, contrast, side = name
    local = {"coding": [{"system": "https://ehr.example/orders", "code": "9", "display": text}]}
    code = local if place == "display" else {"text": text}
    if place == "report":
        read = chart(resource("DiagnosticReport", status="final", code=code, effectiveDateTime="2026-02-20")).imaging
    else:
        read = chart(order("x", status="active", code=code)).imaging
    if region is None and place == "report":
        assert read == ()
        return
    [imaging] = read
    assert (imaging.region, imaging.contrast, imaging.side) == (region, contrast, side)
    assert imaging.modality == (modality or "MR")


@pytest.mark.parametrize("name", NO_SOURCE_OF_PAIN)
@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda name: order("x", status="active", code={"text": name}), id="order"),
        pytest.param(lambda name: order("x", status="completed", code={"text": name}), id="completed request"),
        pytest.param(lambda name: resource("DiagnosticReport", status="final", code={"text": name}), id="report"),
        pytest.param(lambda name: resource("ImagingStudy", status="available", description=name), id="study"),
        pytest.param(
            lambda name: resource("ImagingStudy", status="available", procedureCode=[{"text": name}]), id="study's code"
        ),
        pytest.param(lambda name: resource("Procedure", status="completed", code={"text": name}), id="procedure"),
    ],
)
def test_what_looks_for_no_source_of_pain_is_no_imaging(chart: Read, name: str, build: Callable[[str], dict]) -> None:  # type: ignore[type-arg]
    """An order of an injection is one of a treatment, which names no region to image."""
    assert [one for one in chart(build(name)).imaging if one.region or one.modality or one.treatment is None] == []


@pytest.mark.parametrize("name", ["MRI HIP RIGHT", "XR HIP 2 VIEWS RIGHT", "CT HIP RIGHT"])
def test_words_beside_the_name_do_not_make_it_a_procedure(chart: Read, name: str) -> None:
    """A detail of the order may tell of an injection; the name says what is ordered."""
    detail = [{"text": "pain is back after the guided injection"}]
    [imaging] = chart(order("x", status="active", code={"text": name}, orderDetail=detail)).imaging
    assert (imaging.region, imaging.side) == ("hip", R)


@pytest.mark.parametrize(
    ("body_part", "region"),
    [
        ("HIP", "hip"),
        ("PELVIS", "pelvis"),
        ("LSPINE", "lumbar-spine"),
        ("LSSPINE", "lumbar-spine"),
        ("TLSPINE", "lumbar-spine"),
        ("TSPINE", "other"),
        ("SSPINE", "other"),
        ("ABDOMENPELVIS", "other"),
    ],
)
def test_a_body_part_as_dicom_writes_it(chart: Read, body_part: str, region: str) -> None:
    series = [{"bodySite": {"display": body_part}, "modality": {"code": "MR"}}]
    [imaging] = chart(resource("ImagingStudy", status="available", series=series)).imaging
    assert (imaging.region, imaging.modality) == (region, "MR")


def test_the_code_of_a_study_decides_whatever_its_name(chart: Read) -> None:
    code = {
        "coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "73502"}],
        "text": "HIP WITH PELVIS, INFANT",
    }
    [imaging] = chart(order("x", status="active", code=code)).imaging
    assert imaging.region == "hip"
