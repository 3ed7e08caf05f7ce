"""All operations of the API on one blueprint, and what every answer under /api keeps to."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, request, session
from flask_wtf.csrf import CSRFProtect
from pydantic import BaseModel
from werkzeug.exceptions import HTTPException

from app.web.api import case_writes, cases, complaints, results, standing
from app.web.api.calls import view_of
from app.web.api.document import BASE, document
from app.web.api.operations import Call, Door, Model, Operation
from app.web.api.problems import TITLES, ApiError, answer_to

PREFIX = "/api/"


class Description(Model):
    """The description itself."""

    openapi: str
    info: dict[str, Any]
    servers: list[dict[str, Any]]
    security: list[dict[str, Any]]
    paths: dict[str, Any]
    components: dict[str, Any]


def _describe(_call: Call) -> BaseModel:
    return Description(**document(OPERATIONS))


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="describe",
        method="GET",
        path="/openapi.json",
        needs=Door.EVERYBODY,
        summary="This description.",
        view=_describe,
        answer=Description,
    ),
    *standing.OPERATIONS,
    *results.OPERATIONS,
    *cases.OPERATIONS,
    *case_writes.OPERATIONS,
    *complaints.OPERATIONS,
)

bp = Blueprint("api", __name__, url_prefix=BASE)
for _one in OPERATIONS:
    bp.add_url_rule(_one.path, endpoint=_one.name, view_func=view_of(_one), methods=[_one.method])


def install(app: Flask, csrf: CSRFProtect) -> None:
    """Let everything under /api speak JSON, take no cookie and need no token of a form.

    A form of another site could only send what a browser sends by itself: cookies. None of these
    views looks at one; they ask for a key in a header that no form can set.
    """
    csrf.exempt(bp)
    pages = app.error_handler_spec[None][None]
    for kind in (HTTPException, Exception):
        pages[kind] = _first(pages[kind])
    app.after_request(_without_cookie)


def is_ours() -> bool:
    """Say whether this request is for the API."""
    return request.path.startswith(PREFIX)


def _first(page: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the handler of an error: a problem for programs, the page for everybody else."""

    def handle(error: Any) -> Any:
        if not is_ours():
            return page(error)
        if not isinstance(error, HTTPException):
            page(error)  # notes what was unexpected
        elif error.code is not None and error.code < 400:
            return error
        return _problem(error)

    return handle


def _problem(error: Exception) -> Response:
    status = error.code if isinstance(error, HTTPException) else 500
    status = status if status in TITLES else (400 if status and status < 500 else 500)
    answer = answer_to(ApiError(status or 500, _code(status or 500)))
    if isinstance(error, HTTPException):
        allowed = getattr(error, "valid_methods", None)
        if allowed:
            answer.headers["Allow"] = ", ".join(sorted({*allowed, "OPTIONS"}))
    return answer


def _code(status: int) -> str:
    return {
        404: "not_found",
        405: "method_not_allowed",
        413: "too_large",
        415: "not_json",
        429: "too_many",
        500: "unexpected",
        503: "not_now",
    }.get(status, "bad_request")


def _without_cookie(answer: Response) -> Response:
    """Leave the browser's session as it was: nothing under /api sets or reads a cookie."""
    if is_ours():
        session.modified = False
        session.accessed = False
    return answer
