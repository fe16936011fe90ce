"""One broken file for each refusal of a name: codes, references, wording; with the words of its message."""

from collections.abc import Callable

import pytest

Change = Callable[[str, str, str], None]
Problems = Callable[[], str]

GROIN = 'system = "sct",     code = "102570003", checked = "S"'
RULE_1, RULE_3, RULE_4, RULE_6, RULE_14 = (
    f"rules/{name}.toml"
    for name in (
        "cauda-equina",
        "spine-pattern-hip-imaging",
        "hip-pattern-spine-imaging",
        "failed-hip-care",
        "imaging-already-done",
    )
)
REPLACEMENT = '{ present = ["hip-replacement-in-place"] }'
REFUSALS = {
    # codes
    "unknown finding left by what is over": (
        "findings/red-flags.toml",
        'past   = "cancer-history"',
        'past   = "cancer-histori"',
        "no finding is called cancer-histori (did you mean cancer-history?)",
    ),
    "unknown system read as": (
        "systems.toml",
        'reads_as = "icd10cm"',
        'reads_as = "icd10"',
        "no code system is called icd10",
    ),
    "SNOMED CT check digit": (
        "findings/where-it-hurts.toml",
        "102570003",
        "102570004",
        "sct 102570004 is not a SNOMED",
    ),
    "LOINC check digit": ("imaging.toml", "24762-7", "24762-8", "loinc 24762-8 is not a LOINC code"),
    "LOINC check digit of an order": (
        "orders.toml",
        "30679-5",
        "30679-6",
        "orders.toml: lumbar-mri-without-contrast: loinc",
    ),
    "check digit of a severity": ("values.toml", "24484000", "24484001", "values.toml: 24484001: sct 24484001 is not"),
    "check digit of a side": (
        "body-sites.toml",
        "7771000",
        "7771001",
        "body-sites.toml: laterality: sct 7771001 is not",
    ),
    "ICD-10-CM form": (
        "findings/where-it-hurts.toml",
        '"R10.30"',
        '"R10-30"',
        "icd10cm R10-30 is not an ICD-10-CM code",
    ),
    "CPT form": ("orders.toml", '"72148"', '"7214"', "cpt 7214 is not a CPT number"),
    "unknown system": (
        "findings/where-it-hurts.toml",
        GROIN,
        GROIN.replace('"sct"', '"sctt"'),
        "no code system is called sctt (did you mean sct?)",
    ),
    "a code of two studies": ("imaging.toml", "26131-3", "24762-7", "loinc 24762-7 is listed in two studies"),
    # references
    "unknown finding in a rule": (
        RULE_14,
        '"major-trauma"',
        '"major-traum"',
        "no finding or group is called major-traum (did you mean major-trauma?)",
    ),
    "unknown finding in a pattern": (
        "patterns.toml",
        '"sciatica"',
        '"siatica"',
        "patterns.toml: S2: no finding or group is called siatica",
    ),
    "unknown finding in a group": (
        "groups.toml",
        '"knee-disorder"',
        '"knee-disorders"',
        "groups.toml: knee-or-foot-concept: no finding or group is called knee-disorders",
    ),
    "unknown finding in an offer": (
        "offers.toml",
        'present = ["red-flag", "leg-numbness"]',
        'present = ["red-flags", "leg-numbness"]',
        "offers.toml: replace-with-hip-radiograph: no finding",
    ),
    "unknown red-flag rule of suppression": (
        "policy.toml",
        'red_flags      = ["cauda-equina"',
        'red_flags      = ["cauda-equine"',
        "policy.toml: suppression: no rule is called cauda-equine (did you mean cauda-equina?)",
    ),
    "unknown rule with a window": (
        "policy.toml",
        "wrong-side-order = 1",
        "wrong-side = 1",
        "policy.toml: suppression: no rule is called wrong-side",
    ),
    "unknown group of suppression": (
        "policy.toml",
        '"asked-flag", "deficit"',
        '"asked-flags", "deficit"',
        "policy.toml: no finding or group is called asked-flags",
    ),
    "unknown finding in the policy": (
        "policy.toml",
        'all   = [{ condition = "pregnant" }]',
        'all   = [{ present = ["pregnant"] }]',
        "policy.toml: no finding or group is called pregnant",
    ),
    "unknown finding in asks": (
        RULE_6,
        '"slr-positive", "evidence"]',
        '"reflex-loss-patelar", "evidence"]',
        "asks: no finding is called reflex-loss-patelar",
    ),
    "unknown qualifier in asks": (
        RULE_6,
        "hip-osteoarthritis.severity",
        "hip-osteoarthritis.severty",
        "asks: no qualifier is called severty (did you mean severity?)",
    ),
    "unknown treatment ordered": (
        RULE_3,
        '{ present = ["hip-replacement-in-place"] }',
        '{ ordered = { treatment = ["lumbar-epidurals"] } }',
        "called lumbar-epidurals (did you mean lumbar-epidural?)",
    ),
    "unknown card": (RULE_1, 'card   = "cauda-equina"', 'card = "cauda"', "no card wording is called cauda"),
    "unknown offer": (
        RULE_1,
        '"refer-urgent-spine"',
        '"refer-urgent-spin"',
        "no offer is called refer-urgent-spin (did you mean",
    ),
    "unknown order": (
        "offers.toml",
        'create   = ["urgent-lumbar-mri"]',
        'create = ["urgent-mri"]',
        "add-urgent-lumbar-mri.create: no order is called urgent-mri",
    ),
    "unknown source": (
        RULE_1,
        '"dionne-2019"',
        '"dionne-2018"',
        "no source is called dionne-2018 (did you mean dionne-2019?)",
    ),
    "unknown override": (RULE_1, '"disagree"', '"disagre"', "no override reason is called disagre"),
    "unknown body site": (
        "findings/where-it-hurts.toml",
        'sites  = ["groin"]',
        'sites = ["groins"]',
        "no body site is called groins",
    ),
    "unknown rule in spoke": (
        RULE_6,
        'spoke = ["spine-pattern-hip-imaging", ',
        'spoke = ["rule-three", ',
        "no rule is called rule-three",
    ),
    "unknown named condition": (
        RULE_3,
        '{ condition = "lumbar-in-hand" }',
        '{ condition = "lumbar-in-hands" }',
        "rules/spine-pattern-hip-imaging.toml: no condition is called lumbar-in-hands (did you mean lumbar-in-hand?)",
    ),
    "a named condition that contains itself": (
        "conditions.toml",
        'any   = [{ imaged = { region = ["hip", "pelvis"] }, within = 365, undated = "counts" }]',
        'any   = [{ condition = "hip-in-hand" }]',
        "contains itself",
    ),
    "a named condition that nothing uses": (
        "conditions.toml",
        "[hip-imaged]",
        '[unused]\nlabel = "x"\nany = [{ age = { below = 3 } }]\n\n[hip-imaged]',
        "unused",
    ),
    "unknown group of the safety screen": (
        RULE_3,
        '{ present = ["hip-replacement-in-place"] }',
        '{ screen = ["cancers"] }',
        "no group of the safety screen is called cancers (did you mean cancer?)",
    ),
    "unknown rule that speaks alone": (
        "policy.toml",
        'rule   = "cauda-equina"',
        'rule   = "cauda-equine"',
        "policy.toml: solo: no rule is called cauda-equine (did you mean cauda-equina?)",
    ),
    "unknown rule beside one that speaks alone": (
        "policy.toml",
        'beside = ["wrong-side-order"]',
        'beside = ["wrong-side"]',
        "policy.toml: solo: no rule is called wrong-side",
    ),
    "unknown rule whose restraint a rating shares": (
        "ratings.toml",
        'restraint = "conservative-care-first"',
        'restraint = "conservative-care"',
        "no rule is called conservative-care (did you mean",
    ),
    "unknown finding in a conditional ask": (
        RULE_6,
        'ask = "femoral-stretch-positive"',
        'ask = "femoral-strech-positive"',
        "asks: no finding is called femoral-strech-positive (did you mean femoral-stretch-positive?)",
    ),
    "unknown condition of a conditional ask": (
        RULE_6,
        '{ condition = "front-of-thigh-or-knee-pain" }',
        '{ condition = "front-of-thigh" }',
        "no condition is called front-of-thigh",
    ),
    "unknown date since which restraint counts": (
        RULE_14,
        'restraint_since = "study"',
        'restraint_since = "studies"',
        "studies",
    ),
    "an offer that deletes and is no restraint": (
        "offers.toml",
        'label  = "Cancel [order]"\ndelete = "order"\nrestraint = true',
        'label  = "Cancel [order]"\ndelete = "order"',
        "offers.toml: cancel-order: an offer that deletes an order needs restraint = true",
    ),
    "unknown source of a row": (
        "rules/red-flag-review.toml",
        '"harding-2005"]',
        '"harding-2006"]',
        "no source is called harding-2006 (did you mean harding-2005?)",
    ),
    "unknown rule in the policy": (
        "policy.toml",
        '  "imaging-already-done",',
        '  "imaging-done",',
        "silence.red-flag: no rule is called imaging-done",
    ),
    "group that contains itself": (
        "groups.toml",
        'lost-reflex   = ["reflex-loss-patellar"',
        'lost-reflex = ["deficit"',
        "contains itself",
    ),
    "cycle of rules": (
        RULE_3,
        REPLACEMENT,
        '{ spoke = ["failed-hip-care"] }',
        "rules refer to each other in a cycle",
    ),
    "file name and rule": (
        RULE_1,
        'id     = "cauda-equina"',
        'id = "cauda"',
        "the file should be called rules/cauda.toml",
    ),
    # everything must be used
    "unused group": ("groups.toml", "# Signs and deficits", 'idle = ["limp"]', "groups.toml: idle: is never used"),
    "unused offer": (
        "offers.toml",
        "[cancel-order]",
        '[idle]\nlabel = "x"\n[cancel-order]',
        "offers.toml: idle: is never used",
    ),
    "unused order": (
        "orders.toml",
        "[physical-therapy-referral]",
        '[idle]\nlabel = "x"\ncodes = [{ system = "order", code = "x", checked = "own" }]\n[physical-therapy-referral]',
        "orders.toml: idle: is never used",
    ),
    "unused override": (
        "overrides.toml",
        "[other]",
        '[idle]\ndisplay = "x"\n[other]',
        "overrides.toml: idle: is never used",
    ),
    # wording
    "evidence of an unknown source": (
        "wording/failed-hip-care.md",
        'source = "sasaki-2014"',
        'source = "sasaki-2041"',
        "wording/failed-hip-care.md: evidence: no source is called sasaki-2041 (did you mean sasaki-2014?)",
    ),
    "evidence without a name for cards": (
        "wording/failed-hip-care.md",
        'source = "sasaki-2014"',
        'source = "brown-2004"',
        "brown-2004 needs a name for cards (short), and figures that were verified",
    ),
    "evidence with a number that is no figure of its source": (
        "wording/failed-hip-care.md",
        "8 of 27 operated",
        "9 of 27 operated",
        "wording/failed-hip-care.md: evidence: prints 9, which is not",
    ),
    "restraint without a safety net": (
        "wording/conservative-care-first.md",
        "safety_net =",
        "# safety_net =",
        "wording/conservative-care-first.md: safety_net: is required: its advice is restraint",
    ),
    "a safety net without restraint": (
        "wording/failed-hip-care.md",
        "summary =",
        'safety_net = "Act."\nsummary =',
        "wording/failed-hip-care.md: safety_net: may not stand here: its advice is no restraint",
    ),
    "what an override repeats": (
        "overrides.toml",
        'repeats = ["conservative-treatment"]',
        'repeats = ["conservativ-treatment"]',
        "no finding or group is called conservativ-treatment (did you mean",
    ),
    "a safety flag's finding": (
        "safety-flags.toml",
        "denied = { fever =",
        "denied = { fevr =",
        "safety-flags.toml: fever: no finding is called fevr",
    ),
    "template variable": (
        "wording/cauda-equina.md",
        "{{ Findings }}",
        "{{ Finding }}",
        "wording/cauda-equina.md: Finding: is not a variable that cards can use",
    ),
    "template syntax": ("wording/cauda-equina.md", "{{ Findings }}", "{{ Findings", "wording/cauda-equina.md: line 1"),
    "summary too long": (
        "wording/cauda-equina.md",
        "recorded: {%",
        f"recorded: {'very ' * 20}{{%",
        "the limit is 139",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "words"), REFUSALS.values(), ids=list(REFUSALS))
def test_refuses(change: Change, problems: Problems, file: str, old: str, new: str, words: str) -> None:
    change(file, old, new)
    assert words in problems()
