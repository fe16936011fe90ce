"""The builders of patterns, rules, ratings and the policy. Each rule is placed after the rules it refers to."""

from collections.abc import Iterable, Mapping
from functools import partial
from graphlib import CycleError, TopologicalSorter

from cds_service.knowledge.condition_builder import (
    ConditionBuilder,
    UnknownName,
    build_imaging_spec,
    note_unknown_names,
)
from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.knowledge.restraint import RestraintBuilder, with_restraint
from cds_service.knowledge.schema.rules import (
    AdviceKeys,
    AskRow,
    PatternsFile,
    PolicyFile,
    RatingRow,
    RatingsFile,
    RuleFile,
    SuppressionPolicyTable,
)
from cds_service.knowledge.schema.terminology import QUALIFIER_VALUES, FindingTable
from cds_service.model.conditions import Block, Condition, Spoke
from cds_service.model.content import (
    Advice,
    Ask,
    Caveat,
    ConditionalAsk,
    ImagingNote,
    Note,
    Pattern,
    Policy,
    RatingCriterion,
    Rule,
    Silence,
    Solo,
    Topic,
    WithheldImaging,
)
from cds_service.model.suppression import SuppressionPolicy
from cds_service.model.vocabulary import Citation

# Entries of a rule's `asks` that choose by published figures, with the regions those findings point to.
REGIONS_BY_EVIDENCE_ASK = {"evidence": ("hip", "spine"), "evidence.hip": ("hip",), "evidence.spine": ("spine",)}


def build_patterns(folder: ContentFolder, file: PatternsFile, builder: ConditionBuilder) -> tuple[Pattern, ...]:
    """Build the patterns, in the order of the file."""
    patterns = [
        note_unknown_names(
            folder,
            "patterns.toml",
            row.id,
            lambda row=row: Pattern(row.id, row.region, row.label, builder.build_block(row)),  # type: ignore[misc]  # bound at once
        )
        for row in file.pattern
    ]
    return tuple(pattern for pattern in patterns if pattern)


def build_rules(
    folder: ContentFolder,
    files: Mapping[str, RuleFile],
    builder: ConditionBuilder,
    findings: Mapping[str, FindingTable],
    caveats: Mapping[str, Caveat],
    restraint: RestraintBuilder,
) -> tuple[Rule, ...]:
    """Build the rules, each after the rules it refers to."""
    rules: dict[str, Rule] = {}
    for name, file in files.items():
        if name != f"rules/{file.id}.toml":
            folder.add_problem(name, "id", f"the file should be called rules/{file.id}.toml")
        rule = note_unknown_names(folder, name, "", partial(_build_rule, file, builder, findings, caveats, restraint))
        if rule:
            rules[rule.id] = rule
    return _sort_by_reference(folder, rules)


def _build_rule(
    file: RuleFile,
    builder: ConditionBuilder,
    findings: Mapping[str, FindingTable],
    caveats: Mapping[str, Caveat],
    restraint: RestraintBuilder,
) -> Rule:
    block = builder.build_outer_block(file)
    earned = restraint.build(file.id, file.restraint_since)
    advice = tuple(_build_advice(row, builder, findings, earned) for row in file.advice)
    return Rule(
        id=file.id,
        number=file.number,
        title=file.title,
        topic=Topic(file.topic.code, file.topic.display),
        about=file.about,
        hooks=frozenset(file.hooks),
        purpose=file.purpose,
        use=file.use,
        misuse=file.misuse,
        order=build_imaging_spec(file.order) if file.order else None,
        block=block,
        advice=advice,
        asks=_build_asks(file.asks, builder, findings),
        discriminator_regions=frozenset(
            region for ask in file.asks if isinstance(ask, str) for region in REGIONS_BY_EVIDENCE_ASK.get(ask, ())
        ),
        notes=tuple(Note(row.text, builder.build_block(row)) for row in file.note),
        cites=tuple(file.cites),
        caveats=tuple(_find_caveat(name, caveats) for name in file.caveats),
        overrides=tuple(file.overrides),
        depends_on=frozenset(
            name for part in (block, *(row.block for row in advice)) for name in _referenced_rules(part)
        ),
        restraint=earned,
    )


def _build_advice(
    row: AdviceKeys, builder: ConditionBuilder, findings: Mapping[str, FindingTable], earned: Block
) -> Advice:
    block = builder.build_outer_block(row)
    return Advice(
        level=row.level,
        card=row.card,
        offers=tuple(row.offer),
        block=with_restraint(block, earned) if row.restraint else block,
        hooks=frozenset(row.hooks) if row.hooks else None,
        select=row.select,
        cites=tuple(row.cites or ()),
        asks=None if row.asks is None else _build_asks(row.asks, builder, findings),
        is_restraint=row.restraint,
    )


def _build_asks(
    asks: Iterable[str | AskRow], builder: ConditionBuilder, findings: Mapping[str, FindingTable]
) -> tuple[ConditionalAsk, ...]:
    return tuple(
        ConditionalAsk(build_ask(ask, findings))
        if isinstance(ask, str)
        else ConditionalAsk(build_ask(ask.ask, findings), builder.build_block(ask))
        for ask in asks
        if not (isinstance(ask, str) and ask in REGIONS_BY_EVIDENCE_ASK)
    )


def _find_caveat(name: str, caveats: Mapping[str, Caveat]) -> Caveat:
    if name not in caveats:
        raise UnknownName(f"caveats: no caveat is called {name}{did_you_mean(name, caveats)}")
    return caveats[name]


def build_ask(name: str, findings: Mapping[str, FindingTable]) -> Ask:
    """Build what a card may name as not recorded: a finding, or "finding.qualifier".

    Raises:
        UnknownName: when there is no such finding or qualifier.
    """
    finding, _, qualifier = name.partition(".")
    if finding not in findings:
        raise UnknownName(f"asks: no finding is called {finding}{did_you_mean(finding, findings)}")
    if qualifier and qualifier not in QUALIFIER_VALUES:
        raise UnknownName(f"asks: no qualifier is called {qualifier}{did_you_mean(qualifier, QUALIFIER_VALUES)}")
    label = findings[finding].ask
    names_qualifier = not qualifier or label.startswith(qualifier)
    return Ask(finding, qualifier or None, label if names_qualifier else f"{qualifier} of {label}")


def _referenced_rules(condition: Condition) -> Iterable[str]:
    if isinstance(condition, Spoke):
        yield from condition.rules
    if isinstance(condition, Block):
        for part in (*condition.all, *condition.any, *condition.none):
            yield from _referenced_rules(part)


def _sort_by_reference(folder: ContentFolder, rules: dict[str, Rule]) -> tuple[Rule, ...]:
    for rule in rules.values():
        for name in sorted(rule.depends_on - rules.keys()):
            folder.add_problem(f"rules/{rule.id}.toml", "spoke", f"no rule is called {name}")
    by_number = sorted(rules.values(), key=lambda rule: rule.number)
    try:
        sorter = TopologicalSorter({rule.id: sorted(rule.depends_on & rules.keys()) for rule in by_number})
        return tuple(rules[name] for name in sorter.static_order())
    except CycleError as error:
        folder.add_problem("rules", "spoke", f"rules refer to each other in a cycle: {' -> '.join(error.args[1])}")
        return ()


def build_ratings(
    folder: ContentFolder,
    file: RatingsFile,
    builder: ConditionBuilder,
    citations: Mapping[str, Citation],
    restraint: RestraintBuilder,
) -> tuple[RatingCriterion, ...]:
    """Build the ratings, in the order of the file."""
    ratings = []
    for row in file.rating:
        build = partial(_build_rating, row, builder, citations, restraint)
        ratings.append(note_unknown_names(folder, "ratings.toml", row.id, build))
    return tuple(rating for rating in ratings if rating)


def _build_rating(
    row: RatingRow, builder: ConditionBuilder, citations: Mapping[str, Citation], restraint: RestraintBuilder
) -> RatingCriterion:
    if row.cites not in citations:
        raise UnknownName(f"cites: no source is called {row.cites}{did_you_mean(row.cites, citations)}")
    block = builder.build_block(row)
    if row.restraint:
        block = with_restraint(block, restraint.build(row.restraint))
    return RatingCriterion(row.id, row.rating, build_imaging_spec(row.order), block, citations[row.cites].url)


def build_policy(
    folder: ContentFolder,
    file: PolicyFile,
    patterns: PatternsFile,
    builder: ConditionBuilder,
    rules: frozenset[str],
    findings: Mapping[str, FindingTable],
) -> Policy | None:
    """Build the policy, which applies across rules."""
    flags = frozenset(name for name, table in findings.items() if table.kind == "flag")
    named = [
        (f"silence.{row.id}", name) for row in file.silence for name in (*(row.rules or ()), *(row.excepted or ()))
    ]
    named += [("solo", name) for row in file.solo for name in (row.rule, *row.beside)]
    named += [("suppression", name) for name in (*file.suppression.red_flags, *file.suppression.rules)]
    for key, name in named:
        if name not in rules:
            folder.add_problem("policy.toml", key, f"no rule is called {name}{did_you_mean(name, rules)}")
    return note_unknown_names(folder, "policy.toml", "", lambda: _build_policy(file, patterns, builder, rules, flags))


def _build_suppression(
    table: SuppressionPolicyTable, builder: ConditionBuilder, flags: frozenset[str]
) -> SuppressionPolicy:
    return SuppressionPolicy(
        days=table.days,
        red_flag_days=table.red_flag_days,
        critical_hours=table.critical_hours,
        red_flag_rules=frozenset(table.red_flags),
        rule_days=table.rules,
        flags=flags | {leaf.finding for name in table.returns_with for leaf in builder.build_group(name)},
    )


def _build_policy(
    file: PolicyFile, patterns: PatternsFile, builder: ConditionBuilder, rules: frozenset[str], flags: frozenset[str]
) -> Policy:
    silences = []
    for row in file.silence:
        silenced = frozenset(row.rules) if row.rules is not None else rules - frozenset(row.excepted or ())
        silences.append(Silence(row.id, row.label, silenced, builder.build_block(row)))
    return Policy(
        silences=tuple(silences),
        withheld_imaging=tuple(
            WithheldImaging(row.id, row.label, frozenset(row.modality), builder.build_block(row))
            for row in file.withhold
        ),
        duration_of=tuple(leaf for name in file.duration_of for leaf in builder.build_group(name)),
        undetermined=builder.build_block(patterns.undetermined),
        judged_regions=frozenset(file.judged.regions),
        rules_without_judged_order=frozenset(file.judged.excepted),
        imaging_notes=tuple(
            ImagingNote(row.id, frozenset(row.modality), Note(row.text, builder.build_block(row))) for row in file.note
        ),
        suppression=_build_suppression(file.suppression, builder, flags),
        solos=tuple(Solo(row.rule, frozenset(row.beside)) for row in file.solo),
        **file.limits.model_dump(),
    )
