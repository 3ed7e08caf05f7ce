"""Attributes put together: by the factors and elements they belong to, by who is responsible.

Imports no numpy, so that pages may read stored results. `None` stands for "cannot be said" and is
never replaced by zero.
"""

from dataclasses import dataclass

from app.analysis.results.estimate import Estimate


@dataclass(frozen=True, slots=True)
class RollupEntry:
    """One group of attributes.

    Attributes:
        code: Its code: of a factor, an element or a department.
        attributes: Codes of its columns.
        n: Fewest answers to any of them.
        answers: Answers to all of them together.
        performance: Mean of their performances on 0-100, every attribute counting alike.
        satisfied: Mean of their satisfied shares, 0..1, with a t interval.
        from_rest: Its performance less that of all other attributes.
        p_holm: p value of that difference after Holm over the scheme.
        standing: above, below, or average: not distinguishable from the rest.
    """

    code: str
    attributes: tuple[str, ...]
    n: int
    answers: int
    performance: Estimate
    satisfied: Estimate
    from_rest: Estimate
    p_holm: float | None = None
    standing: str | None = None


@dataclass(frozen=True, slots=True)
class RollupResult:
    """One way of putting attributes together.

    Attributes:
        scheme: factor, element or department. An attribute may have several departments.
        level: Confidence level; statements hold together after Holm.
        entries: In order of the codes.
    """

    scheme: str
    level: float
    entries: tuple[RollupEntry, ...]
