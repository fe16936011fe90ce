# ruff: noqa: RUF001 - the minus sign of clinical notes
"""Where each sign of the examination is marked: a short label beside the body, and a line to its joint.

A reflex is never labelled with a plus or a minus: on a chart that is the reflex, here it would be its loss.
"""

from dataclasses import dataclass

from cds_service.figure.regions import View


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign: its labels where present and absent, its name, view, the height of its label, and the point it marks."""

    finding: str
    label: str
    absent_label: str
    name: str
    view: View
    height: float
    point: tuple[float, float]


_HIP_JOINT, _THIGH, _SCIATIC, _OUTER_HIP = (44.0, 152.0), (44.0, 250.0), (40.0, 212.0), (64.0, 158.0)
SIGNS = (
    Sign(
        "hip-rotation-limited",
        "IR limited",
        "IR not limited",
        "limited internal rotation of the hip",
        "front",
        114,
        _HIP_JOINT,
    ),
    Sign("fadir-positive", "FADIR +", "FADIR −", "FADIR test of the hip", "front", 136, _HIP_JOINT),
    Sign("faber-positive", "FABER +", "FABER −", "FABER test of the hip", "front", 158, _HIP_JOINT),
    Sign("squat-painful", "Squat pain", "No squat pain", "painful squat", "back", 180, _OUTER_HIP),
    Sign("trendelenburg-positive", "Trendel. +", "Trendel. −", "Trendelenburg sign", "back", 158, _OUTER_HIP),
    Sign("limp", "Limp", "No limp", "limp", "back", 136, _OUTER_HIP),
    Sign("slr-positive", "SLR +", "SLR −", "straight-leg raise", "back", 214, _SCIATIC),
    Sign("crossed-slr-positive", "Crossed SLR +", "Crossed SLR −", "crossed straight-leg raise", "back", 236, _SCIATIC),
    Sign("femoral-stretch-positive", "Fem. stretch +", "Fem. stretch −", "femoral stretch test", "front", 228, _THIGH),
    Sign("leg-weakness", "Weakness", "No weakness", "leg weakness", "front", 272, _THIGH),
    Sign(
        "reflex-loss-patellar",
        "Knee jerk ↓",
        "Knee jerk kept",
        "reduced or lost patellar reflex",
        "front",
        342,
        (36.0, 352.0),
    ),
    Sign("leg-numbness", "Numbness", "No numbness", "leg numbness", "front", 430, (36.0, 430.0)),
    Sign("foot-drop", "Foot drop", "No foot drop", "foot drop", "front", 516, (34.0, 516.0)),
    Sign(
        "reflex-loss-achilles",
        "Ankle jerk ↓",
        "Ankle jerk kept",
        "reduced or lost Achilles reflex",
        "back",
        508,
        (32.0, 512.0),
    ),
    Sign("gait-disturbance", "Gait trouble", "No gait trouble", "disturbed gait", "back", 540, (34.0, 548.0)),
)
SIGN_BY_FINDING = {sign.finding: sign for sign in SIGNS}
