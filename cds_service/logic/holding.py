"""Ask whether a block holds, where nobody needs to know why."""

from cds_service.logic.evaluation import evaluate
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.model.conditions import Block, Condition
from cds_service.model.outcome import Truth


def does_hold(block: Block, context: EvaluationContext) -> bool:
    """Return whether a block holds. Most need what the chart does not record, and some need nothing.

    Unlike `evaluate`, it stops at the first part of `any` that holds: no card lists the facts of the others.
    """
    if not (block.all or block.any or block.none):
        return True
    if block.has_anchor:
        return evaluate(block, context).truth is Truth.YES
    if not context.index.can_hold(block, context.side):
        return False
    return (
        all(_holds(part, context) for part in block.all)
        and (not block.any or any(_holds(part, context) for part in block.any))
        and not any(_holds(part, context) for part in block.none)
    )


def _holds(condition: Condition, context: EvaluationContext) -> bool:
    if isinstance(condition, Block):
        return does_hold(condition, context)
    return evaluate(condition, context).truth is Truth.YES
