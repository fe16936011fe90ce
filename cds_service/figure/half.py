"""One side of the body in one view: skin, bands, sites, what is recorded there, and the signs beside it."""

from collections.abc import Sequence

from cds_service.figure.bands import BANDS
from cds_service.figure.marks import BodySide, Entry
from cds_service.figure.outlines import BACK_HALF, BACK_LINES, FRONT_HALF, FRONT_LINES, SIDE, SIDE_LINES, close_outline
from cds_service.figure.regions import REGION_BY_FINDING, REGIONS, Region, View
from cds_service.figure.sign_labels import draw_sign
from cds_service.figure.signs import SIGN_BY_FINDING

_OUTLINES = {"front": FRONT_HALF, "back": BACK_HALF, "side": SIDE}
_LINES = {"front": FRONT_LINES, "back": BACK_LINES, "side": SIDE_LINES}
_FILLS = {"present": "pain", "absent": "denied", "both": "both"}


def draw_half(
    entries: Sequence[Entry], view: View, side: BodySide, name: str, place: tuple[int, int], *, is_mirrored: bool
) -> str:
    """Return one side of the body in one view, with the entries that this view shows; `place` is its upper middle."""
    turn = " scale(-1 1)" if is_mirrored else ""
    sites = [(entry, region) for entry in entries if (region := REGION_BY_FINDING.get(entry.finding))]
    shown = [(entry, region) for entry, region in sites if region.view == view]
    body = (
        _draw_body(view, name)
        + "".join(_draw_region(entry, region, name) for entry, region in shown)
        + f'<path class="outline" d="{_OUTLINES[view]}"/><path class="detail" d="{_LINES[view]}"/>'
        + "".join(_draw_arrow(region) for entry, region in shown if entry.radiates)
    )
    words = "".join(
        _draw_query(region, is_mirrored) for entry, region in shown if entry.side == "unstated" and not region.is_back
    )
    signs = (entry for entry in entries if entry.finding in SIGN_BY_FINDING)
    labels = "".join(draw_sign(e, is_mirrored=is_mirrored) for e in signs if SIGN_BY_FINDING[e.finding].view == view)
    group = f'<g data-view="{view}" data-side="{side}" transform="translate({place[0]} {place[1]})">'
    return f'{group}<g transform="scale(1 1){turn}">{body}</g>{words}{labels}</g>'


def _draw_body(view: View, name: str) -> str:
    bands = "".join(
        f'<g mask="url(#{name}-band-{number})"><rect x="-90" y="0" width="200" height="570" '
        f'fill="url(#{name}-{band.towards})"/></g>'
        for number, band in enumerate(BANDS)
        if band.view == view
    )
    areas = "".join(
        f'<path class="site" data-region="{region.finding}" d="{region.path}"/>'
        for region in REGIONS
        if region.view == view and not region.is_span
    )
    skin = f'<path class="skin" d="{close_outline(_OUTLINES[view])}"/>'
    return f'{skin}<g clip-path="url(#{name}-in-{view})">{bands}{areas}</g>'


def _draw_region(entry: Entry, region: Region, name: str) -> str:
    clip = "" if region.is_span else f' clip-path="url(#{name}-in-{region.view})"'
    kind = "absent" if entry.state == "absent" else "present"
    unstated = " unstated" if entry.side == "unstated" else ""
    return (
        f'<g{clip}><path class="{kind}{unstated}" data-finding="{region.finding}" data-state="{entry.state}" '
        f'data-stated-side="{entry.side}" d="{region.path}" fill="url(#{name}-{_FILLS[entry.state]})"/></g>'
    )


def _draw_arrow(region: Region) -> str:
    """Return an arrow into a site: the record says that pain radiates there, not from where."""
    x, y = region.middle
    path = f"M{x} {y - 46}C{x + 5} {y - 28} {x + 4} {y - 12} {x} {y + 14}M{x - 8} {y + 4}L{x} {y + 15}L{x + 8} {y + 5}"
    return f'<path class="arrow-halo" d="{path}"/><path class="arrow" d="{path}"/>'


def _draw_query(region: Region, is_mirrored: bool) -> str:
    """Return a question mark on a site whose side is not stated."""
    x, y = (-region.middle[0] if is_mirrored else region.middle[0]), region.middle[1]
    return f'<circle class="query-ground" cx="{x}" cy="{y}" r="9"/><text class="query" x="{x}" y="{y}">?</text>'
