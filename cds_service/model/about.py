"""The texts of the /about page as frozen values: purpose, users, inputs, basis and limits."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutOfScope:
    """A group of patients outside the scope of the content, and what the service does for them."""

    who: str
    then: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A source attribute of 45 CFR 170.315(b)(11). `state` is "known", "used", "not used" or "not available"."""

    name: str
    state: str
    says: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What a version of the content was tried on, and what came of it."""

    content: str
    date: datetime.date
    source: str
    says: str


@dataclass(frozen=True, slots=True)
class AboutTexts:
    """The texts of /about. Each tuple of strings is a list of paragraphs; `attributes` keep the regulation's order."""

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
    principle: tuple[str, ...] = ()
    tried: tuple[Trial, ...] = ()
