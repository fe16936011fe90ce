"""The page of rules and patterns, from the content files."""

from docs.generate.markdown import ROOT, page, table, toml

_CARDS = ROOT / "cards"


def rules_page() -> str:
    """Return the page."""
    rules = sorted((toml(path) for path in (_CARDS / "rules").glob("*.toml")), key=lambda rule: int(rule["number"]))
    patterns = toml(_CARDS / "patterns.toml")["pattern"]
    return page(
        "Rules and patterns",
        "[REVIEW.md](../../cards/REVIEW.md) says in words when each rule speaks, on what evidence, and which cases "
        "test it. [The clinical design](../explanation/clinical-design.md) says why.",
        "## Rules",
        table(
            ("#", "rule", "hooks", "purpose", "misuse"),
            [
                (rule["number"], f"`{rule['id']}`", ", ".join(rule["hooks"]), rule["purpose"], rule["misuse"])
                for rule in rules
            ],
        ),
        "## Patterns",
        "Judged for each side: see [clinical design §4](../explanation/clinical-design.md#4-patterns).",
        table(
            ("id", "points to", "pattern"),
            [(pattern["id"], pattern["region"], pattern["label"]) for pattern in patterns],
        ),
    )
