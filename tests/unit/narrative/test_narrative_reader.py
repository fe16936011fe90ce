"""Reading texts: example sentences, what is never recorded, and the limits on length and memory."""

from dataclasses import replace

import pytest

from cds_service.knowledge import Knowledge
from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative import reader as module
from cds_service.narrative.reader import NarrativeReader
from cds_service.narrative.statements import Statement


@pytest.fixture(scope="module")
def reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


def summary(reader: NarrativeReader, text: str) -> str:
    """Return what a text says, as `finding side` after "no" or "?"."""
    marks = {FindingValue.PRESENT: "", FindingValue.ABSENT: "no ", FindingValue.ASKED: "? "}
    sides = {"unstated": "", "left": " L", "right": " R", "both": " LR"}
    return ", ".join(
        f"{marks[statement.value]}{statement.finding}{sides[statement.side.value]}"
        for statement in reader.read(text).statements
    )


BELOW = "no calf-pain, no lateral-lower-leg-pain, no lower-leg-pain"
SAYS = {
    # the first examples
    "R/O hip OA": "? hip-osteoarthritis",
    "denies groin pain": "no groin-pain",
    "no radiation below the knee": BELOW,
    "mother had sciatica": "",
    "h/o L THA 2015": "hip-replacement-in-place L",
    "buttock pain -> post. thigh -> lat calf (L)": "buttock-pain L, posterior-thigh-pain L, lateral-lower-leg-pain L",
    "Low back pain going into the left leg": "low-back-pain, leg-pain L",
    "L buttock pain shooting down the hamstring to the calf": "buttock-pain L, posterior-thigh-pain L, calf-pain L",
    "left buttock pain, right calf pain": "buttock-pain L, calf-pain R",
    "possible labral tear": "? labral-tear",
    # places need a pain word
    "left hip": "",
    "MRI hip, groin pain": "groin-pain",
    "pain in the groin, knee swelling": "groin-pain, knee-disorder",
    "pain in the groin, knee stable": "groin-pain",
    "pain with hip flexion": "",
    "flank pain radiating to the groin": "",
    "numbness radiating to the calf": "",
    "pain radiating to the knee": "knee-pain",
    "back of the left thigh pain": "posterior-thigh-pain L",
    "hip and groin pain (R)": "hip-pain R, groin-pain R",
    "LBP": "low-back-pain",
    "lbp": "",
    "PATIENT HAS LBP AND LEFT HIP PAIN": "hip-pain L",
    # tests need a result
    "SLR": "",
    "SLR positive on the left at 40 degrees": "slr-positive L",
    "FADIR and FABER negative": "no fadir-positive, no faber-positive",
    "negative FADIR and FABER": "no fadir-positive, no faber-positive",
    "left SLR positive, right SLR negative": "slr-positive L, no slr-positive R",
    "positive SLR negative": "",
    "SLR - pain at 40 degrees": "",
    "FADIR + FABER negative": "no fadir-positive, no faber-positive",
    "no positive SLR": "no slr-positive",
    "not SLR negative": "",
    "patellar reflex absent": "reflex-loss-patellar",
    "patellar reflex 2+": "no reflex-loss-patellar",
    "Right hip: FADIR positive": "fadir-positive R",
    # negation, and where it may not apply
    "no groin pain or thigh pain": "no groin-pain, no thigh-pain",
    "no trauma, L hip pain x 3 months": "hip-pain L, no major-trauma",
    "denies fever, left groin pain": "no fever",
    "denies fever, chills, saddle numbness": "no fever, no saddle-anaesthesia",
    "no reported fever": "no fever",
    "denies fever; left groin pain": "no fever",
    "no fever; left groin pain": "no fever, groin-pain L",
    "Denies:\nGroin pain\nThigh pain\n\nCalf pain": "calf-pain",
    "no groin pain with walking": "no groin-pain",
    "no fever with left groin pain": "no fever",
    "denies no groin pain": "",
    "no new leg weakness": "",
    "no improvement in groin pain": "groin-pain",
    "groin pain: denies": "no groin-pain",
    "numbness and leg weakness denied": "no leg-weakness",
    "pain radiates to the thigh, not below the knee": f"thigh-pain, {BELOW}",
    # about other people, and about the past
    "sciatica in her mother": "",
    "mother had osteoporosis, now left groin pain": "",
    "mother had osteoporosis, patient has left groin pain": "groin-pain L",
    "Family history:\n- sciatica\n- osteoporosis\n\nLeft groin pain": "groin-pain L",
    "PMH: sciatica, THA left 2015, osteoporosis": "hip-replacement-in-place L, osteoporosis",
    "h/o breast cancer": "cancer-history",
    "no h/o cancer": "no active-cancer, no cancer-history",
    "groin pain resolved": "",
    "groin pain, back pain resolved": "groin-pain",
    "3 month history of left groin pain": "groin-pain L",
    "s/p right hip fracture": "",
    "s/p MVA": "major-trauma",
    # asked about
    "hip OA vs labral tear": "? hip-osteoarthritis, ? labral-tear",
    "hip pain likely labral tear": "hip-pain, ? labral-tear",
    "labral tear?": "? labral-tear",
    "cannot rule out cauda equina": "? cauda-equina-syndrome",
    "no possible hip fracture": "",
    # treatments
    "referred to physical therapy": "",
    "physical therapy referral": "",
    "failed PT and NSAIDs": "physical-therapy, nsaid",
    "no relief with ibuprofen": "nsaid",
    "possible epidural injection": "",
    # vague
    "bowel or bladder symptoms": "",
    "bowel or bladder incontinence": "urinary-incontinence",
    "no bowel or bladder incontinence": "no bowel-incontinence, no urinary-incontinence",
    "weakness": "",
    "": "",
    # a negation after the finding, as in forms
    "Fever: no": "no fever",
    "Fever: No Weight loss: No Cancer: Yes": "no fever, no weight-loss, active-cancer",
    "Fever - No": "no fever",
    "LBP no, leg pain yes": "no low-back-pain, leg-pain",
    "Weight loss - denies": "no weight-loss",
    "Low back pain: denies fever": "low-back-pain, no fever",
    "Back pain: no radiation below the knee": "low-back-pain, " + BELOW,
    "Hip pain: no improvement with PT": "hip-pain",
    "hip pain no back pain": "hip-pain, no low-back-pain",
    "C/o hip pain, denies": "hip-pain",
    "Saddle anesthesia (-)": "no saddle-anaesthesia",
    "Saddle anesthesia (-) Bowel incontinence (+)": "no saddle-anaesthesia, bowel-incontinence",
    "(-) saddle anesthesia (-) bowel incontinence": "no saddle-anaesthesia, no bowel-incontinence",
    "SLR (-) FADIR (+)": "no slr-positive, fadir-positive",
    # precautions and advice are no findings
    "return if saddle numbness": "",
    "ED precautions given: saddle anesthesia, urinary retention": "",
    "Discussed red flag symptoms (saddle anesthesia, fever)": "",
    "No red flags (fever, weight loss, saddle anesthesia)": "no fever, no weight-loss, no saddle-anaesthesia",
    "Recommended weight loss and PT for hip OA": "hip-osteoarthritis",
    "weight loss surgery": "",
    "wt loss of 20 lb": "weight-loss",
    "rheumatic fever": "",
    "trying to get pregnant": "",
    "scheduled for L THA": "",
    "needs hip replacement": "",
    "Hx of L hip replacement": "hip-replacement-in-place L",
    # what an order's reason asks about without saying more
    "eval for compression fracture": "? vertebral-fracture",
    "compression fracture L1": "vertebral-fracture",
    "eval for fracture": "? major-trauma",
    "h/o compression fracture": "",
    "no fracture": "",
    "wrist fracture": "",
    "r/o tumor": "? active-cancer",
    "body mass index 38": "",
    "r/o infection": "? spinal-infection",
    "s/p fall": "? major-trauma",
    "no trauma": "no major-trauma",
    "Low back pain after long runs": "low-back-pain, pain-after-long-run",
    # names of problems in ICD-10-CM
    "Unilateral primary osteoarthritis, right hip": "hip-osteoarthritis R",
    "Primary osteoarthritis of left hip": "hip-osteoarthritis L",
    "Trochanteric bursitis, right hip": "trochanteric-pain-syndrome R",
    # in the past
    "sciatica, resolved": "",
    "Right hip pain resolved after THA": "hip-replacement-in-place",
    # as clinicians write
    "r/o CES": "? cauda-equina-syndrome",
    "relieved by leaning on shopping cart": "relief-bending-forward",
    "Not able to lie flat, sleeps in recliner": "cannot-lie-flat",
    "weakness in both legs": "leg-weakness LR",
    "IR of L hip limited to 5 degrees": "hip-rotation-limited L",
    "LBP w/ rad to R buttock, post thigh": "low-back-pain, buttock-pain R, posterior-thigh-pain R",
    "Pain location: left hip, groin": "hip-pain L, groin-pain L",
    "neither neg. this, limp toe,": "",  # a denial right behind another
}


@pytest.mark.parametrize("text", SAYS)
def test_a_text_says(reader: NarrativeReader, text: str) -> None:
    assert summary(reader, text) == SAYS[text]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("severe left hip OA", {"severity": "severe"}),
        ("hip OA, mild", {"severity": "mild"}),
        ("mild to severe hip OA", {}),
        ("diagnostic hip injection without relief", {"response": "no-relief"}),
        ("diagnostic hip injection gave good relief", {"response": "relief"}),
        ("lumbar ESI helped, then no relief", {}),
        ("EMG normal", {"result": "normal"}),
        ("EMG was abnormal", {"result": "abnormal"}),
        ("pain radiating to the foot", {"radiation": "yes"}),
        ("incontinent of urine since last night", {"course": "new"}),
        ("saddle numbness, worse", {"course": "worse"}),
        ("chronic urinary retention", {"course": "long-standing"}),
        ("urinary incontinence for years, worse since Monday", {"course": "worse"}),
        ("leg strength 2/5", {"grade": "3-or-less"}),
        ("left EHL 4-/5", {"grade": "4"}),
        ("leg strength 4/5, 3/5", {"grade": "3-or-less"}),
        ("foot pain", {}),
    ],
)
def test_words_near_a_finding_add_qualifiers(reader: NarrativeReader, text: str, stated: dict[str, str]) -> None:
    [statement] = reader.read(text).statements
    assert dict(statement.qualifiers) == stated
    assert statement.value is FindingValue.PRESENT


def test_no_text_says_nothing(reader: NarrativeReader) -> None:
    assert reader.read(None) == reader.read("") == module.EMPTY_READING


def test_places_without_pain_and_bare_tests_are_noted(reader: NarrativeReader) -> None:
    assert reader.read("fall on the knee").places_without_pain == {"knee-pain"}
    assert reader.read("SLR").has_mention
    assert not reader.read("cough").has_mention


def test_a_text_is_read_once(reader: NarrativeReader) -> None:
    assert reader.read("left groin pain") is reader.read("left groin pain")


def test_of_a_text_too_long_the_whole_sentences_of_its_beginning_are_read(knowledge: Knowledge) -> None:
    short = replace(knowledge.narrative, longest_text=40)
    reading = NarrativeReader(short, knowledge.content.findings).read(
        "Left groin pain. Right calf pain is what he denies."
    )
    assert reading.is_truncated
    assert [statement.finding for statement in reading.statements] == ["groin-pain"]


def test_in_a_sentence_without_end_a_denial_is_not_lost(reader: NarrativeReader) -> None:
    filler = "and so on " * 80
    assert summary(reader, f"denies {filler} groin pain") == ""
    assert summary(reader, f"{filler} left groin pain. Calf pain") == "groin-pain L, calf-pain"
    near_the_cut = f"{'word ' * 197} groin pain of late denied"
    assert summary(reader, near_the_cut) == ""


def test_a_statement_is_a_plain_value() -> None:
    assert Statement("groin-pain", FindingValue.PRESENT, Side.LEFT).qualifiers == ()
