"""The stored result of a market survey: the study, its segments, names of companies. No numpy."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache

from pydantic import TypeAdapter

from app.analysis.results.further import FurtherShare
from app.analysis.results.market import LeagueResult, MarketResult

SCHEMA = "linsheng-market-stored/1"
DIGITS = 12


@dataclass(frozen=True, slots=True)
class MarketCompany:
    """A company of the result.

    Attributes:
        code, name, name_en: As the survey lists it.
        kind: own, named or other.
    """

    code: str
    name: str
    name_en: str
    kind: str


@dataclass(frozen=True, slots=True)
class MarketSegment:
    """Overall satisfaction within one part of the interviews, in the same market.

    Attributes:
        variable: age, tenure, dwelling or city.
        value: Code of the part.
        interviews: How many.
        league: Companies side by side.
    """

    variable: str
    value: str
    interviews: int
    league: LeagueResult


@dataclass(frozen=True, slots=True)
class StoredMarket:
    """Everything pages and reports say about a survey.

    Attributes:
        main: The study.
        segments: Its parts.
        companies: In the order of the survey.
        communities: Of the market.
        asked: Of them, with an interview.
        further: Shares of answers that are no ratings.
        reasons: Coded reason to how many named it (M06).
        weights_from: Code of the campaign whose importance shares weigh the items; empty where
            this survey's own ratings do.
        schema: Version of this form.
    """

    main: MarketResult
    segments: tuple[MarketSegment, ...]
    companies: tuple[MarketCompany, ...]
    communities: int
    asked: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    further: tuple[FurtherShare, ...] = ()
    weights_from: str = ""
    schema: str = SCHEMA


_ADAPTER = TypeAdapter(StoredMarket)


def to_text(result: StoredMarket) -> str:
    """Return the canonical JSON: same result, same bytes; floats by 12 significant digits.

    Raises:
        ValueError: A number is NaN or infinite.
    """
    plain = _rounded(asdict(result))
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False) + "\n"


@lru_cache(maxsize=8)
def from_text(text: str) -> StoredMarket:
    """Return the result of a canonical JSON text.

    Raises:
        ValueError: It is none of this version.
    """
    return _ADAPTER.validate_json(text)


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else value
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(one) for one in value]
    return value
