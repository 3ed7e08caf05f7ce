"""Key figures by which people may be judged: only what can stand in a league table. Pure.

Rankable: the gate was met and not waived, no hold, 100 answers or more, and the figures of the
company's communities are reliable enough (median at least .7). Everything else is listed with the
reason, and has no figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.analysis.disclosure.floors import ORDER_FROM
from app.analysis.results.estimate import Estimate
from app.analysis.results.rollups import RollupEntry
from app.reports.company.queries import Head
from app.reports.exports.queries import Barred

LEAST_RELIABILITY = 0.7
HEAD = (
    *("community", "name", "office", "region", "measure", "unit"),
    *("value", "low", "high", "answers", "base", "returned"),
)
BARRED_HEAD = ("community", "name", "office", "region", "reason", "words", "answers")


@dataclass(frozen=True, slots=True)
class Found:
    """The newest figures of a community.

    Attributes:
        head: The head of its result.
        departments: What each department is responsible for, put together.
    """

    head: Head
    departments: tuple[RollupEntry, ...] = ()


def reason_against(place: Barred, found: Found | None, *, reliability: float | None) -> str:
    """Return why a community's figures are no key figures; empty where they are.

    Args:
        place: The community.
        found: Its figures, None without any.
        reliability: Median reliability of the communities; None where nobody knows.
    """
    if place.is_held:
        return "held"
    if found is None:
        return "not_released"
    if place.is_waived:
        return "waived"
    if found.head.n < ORDER_FROM:
        return "few"
    if reliability is None or reliability < LEAST_RELIABILITY:
        return "reliability"
    return ""


def kpi_rows(
    places: Sequence[Barred],
    found: Mapping[int, Found],
    *,
    reliability: float | None,
    names: Mapping[str, str],
) -> list[tuple[str | int | float | None, ...]]:
    """Return the figures of the rankable communities, in the order of the register.

    Args:
        places: All communities.
        found: Figures by community.
        reliability: Median reliability of the communities.
        names: What the measures are called: index, satisfied, overall; departments by code.
    """
    rows: list[tuple[str | int | float | None, ...]] = []
    for place in places:
        own = found.get(place.community_id)
        if own is None or reason_against(place, own, reliability=reliability):
            continue
        where = (place.code, place.name, place.office, place.region)
        head = own.head
        figures = [
            ("index", "0-100", head.index, 1),
            ("satisfied", "0-1", head.satisfied, 2),
            ("overall", "0-100", head.overall, 1),
        ]
        figures += [
            (one.code, "0-100", one.performance, 1)
            for one in own.departments
            if one.n >= ORDER_FROM
        ]
        for measure, unit, figure, digits in figures:
            ends = _ends(figure, digits)
            if ends[0] is not None:
                rows.append(
                    (
                        *where,
                        names.get(measure, measure),
                        unit,
                        *ends,
                        figure.n,
                        head.base,
                        head.returned,
                    )
                )
    return rows


def barred_rows(
    places: Sequence[Barred],
    found: Mapping[int, Found],
    *,
    reliability: float | None,
    words: Mapping[str, str],
) -> list[tuple[str | int | float | None, ...]]:
    """Return the communities without key figures and why.

    Args:
        places: All communities.
        found: Figures by community.
        reliability: Median reliability of the communities.
        words: The reasons in words.
    """
    rows: list[tuple[str | int | float | None, ...]] = []
    for place in places:
        own = found.get(place.community_id)
        reason = reason_against(place, own, reliability=reliability)
        if reason:
            where = (place.code, place.name, place.office, place.region)
            answers = own.head.n if own is not None and reason != "held" else None
            rows.append((*where, reason, words[reason], answers))
    return rows


def _ends(figure: Estimate, digits: int) -> tuple[float | None, float | None, float | None]:
    values = (figure.value, figure.low, figure.high)
    return tuple(None if one is None else round(one, digits) for one in values)  # type: ignore[return-value]
