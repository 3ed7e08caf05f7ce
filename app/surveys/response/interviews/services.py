"""Storing an interview: the answer through the one gate, and how it was given. Never commits."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.surveys.campaign.models import FrameMember, Gate
from app.surveys.instrument.model import Instrument
from app.surveys.response import queries
from app.surveys.response.interviews.models import Helper, Interview
from app.surveys.response.models import Channel
from app.surveys.response.services import Raw, Submission, offer_of, record_response
from app.surveys.response.storing import Receipt
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class Held:
    """An interview as it was held.

    Attributes:
        key: Idempotency key, made on the tablet when the interview began.
        raw: Field name -> chosen values.
        language: Language it was held in.
        form: ``full`` or ``elder``.
        helped: Who helped the owner to choose.
        began_at, ended_at: By the clock of the tablet.
        staff_id: Who held it.
    """

    key: str
    raw: Raw
    language: str
    form: str
    helped: Helper
    began_at: datetime
    ended_at: datetime
    staff_id: int


def record_interview(
    session: Session,
    vault: Vault,
    held: Held,
    *,
    member: FrameMember,
    gate: Gate,
    instrument: Instrument,
    now: datetime,
) -> Receipt:
    """Store an interview; sent twice it is stored once, and gets the same receipt.

    The rules of the home stay: one answer counts, and the first one sent does.

    Raises:
        ResponseError: As `record_response` does.
        AnswersError: The answers cannot be taken; carries every problem.
    """
    receipt = record_response(
        session,
        vault,
        Submission(
            member=member,
            instrument=instrument,
            offer=offer_of(instrument, gate, member),
            raw=held.raw,
            key=held.key,
            channel=Channel.VISIT,
            language=held.language,
            form=held.form,
            entered_by=held.staff_id,
            # No draft has this name: somebody of the home may still be typing on a phone.
            device=f"interview:{held.key}",
        ),
        now=now,
    )
    stored = queries.find_by_key(session, held.key)
    if stored is not None and not receipt.replayed:
        session.add(
            Interview(
                response_id=stored.id,
                helped=held.helped,
                began_at=held.began_at,
                ended_at=held.ended_at,
            )
        )
        session.flush()
    return receipt
