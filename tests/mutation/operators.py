"""Ways of changing one place of a source file: a choice of cosmic-ray's own, and two that it lacks."""

from collections.abc import Iterator

import parso
from cosmic_ray.operators.boolean_replacer import AddNot
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import get_operator
from parso.python.tree import Keyword, PythonNode
from parso.tree import NodeOrLeaf

Span = tuple[tuple[int, int], tuple[int, int]]

# An operator becomes one that the same values allow. Others raise TypeError, so any test at all kills them; and
# "==" made "is" changes nothing for the enums and interned strings of this code.
_COMPARISONS = ("Eq_NotEq", "NotEq_Eq", "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt")
_COMPARISONS += ("Is_IsNot", "IsNot_Is")
_ARITHMETIC = ("Add_Sub", "Sub_Add", "Mul_Add", "FloorDiv_Mul", "Div_Mul", "Mod_Add", "BitOr_BitAnd", "BitAnd_BitOr")
_UNARY = ("Delete_Not", "USub_UAdd")
_OTHERS = (
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ExceptionReplacer",
    "NumberReplacer",
    "ZeroIterationForLoop",
)


def _is_negated_elsewhere(condition: NodeOrLeaf) -> bool:
    """Return whether changing an operator of the condition negates it: it must not count twice."""
    return condition.type in {"comparison", "not_test"}


class NegateCondition(AddNot):
    """Negates the condition of an `if`, `while` or `assert`, unless another operator does the same."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Span]:
        """Yield the condition's span."""
        for span in super().mutation_positions(node):
            if not _is_negated_elsewhere(node.children[2 if node.type == "test" else 1]):
                yield span


class NegateFilter(Operator):
    """Negates the condition of a comprehension: `for x in y if x` becomes `for x in y if not (x)`."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Span]:
        """Yield the condition's span, unless another operator negates it."""
        if isinstance(node, PythonNode) and node.type == "comp_if" and not _is_negated_elsewhere(node.children[1]):
            yield node.children[1].start_pos, node.children[1].end_pos

    def mutate(self, node: NodeOrLeaf, index: int) -> NodeOrLeaf:  # noqa: ARG002 - cosmic-ray passes it
        """Negate the condition."""
        node.children[1] = parso.parse(f" not ({node.children[1].get_code().strip()})")
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return an example."""
        return (Example("[x for x in y if x]", "[x for x in y if not (x)]"),)


class SwapMembership(Operator):
    """Exchanges `in` and `not in`."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Span]:
        """Yield the span of the operator."""
        if isinstance(node, PythonNode) and node.type == "comparison" and _is_membership(node.children[1]):
            yield node.children[1].start_pos, node.children[1].end_pos

    def mutate(self, node: NodeOrLeaf, index: int) -> NodeOrLeaf:  # noqa: ARG002 - cosmic-ray passes it
        """Exchange the two."""
        operator = node.children[1]
        swapped = " not in" if isinstance(operator, Keyword) else " in"
        node.children[1] = Keyword(swapped.strip(), operator.start_pos, prefix=" ")
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return an example."""
        return (Example("x in y", "x not in y"), Example("x not in y", "x in y"))


def _is_membership(operator: NodeOrLeaf) -> bool:
    return operator.get_code().split() in (["in"], ["not", "in"])


OPERATORS: dict[str, Operator] = {
    **{
        name: get_operator(f"core/{name}")()
        for name in (
            *(f"ReplaceComparisonOperator_{pair}" for pair in _COMPARISONS),
            *(f"ReplaceBinaryOperator_{pair}" for pair in _ARITHMETIC),
            *(f"ReplaceUnaryOperator_{pair}" for pair in _UNARY),
            *_OTHERS,
        )
    },
    "NegateCondition": NegateCondition(),
    "NegateFilter": NegateFilter(),
    "SwapMembership": SwapMembership(),
}
