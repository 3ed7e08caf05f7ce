"""An instrument as the sheets of an XLSForm, for ODK, KoboToolbox and their relatives.

What the format can say is said in its own words: groups, select_one, relevant, required. What it
cannot stands in columns and sheets of our own (``x_...``), which other tools leave alone.
"""

from collections.abc import Mapping, Sequence

from app.surveys.instrument.exchange.grid import Book, tidy
from app.surveys.instrument.exchange.languages import heading_name
from app.surveys.instrument.exchange.limits import message, write_limits
from app.surveys.instrument.exchange.losses import Level, Loss
from app.surveys.instrument.exchange.plain import NO_PREFIX, question_code
from app.surveys.instrument.exchange.wording import with_breaks
from app.surveys.instrument.flow import field_name, field_value
from app.surveys.instrument.model import (
    Attribute,
    Instrument,
    Item,
    ItemKind,
    ItemRole,
    Scale,
    Section,
    Text,
)

SURVEY, CHOICES, SETTINGS = "survey", "choices", "settings"
AREAS, AROUND = "x_areas", "x_instrument"
_PLAIN_COLUMNS = (
    *("required", "relevant", "constraint", "appearance"),
    *("x_role", "x_area", "x_attribute", "x_dimension", "x_element", "x_class"),
    *("x_departments", "x_code", "x_at_most", "x_offer", "x_required", "x_elder", "x_reverse"),
)
_WORD_COLUMNS = ("label", "hint", "constraint_message")
Cells = dict[str, str]


def xlsform(instrument: Instrument) -> tuple[Book, tuple[Loss, ...]]:
    """Write an instrument as an XLSForm.

    Returns:
        The sheets, and what other tools will not do. Whether it comes back the same is another
        question, see `imports.returned`.
    """
    writer = _Writer(instrument)
    return writer.book(), tuple(writer.losses)


class _Writer:
    """Collects the rows of the sheets."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._items = {item.code: item for item in instrument.items}
        self._names: dict[str, str] = {}  # item code -> name of its question
        self._taken: set[str] = set()
        self._lists: dict[str, str] = {code: code for code in instrument.scales}
        self._survey: list[Cells] = []
        self._choices: list[Cells] = []
        self.losses: list[Loss] = []

    def book(self) -> Book:
        """Return the sheets with their headings."""
        for scale in self._instrument.scales.values():
            self._scale(scale)
        for section in self._instrument.sections:
            self._section(section, [self._items[code] for code in section.items])
        self._note_what_is_alone()
        texts = [f"{one}::{name}" for one in ("label", "hint") for name in self._headings()]
        messages = [f"constraint_message::{name}" for name in self._headings()]
        labels = texts[: len(self._instrument.languages)]
        marks = ["x_kind", "x_satisfied", "x_exclusive"]
        return {
            SURVEY: _table(["type", "name", *texts, *messages, *_PLAIN_COLUMNS], self._survey),
            CHOICES: _table(["list_name", "name", *labels, *marks], self._choices),
            SETTINGS: self._settings(),
            AREAS: self._areas(texts),
            AROUND: self._around(labels),
        }

    def _headings(self) -> list[str]:
        return [heading_name(language) for language in self._instrument.languages]

    def _words(self, column: str, text: Text | None) -> Cells:
        if text is None:
            return {}
        return {
            f"{column}::{heading_name(language)}": _safe(text.by_language.get(language, ""))
            for language in self._instrument.languages
        }

    def _say(self, most: int | None, word: str) -> Cells:
        return {
            f"constraint_message::{heading_name(one)}": message(one, most, word)
            for one in self._instrument.languages
        }

    def _name(self, wanted: str) -> str:
        """Return a name no other question has."""
        base = wanted.replace(".", "_")
        name, count = base, 1
        while name.lower() in self._taken:
            count += 1
            name = f"{base}_{count}"
        self._taken.add(name.lower())
        return name

    def _scale(self, scale: Scale) -> None:
        for point in scale.points:
            label = scale.labels.get(point)
            languages = self._instrument.languages
            shown = Text(dict.fromkeys(languages, str(point))) if label is None else label
            cells = {"list_name": scale.code, "name": str(point)}
            cells |= self._words("label", shown)
            cells["x_kind"] = "number" if label is None else "point"
            cells["x_satisfied"] = "yes" if point in scale.satisfied else ""
            self._choices.append(cells)
        for code, text in scale.missing.items():
            self._choices.append(
                {"list_name": scale.code, "name": code, "x_kind": "missing"}
                | self._words("label", text)
            )

    def _list(self, wanted: str, options: Sequence[tuple[str, Text, bool]], kind: str) -> str:
        name = wanted.replace(".", "_")
        while name in self._lists:
            name += "_options"
        self._lists[name] = name
        for code, text, is_exclusive in options:
            self._choices.append(
                {
                    "list_name": name,
                    "name": code,
                    "x_kind": kind,
                    "x_exclusive": "yes" if is_exclusive else "",
                    **self._words("label", text),
                }
            )
        return name

    def _section(self, section: Section, items: Sequence[Item]) -> None:
        fields = {field_name(item) for item in items}
        group: Cells = {"type": "begin_group", "name": self._name(f"{section.id}_page")}
        group |= {"appearance": "field-list", "x_code": section.id}
        group |= self._words("label", section.title)
        group["x_offer"] = str(section.rotate or "")
        group["x_required"] = "yes" if section.required else ""
        group["x_elder"] = "" if section.elder else "no"
        group["x_role"] = _group_role(section, items)
        shared = {item.show_if for item in items}
        is_shared = len(shared) == 1 and not any(item.attribute for item in items)
        if is_shared:
            group["relevant"] = self._relevant(items[0])
        self._survey.append(group)
        if not (len(fields) == 1 and self._carries_question(items)):
            note = {"type": "note", "name": self._name(f"{section.id}_text"), "x_role": "heading"}
            hints = self._words("hint", section.hint)
            self._survey.append(note | self._words("label", section.text) | hints)
        if section.required and len(fields) > 1:
            self.losses.append(Loss(Level.ALONE, "required_section", section.id))
        self._questions(section, items, is_required=section.required and len(fields) == 1)
        self._survey.append({"type": "end_group"})

    def _carries_question(self, items: Sequence[Item]) -> bool:
        """Say whether the one question of a page carries the words of the page."""
        return items[0].kind is ItemKind.TICK or items[0].role is ItemRole.OVERALL

    def _questions(self, section: Section, items: Sequence[Item], *, is_required: bool) -> None:
        required = {"required": "yes"} if is_required else {}
        if section.kind in ("ticks", "pick"):
            self._survey.append(self._ticks(section, items) | required)
            return
        area = None
        for item in items:
            if section.kind == "tolerance" and item.area != area:
                self._close(area)
                area = item.area
                self._open(section, area or "")
            cells = self._question(item)
            if item.role is ItemRole.OVERALL:
                cells |= self._words("hint", section.hint)
            if any(item.show_if != other.show_if for other in items) or item.attribute:
                cells["relevant"] = self._relevant(item)
            self._survey.append(cells | required)
        self._close(area if section.kind == "tolerance" else None)

    def _open(self, section: Section, area: str) -> None:
        name = self._name(f"{section.id}_{area}")
        cells: Cells = {"type": "begin_group", "name": name, "x_area": area}
        cells["appearance"] = "field-list"
        self._survey.append(cells | self._words("label", self._instrument.area(area).name))

    def _close(self, area: str | None) -> None:
        if area is not None:
            self._survey.append({"type": "end_group"})

    def _ticks(self, section: Section, items: Sequence[Item]) -> Cells:
        options = [(field_value(one), one.text, one.exclusive) for one in items]
        kind = "area" if section.kind == "pick" else "option"
        name = self._name(field_name(items[0]))
        for item in items:
            self._names[item.code] = name
        cells: Cells = {
            "type": f"select_multiple {self._list(name, options, kind)}",
            "name": name,
            "x_role": items[0].role.value,
        }
        cells["x_at_most"] = "" if section.at_most is None else str(section.at_most)
        alone = [one for one in items if one.exclusive]
        rule = write_limits(section.at_most, [field_value(one) for one in alone])
        if rule:
            cells["constraint"] = rule
            word = tidy(alone[0].text.plain(self._instrument.languages[0])) if alone else ""
            cells |= self._say(section.at_most, word)
        cells |= self._words("label", section.text) | self._words("hint", section.hint)
        return cells

    def _question(self, item: Item) -> Cells:
        name = self._names[item.code] = self._name(item.code)
        cells: Cells = {"name": name, "x_role": item.role.value, "x_area": item.area or ""}
        if item.kind is ItemKind.RATE:
            cells["type"] = f"select_one {item.scale}"
        elif item.kind is ItemKind.CHOICE:
            options = [(one.code, one.text, False) for one in item.options]
            cells["type"] = f"select_one {self._list(item.code, options, 'option')}"
        else:
            cells["type"] = "text"
            cells["appearance"] = "multiline" if item.role is ItemRole.COMMENT else ""
        if item.attribute is not None:
            cells |= _attribute_marks(self._attribute(item))
        elif item.role not in (ItemRole.OVERALL, *_OF_AREAS):
            cells["x_code"] = question_code(item) if item.role not in NO_PREFIX else item.code
        cells["x_elder"] = "" if item.elder else "no"
        cells["x_reverse"] = "yes" if item.reverse else ""
        if item.code.startswith("contact.") and "contact" in self._names:
            cells["relevant"] = f"${{{self._names['contact']}}} != 'no_reply'"
        return cells | self._words("label", item.text) | self._words("hint", item.hint)

    def _attribute(self, item: Item) -> Attribute:
        attributes = self._instrument.area(item.area or "").attributes
        return next(one for one in attributes if one.code == item.attribute)

    def _relevant(self, item: Item) -> str:
        if item.show_if is None:
            return ""
        name = self._names.get(item.show_if)
        if name is None:
            word = item.show_if.partition(".")[2]
            self.losses.append(
                Loss(Level.LOST, "condition_dangling", item.code, data={"word": word})
            )
            return ""
        return f"selected(${{{name}}}, '{field_value(self._items[item.show_if])}')"

    def _settings(self) -> list[list[str]]:
        instrument = self._instrument
        main = instrument.languages[0]
        cells = {
            "form_title": _safe(instrument.title.plain(main)),
            "form_id": instrument.code,
            "version": str(instrument.version),
            "default_language": heading_name(main),
            "style": "pages",
            "x_kind": instrument.kind,
            "x_languages": " ".join(instrument.languages),
        }
        return [list(cells), list(cells.values())]

    def _areas(self, texts: Sequence[str]) -> list[list[str]]:
        """List the areas in their order, and the details that no question asks."""
        asked = {(item.area, item.attribute) for item in self._instrument.items}
        rows: list[Cells] = []
        for area in self._instrument.areas:
            words = self._words("label", area.name) | self._words("hint", area.hint)
            rows.append({"area": area.code, "x_departments": area.department} | words)
            for one in area.attributes:
                if (area.code, one.code) not in asked:
                    marks = _attribute_marks(one) | {"show_if": one.show_if or ""}
                    label = self._words("label", one.text)
                    rows.append({"area": area.code, "attribute": one.code} | marks | label)
        marks_of = ["x_departments", "x_dimension", "x_element", "x_class", "show_if"]
        return _table(["area", "attribute", *texts, *marks_of], rows)

    def _around(self, labels: Sequence[str]) -> list[list[str]]:
        """List what stands around the questions, one path to a row."""
        instrument = self._instrument
        rows: list[Cells] = [{"path": "title"} | self._words("label", instrument.title)]
        for key, texts in (("texts", instrument.texts), ("departments", instrument.departments)):
            for code, text in texts.items():
                rows.append({"path": f"{key}.{code}"} | self._words("label", text))
        values: Cells = {f"minutes.areas.{k}": str(v) for k, v in instrument.minutes.items()}
        if instrument.elder_minutes is not None:
            values["minutes.elder"] = str(instrument.elder_minutes)
        values |= {f"valid_needs.{k}": str(v) for k, v in instrument.valid_needs.items()}
        if instrument.blocks is not None:
            for place, block in enumerate(instrument.blocks.blocks, 1):
                values[f"blocks.design.{place}"] = " ".join(block)
            for place, (bound, areas) in enumerate(instrument.blocks.sizes, 1):
                under = "" if bound is None else f" under {bound}"
                values[f"blocks.offered.{place}"] = f"{areas}{under}"
        rows += [{"path": path, "value": value} for path, value in values.items()]
        return _table(["path", "value", *labels], rows)

    def _note_what_is_alone(self) -> None:
        instrument = self._instrument
        notes = {
            "roles_alone": bool(instrument.items),
            "blocks_alone": instrument.blocks is not None,
            "low_rating_alone": any(item.attribute for item in instrument.items),
            "elder_alone": any(not section.elder for section in instrument.sections),
            "satisfied_alone": any(scale.satisfied for scale in instrument.scales.values()),
            "texts_alone": bool(instrument.texts or instrument.minutes or instrument.valid_needs),
        }
        self.losses += [Loss(Level.ALONE, code) for code, holds in notes.items() if holds]
        for section in instrument.sections:
            if section.rotate is not None:
                counts: dict[str, str | int] = {"count": section.rotate, "all": len(section.items)}
                self.losses.append(Loss(Level.ALONE, "offer_alone", section.id, data=counts))


_OF_AREAS = (
    ItemRole.PERFORMANCE,
    ItemRole.IMPORTANCE,
    ItemRole.ADEQUATE,
    ItemRole.DESIRED,
    ItemRole.PERCEIVED,
)


def _group_role(section: Section, items: Sequence[Item]) -> str:
    """Name the role of a page of areas that has none; the others say it question by question."""
    return section.kind if not items else ""


def _attribute_marks(attribute: Attribute) -> Cells:
    return {
        "x_attribute": attribute.code,
        "x_dimension": attribute.factor,
        "x_element": attribute.element,
        "x_class": attribute.complaint_class,
        "x_departments": " ".join(attribute.departments),
    }


def _safe(text: str) -> str:
    """Return a text as a label: in one line, and without what other tools take for a reference."""
    return tidy(with_breaks(text)).replace("${", "$ {")


def _table(heads: Sequence[str], rows: Sequence[Mapping[str, str]]) -> list[list[str]]:
    """Lay cells out under headings; a column nobody uses is left out."""
    used = [head for head in heads if any(row.get(head) for row in rows)]
    return [list(used), *([row.get(head, "") for head in used] for row in rows)]
