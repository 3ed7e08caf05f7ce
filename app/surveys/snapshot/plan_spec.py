"""The shape of a plan file: which keys exist and what may stand in them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.json_schema import WithJsonSchema

from app.analysis.design.calibration import TRIM
from app.surveys.instrument.spec import Name


def _as_word(value: object) -> object:
    """Take a whole number for its digits: ``wave: 2024`` means the wave called 2024."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_words(value: object) -> object:
    return [value] if isinstance(value, (str, int)) and not isinstance(value, bool) else value


def _as_shares(value: object) -> object:
    return {"rule": value} if isinstance(value, str) else value


def _as_cut(value: object) -> object:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return {"target": value}
    return {"at": value} if isinstance(value, str) else value


def _as_switch(value: object) -> object:
    """Take ``true`` for the usual settings and ``false`` for none."""
    if isinstance(value, bool):
        return {} if value else None
    return value


def _as_number(value: object) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


_WORD = {"type": ["string", "integer"]}
Word = Annotated[
    str, StringConstraints(max_length=200), BeforeValidator(_as_word), WithJsonSchema(_WORD)
]
Words = Annotated[
    list[Word],
    BeforeValidator(_as_words),
    WithJsonSchema({"anyOf": [_WORD, {"type": "array", "items": _WORD}]}),
]
Number = Annotated[float, BeforeValidator(_as_number), WithJsonSchema({"type": "number"})]
Percent = Annotated[Number, Field(ge=0, le=100)]
Rule = Literal["emphasis", "ratings", "derived", "equal"]


class _Part(BaseModel):
    """A mapping of the file; a key it does not name is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class ColumnsSpec(_Part):
    """Columns of the data file beside those of the instrument's column map."""

    wave: Word = ""
    community: Word = ""
    replicates: Word = ""
    segments: Words = []


class WeightsSpec(_Part):
    """A rule of importance weights, or the shares of a base wave."""

    rule: Rule | None = None
    frozen: Annotated[dict[str, Annotated[Number, Field(ge=0)]], Field(min_length=1)] | None = None


Weights = Annotated[
    WeightsSpec,
    BeforeValidator(_as_shares),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(Rule.__args__)},
                {
                    "type": "object",
                    "properties": {
                        "frozen": {
                            "type": "object",
                            "additionalProperties": {"type": "number", "minimum": 0},
                        }
                    },
                    "required": ["frozen"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class HeadlineSpec(_Part):
    """The headline list."""

    role: Literal["performance", "perceived"] | None = None
    items: Annotated[list[Word], Field(min_length=1)] | None = None
    weights: Weights | None = None


class ZonesSpec(_Part):
    """The zone list; `penalty` is lambda."""

    items: list[Word] | None = None
    weights: Weights | None = None
    penalty: Annotated[Number, Field(ge=0)] = 1.0


class CutSpec(_Part):
    """Where the matrix is cut."""

    at: Literal["mean", "median", "midpoint"] | None = None
    target: Percent | None = None


Cut = Annotated[
    CutSpec,
    BeforeValidator(_as_cut),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": ["mean", "median", "midpoint"]},
                {"type": "number", "minimum": 0, "maximum": 100},
            ]
        }
    ),
]


class MatrixSpec(_Part):
    """The importance-performance matrix."""

    performance: Cut = CutSpec(at="mean")
    importance: Literal["equal_share", "mean", "median"] = "equal_share"


class DriversSpec(_Part):
    """Derived importance."""

    headline: bool = True
    attributes: bool = False


class ContrastSpec(_Part):
    """Penalty-reward contrast; points of the bottom and of the top box."""

    low: list[int] = []
    high: list[int] = []


class ModelSpec(_Part):
    """A path model: columns of every latent variable, and paths as pairs (from, to)."""

    blocks: Annotated[dict[str, Annotated[list[Word], Field(min_length=1)]], Field(min_length=2)]
    paths: Annotated[
        list[Annotated[list[Word], Field(min_length=2, max_length=2)]], Field(min_length=1)
    ]
    scheme: Literal["centroid", "factorial", "path"] = "centroid"


class ModesSpec(_Part):
    """Ways of answering: their column, and columns of what is held alike."""

    by: Word
    controls: Words = []


class ArrivalSpec(_Part):
    """Early against late: the column of the time of answering, a number."""

    by: Word
    first_reminder: Number | None = None


class ChangeSpec(_Part):
    """Comparison with an earlier wave."""

    before: Annotated[Words, Field(min_length=1)]
    smallest: Annotated[Number, Field(ge=0)] = 2.0


class CommunitiesSpec(_Part):
    """Comparison of communities."""

    measures: Annotated[Words, Field(min_length=1)] = ["index", "overall"]
    unranked: Words = []


class MarginSpec(_Part):
    """Known households by the categories of one variable, or of several that cross."""

    by: Annotated[Words, Field(min_length=1)]
    households: dict[str | int, Any] = Field(
        description="Category to households; with several variables one level for each"
    )


class WeightingSpec(_Part):
    """What the answers are weighted to: one margin is post-stratification, several are raked."""

    margins: Annotated[list[MarginSpec], Field(min_length=1)]
    trim: Annotated[Number, Field(ge=1)] | None = TRIM


class PlanSpec(_Part):
    """A whole plan file."""

    plan: Name
    version: Annotated[int, Field(ge=1)] = 1
    instrument: str = Field(default="", description="Instrument file, beside the plan")
    columns: ColumnsSpec = ColumnsSpec()
    level: Annotated[Number, Field(ge=0.5, le=0.999)] = 0.95
    suppress: bool = False
    population: Annotated[int, Field(ge=1)] | None = None
    wave: Word = ""
    community: Word = ""
    headline: HeadlineSpec = HeadlineSpec()
    zones: ZonesSpec = ZonesSpec()
    matrix: MatrixSpec = MatrixSpec()
    gaps: bool = True
    boxes: Annotated[
        dict[str, dict[str, Annotated[list[int], Field(min_length=1)]]] | None,
        BeforeValidator(_as_switch),
        Field(description="true, false, or for a scale such as 1-5 its boxes and their points"),
    ] = {}
    scales: bool = True
    nps: Word = ""
    drivers: Annotated[DriversSpec | None, BeforeValidator(_as_switch)] = DriversSpec()
    box_drivers: bool = False
    contrast: Annotated[ContrastSpec | None, BeforeValidator(_as_switch)] = None
    ordinal: bool = False
    factors: bool = False
    model: ModelSpec | None = None
    pictures: bool = False
    modes: ModesSpec | None = None
    arrival: ArrivalSpec | None = None
    change: ChangeSpec | None = None
    communities: Annotated[CommunitiesSpec | None, BeforeValidator(_as_switch)] = None
    segments: Words = []
    weighting: WeightingSpec | None = None
    comments: dict[str, Annotated[int, Field(ge=0)]] = {}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of plan files, for editors that complete and check them."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **PlanSpec.model_json_schema(by_alias=True),
        "title": "Plan file",
    }
