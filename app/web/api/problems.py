"""Errors of the API as RFC 9457 problem details; every code stands in the description."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pydantic
from flask import Response
from pydantic import BaseModel, ConfigDict, Field

PROBLEM_TYPE = "application/problem+json"
TITLES: dict[int, str] = {
    400: "The request cannot be read",
    401: "A valid key is needed",
    403: "The key has no right to this",
    404: "There is no such thing, or this key may not know of it",
    405: "This address does not take this method",
    406: "Only JSON is offered",
    409: "It cannot be done as things stand",
    413: "The body is too large",
    415: "The body must be JSON",
    422: "The body does not fit the description",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "Not now",
}


class FieldProblem(BaseModel):
    """One field that was refused."""

    model_config = ConfigDict(extra="forbid")
    field: str = Field(description="Path of the field, parts joined by dots; empty: the whole.")
    code: str = Field(description="What is wrong, as a code.")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")
    type: str = Field(description="Always `about:blank`: the status and the code say it.")
    title: str
    status: int
    code: str = Field(description="The reason, as a code that never changes.")
    errors: list[FieldProblem] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A field and what is wrong with it."""

    field: str
    code: str


class ApiError(Exception):
    """The request is refused; carries status, reason and fields.

    Attributes:
        status: Of HTTP.
        code: The reason.
        errors: Fields that were refused.
        headers: More headers of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        *,
        errors: Sequence[Wrong] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, code)
        self.status, self.code = status, code
        self.errors, self.headers = tuple(errors), dict(headers or {})


def answer_to(error: ApiError) -> Response:
    """Return the answer to a refused request."""
    problem = Problem(
        type="about:blank",
        title=TITLES.get(error.status, TITLES[400 if error.status < 500 else 500]),
        status=error.status,
        code=error.code,
        errors=[FieldProblem(field=one.field, code=one.code) for one in error.errors],
    )
    answer = Response(problem.model_dump_json(), status=error.status, content_type=PROBLEM_TYPE)
    for name, value in error.headers.items():
        answer.headers[name] = value
    return answer


def wrongs_of(error: pydantic.ValidationError) -> list[Wrong]:
    """Return what pydantic refused, without what was given."""
    return [
        Wrong(".".join(str(part) for part in one["loc"]), str(one["type"]))
        for one in error.errors(include_input=False, include_url=False, include_context=False)
    ]
