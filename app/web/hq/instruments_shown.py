"""What the pages about questionnaires show: items, offers, minutes, losses, lines of a file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.i18n import current_language
from app.surveys.campaign.models import Campaign
from app.surveys.instrument.effort import least_and_most
from app.surveys.instrument.exchange.losses import Level, Loss
from app.surveys.instrument.flow import ELDER, FULL
from app.surveys.instrument.model import Instrument, Item, ItemKind, Text
from app.surveys.instrument.problems import Problem
from app.surveys.instrument.timing import longest_seconds
from app.web.hq.instruments_words import loss_place, loss_sentence, problem_sentence, role_word

_FOLDED = 8  # so many losses of one kind stand open; more are folded


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item as the page of a version lists it."""

    code: str
    role: str
    texts: tuple[tuple[str, str], ...]
    answers: str
    condition: str
    is_elder: bool


@dataclass(frozen=True, slots=True)
class SectionRows:
    """One section with its items."""

    name: str
    title: str
    texts: tuple[tuple[str, str], ...]
    is_elder: bool
    rows: tuple[ItemRow, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What one form costs a home: promised minutes, the model's longest, taps."""

    form: str
    areas: int
    promised: int | None
    seconds: int
    taps: tuple[int, int]


@dataclass(frozen=True, slots=True)
class LossGroup:
    """Losses of one kind: what they say, and about what."""

    level: Level
    sentences: tuple[tuple[str, str, str], ...]

    @property
    def has_place(self) -> bool:
        """Say whether any of them has a place or a subject."""
        return any(place or subject for place, subject, _sentence in self.sentences)

    @property
    def is_mixed(self) -> bool:
        """Say whether the sentences differ."""
        return len({sentence for _place, _subject, sentence in self.sentences}) > 1

    @property
    def is_folded(self) -> bool:
        """Say whether there are too many to stand open."""
        return len(self.sentences) > _FOLDED


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding with its sentence and, for an import, its cell."""

    problem: Problem
    sentence: str
    cell: str = ""


def section_rows(instrument: Instrument) -> list[SectionRows]:
    """List the sections with their items, each in all languages."""
    items = {item.code: item for item in instrument.items}
    language = current_language()
    return [
        SectionRows(
            name=section.id,
            title=section.title.plain(language),
            texts=_texts(instrument, section.text),
            is_elder=section.elder,
            rows=tuple(_item_row(instrument, items[code]) for code in section.items),
        )
        for section in instrument.sections
    ]


def profiles(instrument: Instrument) -> list[Profile]:
    """List what each form costs, by areas in depth, and the large-text form."""
    if not instrument.areas:
        return []
    kinds = [(FULL, areas) for areas in offered_numbers(instrument)]
    if any(not section.elder for section in instrument.sections):
        kinds.append((ELDER, offered_numbers(instrument)[0]))
    found = []
    for form, areas in kinds:
        least, most = least_and_most(instrument, areas_offered=areas, form=form)
        promised = instrument.elder_minutes if form == ELDER else instrument.minutes.get(areas)
        seconds = round(longest_seconds(instrument, areas_offered=areas, form=form))
        found.append(Profile(form, areas, promised, seconds, (least.taps, most.taps)))
    return found


def offered_numbers(instrument: Instrument) -> list[int]:
    """List how many areas may be asked in depth."""
    count = len(instrument.areas)
    if instrument.blocks is None:
        return [count]
    block = len(instrument.blocks.blocks[0])
    possible = {block, count - block, count}
    known = sorted({areas for _bound, areas in instrument.blocks.sizes} & possible)
    return known or [count]


def block_rows(instrument: Instrument) -> list[tuple[int, str]]:
    """List the blocks with the names of their areas."""
    if instrument.blocks is None:
        return []
    language = current_language()
    comma = ", " if language == "en" else "、"
    return [
        (place, comma.join(instrument.area(code).name.plain(language) for code in block))
        for place, block in enumerate(instrument.blocks.blocks, 1)
    ]


def missing_translations(instrument: Instrument) -> list[tuple[str, str]]:
    """List texts that lack a language of the questionnaire: where, and which language."""
    found: list[tuple[str, str]] = []
    for where, text in _all_texts(instrument):
        has_any = any(words.strip() for words in text.by_language.values())
        found += (
            (where, language)
            for language in instrument.languages
            if has_any and not text.by_language.get(language, "").strip()
        )
    return found


def uses(campaigns: Iterable[Campaign], digest: str) -> list[Campaign]:
    """List the campaigns that ask a version."""
    return [one for one in campaigns if one.instrument_digest == digest]


def loss_groups(losses: Sequence[Loss]) -> list[LossGroup]:
    """Group losses by what they are: the heavy ones first."""
    groups: dict[tuple[Level, str], list[Loss]] = {}
    for loss in losses:
        groups.setdefault((loss.level, loss.code), []).append(loss)
    order = [Level.REFUSED, Level.LOST, Level.GUESSED, Level.ALONE]
    return [
        LossGroup(
            level, tuple((loss_place(one), one.subject, loss_sentence(one)) for one in members)
        )
        for (level, _code), members in sorted(groups.items(), key=lambda g: order.index(g[0][0]))
    ]


def loss_count(losses: Sequence[Loss]) -> dict[Level, int]:
    """Count losses by level."""
    return {level: sum(one.level is level for one in losses) for level in Level}


def finding_rows(problems: Iterable[Problem]) -> list[FindingRow]:
    """Say what is wrong with a file, by line."""
    return [FindingRow(one, problem_sentence(one)) for one in problems]


def _item_row(instrument: Instrument, item: Item) -> ItemRow:
    return ItemRow(
        code=item.code,
        role=role_word(item.role),
        texts=_texts(instrument, item.text),
        answers=_answers(instrument, item),
        condition=_condition(instrument, item),
        is_elder=item.elder,
    )


def _answers(instrument: Instrument, item: Item) -> str:
    language = current_language()
    comma = ", " if language == "en" else "、"
    if item.kind is ItemKind.CHOICE:
        return comma.join(option.text.plain(language) for option in item.options)
    scale = instrument.scales.get(item.scale or "")
    if scale is None:
        return ""
    missing = [text.plain(language) for text in scale.missing.values()]
    return comma.join([f"{scale.points[0]}–{scale.points[-1]}", *missing])


def _condition(instrument: Instrument, item: Item) -> str:
    found = [one for one in instrument.items if one.code == item.show_if]
    if item.show_if and not found:
        return item.show_if
    return found[0].text.plain(current_language()) if found else ""


def _texts(instrument: Instrument, text: Text) -> tuple[tuple[str, str], ...]:
    return tuple((language, text.plain(language)) for language in instrument.languages)


def _all_texts(instrument: Instrument) -> Iterable[tuple[str, Text]]:
    yield "title", instrument.title
    yield from instrument.texts.items()
    yield from instrument.departments.items()
    for area in instrument.areas:
        yield area.code, area.name
        yield area.code, area.hint
    for scale in instrument.scales.values():
        for point, label in scale.labels.items():
            yield f"{scale.code} {point}", label
        yield from ((f"{scale.code} {code}", text) for code, text in scale.missing.items())
    for section in instrument.sections:
        yield section.id, section.title
        yield section.id, section.text
        if section.hint is not None:
            yield section.id, section.hint
    for item in instrument.items:
        yield item.code, item.text
        if item.hint is not None:
            yield item.code, item.hint
        yield from ((f"{item.code} {option.code}", option.text) for option in item.options)
