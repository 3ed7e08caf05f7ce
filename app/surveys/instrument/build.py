"""From the read file to the frozen instrument."""

from app.surveys.instrument.asking import make_items
from app.surveys.instrument.draft import Draft
from app.surveys.instrument.model import (
    Area,
    Attribute,
    BlockDesign,
    Instrument,
    Item,
    Scale,
    Section,
)
from app.surveys.instrument.spec import AreaSpec, SectionSpec


def build_instrument(draft: Draft) -> Instrument:
    """Build the instrument of a draft; problems found on the way are in the draft."""
    spec = draft.spec
    areas = tuple(_area(draft, area, f"areas[{i}]") for i, area in enumerate(spec.areas))
    items: list[Item] = []
    sections = [
        _section(draft, section, f"sections[{i}]", areas, items)
        for i, section in enumerate(spec.sections)
    ]
    return Instrument(
        code=spec.instrument,
        version=spec.version,
        kind=spec.kind,
        languages=tuple(spec.languages),
        title=draft.text(spec.title, "title"),
        minutes=dict(spec.minutes.areas) if spec.minutes else {},
        scales=_scales(draft),
        areas=areas,
        blocks=_blocks(draft, areas),
        sections=tuple(sections),
        items=tuple(items),
        valid_needs=dict(spec.valid_needs),
        texts={c: draft.text(words, f"texts.{c}") for c, words in spec.texts.items()},
        departments={
            c: draft.text(words, f"departments.{c}") for c, words in spec.departments.items()
        },
        elder_minutes=spec.minutes.elder if spec.minutes else None,
    )


def _scales(draft: Draft) -> dict[str, Scale]:
    scales = {}
    for code, spec in draft.spec.scales.items():
        path = f"scales.{code}"
        scales[code] = Scale(
            code=code,
            points=tuple(spec.points),
            labels={
                p: draft.text(words, f"{path}.labels.{p}")
                for p, words in sorted(spec.labels.items())
            },
            satisfied=tuple(spec.satisfied),
            missing={
                c: draft.text(words, f"{path}.missing.{c}") for c, words in spec.missing.items()
            },
        )
    return scales


def refuse_repeats(draft: Draft) -> None:
    """Refuse sections, areas and attributes whose name was taken before."""
    codes: list[tuple[str, str]] = [
        (f"section {one.id}", f"sections[{i}].id") for i, one in enumerate(draft.spec.sections)
    ]
    for i, area in enumerate(draft.spec.areas):
        codes.append((f"area {area.code}", f"areas[{i}].code"))
        codes += (
            (f"attribute {i} {one.code}", f"areas[{i}].attributes[{j}].code")
            for j, one in enumerate(area.attributes)
        )
    seen: set[str] = set()
    for code, path in codes:
        if code in seen:
            draft.refuse(path, "repeated_code", word=code.rsplit(" ", 1)[1])
        seen.add(code)


def _area(draft: Draft, spec: AreaSpec, path: str) -> Area:
    return Area(
        code=spec.code,
        name=draft.text(spec.name, f"{path}.name", spec.code),
        hint=draft.text(spec.hint, f"{path}.hint"),
        department=spec.department or "",
        attributes=tuple(
            Attribute(
                code=one.code,
                text=draft.text(one.text, f"{path}.attributes[{i}].text"),
                factor=one.factor,
                element=one.element,
                complaint_class=one.complaint_class,
                departments=tuple(one.departments),
                show_if=one.show_if,
            )
            for i, one in enumerate(spec.attributes)
        ),
    )


def _blocks(draft: Draft, areas: tuple[Area, ...]) -> BlockDesign | None:
    spec = draft.spec.blocks
    if spec is None:
        return None
    blocks = []
    for i, numbers in enumerate(spec.design):
        for j, number in enumerate(numbers):
            if not 1 <= number <= len(areas):
                path = f"blocks.design[{i}][{j}]"
                draft.refuse(path, "no_such_area_number", number=number, areas=len(areas))
        known = [number for number in numbers if 1 <= number <= len(areas)]
        blocks.append(tuple(areas[number - 1].code for number in known))
    return BlockDesign(
        blocks=tuple(blocks), sizes=tuple((one.under, one.areas) for one in spec.offered)
    )


def _section(
    draft: Draft, spec: SectionSpec, path: str, areas: tuple[Area, ...], items: list[Item]
) -> Section:
    title = draft.text(spec.title, f"{path}.title", spec.id)
    text = draft.text(spec.text, f"{path}.text", spec.id)
    kind, made = make_items(draft, spec, path, areas)
    items.extend(made)
    return Section(
        id=spec.id,
        kind=kind,
        title=title,
        text=text,
        items=tuple(item.code for item in made),
        hint=draft.optional(spec.hint, f"{path}.hint"),
        at_most=spec.ask.up_to,
        required=spec.required,
        elder=spec.elder,
        rotate=spec.offer,
    )
