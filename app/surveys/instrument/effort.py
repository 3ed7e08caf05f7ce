"""What a form costs an owner on a phone: answers, turns of the page, cards. Counted, not timed.

An answer is one tap on a choice, a turn is one tap on "Start", "Next" or "Send", a card is what
stands on the screen at one time. A page whose last tap is certain (the last question of a deck,
the last of "at most three", "none of these") opens the next page by itself and takes no turn, for
a finger; keys press "Next". The tests count the same with a scripted owner on the real pages in
Chromium, so this cannot drift away from them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.surveys.instrument.flow import ELDER, FULL, Offer, make_offer, sections_for
from app.surveys.instrument.model import Instrument, Item, ItemKind, Section

START_AND_SEND = 2
DEALT_FROM = 2  # so many questions of one tap each are dealt one at a time
# Taps of the whole form each profile aims at: areas in depth, or large text.
TARGETS = {(FULL, 3): 42, (FULL, 6): 52, (FULL, 9): 61, (ELDER, 3): 15}


@dataclass(frozen=True, slots=True)
class Effort:
    """What one household's form takes.

    Attributes:
        answers: Taps on choices.
        turns: Taps that only lead on, "Start" and "Send" included; pages that open the next one by
            themselves take none.
        cards: Screens with questions.
    """

    answers: int
    turns: int
    cards: int

    @property
    def taps(self) -> int:
        """Return all taps together."""
        return self.answers + self.turns


def form_effort(
    instrument: Instrument, offer: Offer, form: str = FULL, *, meets_all: bool = False
) -> Effort:
    """Count the form of a household that answers everything and writes no words.

    Args:
        instrument: The questionnaire.
        offer: What the household is offered.
        form: ``full`` or ``elder``.
        meets_all: Every condition applies to it; otherwise none does, and it ticks only that.
    """
    items = {item.code: item for item in instrument.items}
    answers = cards = 0
    pages = sections_for(instrument, offer, form, None if meets_all else {})
    turns = START_AND_SEND
    for section in pages:
        shown = [items[code] for code in section.items]
        areas = {item.area for item in shown} if section.kind == "tolerance" else {None}
        turns += 0 if _opens_next(section, shown, meets_all=meets_all) else len(areas)
        answers += _answers(section, shown, meets_all=meets_all)
        cards += len(shown) if _is_dealt(section, shown) else 1
    return Effort(answers, turns, cards)


def least_and_most(
    instrument: Instrument, *, areas_offered: int, form: str = FULL, meets_all: bool = False
) -> tuple[Effort, Effort]:
    """Return the effort of the block with the fewest taps and of the one with the most."""
    blocks = 1 if instrument.blocks is None else len(instrument.blocks.blocks)
    efforts = [
        form_effort(
            instrument,
            make_offer(instrument, block=block, areas_offered=areas_offered),
            form,
            meets_all=meets_all,
        )
        for block in range(blocks)
    ]
    return min(efforts, key=lambda one: one.taps), max(efforts, key=lambda one: one.taps)


def effort_lines(instrument: Instrument, language: str) -> Iterable[str]:
    """Say what each profile costs, shortest to longest block, and with every condition met."""
    forms = [(FULL, areas) for areas in sorted(instrument.minutes)]
    if instrument.elder_minutes is not None:
        forms.append((ELDER, next(iter(sorted(instrument.minutes)), len(instrument.areas))))
    for form, areas in forms:
        least, most = least_and_most(instrument, areas_offered=areas, form=form)
        _, all_met = least_and_most(instrument, areas_offered=areas, form=form, meets_all=True)
        values = {
            "form": form,
            "areas": areas,
            "answers": _span(least.answers, most.answers),
            "turns": most.turns,
            "cards": _span(least.cards, most.cards),
            "taps": _span(least.taps, most.taps),
            "target": TARGETS.get((form, areas), "–"),
            "all_answers": all_met.answers,
            "all_taps": all_met.taps,
        }
        yield _LINES[language.startswith("zh"), form == ELDER].format_map(values)


_LINES = {
    (True, False): "工作量，细问 {areas} 个方面：选择 {answers} 次，翻页 {turns} 次，{cards} 屏，"
    "一共点 {taps} 次（目标 {target}）；情况全都有时选择 {all_answers} 次，一共点 {all_taps} 次",
    (True, True): "工作量，大字版：选择 {answers} 次，翻页 {turns} 次，{cards} 屏，一共点 {taps} 次"
    "（目标 {target}）",
    (False, False): "Effort, {areas} areas in depth: {answers} answers, {turns} turns, {cards} "
    "cards, {taps} taps (target {target}); with every condition met {all_answers} answers, "
    "{all_taps} taps in all",
    (False, True): "Effort, large text: {answers} answers, {turns} turns, {cards} cards, "
    "{taps} taps (target {target})",
}


def _answers(section: Section, items: list[Item], *, meets_all: bool) -> int:
    ticks = [item for item in items if item.kind is ItemKind.TICK]
    if ticks:
        if section.at_most is not None:
            return min(section.at_most, len(ticks))
        return sum(not item.exclusive for item in ticks) if meets_all else 1
    if section.kind == "comment":  # no words, so nobody has to reply
        return 0
    return sum(item.kind in (ItemKind.RATE, ItemKind.CHOICE) for item in items)


def _is_dealt(section: Section, items: list[Item]) -> bool:
    if section.kind == "tolerance":
        return True
    return len(items) >= DEALT_FROM and all(_is_one_tap(item) for item in items)


def _opens_next(section: Section, items: list[Item], *, meets_all: bool) -> bool:
    if section.kind in ("tolerance", "comment"):
        return section.kind == "tolerance"
    ticks = [item for item in items if item.kind is ItemKind.TICK]
    if ticks and section.at_most is not None:
        return len(ticks) >= section.at_most
    if ticks:
        return not meets_all and any(item.exclusive for item in ticks)
    return all(_is_one_tap(item) for item in items)


def _is_one_tap(item: Item) -> bool:
    return item.kind in (ItemKind.RATE, ItemKind.CHOICE)


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"
