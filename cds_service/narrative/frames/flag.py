"""The frame of red flags that are a disease, a drug or a habit, each with what it is of."""

from types import MappingProxyType

from cds_service.narrative.frames.pair import PairFrame


class FlagFrame(PairFrame):
    """Reads red flags: "ca prostate", "abscess of the psoas", "takes daily prednisone", "getting weaker"."""

    name = "flag"
    head, slot, limb = "danger", "matter", "mover"
    hindered = MappingProxyType({"steroid": "short"})  # a taper, a course of days, an injection
    at_slot = frozenset({"infection"})
    kinds = frozenset({"danger", "matter", "mover"})
    heads = frozenset({"danger"})
