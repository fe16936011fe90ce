"""Measure every card and make a sheet to judge them: `python -m benchmarks.cards [--read A.csv B.csv]`."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.cards.answers import report
from benchmarks.cards.collected import ROOT, Row, all_rows, collect
from benchmarks.cards.measures import WINDOW_HEIGHT, Measured, find_faults, measure
from benchmarks.cards.sheet import choose, render_sheet
from cds_service.knowledge import load_knowledge, shipped_cards

OUTPUT = ROOT / "build" / "cards"


def main() -> None:
    """Write the sheet and the table, and end with an error if a card is too long, too hard or hides its button."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--read", nargs="+", type=Path, metavar="CSV", help="read the sheets of one or more readers back"
    )
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder to write to")
    arguments = parser.parse_args()
    if arguments.read:
        print("\n".join(report(arguments.read)))
        return
    faults = _make(arguments.output)
    print("\n".join(faults) or "Every card is within the limits.")
    raise SystemExit(1 if faults else 0)


def _make(folder: Path) -> list[str]:
    from textstat import textstat  # installed for this target alone, as is the browser's driver

    from benchmarks.cards.browser import first_button_ends, open_sheet

    knowledge = load_knowledge(shipped_cards())
    cards = measure(collect(knowledge), textstat.flesch_kincaid_grade)
    rows = all_rows(knowledge)
    chosen = choose(cards, rows)
    folder.mkdir(parents=True, exist_ok=True)
    version = knowledge.content.edition.full_version
    sheet, everything = folder / "sheet.html", folder / "all.html"
    sheet.write_text(render_sheet([card.sighting for card in chosen], version), encoding="utf-8")
    everything.write_text(render_sheet([card.sighting for card in cards], version), encoding="utf-8")
    with open_sheet(everything.resolve()) as page:
        ends = first_button_ends(page, len(cards))
        page.evaluate("place => show(place)", max(range(len(cards)), key=lambda place: ends[place] or 0))
        page.screenshot(path=folder / "lowest-button.png")
    (folder / "table.txt").write_text("\n".join(_table(cards, ends)) + "\n", encoding="utf-8")
    print("\n".join(_summary(cards, ends, chosen, rows)), f"\nwritten: {sheet}, {folder / 'table.txt'}", sep="\n")
    return find_faults(cards, {card.sighting.summary: end for card, end in zip(cards, ends, strict=True)})


def _table(cards: Sequence[Measured], ends: Sequence[float | None]) -> list[str]:
    lines = [f"{'words':>5} {'grade':>5} {'button':>6}  card"]
    for card, end in sorted(zip(cards, ends, strict=True), key=lambda pair: -pair[0].words):
        place = "-" if end is None else f"{end:.0f}"
        lines.append(f"{card.words:>5} {card.grade:>5.1f} {place:>6}  {card.sighting.summary} ({card.sighting.title})")
    return lines


def _summary(
    cards: Sequence[Measured], ends: Sequence[float | None], chosen: Sequence[Measured], rows: Sequence[Row]
) -> list[str]:
    words, grades = [card.words for card in cards], [card.grade for card in cards]
    seen = {card.sighting.row for card in chosen}
    lowest = max((end for end in ends if end is not None), default=0)
    return [
        f"{len(cards)} distinct cards: words median {median(words):g}, most {max(words)}",
        f"grade of what is advised: median {median(grades):.1f}, highest {max(grades):.1f}",
        f"first button ends at {lowest:.0f} px at the lowest, of {WINDOW_HEIGHT}",
        f"sheet: {len(chosen)} cards of {len(seen)} rows of advice; not seen: "
        + (", ".join(str(row) for row in rows if row not in seen) or "none"),
    ]


if __name__ == "__main__":
    main()
