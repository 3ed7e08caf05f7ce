"""What a check found, small enough to keep: counts, the first homes of each kind, the problems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.surveys.register.errors import Problem, ProblemCode
from app.surveys.register.models import ImportantReason
from app.surveys.register.plan import Change, ImportPlan, MissingHome, PlaceChange, ShownHome


@dataclass(frozen=True, slots=True)
class FileReport:
    """The report of a check; names and phones are no part of it.

    Attributes:
        encoding: How the file was decoded.
        ignored: Headers nobody asked for.
        communities: Codes of the communities of the file.
        new_communities, changed_communities: Names.
        counts: How many homes are new, changed, unchanged.
        shown: The first new and changed homes.
        places: The first values of communities and buildings that change.
        place_count: How many there are.
        missing: The first homes the file leaves out.
        missing_count: How many there are.
        important: How many homes of the file are important customers.
        problems: What to mend, in order of lines, the first thousands.
        problem_count: How many problems there are.
        fingerprint: The same for two reports of the same changes.
        is_renewed: The register changed after a first report; this is the second one.
    """

    encoding: str
    ignored: Sequence[str]
    communities: Sequence[str]
    new_communities: Sequence[str]
    changed_communities: Sequence[str]
    counts: Mapping[str, int]
    shown: Mapping[str, Sequence[ShownHome]]
    missing: Sequence[MissingHome]
    missing_count: int
    important: int
    problems: Sequence[Problem]
    problem_count: int
    places: Sequence[PlaceChange] = ()
    place_count: int = 0
    fingerprint: str = ""
    is_renewed: bool = False

    @property
    def shown_keys(self) -> list[int]:
        """Return the keys of the register's homes that the report shows."""
        homes = [home for some in self.shown.values() for home in some]
        return [home.household_id for home in homes if home.household_id is not None]

    @property
    def changes_anything(self) -> bool:
        """Say whether an import would write anything."""
        return bool(
            self.counts[Change.NEW]
            or self.counts[Change.CHANGED]
            or self.new_communities
            or self.changed_communities
        )

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "encoding": self.encoding,
            "ignored": list(self.ignored),
            "communities": list(self.communities),
            "new_communities": list(self.new_communities),
            "changed_communities": list(self.changed_communities),
            "counts": {str(change): count for change, count in self.counts.items()},
            "shown": {
                str(change): [
                    [h.line, h.community, h.building, h.room, h.important, h.household_id, h.fields]
                    for h in homes
                ]
                for change, homes in self.shown.items()
            },
            "missing": [[h.community, h.building, h.room] for h in self.missing],
            "missing_count": self.missing_count,
            "important": self.important,
            "problems": [[p.code, p.line, p.column, p.value, p.other_line] for p in self.problems],
            "problem_count": self.problem_count,
            "places": [[p.community, p.building, p.field, p.old, p.new] for p in self.places],
            "place_count": self.place_count,
            "fingerprint": self.fingerprint,
            "is_renewed": self.is_renewed,
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "FileReport":
        """Return the report that plain values tell."""
        return cls(
            encoding=told["encoding"],
            ignored=told["ignored"],
            communities=told["communities"],
            new_communities=told["new_communities"],
            changed_communities=told["changed_communities"],
            counts=told["counts"],
            shown={
                change: [_shown_home(home) for home in homes]
                for change, homes in told["shown"].items()
            },
            missing=[MissingHome(*home) for home in told["missing"]],
            missing_count=told["missing_count"],
            important=told["important"],
            problems=[Problem(ProblemCode(code), *rest) for code, *rest in told["problems"]],
            problem_count=told["problem_count"],
            # Reports of before have no such parts.
            places=[PlaceChange(*place) for place in told.get("places", ())],
            place_count=told.get("place_count", 0),
            fingerprint=told.get("fingerprint", ""),
            is_renewed=told.get("is_renewed", False),
        )


def _shown_home(told: list[Any]) -> ShownHome:
    line, community, building, room, important, household_id, fields = told
    reason = ImportantReason(important) if important else None
    return ShownHome(line, community, building, room, reason, household_id, tuple(fields))


def make_report(plan: ImportPlan) -> FileReport:
    """Return the report of a dry run."""
    return FileReport(
        encoding=plan.encoding,
        ignored=plan.ignored,
        communities=plan.communities,
        new_communities=plan.new_communities,
        changed_communities=plan.changed_communities,
        counts={change.value: plan.count(change) for change in Change},
        shown={change.value: plan.shown[change] for change in (Change.NEW, Change.CHANGED)},
        missing=plan.missing,
        missing_count=plan.missing_count,
        important=plan.important,
        problems=plan.errors,
        problem_count=plan.error_count,
        places=plan.places,
        place_count=plan.place_count,
        fingerprint=plan.fingerprint,
    )


def refused_report(problem: Problem) -> FileReport:
    """Return the report of a file that is no table at all."""
    return FileReport(
        encoding="",
        ignored=(),
        communities=(),
        new_communities=(),
        changed_communities=(),
        counts={change.value: 0 for change in Change},
        shown={},
        missing=(),
        missing_count=0,
        important=0,
        problems=(problem,),
        problem_count=1,
    )
