"""What a plan file asks of the wide engine, looked up in the data."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from app.analysis.data.dataset import Column
from app.analysis.plan import StudyPlan
from app.analysis.scales.model import ModelPlan
from app.surveys.snapshot.plan_spec import ContrastSpec, ModelSpec, PlanSpec


class Finder(Protocol):
    """Looks words up in the data and notes problems with their place."""

    columns: tuple[Column, ...]
    variables: tuple[str, ...]

    def refuse(self, path: str, code: str, **data: str | int) -> None:
        """Note a problem at a place of the file."""

    def one_of(self, path: str, word: str, known: tuple[str, ...]) -> str:
        """Return a word if the data know it; an unknown one is noted."""

    def all_of(self, path: str, words: list[str], known: tuple[str, ...]) -> tuple[str, ...]:
        """Return the words that the data know; the others are noted."""


def with_wide_sections(spec: PlanSpec, plan: StudyPlan, found: Finder) -> StudyPlan:
    """Return a plan with the sections of the wide engine that a plan file asks for.

    Args:
        spec: The plan file.
        plan: What is settled so far, the headline among it.
        found: Looks up what the plan names.
    """
    plan = replace(
        plan,
        box_drivers=spec.box_drivers,
        ordinal=spec.ordinal,
        factors=spec.factors,
        pictures=spec.pictures,
    )
    if spec.contrast is not None:
        plan = _with_contrast(spec.contrast, plan, found)
    if spec.model is not None:
        plan = replace(plan, model=_model(spec.model, found))
    return _with_silence(spec, plan, found)


def silence_variables(spec: PlanSpec) -> list[tuple[str, str]]:
    """Return path and column of every variable that the sections about the silent need."""
    named: list[tuple[str, str]] = []
    if spec.modes is not None:
        named.append(("modes.by", spec.modes.by))
        controls = enumerate(spec.modes.controls)
        named += [(f"modes.controls[{place}]", name) for place, name in controls]
    if spec.arrival is not None:
        named.append(("arrival.by", spec.arrival.by))
    return named


def _with_silence(spec: PlanSpec, plan: StudyPlan, found: Finder) -> StudyPlan:
    """Add ways of answering, and early against late."""
    if spec.modes is not None:
        plan = replace(
            plan,
            modes=found.one_of("modes.by", spec.modes.by, found.variables),
            mode_controls=found.all_of("modes.controls", spec.modes.controls, found.variables),
        )
    if spec.arrival is not None:
        plan = replace(
            plan,
            arrival=found.one_of("arrival.by", spec.arrival.by, found.variables),
            first_reminder=spec.arrival.first_reminder,
        )
    return plan


def _with_contrast(spec: ContrastSpec, plan: StudyPlan, found: Finder) -> StudyPlan:
    """Add the contrast; its points belong to the scale of the headline."""
    points = {
        point
        for column in found.columns
        if column.role is plan.headline_role and column.item in plan.headline
        for point in column.points
    }
    for name, box in (("low", spec.low), ("high", spec.high)):
        for place, point in enumerate(box):
            if point not in points or (name == "high" and point in spec.low):
                found.refuse(f"contrast.{name}[{place}]", "no_such_point", point=point)
    return replace(
        plan, contrast=True, contrast_low=tuple(spec.low), contrast_high=tuple(spec.high)
    )


def _model(spec: ModelSpec, found: Finder) -> ModelPlan:
    """Return the path model; every column stands in one block, every path between two of them."""
    known = tuple(column.code for column in found.columns)
    for name, codes in spec.blocks.items():
        found.all_of(f"model.blocks.{name}", codes, known)
    names = tuple(spec.blocks)
    for place, path in enumerate(spec.paths):
        found.all_of(f"model.paths[{place}]", path, names)
    for name, code in _repeated(spec):
        found.refuse(f"model.blocks.{name}", "repeated_code", word=code)
    return ModelPlan(
        blocks=tuple((name, tuple(codes)) for name, codes in spec.blocks.items()),
        paths=tuple((path[0], path[1]) for path in spec.paths),
        scheme=spec.scheme,
    )


def _repeated(spec: ModelSpec) -> Iterable[tuple[str, str]]:
    seen: set[str] = set()
    for name, codes in spec.blocks.items():
        for code in codes:
            if code in seen:
                yield name, code
            seen.add(code)
