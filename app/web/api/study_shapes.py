"""What the API gives of a whole result: figures pages show an office, coarse, without errors.

Nothing here may tell what one home said, not even to whoever keeps two revisions and subtracts
them (docs/methods/disclosure.md). So there is no distribution, no standard error and no p value,
and what rests on single answers is rounded so that one answer moves it less than its last digit.
"""

from datetime import datetime

from pydantic import Field

from app.analysis.results.estimate import Estimate
from app.analysis.results.items import AttributeResult, IndexResult, ItemResult, ZoneResult
from app.analysis.results.rollups import RollupResult
from app.analysis.results.study import StudyResult
from app.web.api.operations import Model
from app.web.api.shapes import Figure

FINE_FROM = 100  # answers; below it a whole point of 100 would tell one of them
SHARES_FROM = 30  # answers; below it pages write limits, not shares
_COARSE = 5  # points of 100


class ItemOut(Model):
    """An area of the headline list."""

    code: str
    n: int
    mean: Figure = Field(description="In points of the scale, one decimal.")
    satisfied: float | None = Field(description="Share, 0 to 1, in whole per cent.")
    importance: float | None = Field(description="Share of the importance, in whole per cent.")
    pfi: Figure = Field(description="Points of the index available here, one decimal.")
    rank_low: int | None
    rank_high: int | None
    band: str | None
    tied: list[str] = Field(description="Codes it cannot be told apart from.")
    quadrant: str | None
    on_the_line: bool | None
    zone: str | None
    flags: list[str]


class LevelOut(Model):
    """The level of an attribute."""

    code: str
    area: str
    n: int
    mean: Figure = Field(description="In points of the scale, one decimal.")
    satisfied: float | None = Field(description="Share, 0 to 1, in whole per cent.")


class ZoneOut(Model):
    """The zone of tolerance of an area, in points of the scale with one decimal."""

    code: str
    n: int = Field(description="Answers about the level received.")
    adequate: Figure
    desired: Figure
    perceived: Figure
    status: str | None
    established: bool | None
    pfi: Figure
    rank_low: int | None
    rank_high: int | None
    band: str | None
    tied: list[str]


class PartOut(Model):
    """A factor, an element or a department."""

    scheme: str
    code: str
    n: int = Field(description="Fewest answers to any of its attributes.")
    level: int | None = Field(description="0 to 100.")
    standing: str | None = Field(description="above, below or average of all others.")


class StudyShown(Model):
    """A result; the names are those of docs/study-json.md."""

    n: int
    population: int | None
    standing: str
    indicative_why: list[str]
    index: Figure = Field(description="Satisfaction index, 0 to 100, one decimal.")
    overall: int | None = Field(
        description="Overall item, 0 to 100: whole, below 100 answers to the nearest five."
    )
    overall_satisfied: float | None = Field(description="Share, 0 to 1, in whole per cent.")
    order_said: bool
    zones_order_said: bool
    items: list[ItemOut]
    attributes: list[LevelOut]
    zones: list[ZoneOut]
    rollups: list[PartOut]


class StudyOut(Model):
    """A whole released result."""

    revision: int = Field(description="Of the frozen answers it rests on.")
    snapshot: str = Field(description="Digest of the frozen answers.")
    code_version: str
    created_at: datetime
    study: StudyShown


def shown(result: StudyResult) -> StudyShown:
    """Return what the API gives of a result."""
    return StudyShown(
        n=result.n,
        population=result.population,
        standing=result.standing,
        indicative_why=list(result.indicative_why),
        index=figure(result.index),
        overall=level(result.overall),
        overall_satisfied=share(result.overall_satisfied),
        order_said=result.order_said,
        zones_order_said=result.zones_order_said,
        items=[_item(one) for one in result.items],
        attributes=[_attribute(one) for one in result.attributes],
        zones=[_zone(one) for one in result.zones],
        rollups=[part for one in result.rollups for part in _parts(one)],
    )


def figure(estimate: Estimate | IndexResult | ItemResult | AttributeResult) -> Figure:
    """Return a number with its interval, one decimal each."""
    value = estimate.mean if isinstance(estimate, ItemResult | AttributeResult) else estimate.value
    return Figure(value=_tenth(value), low=_tenth(estimate.low), high=_tenth(estimate.high))


def level(estimate: Estimate | None) -> int | None:
    """Return a mean on 0-100 as a whole number, from few answers to the nearest five.

    It has no interval: three numbers from one would narrow what rounding hides.
    """
    if estimate is None or estimate.value is None:
        return None
    if estimate.n >= FINE_FROM:
        return round(estimate.value)
    return _COARSE * round(estimate.value / _COARSE)


def share(estimate: Estimate | None) -> float | None:
    """Return a share in whole per cent; without its interval, which follows from it and n."""
    if estimate is None or estimate.value is None or estimate.n < SHARES_FROM:
        return None
    if estimate.n >= FINE_FROM:
        return round(estimate.value, 2)
    return round(_COARSE * round(100 * estimate.value / _COARSE) / 100, 2)


def _tenth(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _item(item: ItemResult) -> ItemOut:
    pfi = Estimate(item.pfi, item.pfi_stderr, item.pfi_low, item.pfi_high, item.n)
    return ItemOut(
        code=item.code,
        n=item.n,
        mean=figure(item),
        satisfied=share(item.satisfied),
        importance=None if item.importance is None else round(item.importance, 2),
        pfi=figure(pfi),
        rank_low=item.rank_low,
        rank_high=item.rank_high,
        band=item.band,
        tied=list(item.tied),
        quadrant=item.quadrant,
        on_the_line=item.on_the_line,
        zone=item.zone,
        flags=list(item.flags),
    )


def _attribute(one: AttributeResult) -> LevelOut:
    return LevelOut(
        code=one.code, area=one.area, n=one.n, mean=figure(one), satisfied=share(one.satisfied)
    )


def _zone(zone: ZoneResult) -> ZoneOut:
    return ZoneOut(
        code=zone.code,
        n=zone.perceived.n,
        adequate=figure(zone.adequate),
        desired=figure(zone.desired),
        perceived=figure(zone.perceived),
        status=zone.status,
        established=zone.established,
        pfi=figure(zone.pfi),
        rank_low=zone.rank_low,
        rank_high=zone.rank_high,
        band=zone.band,
        tied=list(zone.tied),
    )


def _parts(rollup: RollupResult) -> list[PartOut]:
    return [
        PartOut(
            scheme=rollup.scheme,
            code=one.code,
            n=one.n,
            level=level(one.performance),
            standing=one.standing,
        )
        for one in rollup.entries
    ]
