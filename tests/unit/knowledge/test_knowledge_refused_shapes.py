"""One broken file for each invalid key, type or condition, with words of its message."""

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
    # shape
    "unknown key in a rule": (RULE_1, "title  =", "titel  =", "rules/cauda-equina.toml: titel: is not a known key"),
    "the key meant": (RULE_1, "title  =", "titel  =", "(did you mean title?)"),
    "a key that is required": (RULE_1, "number = 1\n", "", "rules/cauda-equina.toml: number: is required"),
    "misplaced key": (RULE_3, 'pattern = ["spine-only"]', 'pattern = ["spine-only"], within = 3', "is not a known key"),
    "two conditions in one": (RULE_3, REPLACEMENT, '{ present = ["limp"], absent = ["limp"] }', "absent: is not a"),
    "unknown condition": (RULE_3, REPLACEMENT, '{ presnt = ["limp"] }', "presnt: is not a known key"),
    "wrong type": (
        "policy.toml",
        "cards_per_call     = 2",
        'cards_per_call = "2"',
        "limits.cards_per_call: Input should",
    ),
    "number for a code": (
        "findings/where-it-hurts.toml",
        'code = "102570003"',
        "code = 102570003",
        "groin-pain.codes.0",
    ),
    "the same key twice": ("manifest.toml", "version", 'title = "x"\nversion', "manifest.toml: is not valid TOML"),
    "the same finding in two files": (
        "findings/behaviour.toml",
        "[night-pain-waking]",
        "[limp]",
        "limp: is defined in another file too",
    ),
    "unknown level": (RULE_1, 'level  = "critical"', 'level = "urgent"', "advice.0.level: Input should be"),
    "offer left out": (RULE_4, 'offer = ["add-hip-radiograph"]\n', "", "advice.1.offer: is required"),
    "unknown pattern name": (RULE_3, '["spine-only"]', '["spine"]', "pattern.0: Input should be"),
    "unverified code": ("findings/where-it-hurts.toml", GROIN, GROIN.replace('"S"', '"U"'), "checked: Input should be"),
    "digits without a side digit": (
        "findings/where-it-hurts.toml",
        'code = "M25.56?",  checked',
        'code = "M25.561", digits = { right = "1" }, checked',
        '"digits" needs a "?"',
    ),
    "not TOML": ("groups.toml", "hip-region-pain = [", "hip-region-pain = ", "groups.toml: is not valid TOML"),
    "wording without front matter": ("wording/cauda-equina.md", "+++\n", "", "must begin with front matter"),
    "unknown key of wording": ("wording/cauda-equina.md", "summary =", "sumary =", "wording/cauda-equina.md: sumary"),
    # conditions
    "none inside none": (RULE_3, REPLACEMENT, '{ none = [{ present = ["limp"] }] }', '"none" may not be nested'),
    "none deep inside none": (
        RULE_3,
        REPLACEMENT,
        '{ any = [{ all = [{ none = [{ present = ["limp"] }] }] }] }',
        '"none" may not be nested',
    ),
    "none inside none of a group": (
        "groups.toml",
        "none = [{ duration = { at_least = 42 }",
        'none = [{ none = [{ present = ["limp"] }] }, { duration = { at_least = 42 }',
        '"none" may not be nested',
    ),
    "block without conditions": (RULE_3, REPLACEMENT, "{ }", "has no conditions"),
    "empty list of conditions": (
        RULE_3,
        'all  = [{ pattern = ["spine-only"] }]',
        "all = []",
        "rules/spine-pattern-hip-imaging.toml: all: List should have at least 1 item",
    ),
    "rule without conditions": (
        "patterns.toml",
        'any    = [{ present = ["groin-pain", "anterior-hip-pain"] }]',
        "",
        "has no conditions",
    ),
    "undated missing": (
        "conditions.toml",
        ', within = 365, undated = "counts"',
        ", within = 365",
        'conditions.toml: hip-imaged.any.0.imaged: a time filter needs "undated" beside it',
    ),
    "for so many days after nothing": (
        RULE_3,
        REPLACEMENT,
        '{ present = ["limp"], for_days = 7, within = 30, undated = "counts" }',
        '"for_days" needs "since" beside it',
    ),
    "by a date that there is not": (RULE_3, REPLACEMENT, '{ present = ["limp"], by = "birth" }', "by: Input should be"),
    "received of no FHIR type": (RULE_3, REPLACEMENT, '{ received = ["Procedures"] }', "(found: 'Procedures')"),
    "a named condition without its label": (
        "conditions.toml",
        'label = "hip or pelvis imaged within a year"\n',
        "",
        "conditions.toml: hip-imaged.label: is required",
    ),
    "a named condition without conditions": (
        "conditions.toml",
        'any   = [{ present = ["pregnancy"], side = "either" }]\n',
        "",
        "conditions.toml: pregnant: has no conditions",
    ),
    "none inside none through a name": (
        RULE_3,
        REPLACEMENT,
        '{ condition = "spine-is-open" }',
        '"none" may not be nested inside "none"',
    ),
    "undated without time": (
        RULE_3,
        REPLACEMENT,
        '{ present = ["limp"], undated = "counts" }',
        '"undated" needs "within"',
    ),
    "since of a date nobody names": (
        RULE_14,
        'since = "study"',
        'since = "stuty"',
        "no date is called stuty (did you mean study?)",
    ),
    "since of a date that another row names": (
        "rules/red-flag-review.toml",
        'all    = [{ present = ["vessel-flag"], side = "either" }',
        'all    = [{ present = ["vessel-flag"], side = "either", since = "deficit", undated = "counts" }',
        "red-flag-aneurysm: since: no date is called deficit",
    ),
    "a date called onset": (RULE_14, 'as = "study"', 'as = "onset"', '"as" cannot be called onset'),
    "since in a note": (
        RULE_3,
        '[[note]]\nany  = [{ present = ["peripheral-arterial-disease"], side = "either" }]',
        '[[note]]\nany = [{ present = ["peripheral-arterial-disease"], since = "study", undated = "counts" }]',
        "note: since: no date is called study",
    ),
    "a value of a qualifier": (
        RULE_6,
        'severity = ["mild", "moderate"]',
        'severity = ["mld", "moderate"]',
        "severity must be one of mild, moderate",
    ),
    "order in a rule about the patient": (
        RULE_6,
        'about  = "patient"',
        'about = "patient"\norder = { region = ["hip"] }',
        '"order" belongs to a rule about an order',
    ),
    "sides in what a rule is about": (
        RULE_3,
        'order  = { region = ["hip"] }',
        'order = { region = ["hip"], sides = 1 }',
        "order.sides: is not a known key",
    ),
    "a year and a day of suppression": (
        "policy.toml",
        "days           = 90",
        "days = 367",
        "less than or equal to 366",
    ),
    "a red flag suppressed for long": (
        "policy.toml",
        "red_flag_days  = 7 ",
        "red_flag_days = 8",
        "less than or equal to 7",
    ),
    "an emergency suppressed for long": ("policy.toml", "critical_hours = 24", "critical_hours = 25", "to 24"),
    "a rule suppressed for ever": ("policy.toml", "wrong-side-order = 1 ", "wrong-side-order = -1 ", "equal to 0"),
    "silence of nobody": ("policy.toml", 'except = ["cauda-equina"]\nall', "all", 'needs either "rules" or "except"'),
}


@pytest.mark.parametrize(("file", "old", "new", "words"), REFUSALS.values(), ids=list(REFUSALS))
def test_refuses(change: Change, problems: Problems, file: str, old: str, new: str, words: str) -> None:
    change(file, old, new)
    assert words in problems()
