"""One operation of the API: what guards it, what it takes, what it gives. The only source.

The views are made from it, and so is the description (OpenAPI): neither can say anything else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from app.integrations.keys import Caller
from app.integrations.scopes import KeyScope

MOST_ROWS = 200
USUAL_ROWS = 50


class Door(StrEnum):
    """Who may call an operation that asks for no scope."""

    EVERYBODY = "everybody"
    ANY_KEY = "any_key"


@dataclass(frozen=True, slots=True)
class KeyGuard:
    """The guard of a view for programs: no cookie opens it.

    Attributes:
        needs: The scope a key must have, or who may call without one.
    """

    needs: KeyScope | Door


class Query(BaseModel):
    """Parameters of an address; one that is not named is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PageQuery(Query):
    """Parameters of a list."""

    cursor: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]{16}$",
        description="From `next` of the page before; without it the first page.",
    )
    limit: int = Field(default=USUAL_ROWS, ge=1, le=MOST_ROWS, description="Rows of a page.")


class Model(BaseModel):
    """An answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Body(BaseModel):
    """What a write sends; a field that is not named is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Call:
    """One request that came through the guard.

    Attributes:
        caller: Whose key it is; None where everybody may call.
        path: Arguments of the address.
        query: Parameters, read.
        body: The body of a write, read.
        session: Of a write, the transaction it stands in.
    """

    caller: Caller | None
    path: Mapping[str, Any]
    query: Query
    body: Body | None = None
    session: Session | None = None

    @property
    def who(self) -> Caller:
        """Return the caller of an operation that asks for a key."""
        if self.caller is None:
            raise LookupError
        return self.caller


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address.

    Attributes:
        name: ``listCases``: the operationId, and the endpoint.
        method: GET or POST.
        path: Behind ``/api/v1``, as Flask writes it.
        needs: The scope, or who may call.
        summary: One sentence.
        view: Does it.
        answer: What it gives.
        query: What its address takes.
        body: What a write sends.
        refusals: Statuses beyond those every operation may answer with.
        status: Of a success.
    """

    name: str
    method: str
    path: str
    needs: KeyScope | Door
    summary: str
    view: Callable[[Call], BaseModel | dict[str, Any]]
    answer: type[BaseModel]
    query: type[Query] = Query
    body: type[Body] | None = None
    refusals: tuple[int, ...] = ()
    status: int = 200
    words: str = field(default="")

    @property
    def statuses(self) -> tuple[int, ...]:
        """Return every refusal it may answer with."""
        usual = {400, 405, 406, 429, 500, 503}
        if self.needs is not Door.EVERYBODY:
            usual |= {401}
        if isinstance(self.needs, KeyScope):
            usual |= {403}
        if "<" in self.path:
            usual |= {404}
        if issubclass(self.query, PageQuery):
            usual |= {404}  # a cursor of another list
        if self.body is not None:
            usual |= {409, 413, 415, 422}
        return tuple(sorted(usual | set(self.refusals)))
