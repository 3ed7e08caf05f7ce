"""What a tablet sends in the evening: one sealed interview, and what became of it."""

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.i18n import LANGUAGES
from app.i18n import gettext as _
from app.staff import audit
from app.staff.scope import Scope
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.models import FrameMember
from app.surveys.instrument.answers import AnswersError
from app.surveys.instrument.flow import FORMS
from app.surveys.response.errors import ResponseError
from app.surveys.response.interviews.models import Helper
from app.surveys.response.interviews.sealing import UnreadableInterviewError, open_sealed
from app.surveys.response.interviews.services import Held, record_interview
from app.surveys.response.receipts import format_receipt
from app.surveys.response.storing import Receipt
from app.web.instrument_forms import problem_words
from app.web.services import services
from app.web.transaction import reading, transaction

log = logging.getLogger(__name__)

RECEIVED, KEPT, REFUSED, OTHER = "received", "kept", "refused", "other"
_LARGEST = 100_000  # bytes of an opened interview
_BEYOND_KEYS = 2**31
_YEARS = (1970, 2200)


class BadInterviewError(ValueError):
    """An interview does not have the form a tablet gives it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an interview.

    Attributes:
        state: ``received``, ``kept`` (stored, not counted), ``refused``, or ``other`` when
            another person held it, who has to send it.
        words: What to tell the interviewer; empty when all is well.
        receipt: Receipt code of a stored answer.
    """

    state: str
    words: str = ""
    receipt: str = ""

    def as_data(self) -> dict[str, str]:
        """Return the outcome as plain data."""
        return {"state": self.state, "words": self.words, "receipt": self.receipt}


def take(sealed: str, scope: Scope) -> Outcome:
    """Store one interview and say what became of it; sent again it is the same outcome."""
    vault, now = services().vault, services().now()
    try:
        member_id, held = read_interview(open_sealed(vault, sealed))
    except (UnreadableInterviewError, BadInterviewError):
        log.warning("an interview could not be read")
        return Outcome(REFUSED, _("This interview could not be read. Please tell head office."))
    if held.staff_id != scope.staff_id:
        return Outcome(OTHER, _("Another person held this interview and has to send it."))
    member = campaign_queries.find_member(reading(), scope, member_id)
    if member is None:
        return Outcome(REFUSED, _("This home is not in one of your communities."))
    try:
        receipt = _store(member, held, scope, now)
    except AnswersError as error:
        return Outcome(REFUSED, " ".join(problem_words(one) for one in error.problems[:3]))
    except ResponseError:
        return Outcome(REFUSED, _("This interview does not fit the survey of this home."))
    return _outcome(receipt)


def read_interview(content: bytes) -> tuple[int, Held]:
    """Read an opened interview: the home it belongs to, and how it was held.

    Raises:
        BadInterviewError: Something is missing or has another form.
    """
    if len(content) > _LARGEST:
        raise BadInterviewError("size")
    try:
        data: dict[str, Any] = json.loads(content)
        raw = {str(name): [str(one) for one in values] for name, values in data["raw"].items()}
        held = Held(
            key=str(data["key"]),
            raw=raw,
            language=str(data["language"]),
            form=str(data["form"]),
            helped=Helper(data["helped"]),
            began_at=datetime.fromisoformat(data["began_at"]),
            ended_at=datetime.fromisoformat(data["ended_at"]),
            staff_id=int(data["staff"]),
        )
        member_id = int(data["home"])
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
        OverflowError,
        RecursionError,
    ) as error:
        raise BadInterviewError("form") from error
    is_time = all(_is_time(instant) for instant in (held.began_at, held.ended_at))
    is_key = 0 < member_id < _BEYOND_KEYS
    is_ours = (
        is_key
        and held.key.startswith("visit-")
        and held.form in FORMS
        and held.language in LANGUAGES
    )
    if not is_time or not is_ours:
        raise BadInterviewError("values")
    return member_id, held


def _is_time(instant: datetime) -> bool:
    """Say whether a tablet's clock can have shown this; its date may be wrong all the same."""
    return instant.tzinfo is not None and _YEARS[0] <= instant.year <= _YEARS[1]


def _store(member: FrameMember, held: Held, scope: Scope, now: datetime) -> Receipt:
    """Store an interview in one transaction with its audit entry."""
    with transaction() as session:
        campaign = campaign_queries.get_campaign(session, member.campaign_id)
        gate = campaign_queries.find_gate(session, member.campaign_id, member.community_id)
        if gate is None:
            raise LookupError(member.community_id)
        receipt = record_interview(
            session,
            services().vault,
            held,
            member=member,
            gate=gate,
            instrument=campaign_queries.get_instrument(session, campaign.instrument_digest),
            now=now,
        )
        if not receipt.replayed:
            audit.record(
                session,
                actor=scope,
                action="record_interview",
                subject=campaign_queries.get_household_uid(session, member.household_id),
                community_id=member.community_id,
                detail=campaign.code,
                now=now,
            )
    return receipt


def _outcome(receipt: Receipt) -> Outcome:
    code = format_receipt(receipt.code)
    if receipt.is_counted:
        return Outcome(RECEIVED, receipt=code)
    words = _("Kept, but not counted: this home had answered before, or the survey had ended.")
    return Outcome(KEPT, words, code)
