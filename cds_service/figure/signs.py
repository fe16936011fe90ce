"""Where each sign of the examination is marked: a short label beside the body, and a line to its joint."""

from dataclasses import dataclass

from cds_service.figure.regions import View


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign: its short label, its name, the view, the height of its label, and the point it belongs to."""

    finding: str
    short: str
    name: str
    view: View
    height: float
    point: tuple[float, float]


_HIP_JOINT, _THIGH, _SCIATIC, _OUTER_HIP = (44.0, 152.0), (44.0, 250.0), (40.0, 212.0), (64.0, 158.0)
SIGNS = (
    Sign("hip-rotation-limited", "IR limited", "limited internal rotation of the hip", "front", 114, _HIP_JOINT),
    Sign("fadir-positive", "FADIR", "FADIR test of the hip", "front", 136, _HIP_JOINT),
    Sign("faber-positive", "FABER", "FABER test of the hip", "front", 158, _HIP_JOINT),
    Sign("squat-painful", "Squat", "painful squat", "back", 180, _OUTER_HIP),
    Sign("trendelenburg-positive", "Trendelenb.", "Trendelenburg sign", "back", 158, _OUTER_HIP),
    Sign("limp", "Limp", "limp", "back", 136, _OUTER_HIP),
    Sign("slr-positive", "SLR", "straight-leg raise", "back", 214, _SCIATIC),
    Sign("crossed-slr-positive", "Crossed SLR", "crossed straight-leg raise", "back", 236, _SCIATIC),
    Sign("femoral-stretch-positive", "Fem. stretch", "femoral stretch test", "front", 228, _THIGH),
    Sign("leg-weakness", "Weakness", "leg weakness", "front", 272, _THIGH),
    Sign("reflex-loss-patellar", "Knee jerk", "reduced or lost patellar reflex", "front", 342, (36.0, 352.0)),
    Sign("leg-numbness", "Numbness", "leg numbness", "front", 430, (36.0, 430.0)),
    Sign("foot-drop", "Foot drop", "foot drop", "front", 516, (34.0, 516.0)),
    Sign("reflex-loss-achilles", "Ankle jerk", "reduced or lost Achilles reflex", "back", 508, (32.0, 512.0)),
)
SIGN_BY_FINDING = {sign.finding: sign for sign in SIGNS}
