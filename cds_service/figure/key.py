"""The key beneath the bodies: what each fill, hatching and mark means, in words."""

_TOP, _BOX = 652, 26


def draw_key(name: str) -> str:
    """Return the key of the figure whose ids begin with `name`."""
    fills = (
        (20, "present", f"url(#{name}-pain)", "pain documented"),
        (220, "absent", f"url(#{name}-denied)", "pain denied"),
        (425, "site", "none", "not recorded"),
    )
    hatches = ((565, f"url(#{name}-hip)", "more often hip"), (730, f"url(#{name}-spine)", "more often lumbar spine"))
    return (
        "".join(_swatch(x, style, fill, words) for x, style, fill, words in fills)
        + "".join(_swatch(x, "site", fill, words) for x, fill, words in hatches)
        + _draw_second_row()
    )


def _swatch(x: int, style: str, fill: str, words: str) -> str:
    box = f'<rect class="{style}" x="{x}" y="{_TOP}" width="{_BOX}" height="18" fill="{fill}"'
    # a class may not hide a fill that is a pattern, so that the hatching is drawn beneath the frame
    ground = f'<rect x="{x}" y="{_TOP}" width="{_BOX}" height="18" fill="{fill}"/>' if style == "site" else ""
    return f'{ground}{box}/><text x="{x + _BOX + 8}" y="{_TOP + 14}">{words}</text>'


def _draw_second_row() -> str:
    y = _TOP + 40
    words = (
        (20, "filled label: sign present"),
        (220, "outlined label: sign absent"),
        (425, "?  side not stated"),
        (565, "arrow: radiates there"),
        (730, "bar beside the body: part named, place in it not stated"),
    )
    return "".join(f'<text x="{x}" y="{y}">{text}</text>' for x, text in words)
