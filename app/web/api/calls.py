"""From a request to a call and from an answer to a response: the one way through the guard."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import pydantic
from flask import Response, request
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from app.integrations import keys
from app.integrations.errors import WriteTakenError
from app.integrations.keys import Caller
from app.integrations.scopes import KeyScope
from app.integrations.writes import Written, write_once
from app.web.api.operations import Body, Call, Door, KeyGuard, Operation, Query
from app.web.api.problems import ApiError, Wrong, answer_to, wrongs_of
from app.web.services import services
from app.web.throttle import Throttle
from app.web.transaction import reading, transaction

LARGEST = 64 * 1024  # bytes of a body
_LONGEST_NAME = 64
_NO_KEY = {"WWW-Authenticate": "Bearer"}


def view_of(operation: Operation) -> Callable[..., Response]:
    """Return the view of an operation, with its guard."""

    def view(**path: Any) -> Response:
        try:
            return _answer(operation, path)
        except ApiError as error:
            return answer_to(error)

    view.__name__ = operation.name
    view.guard = KeyGuard(operation.needs)  # type: ignore[attr-defined]
    return view


def _answer(operation: Operation, path: dict[str, Any]) -> Response:
    now = services().now()
    _check_accept()
    caller = _enter(operation, now)
    query = _read_query(operation)
    call = Call(caller, path, query)
    if operation.body is None:
        return _fitting(operation.view(call), operation)
    return _write(operation, call, now)


def _check_accept() -> None:
    accepted = request.accept_mimetypes
    if accepted and not accepted["application/json"] and not accepted["application/problem+json"]:
        raise ApiError(406, "only_json")


def _enter(operation: Operation, now: datetime) -> Caller | None:
    """Return whose key it is; refuse what it may not do. Says nothing about what there is."""
    if operation.needs is Door.EVERYBODY:
        return None
    given = request.headers.get("Authorization", "")
    kind, _, token = given.partition(" ")
    caller = None
    if kind.lower() == "bearer":
        caller = keys.find_caller(reading(), services().vault, token.strip(), now=now)
    if caller is None:
        raise ApiError(401, "no_valid_key", headers=_NO_KEY)
    _count(caller, now)
    if caller.is_touch_due:
        with transaction() as session:
            keys.touch(session, caller.key_id, now=now)
    if isinstance(operation.needs, KeyScope) and not caller.may(operation.needs):
        raise ApiError(403, "scope_missing")
    return caller


@cache
def _throttle(per_minute: int) -> Throttle:
    return Throttle(per_minute, 60.0)


def _count(caller: Caller, now: datetime) -> None:
    throttle, name, at = _throttle(caller.per_minute), str(caller.key_id), now.timestamp()
    if throttle.is_over(name, at):
        raise ApiError(429, "too_many", headers={"Retry-After": "60"})
    throttle.count(name, at)


def _read_query(operation: Operation) -> Query:
    given: dict[str, str] = {}
    for name, texts in request.args.lists():
        if len(texts) > 1:
            raise ApiError(400, "bad_parameter", errors=[Wrong(name, "repeated")])
        given[name] = texts[0]
    if request.mimetype and operation.body is None and request.content_length:
        raise ApiError(400, "no_body_here")
    try:
        return operation.query.model_validate_strings(given)
    except pydantic.ValidationError as error:
        raise ApiError(400, "bad_parameter", errors=wrongs_of(error)) from error


def _write(operation: Operation, call: Call, now: datetime) -> Response:
    raw = _read_body()
    name = request.headers.get("Idempotency-Key", "")
    if not name or len(name) > _LONGEST_NAME or not (name.isascii() and name.isprintable()):
        raise ApiError(400, "idempotency_key_needed")
    body = _parse(operation, raw)
    asked = f"{operation.method} {request.path}\n{body.model_dump_json()}"

    def act(session: Session) -> Written:
        found = operation.view(replace(call, body=body, session=session))
        return Written(operation.status, _json(found))

    def once() -> Written:
        with transaction() as session:
            return write_once(
                session,
                services().vault,
                key_id=call.who.key_id,
                name=name,
                asked=asked,
                act=act,
                now=now,
            )

    try:
        try:
            written = once()
        except IntegrityError:
            written = once()  # the same request at the same time was first: its answer is there
    except WriteTakenError as error:
        raise ApiError(422, "idempotency_key_reused") from error
    answer = Response(written.answer, written.status, content_type="application/json")
    if written.is_repeated:
        answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _read_body() -> bytes:
    if request.mimetype != "application/json":
        raise ApiError(415, "not_json")
    request.max_content_length = LARGEST
    try:
        raw = request.get_data()
    except RequestEntityTooLarge as error:
        raise ApiError(413, "too_large") from error
    # A body without a stated length is cut at the limit instead of refused, one that ended early
    # is taken for all there is.
    if request.content_length is None and len(raw) >= LARGEST:
        raise ApiError(413, "too_large")
    if request.content_length is not None and len(raw) < request.content_length:
        raise ApiError(400, "cut_short")
    return raw


def _parse(operation: Operation, raw: bytes) -> Body:
    try:
        text = raw.decode("utf-8")
        json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, "not_json") from error
    if operation.body is None:
        raise LookupError
    try:
        return operation.body.model_validate_json(raw, strict=True)
    except pydantic.ValidationError as error:
        raise ApiError(422, "bad_fields", errors=wrongs_of(error)) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _refuse(_constant: str) -> None:
    raise ValueError


def _json(found: BaseModel | dict[str, Any]) -> str:
    if isinstance(found, BaseModel):
        return found.model_dump_json()
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _fitting(found: BaseModel | dict[str, Any], operation: Operation) -> Response:
    """Return the answer to a read, or 304 when the caller has it already."""
    text = _json(found)
    answer = Response(text, operation.status, content_type="application/json")
    # Weak: a proxy may compress it on the way.
    answer.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32], weak=True)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Authorization"
    answer.make_conditional(request)
    return answer
