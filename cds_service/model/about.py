"""What the service says of itself, as the content gives it: purpose, users, inputs, basis, limits. Frozen values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutOfScope:
    """Patients the content is not for, and what happens with them."""

    who: str
    then: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A source attribute of 45 CFR 170.315(b)(11). `state`: "known", "used", "not used" or "not available"."""

    name: str
    state: str
    says: str


@dataclass(frozen=True, slots=True)
class AboutTexts:
    """The texts of /about. Lists are paragraphs; `attributes` stand in the regulation's order."""

    purpose: str
    users: str
    population: str
    decides: str
    inputs: tuple[str, ...]
    data_quality: tuple[str, ...]
    logic: tuple[str, ...]
    basis: tuple[str, ...]
    validation: tuple[str, ...]
    limits: tuple[str, ...]
    changes: str
    out_of_scope: tuple[OutOfScope, ...]
    attributes: tuple[Attribute, ...]
