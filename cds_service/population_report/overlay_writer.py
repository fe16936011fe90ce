"""Writes the codes that stand for nothing here as a site's overlay, each ready to be filled in."""

import json
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Final

from cds_service.model.content import Content
from cds_service.population_report.not_read import UnmappedCode

_STUDY_TYPES: Final = frozenset({"ServiceRequest", "ImagingStudy", "DiagnosticReport"})
_HEAD = """\
# Codes of your charts that stand for nothing in the content, the commonest first, with how many patients have them.
# Most have nothing to do with hip or spine: leave those as they are. For each that has, take the `#` from its block,
# and once from the block of its system; say for which finding or study it stands, and why. `hip-spine-cds check --site
# FOLDER` then says whether the overlay is sound. A clinician and a coder should do it together.
"""


def format_site_file(content: Content, made_on: date) -> str:
    """Return `site.toml` of the overlay. Name and version are for the site to fill in."""
    return (
        '# Say whose overlay it is.\nname        = "Fill in: name of the site"\n'
        f'version     = "{made_on.year}.1"\ndate        = {made_on}\nfor_content = "{content.edition.version}"\n'
    )


def format_codes_file(codes: list[UnmappedCode], short_names: dict[str, str]) -> str:
    """Return `codes.toml`: a commented block for each code, by system. `short_names`: the content's systems by URI."""
    ordered = sorted(codes, key=lambda code: (code.system in short_names, code.system, -code.patients, code))
    return "\n".join([_HEAD, *_blocks(ordered, short_names)])


def _blocks(codes: list[UnmappedCode], short_names: dict[str, str]) -> Iterator[str]:
    number = 0
    for uri, group in groupby((code for code in codes if code.system), key=lambda code: code.system):
        name = short_names.get(uri)
        if name is None:
            number += 1
            name = f"local-{number}"
            yield f'# [system.{name}]\n# uri   = {_quote(uri)}\n# label = "Fill in"\n'
        else:
            yield f"# --- {name}: {uri}\n"
        for code in group:
            yield _block(code, name)


def _block(code: UnmappedCode, system: str) -> str:
    kind = "study" if code.resource_type in _STUDY_TYPES else "finding"
    return (
        f'# about {code.patients} patients, in {code.resource_type}\n# [[{kind}]]\n# {kind:<7} = "Fill in"\n'
        f'# system  = "{system}"\n# code    = {_quote(code.code)}\n# why     = "Fill in"\n'
    )


def _quote(text: str) -> str:
    """Return a text as a TOML basic string, which JSON's strings are too."""
    return json.dumps(text, ensure_ascii=False)
