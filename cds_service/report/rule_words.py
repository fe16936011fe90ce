"""What a rule said in a call, or why it said nothing, in one line."""

from cds_service.logic.rule_summary import RuleSummary, Verdict
from cds_service.model.sides import Side


def describe_verdict(summary: RuleSummary) -> str:
    """Return in one line what a rule said, or why it said nothing."""
    match summary.verdict:
        case Verdict.SILENT:
            return f"silent: {summary.lacking}"
        case Verdict.STOPPED:
            return f"stopped by {summary.stopped_by}"
        case Verdict.SILENCED:
            return f"stopped: {summary.stopped_by}"
        case Verdict.NOT_FOR_HOOK:
            return f"silent: only for {', '.join(sorted(summary.rule.hooks))}"
        case Verdict.NO_ORDER:
            return "silent: no order that it judges"
        case Verdict.HELD_BACK:
            return f"held back by rule {', '.join(summary.held_back_by)}"
        case Verdict.HIDDEN_FOR_ROLE:
            return "not shown to this user's role"
        case Verdict.NOTHING_TO_OFFER:
            return "silent: none of its suggestions can be made in this call"
        case Verdict.SPOKE:
            return f"spoke: {_describe_recommendation(summary)}"


def _describe_recommendation(summary: RuleSummary) -> str:
    recommendation = summary.recommendation
    assert recommendation is not None  # noqa: S101 - a rule that spoke has one
    side = "side not stated" if recommendation.side is Side.UNSTATED else f"{recommendation.side.value} side"
    count = len(recommendation.orders)
    orders = [f"{count} order{'' if count == 1 else 's'}"] if count else []
    return ", ".join([recommendation.advice.level, side.replace("both side", "both sides"), *orders])
