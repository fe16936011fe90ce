"""The hazard log and the safety notices, from safety/hazards.toml and the notices that come with the code."""

from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.knowledge.advisories import load_advisories
from docs.generate.markdown import ROOT, page, toml

HAZARDS = ROOT / "safety" / "hazards.toml"


def hazards_page() -> str:
    """Return the page of hazards."""
    hazards = toml(HAZARDS)["hazard"]
    return page(
        "Hazard log",
        f"{len(hazards)} ways in which this service could harm a patient: why, what is done against each, what risk "
        "remains, and the tests that prove each control. Severity and likelihood are the developers' judgement with "
        "all controls in place; nobody has measured them in care. A fault that is found is handled as [CONTRIBUTING.md]"
        "(../../CONTRIBUTING.md#a-fault-in-judgement) says, and gets a hazard here if it shows a new one.",
        *(part for hazard in hazards for part in _hazard_parts(hazard)),
    )


def _hazard_parts(hazard: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {hazard['id']}: {hazard['hazard']}"
    yield f"**Cause.** {hazard['cause']}"
    yield "**Controls**"
    yield "\n".join(
        f"- {control['does']}\n  Tested by {', '.join(f'`{test}`' for test in control['tests'])}."
        for control in hazard["control"]
    )
    yield f"**Residual risk.** {hazard['severity'].capitalize()}; {hazard['likelihood']}. {hazard['residual']}"


def advisories_page() -> str:
    """Return the page of safety notices, for the root of the repository."""
    return page(
        "Safety notices",
        "Versions of the content that must not be used any more, newest first. `hip-spine-cds check`, `serve`, "
        "`/about` and `/readyz` tell when a listed version runs: by its version, its digest, or a faulty file that it "
        "still holds; or when a site's overlay was written for one. [Report a fault in judgement](SECURITY.md).",
        *(part for advisory in load_advisories() for part in _advisory_parts(advisory)),
    )


def _advisory_parts(advisory: Any) -> Iterator[str]:
    yield f"## {advisory.id}: {advisory.title}"
    yield (
        f"**Content** {advisory.first} and later, before {advisory.fixed_in}. **Date** {advisory.date.isoformat()}. "
        f"**Severity**: {advisory.severity}."
    )
    for heading, sentences in (
        ("What was wrong", advisory.wrong),
        ("Over which charts", advisory.charts),
        ("What to do", advisory.actions),
    ):
        yield f"### {heading}"
        yield "\n".join(f"- {sentence}" for sentence in sentences)
    yield "Digests: " + ", ".join(f"{version} `{digest}`" for version, digest in advisory.digests.items()) + "."
