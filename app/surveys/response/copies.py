"""An owner's own answers as a file: asked for on the page, made by the worker, gone after a day."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.jobs.queue import enqueue
from app.surveys.response import queries
from app.surveys.response.models import AnswerCopy, Response
from app.vault import Vault

KIND = "answer_copy"
KEPT_FOR = timedelta(hours=24)


def ask_for_copy(session: Session, response: Response, *, language: str, now: datetime) -> None:
    """Order the file of an answer; asking again while it is there, or being made, does nothing."""
    copy = queries.find_copy(session, response.id)
    if copy is not None and copy.language == language and now < copy.asked_at + KEPT_FOR:
        if copy.content_sealed is not None:
            return
    elif copy is None:
        try:
            with session.begin_nested():
                session.add(AnswerCopy(response_id=response.id, language=language, asked_at=now))
        except IntegrityError:  # the other tap of a double one was faster
            return
    else:
        copy.language, copy.asked_at, copy.content_sealed = language, now, None
        session.flush()
    enqueue(session, KIND, {"response_id": response.id}, dedup_key=f"{KIND}:{response.id}", now=now)


def find_copy(session: Session, response: Response, *, now: datetime) -> AnswerCopy | None:
    """Return the file an owner asked for, made or not; None when there is none any more."""
    copy = queries.find_copy(session, response.id)
    return copy if copy is not None and now < copy.asked_at + KEPT_FOR else None


def store_copy(
    session: Session, vault: Vault, response_id: int, language: str, content: bytes
) -> None:
    """Keep a file just made, unless nobody waits for it in this language any more."""
    copy = queries.find_copy(session, response_id)
    if copy is not None and copy.language == language:
        copy.content_sealed = vault.seal(base64.b64encode(content).decode(), "copy")


def open_copy(vault: Vault, copy: AnswerCopy) -> bytes | None:
    """Return the content of a file, None while it is being made."""
    if copy.content_sealed is None:
        return None
    return base64.b64decode(vault.open(copy.content_sealed, "copy"))


def drop_old_copies(session: Session, *, now: datetime) -> int:
    """Delete the files asked for more than a day ago and return how many there were."""
    return queries.delete_copies(session, now - KEPT_FOR)


def own_texts(session: Session, vault: Vault, response: Response) -> Mapping[str, str]:
    """Return what an owner wrote in an answer, by item code, his contact wish included."""
    comment = queries.find_comment(session, response.id)
    if comment is None:
        return {}
    texts: dict[str, str] = json.loads(vault.open(comment.texts_sealed, "comment"))
    texts["contact"] = comment.wish.value
    if comment.contact_sealed is not None:
        details = json.loads(vault.open(comment.contact_sealed, "contact"))
        texts |= {f"contact.{name}": value for name, value in details.items() if value}
    return texts
