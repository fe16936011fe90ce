"""The outlines of the body, drawn for this figure. Front and back are halves, the side faces to the right.

An outline is open at the lower ribs and at the midline, where no line is drawn; `close_outline` gives the area in it.
"""

_HALF = (
    "M62 0C61 34 53 52 53 78C53 104 67 124 73 150C77 172 77 196 74 222C70 266 60 304 57 338"
    "C55 362 61 384 60 412C58 450 47 484 46 514{foot}"
    "C17 480 8 452 9 414C10 386 16 364 14 338C12 300 6 250 3 198C2 193 1 191 0 190"
)
FRONT_HALF = _HALF.format(foot="C46 528 54 538 60 550C62 561 50 565 38 564C24 563 17 559 18 547C19 535 20 525 19 514")
BACK_HALF = _HALF.format(foot="C47 530 52 542 52 554C50 565 20 565 18 554C17 542 20 528 19 514")
SIDE = (
    "M46 0C46 30 41 58 41 85C42 112 41 132 37 150C41 180 43 216 39 250C35 290 30 314 32 336C33 352 28 362 26 376"
    "C24 412 18 450 15 490C14 505 14 515 18 524C32 532 52 540 63 552C67 561 58 564 50 564H-22C-32 564 -33 552 -28 540"
    "C-24 528 -20 515 -20 500C-22 475 -36 442 -35 410C-34 386 -25 370 -25 346C-25 320 -35 290 -39 255"
    "C-41 236 -40 222 -44 212C-58 204 -66 186 -64 165C-62 140 -46 125 -38 105C-31 86 -33 70 -38 50C-44 30 -48 15 -48 0"
)
# Lines that help the eye: navel, folds, kneecap, spine, crease of the buttock, hollow of the knee, ankle.
FRONT_LINES = "M0 84V90M12 181C26 170 38 156 47 142M26 326C30 318 44 318 48 326M26 356C32 362 42 362 48 356"
BACK_LINES = "M0 0V122M0 132V194M8 200C24 210 48 210 62 202M22 346C30 340 42 340 50 346M26 514V528M40 514V528"
SIDE_LINES = "M-42 212C-30 216 -20 212 -14 206M8 330C14 322 24 322 28 330M-8 514C-4 508 4 508 6 514"


def close_outline(outline: str) -> str:
    """Return the path of the area inside an outline: along the midline, then along the ribs."""
    return f"{outline}V0Z"
