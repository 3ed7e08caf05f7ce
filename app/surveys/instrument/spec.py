"""The shape of an instrument file: which keys exist and what may stand in them.

These classes describe the file, not the instrument: `load.py` builds the instrument from them.
The JSON Schema for editors is generated from them, so it cannot differ from what is accepted.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.json_schema import WithJsonSchema

from app.surveys.instrument.vocabulary import ComplaintClass, Element, Factor

MAX_POINTS = 40  # one byte of the answer vector holds the position of a point
MAX_MISSING = 13  # and the kind of a missing answer

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")]
Words = Annotated[str, StringConstraints(max_length=2000)]
Texts = Annotated[
    dict[Language, Words],
    Field(min_length=1, description="The text in every language of the file"),
]
Measure = Literal[
    "overall",
    "importance",
    "performance",
    "adequate",
    "desired",
    "perceived",
    "experience",
    "handling",
    "relationship",
    "noticed",
    "loyalty",
    "profile",
    "comment",
]


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _as_map(value: object) -> object:
    return {"all": value} if isinstance(value, str) else value


Measures = Annotated[
    list[Measure],
    BeforeValidator(_as_list),
    Field(min_length=1),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(Measure.__args__)},
                {"type": "array", "items": {"enum": list(Measure.__args__)}},
            ]
        }
    ),
]
ScaleChoice = Annotated[
    dict[Measure | Literal["all"], Code],
    BeforeValidator(_as_map),
    Field(min_length=1),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "object", "additionalProperties": {"type": "string"}},
            ]
        }
    ),
]


class _Part(BaseModel):
    """A mapping of the file; a key it does not name is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ScaleSpec(_Part):
    """The points of a scale, worst first, with their words."""

    points: Annotated[list[int], Field(min_length=2, max_length=MAX_POINTS)]
    labels: dict[int, Texts] = {}
    satisfied: list[int] = []
    missing: Annotated[dict[Code, Texts], Field(max_length=MAX_MISSING)] = {}


class AttributeSpec(_Part):
    """One concrete statement within an area."""

    code: Code
    text: Texts
    factor: Factor
    element: Element
    complaint_class: ComplaintClass
    departments: Annotated[list[Code], Field(min_length=1)]
    show_if: Code | None = None


class AreaSpec(_Part):
    """One service area. An external data file needs no more than its code."""

    code: Code
    name: Texts | None = None
    hint: Texts | None = None
    department: Code | None = None
    attributes: list[AttributeSpec] = []


class SizeSpec(_Part):
    """How many areas are asked in depth in a community under so many households."""

    under: Annotated[int, Field(ge=1)] | None = None
    areas: Annotated[int, Field(ge=1)]


class BlocksSpec(_Part):
    """Planned missingness; the numbers count the areas in their order in the file, from 1."""

    design: Annotated[list[Annotated[list[int], Field(min_length=1)]], Field(min_length=1)]
    offered: Annotated[list[SizeSpec], Field(min_length=1)]


class OptionSpec(_Part):
    """One worded option of a multi-tick or single choice."""

    code: Code
    text: Texts
    exclusive: bool = False


class QuestionSpec(_Part):
    """One statement, choice or text field within a section."""

    code: Code
    text: Texts
    hint: Texts | None = None
    on: Code | None = None
    options: list[OptionSpec] = []
    reverse: bool = False
    elder: bool = True


class ContactPartSpec(_Part):
    """One detail of the contact wish: a choice when it has options, else a short text."""

    text: Texts
    options: list[OptionSpec] = []


class ContactSpec(_Part):
    """Who may reply, and how and when."""

    text: Texts
    hint: Texts | None = None
    office_or_hq: Texts
    hq_only: Texts
    no_reply: Texts
    way: ContactPartSpec | None = None
    when: ContactPartSpec | None = None
    number: ContactPartSpec | None = None


class AskSpec(_Part):
    """What a section asks: exactly one of the verbs, with its details."""

    rate: Literal["overall", "areas", "offered areas", "attributes", "statements"] | None = None
    pick: Literal["areas"] | None = None
    tick: Literal["options"] | None = None
    choose: Literal["questions"] | None = None
    write: Literal["comments"] | None = None
    on: ScaleChoice | None = None
    up_to: Annotated[int, Field(ge=1)] | None = Field(default=None, alias="up to")


class SectionSpec(_Part):
    """A page or card of the questionnaire."""

    id: Code
    ask: AskSpec
    measures: Measures
    title: Texts | None = None
    text: Texts | None = None
    hint: Texts | None = None
    options: list[OptionSpec] = []
    questions: list[QuestionSpec] = []
    wording: dict[Measure, Texts] = {}
    contact: ContactSpec | None = None
    show_if: Code | None = None
    offer: Annotated[int, Field(ge=1)] | None = None
    required: bool = False
    elder: bool = True


class MinutesSpec(_Part):
    """Promised minutes: by areas asked in depth, and of the large-text form."""

    areas: Annotated[dict[int, Annotated[int, Field(ge=1, le=60)]], Field(min_length=1)]
    elder: Annotated[int, Field(ge=1, le=60)] | None = None


class InstrumentSpec(_Part):
    """A whole instrument file."""

    instrument: Name
    version: Annotated[int, Field(ge=1)]
    kind: Literal["customer-perception", "market-standing", "call-back", "external"]
    languages: Annotated[list[Language], Field(min_length=1)]
    title: Texts
    minutes: MinutesSpec | None = None
    valid_needs: dict[Code, Annotated[int, Field(ge=1)]] = {}
    texts: dict[Code, Texts] = {}
    departments: dict[Code, Texts] = {}
    scales: Annotated[dict[Code, ScaleSpec], Field(min_length=1)]
    areas: list[AreaSpec] = []
    blocks: BlocksSpec | None = None
    sections: Annotated[list[SectionSpec], Field(min_length=1)]
    columns: dict[str, Any] = {}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of instrument files, for editors that complete and check them."""
    schema = InstrumentSpec.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Instrument file",
    }
