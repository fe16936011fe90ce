"""The fills and masks of the figure. Ids begin with the figure's name, so that a page may hold several."""

from cds_service.figure.bands import BANDS
from cds_service.figure.outlines import BACK_HALF, FRONT_HALF, SIDE, close_outline


def format_definitions(name: str) -> str:
    """Return the `<defs>` of a figure: patterns, clips to the body, and the soft edges of the bands."""
    return f"<defs>{_patterns(name)}{_clips(name)}{_masks(name)}</defs>"


def _patterns(name: str) -> str:
    return (
        f'<pattern id="{name}-pain" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<rect class="pain-ground" width="8" height="8"/>'
        '<circle class="pain-grain" cx="2" cy="2" r="1"/><circle class="pain-grain" cx="6" cy="6" r="1"/></pattern>'
        f'<pattern id="{name}-denied" width="13" height="13" patternUnits="userSpaceOnUse">'
        '<rect class="denied-ground" width="13" height="13"/>'
        '<path class="denied-cross" d="M3 3L10 10M10 3L3 10"/></pattern>'
        f'<pattern id="{name}-both" width="16" height="16" patternUnits="userSpaceOnUse">'
        '<rect class="denied-ground" width="16" height="16"/><rect class="pain-ground" width="8" height="16"/>'
        '<path class="denied-cross" d="M9 5L15 11M15 5L9 11"/></pattern>'
        f'<pattern id="{name}-hip" width="7" height="7" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path class="hatch-hip" d="M0 0V7"/></pattern>'
        f'<pattern id="{name}-spine" width="7" height="7" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(90)"><path class="hatch-spine" d="M0 0V7" stroke-dasharray="3 2"/></pattern>'
    )


def _clips(name: str) -> str:
    paths = {"front": FRONT_HALF, "back": BACK_HALF, "side": SIDE}
    return "".join(
        f'<clipPath id="{name}-in-{view}"><path d="{close_outline(path)}"/></clipPath>' for view, path in paths.items()
    )


def _masks(name: str) -> str:
    fade = (
        f'<radialGradient id="{name}-fade"><stop offset="0.62" stop-color="#fff"/>'
        '<stop offset="1" stop-color="#000"/></radialGradient>'
    )
    return fade + "".join(
        f'<mask id="{name}-band-{number}" maskUnits="userSpaceOnUse" x="-90" y="0" width="200" height="580">'
        f'<ellipse cx="{band.middle[0]}" cy="{band.middle[1]}" rx="{band.radii[0]}" ry="{band.radii[1]}" '
        f'fill="url(#{name}-fade)"/></mask>'
        for number, band in enumerate(BANDS)
    )
