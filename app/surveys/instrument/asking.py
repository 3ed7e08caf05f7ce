"""The ways a section can ask, and the items each of them makes, in the order of the vector."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.surveys.instrument.draft import Draft
from app.surveys.instrument.model import Area, Item, ItemKind, ItemRole, Option, Text
from app.surveys.instrument.spec import OptionSpec, QuestionSpec, SectionSpec

_NO_PREFIX = frozenset({"loyalty", "noticed"})  # their questions carry the whole item code
_TOLERANCE_ROLES = {
    "importance": ItemRole.IMPORTANCE,
    "adequate": ItemRole.ADEQUATE,
    "desired": ItemRole.DESIRED,
    "perceived": ItemRole.PERCEIVED,
    "performance": ItemRole.PERCEIVED,
}


@dataclass(frozen=True, slots=True)
class _Shape:
    """What belongs to one form of asking: the section kind, its measures and its keys."""

    kind: str
    measures: frozenset[str]
    needs: frozenset[str]
    may: frozenset[str] = frozenset()


_SHAPES = {
    "tick options": _Shape("ticks", frozenset({"experience"}), frozenset({"options"})),
    "rate overall": _Shape("rate", frozenset({"overall"}), frozenset({"on"})),
    "rate areas": _Shape("rate", frozenset({"performance"}), frozenset({"on"})),
    "rate offered areas": _Shape(
        "tolerance", frozenset(_TOLERANCE_ROLES), frozenset({"on"}), frozenset({"wording"})
    ),
    "rate attributes": _Shape("rate", frozenset({"performance"}), frozenset({"on"})),
    "rate statements": _Shape(
        "rate",
        frozenset({"handling", "relationship", "loyalty"}),
        frozenset({"questions"}),
        frozenset({"on", "show_if", "offer"}),
    ),
    "pick areas": _Shape("pick", frozenset({"importance"}), frozenset({"up to"})),
    "choose questions": _Shape(
        "choices",
        frozenset({"noticed", "profile", "handling"}),
        frozenset({"questions"}),
        frozenset({"show_if"}),
    ),
    "write comments": _Shape(
        "comment", frozenset({"comment"}), frozenset({"questions"}), frozenset({"contact"})
    ),
}


_Made = Iterator[tuple[Item, str]]


def _asked(draft: Draft, spec: SectionSpec, path: str) -> str | None:
    """Name the form of asking, e.g. ``rate areas``, or None when it is not one of ours."""
    ask = spec.ask
    verbs = {
        verb: what
        for verb in ("rate", "pick", "tick", "choose", "write")
        if (what := getattr(ask, verb)) is not None
    }
    if len(verbs) != 1:
        draft.refuse(f"{path}.ask", "one_verb", count=len(verbs))
        return None
    asked = " ".join(next(iter(verbs.items())))
    shape = _SHAPES[asked]
    given = {
        "on": ask.on,
        "up to": ask.up_to,
        "options": spec.options,
        "questions": spec.questions,
        "wording": spec.wording,
        "contact": spec.contact,
        "offer": spec.offer,
        "show_if": spec.show_if,
    }
    for key, value in given.items():
        where = f"{path}.ask.{key}" if key in ("on", "up to") else f"{path}.{key}"
        if key in shape.needs and not value:
            draft.refuse(where, "missing_key", key=key)
        elif value and key not in shape.needs | shape.may:
            draft.refuse(where, "misplaced_key", key=key, asked=asked)
    for i, measure in enumerate(spec.measures):
        if measure not in shape.measures:
            words = ", ".join(sorted(shape.measures))
            where = f"{path}.measures[{i}]"
            draft.refuse(where, "unknown_word", word=measure, allowed=words)
    return asked if set(spec.measures) <= shape.measures else None


def _fill(text: Text, area: Area) -> Text:
    """Put the name of an area into a question."""
    return Text(
        {
            language: words.replace("{area}", area.name.plain(language))
            for language, words in text.by_language.items()
        }
    )


def _scale(spec: SectionSpec, measure: str = "all") -> str | None:
    on = spec.ask.on or {}
    return on.get(measure) or on.get("all")  # type: ignore[call-overload]


def _options(draft: Draft, specs: list[OptionSpec], path: str) -> tuple[Option, ...]:
    seen: set[str] = set()
    options = []
    for i, one in enumerate(specs):
        if one.code in seen:
            draft.refuse(f"{path}.options[{i}].code", "repeated_code", word=one.code)
        seen.add(one.code)
        options.append(Option(one.code, draft.text(one.text, f"{path}.options[{i}].text")))
    return tuple(options)


def _ticks(draft: Draft, spec: SectionSpec, path: str, _areas: tuple[Area, ...]) -> _Made:
    for i, one in enumerate(spec.options):
        where = f"{path}.options[{i}]"
        yield (
            Item(
                code=f"experience.{one.code}",
                kind=ItemKind.TICK,
                role=ItemRole.EXPERIENCE,
                section=spec.id,
                text=draft.text(one.text, f"{where}.text"),
                exclusive=one.exclusive,
            ),
            where,
        )


def _overall(draft: Draft, spec: SectionSpec, path: str, _areas: tuple[Area, ...]) -> _Made:
    text = draft.text(spec.text, f"{path}.text", spec.id)
    item = Item("overall", ItemKind.RATE, ItemRole.OVERALL, spec.id, text, _scale(spec))
    yield item, path


def _rated_areas(_draft: Draft, spec: SectionSpec, path: str, areas: tuple[Area, ...]) -> _Made:
    for area in areas:
        yield (
            Item(
                code=f"area.{area.code}",
                kind=ItemKind.RATE,
                role=ItemRole.PERFORMANCE,
                section=spec.id,
                text=area.name,
                scale=_scale(spec),
                area=area.code,
                hint=area.hint,
            ),
            path,
        )


def _picked_areas(_draft: Draft, spec: SectionSpec, path: str, areas: tuple[Area, ...]) -> _Made:
    for area in areas:
        yield (
            Item(
                code=f"priority.{area.code}",
                kind=ItemKind.TICK,
                role=ItemRole.PRIORITY,
                section=spec.id,
                text=area.name,
                area=area.code,
                hint=area.hint,
            ),
            path,
        )


def _tolerance(draft: Draft, spec: SectionSpec, path: str, areas: tuple[Area, ...]) -> _Made:
    wording = {
        measure: draft.text(words, f"{path}.wording.{measure}")
        for measure, words in spec.wording.items()
    }
    for area in areas:
        for measure in spec.measures:
            role = _TOLERANCE_ROLES[measure]
            text = wording.get(measure)
            yield (
                Item(
                    code=f"tolerance.{area.code}.{role.value}",
                    kind=ItemKind.RATE,
                    role=role,
                    section=spec.id,
                    text=area.name if text is None else _fill(text, area),
                    scale=_scale(spec, measure),
                    area=area.code,
                    in_block=True,
                ),
                path,
            )


def _attributes(_draft: Draft, spec: SectionSpec, _path: str, areas: tuple[Area, ...]) -> _Made:
    for i, area in enumerate(areas):
        for j, one in enumerate(area.attributes):
            yield (
                Item(
                    code=f"attribute.{area.code}.{one.code}",
                    kind=ItemKind.RATE,
                    role=ItemRole.PERFORMANCE,
                    section=spec.id,
                    text=one.text,
                    scale=_scale(spec),
                    area=area.code,
                    attribute=one.code,
                    in_block=True,
                    show_if=None if one.show_if is None else f"experience.{one.show_if}",
                ),
                f"areas[{i}].attributes[{j}]",
            )


def _question_code(spec: SectionSpec, question: QuestionSpec) -> str:
    measure = spec.measures[0]
    return question.code if measure in _NO_PREFIX else f"{measure}.{question.code}"


def _statements(draft: Draft, spec: SectionSpec, path: str, _areas: tuple[Area, ...]) -> _Made:
    for i, one in enumerate(spec.questions):
        where = f"{path}.questions[{i}]"
        if one.on is None and _scale(spec) is None:
            draft.refuse(where, "missing_key", key="on")
        if one.options:
            draft.refuse(f"{where}.options", "misplaced_key", key="options", asked="statements")
        yield (
            Item(
                code=_question_code(spec, one),
                kind=ItemKind.RATE,
                role=ItemRole(spec.measures[0]),
                section=spec.id,
                text=draft.text(one.text, f"{where}.text"),
                scale=one.on or _scale(spec),
                in_block=spec.offer is not None,
                show_if=None if spec.show_if is None else f"experience.{spec.show_if}",
                hint=draft.optional(one.hint, f"{where}.hint"),
                reverse=one.reverse,
                elder=one.elder,
            ),
            where,
        )


def _choices(draft: Draft, spec: SectionSpec, path: str, _areas: tuple[Area, ...]) -> _Made:
    for i, one in enumerate(spec.questions):
        where = f"{path}.questions[{i}]"
        if not one.options:
            draft.refuse(where, "missing_key", key="options")
        yield (
            Item(
                code=_question_code(spec, one),
                kind=ItemKind.CHOICE,
                role=ItemRole(spec.measures[0]),
                section=spec.id,
                text=draft.text(one.text, f"{where}.text"),
                options=_options(draft, one.options, where),
                show_if=None if spec.show_if is None else f"experience.{spec.show_if}",
                hint=draft.optional(one.hint, f"{where}.hint"),
                elder=one.elder,
            ),
            where,
        )


def _comments(draft: Draft, spec: SectionSpec, path: str, _areas: tuple[Area, ...]) -> _Made:
    for i, one in enumerate(spec.questions):
        where = f"{path}.questions[{i}]"
        yield (
            Item(
                code=f"comment.{one.code}",
                kind=ItemKind.TEXT,
                role=ItemRole.COMMENT,
                section=spec.id,
                text=draft.text(one.text, f"{where}.text"),
                hint=draft.optional(one.hint, f"{where}.hint"),
                elder=one.elder,
            ),
            where,
        )
    if spec.contact is not None:
        yield from _contact(draft, spec, f"{path}.contact")


def _contact(draft: Draft, spec: SectionSpec, path: str) -> _Made:
    contact = spec.contact
    if contact is None:
        return
    wishes = tuple(
        Option(code, draft.text(getattr(contact, code), f"{path}.{code}"))
        for code in ("office_or_hq", "hq_only", "no_reply")
    )
    wish = Item(
        code="contact",
        kind=ItemKind.CHOICE,
        role=ItemRole.CONTACT,
        section=spec.id,
        text=draft.text(contact.text, f"{path}.text"),
        options=wishes,
        hint=draft.optional(contact.hint, f"{path}.hint"),
    )
    yield wish, path
    parts = {"way": contact.way, "when": contact.when, "number": contact.number}
    for code, part in parts.items():
        if part is not None:
            where = f"{path}.{code}"
            yield (
                Item(
                    code=f"contact.{code}",
                    kind=ItemKind.CHOICE if part.options else ItemKind.TEXT,
                    role=ItemRole.CONTACT,
                    section=spec.id,
                    text=draft.text(part.text, f"{where}.text"),
                    options=_options(draft, part.options, where),
                ),
                where,
            )


_Maker = Callable[[Draft, SectionSpec, str, tuple[Area, ...]], _Made]
_MAKERS: Mapping[str, _Maker] = {
    "tick options": _ticks,
    "rate overall": _overall,
    "rate areas": _rated_areas,
    "rate offered areas": _tolerance,
    "rate attributes": _attributes,
    "rate statements": _statements,
    "pick areas": _picked_areas,
    "choose questions": _choices,
    "write comments": _comments,
}


def make_items(
    draft: Draft, spec: SectionSpec, path: str, areas: tuple[Area, ...]
) -> tuple[str, tuple[Item, ...]]:
    """Make the items of a section.

    Args:
        draft: Takes the texts, sources and problems.
        spec: The section as read.
        path: Where it stands in the file.
        areas: All areas of the instrument.

    Returns:
        The kind of the section and its items; no items when it cannot be understood.
    """
    asked = _asked(draft, spec, path)
    if asked is None:
        return "rate", ()
    items = []
    for item, source in _MAKERS[asked](draft, spec, path, areas):
        if item.code in draft.sources:
            draft.refuse(source, "repeated_code", word=item.code)
        draft.sources.setdefault(item.code, source)
        items.append(item)
    return _SHAPES[asked].kind, tuple(items)
