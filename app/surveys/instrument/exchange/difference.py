"""What changed between two versions, and whether answers stay comparable."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.surveys.instrument.model import Instrument, Item, Scale, Section, Text


class Weight(StrEnum):
    """What a change means for the answers of earlier campaigns."""

    BREAKING = "breaking"  # the same code means something else, or is gone: no series across it
    ADDED = "added"  # asked from now on; earlier answers do not have it
    WORDING = "wording"  # only words: the meaning must stay the same, somebody says whether
    AROUND = "around"  # words around the questions, minutes, who is asked what


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        weight: What it means for comparisons.
        kind: What changed, e.g. ``item_gone``, ``text``, ``scale_points``.
        subject: Item, section, scale or other thing it is about.
        language: Language of a changed text; empty otherwise.
        before: As it was.
        after: As it is.
    """

    weight: Weight
    kind: str
    subject: str
    language: str = ""
    before: str = ""
    after: str = ""


_ORDER = list(Weight)


def difference(before: Instrument, after: Instrument) -> tuple[Change, ...]:
    """List the changes from one version to another, the heaviest first."""
    changes = [
        *_items(before, after),
        *_scales(before.scales, after.scales),
        *_sections(before, after),
        *_areas(before, after),
        *_around(before, after),
    ]
    return tuple(sorted(changes, key=lambda one: _ORDER.index(one.weight)))


def is_comparable(changes: Sequence[Change]) -> bool:
    """Say whether answers of both versions can stand in one series."""
    return all(one.weight is not Weight.BREAKING for one in changes)


def _texts(
    subject: str, before: Text | None, after: Text | None, weight: Weight = Weight.WORDING
) -> Iterator[Change]:
    old = {} if before is None else before.by_language
    new = {} if after is None else after.by_language
    for language in dict.fromkeys([*old, *new]):
        one, other = old.get(language, ""), new.get(language, "")
        if one != other:
            yield Change(weight, "text", subject, language, one, other)


def _items(before: Instrument, after: Instrument) -> Iterator[Change]:
    old = {item.code: item for item in before.items}
    new = {item.code: item for item in after.items}
    for code, item in old.items():
        if code not in new:
            yield Change(Weight.BREAKING, "item_gone", code, before=_first(item.text))
    for code, item in new.items():
        if code not in old:
            yield Change(Weight.ADDED, "item_added", code, after=_first(item.text))
        else:
            yield from _item(old[code], item)
    shared = [code for code in old if code in new]
    if shared != [code for code in new if code in old]:
        yield Change(Weight.WORDING, "items_moved", "")


def _item(old: Item, new: Item) -> Iterator[Change]:
    for kind, one, other in (
        ("item_kind", old.kind.value, new.kind.value),
        ("item_role", old.role.value, new.role.value),
        ("item_scale", old.scale or "", new.scale or ""),
        ("item_condition", old.show_if or "", new.show_if or ""),
        ("item_reverse", str(old.reverse), str(new.reverse)),
        ("item_area", old.area or "", new.area or ""),
    ):
        if one != other:
            yield Change(Weight.BREAKING, kind, new.code, before=one, after=other)
    yield from _texts(new.code, old.text, new.text)
    yield from _texts(new.code, old.hint, new.hint)
    known = {option.code: option.text for option in old.options}
    for option in new.options:
        subject = f"{new.code}: {option.code}"
        if option.code in known:
            yield from _texts(subject, known.pop(option.code), option.text)
        else:
            yield Change(Weight.BREAKING, "option_added", subject, after=_first(option.text))
    for code, text in known.items():
        yield Change(Weight.BREAKING, "option_gone", f"{new.code}: {code}", before=_first(text))


def _scales(before: Mapping[str, Scale], after: Mapping[str, Scale]) -> Iterator[Change]:
    for code, scale in after.items():
        old = before.get(code)
        if old is None:
            continue  # said by the items that use it
        for kind, one, other in (
            ("scale_points", old.points, scale.points),
            ("scale_satisfied", old.satisfied, scale.satisfied),
            ("scale_missing", tuple(old.missing), tuple(scale.missing)),
        ):
            if one != other:
                yield Change(Weight.BREAKING, kind, code, "", _listed(one), _listed(other))
        for point in dict.fromkeys([*old.labels, *scale.labels]):
            yield from _texts(f"{code}: {point}", old.labels.get(point), scale.labels.get(point))
        for name in dict.fromkeys([*old.missing, *scale.missing]):
            if name in old.missing and name in scale.missing:
                yield from _texts(f"{code}: {name}", old.missing[name], scale.missing[name])


def _sections(before: Instrument, after: Instrument) -> Iterator[Change]:
    old = {section.id: section for section in before.sections}
    new = {section.id: section for section in after.sections}
    for name, section in new.items():
        if name in old:
            yield from _section(old[name], section)
    if [name for name in old if name in new] != [name for name in new if name in old]:
        # What stands before colours what comes after.
        yield Change(Weight.BREAKING, "sections_moved", "", "", _listed(old), _listed(new))


def _section(old: Section, new: Section) -> Iterator[Change]:
    for kind, one, other, weight in (
        ("section_kind", old.kind, new.kind, Weight.BREAKING),
        ("at_most", old.at_most, new.at_most, Weight.BREAKING),
        ("required", old.required, new.required, Weight.AROUND),
        ("elder", old.elder, new.elder, Weight.AROUND),
        ("rotate", old.rotate, new.rotate, Weight.AROUND),
    ):
        if one != other:
            yield Change(weight, kind, new.id, "", str(one), str(other))
    yield from _texts(new.id, old.title, new.title)
    yield from _texts(new.id, old.text, new.text)
    yield from _texts(new.id, old.hint, new.hint)


def _areas(before: Instrument, after: Instrument) -> Iterator[Change]:
    old = {area.code: area for area in before.areas}
    new = {area.code: area for area in after.areas}
    if list(old) != list(new):
        yield Change(Weight.BREAKING, "areas", "", "", _listed(old), _listed(new))
    for code, area in new.items():
        if code not in old:
            continue
        if old[code].department != area.department:
            yield Change(
                Weight.AROUND, "department", code, "", old[code].department, area.department
            )
        marks = {one.code: one for one in old[code].attributes}
        for one in area.attributes:
            known = marks.get(one.code)
            if known is None:
                continue  # said by its item
            was = (known.factor, known.element, known.complaint_class, *known.departments)
            now = (one.factor, one.element, one.complaint_class, *one.departments)
            if was != now:
                subject = f"{code}.{one.code}"
                yield Change(Weight.AROUND, "handbook", subject, "", _listed(was), _listed(now))


def _around(before: Instrument, after: Instrument) -> Iterator[Change]:
    yield from _texts("title", before.title, after.title, Weight.AROUND)
    for name in dict.fromkeys([*before.texts, *after.texts]):
        yield from _texts(name, before.texts.get(name), after.texts.get(name), Weight.AROUND)
    for kind, one, other in (
        ("languages", before.languages, after.languages),
        ("minutes", _pairs(before.minutes), _pairs(after.minutes)),
        ("valid_needs", _pairs(before.valid_needs), _pairs(after.valid_needs)),
    ):
        if one != other:
            yield Change(Weight.AROUND, kind, "", "", _listed(one), _listed(other))
    if before.blocks != after.blocks:
        yield Change(Weight.AROUND, "blocks", "")


def _pairs(values: Mapping[int, int] | Mapping[str, int]) -> tuple[str, ...]:
    return tuple(f"{key}: {value}" for key, value in values.items())


def _listed(values: object) -> str:
    return ", ".join(str(one) for one in values)  # type: ignore[attr-defined]


def _first(text: Text) -> str:
    return next(iter(text.by_language.values()), "")
