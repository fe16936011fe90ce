"""A sign of the examination: its label beside the body, a line, and a ring at the joint it belongs to."""

from cds_service.figure.marks import Entry
from cds_service.figure.signs import SIGN_BY_FINDING

_LABEL_LEFT, _LABEL_WIDTH, _LABEL_HEIGHT = 114, 116, 19


def draw_sign(entry: Entry, *, is_mirrored: bool) -> str:
    """Return the mark of a sign; filled where present, hollow where absent, and said in words."""
    sign = SIGN_BY_FINDING[entry.finding]
    way = -1 if is_mirrored else 1
    middle = way * (_LABEL_LEFT + _LABEL_WIDTH / 2)
    words = {"present": sign.label, "absent": sign.absent_label, "both": f"{sign.label} ±"}[entry.state]
    query = " ?" if entry.side == "unstated" else ""
    x, y = way * sign.point[0], sign.point[1]
    return (
        f'<g class="sign is-{entry.state}" data-finding="{entry.finding}" data-state="{entry.state}" '
        f'data-stated-side="{entry.side}"><path class="leader" d="M{way * _LABEL_LEFT} {sign.height}L{x} {y}"/>'
        f'<circle class="joint" cx="{x}" cy="{y}" r="4"/>'
        f'<rect class="sign-box" x="{middle - _LABEL_WIDTH / 2}" y="{sign.height - _LABEL_HEIGHT / 2}" '
        f'width="{_LABEL_WIDTH}" height="{_LABEL_HEIGHT}" rx="4"/>'
        f'<text class="sign-text" x="{middle}" y="{sign.height}">{words}{query}</text></g>'
    )
