"""Keeping an answer, by telephone or by link: both are kept, the first counts. No commit.

Knows no staff code, so that the page of an owner may use it.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.service.callbacks import queries
from app.service.callbacks.models import CallBackAnswer, CallKind, Way
from app.service.callbacks.questions import Asked, Said
from app.service.callbacks.rules import is_satisfied
from app.vault import Vault

PURPOSE = "call-back"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is called back about: one repair order, or one answer to a complaint.

    Attributes:
        kind: Which of the two.
        community_id: Its community.
        key: Of the order or the complaint.
        round: Which answer to the complaint; 1 for an order.
        month: First day of the month it is counted in.
    """

    kind: CallKind
    community_id: int
    key: int
    round: int
    month: date

    @property
    def order_id(self) -> int | None:
        """Key of the order, None for a complaint."""
        return self.key if self.kind is CallKind.REPAIR else None

    @property
    def complaint_id(self) -> int | None:
        """Key of the complaint, None for an order."""
        return self.key if self.kind is CallKind.COMPLAINT else None


def keep(
    session: Session,
    vault: Vault,
    subject: Subject,
    asked: Asked,
    said: Said,
    *,
    way: Way,
    staff_id: int | None,
    now: datetime,
) -> CallBackAnswer | None:
    """Keep an answer; None when this way brought one before.

    Its effects follow later (`effects`), within a minute for a link.
    """
    if queries.find_answer(session, subject.kind, subject.key, subject.round, way) is not None:
        return None
    others = queries.list_answers(session, subject.kind, subject.key, subject.round)
    answer = CallBackAnswer(
        kind=subject.kind,
        community_id=subject.community_id,
        order_id=subject.order_id,
        complaint_id=subject.complaint_id,
        round=subject.round,
        month=subject.month,
        way=way,
        staff_id=staff_id,
        at=now,
        instrument_digest=asked.digest,
        answers=said.as_json,
        words_sealed=seal_words(vault, said),
        is_satisfied=is_satisfied(subject.kind, said.values),
        is_first=not others,
    )
    try:
        with session.begin_nested():
            session.add(answer)
    except IntegrityError:  # the other way was quicker by a moment: its answer counts
        if queries.find_answer(session, subject.kind, subject.key, subject.round, way) is not None:
            return None
        answer.is_first = False
        session.add(answer)
    session.flush()
    return answer


def seal_words(vault: Vault, said: Said) -> bytes | None:
    """Return the words of an answer sealed, None when there are none."""
    if not said.words:
        return None
    text = json.dumps(dict(said.words), ensure_ascii=False, sort_keys=True)
    return vault.seal(text, PURPOSE)


def open_words(vault: Vault, sealed: bytes | None) -> dict[str, str]:
    """Return the words of an answer by item code."""
    if sealed is None:
        return {}
    found: dict[str, str] = json.loads(vault.open(sealed, PURPOSE) or "{}")
    return found
