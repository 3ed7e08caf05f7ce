"""What the codes of roll-ups, segments, ways of answering and single items are called."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.i18n import gettext as _
from app.surveys.instrument.model import Instrument, ItemKind, ItemRole

FACTOR = "factor"
ELEMENT = "element"
DEPARTMENT = "department"
SCHEMES = (DEPARTMENT, FACTOR, ELEMENT)


@dataclass(frozen=True, slots=True)
class CodeNames:
    """Names an instrument gives to codes that are no area and no attribute.

    Attributes:
        items: Item code to what the owner read.
        points: Item code to the words of its scale's points.
        departments: Department code to its name.
        levels: Variable (a profile question) to its values and their words.
    """

    items: Mapping[str, str] = field(default_factory=dict)
    points: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def item(self, code: str) -> str:
        """Return what the owner read."""
        return self.items.get(code, code)

    def point(self, code: str, point: int) -> str:
        """Return the word of a scale point, or its number."""
        return self.points.get(code, {}).get(point, str(point))

    def part(self, scheme: str, code: str) -> str:
        """Return the name of a factor, an element or a department."""
        if scheme == DEPARTMENT:
            return self.departments.get(code, code)
        return (_factors() if scheme == FACTOR else _elements()).get(code, code)

    def level(self, variable: str, value: str) -> str:
        """Return a value of a segment variable as people say it."""
        if variable == "building":
            plain = value.isascii() and value.isalnum()
            return _("Building {code}", code=value) if plain else value
        asked = self.levels.get(variable, {})
        known = asked.get(value) or _levels().get((variable, value))
        return known or _everywhere().get(value, value)

    def place(self, variable: str, value: str) -> tuple[int, int, str]:
        """Return where a value stands among those of its variable: as the questionnaire asks."""
        asked = [*self.levels.get(variable, {}), *(v for name, v in _levels() if name == variable)]
        if value in asked and value not in _everywhere():
            return 0, asked.index(value), value
        return 1 + (value in _everywhere()), _number(value), value


def _number(value: str) -> int:
    """Return the number a name begins with, 0 without one, so that building 10 follows 9."""
    digits = value[: len(value) - len(value.lstrip("0123456789"))]
    return int(digits) if digits else 0


def code_names(instrument: Instrument, language: str) -> CodeNames:
    """Collect the names of an instrument in one language."""
    items = {item.code: item.text.plain(language) for item in instrument.items}
    for item in instrument.items:
        if item.role is ItemRole.OVERALL or item.role is ItemRole.LOYALTY:
            items.setdefault(item.code.rpartition(".")[2], item.text.plain(language))
    points = {}
    for item in instrument.items:
        if item.kind is ItemKind.RATE and item.scale is not None:
            words = {
                point: label.plain(language)
                for point, label in instrument.scales[item.scale].labels.items()
            }
            points[item.code] = words
            points.setdefault(item.code.rpartition(".")[2], words)
    return CodeNames(
        items=MappingProxyType(items),
        points=MappingProxyType(points),
        departments=MappingProxyType(
            {code: text.plain(language) for code, text in instrument.departments.items()}
        ),
        levels=MappingProxyType(
            {
                item.code.rpartition(".")[2]: {
                    option.code: option.text.plain(language) for option in item.options
                }
                for item in instrument.items
                if item.kind is ItemKind.CHOICE
            }
        ),
    )


def scheme_name(scheme: str) -> str:
    """Return the name of a system of roll-ups."""
    return {
        FACTOR: _("The seven factors"),
        ELEMENT: _("The nine elements"),
        DEPARTMENT: _("Responsible department"),
    }.get(scheme, scheme)


def variable_name(variable: str) -> str:
    """Return the name of a variable that splits the households."""
    return {
        "who": _("Who answered"),
        "years": _("Years lived here"),
        "age": _("Age"),
        "building": _("Building"),
        "property": _("Kind of building"),
        "tenure": _("Lived in by"),
        "region": _("Region"),
        "age_of_estate": _("Age of the community"),
        "important": _("Important customer"),
        "earlier": _("Answered last time"),
        "community": _("Community"),
    }.get(variable, variable)


def mode_name(mode: str) -> str:
    """Return the name of a way of answering."""
    return {
        "phone": _("on the phone, by oneself"),
        "paper": _("on paper"),
        "visit": _("told an interviewer at home"),
        "call": _("told a caller"),
    }.get(mode, mode)


def _levels() -> dict[tuple[str, str], str]:
    return {
        ("property", "lift"): _("with a lift"),
        ("property", "walk_up"): _("without a lift"),
        ("tenure", "owner"): _("the owners"),
        ("tenure", "let"): _("tenants"),
        ("age_of_estate", "under_3"): _("under 3 years"),
        ("age_of_estate", "to_9"): _("3 to 9 years"),
        ("age_of_estate", "to_19"): _("10 to 19 years"),
        ("age_of_estate", "from_20"): _("20 years and more"),
        ("important", "yes"): _("yes"),
        ("important", "no"): _("no"),
        ("earlier", "yes"): _("yes"),
        ("earlier", "no"): _("no"),
    }


def _everywhere() -> dict[str, str]:
    """Return values any variable may have: joined small kinds, nothing said, nothing known."""
    return {"other": _("all others"), "unsaid": _("not said"), "": _("not known")}


def _factors() -> dict[str, str]:
    return {
        "safety": _("Safety"),
        "consistency": _("Consistency"),
        "attitude": _("Attitude"),
        "completeness": _("Completeness"),
        "environment": _("Surroundings"),
        "convenience": _("Convenience"),
        "time": _("Time"),
    }


def _elements() -> dict[str, str]:
    return {
        "attitude": _("Warm attitude"),
        "equipment": _("Equipment in order"),
        "skill": _("Skill"),
        "offerings": _("Full range of services"),
        "manner": _("Flexible manner"),
        "procedure": _("Orderly procedures"),
        "charges": _("Fair charges"),
        "rules": _("Sound rules"),
        "efficiency": _("Speed"),
    }
