"""Going on with a draft on another phone: a short code, valid for a week, stored hashed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.surveys.campaign.codes import make_code, read_code
from app.surveys.campaign.models import FrameMember
from app.surveys.response import queries
from app.surveys.response.models import Draft
from app.surveys.response.photos.services import carry_photos, phone_of
from app.surveys.response.services import device_hash_of, load_draft, open_draft, save_draft
from app.vault import Vault

RESUME_SYMBOLS = 7  # and a check symbol; tries are limited for every home
VALID_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ResumeCode:
    """A code that opens one draft on another phone.

    Attributes:
        code: In its one form.
        until: When it ends.
    """

    code: str
    until: datetime


def give_resume_code(
    session: Session, vault: Vault, *, member: FrameMember, device: str, now: datetime
) -> ResumeCode | None:
    """Return a code for the draft of this device, valid for a week; None when there is no draft.

    The same draft has the same code, so that one written down earlier stays right.
    """
    draft = queries.find_draft(session, member.id, device_hash_of(vault, member, device), lock=True)
    if draft is None:
        return None
    code = _code_of(vault, member, draft)
    draft.resume_hash = _hash(vault, member, code)
    draft.resume_until = now + VALID_FOR
    draft.resume_phone = phone_of(vault, member, device)
    session.flush()
    return ResumeCode(code, draft.resume_until)


def find_resume_code(
    session: Session, vault: Vault, *, member: FrameMember, device: str, now: datetime
) -> ResumeCode | None:
    """Return the code given before for the draft of this device, None when none is valid."""
    draft = queries.find_draft(session, member.id, device_hash_of(vault, member, device))
    if draft is None or draft.resume_until is None or draft.resume_until <= now:
        return None
    return ResumeCode(_code_of(vault, member, draft), draft.resume_until)


def can_resume(
    session: Session, vault: Vault, *, member: FrameMember, device: str, now: datetime
) -> bool:
    """Say whether another phone of this home left a draft that a code opens."""
    own = device_hash_of(vault, member, device)
    return queries.count_resumable(session, member.id, own, now) > 0


def carry_on(
    session: Session,
    vault: Vault,
    *,
    member: FrameMember,
    device: str,
    text: str,
    now: datetime,
) -> str | None:
    """Copy the draft that a typed code opens to this device; the other phone keeps its own.

    Photos move: each goes with one answer, the one sent from the phone that carries on.

    Returns:
        The form it was begun in (``full`` or ``elder``); None when no draft has this code.

    Raises:
        CodeSlipError: It cannot be such a code; the database was not asked.
        DraftTooLargeError: Both drafts together are too large; nothing was changed.
    """
    code = read_code(text, RESUME_SYMBOLS)
    found = queries.find_resumable(session, member.id, _hash(vault, member, code), now)
    if found is None:
        return None
    own = load_draft(session, vault, member=member, device=device)
    save_draft(
        session,
        vault,
        member=member,
        device=device,
        raw={**own, **open_draft(vault, found)},
        language=found.language,
        form=found.form,
        now=now,
    )
    draft = queries.find_draft(session, member.id, device_hash_of(vault, member, device))
    if draft is not None and draft.id != found.id:
        draft.started_at, draft.pace = found.started_at, found.pace
    if found.resume_phone is not None:
        carry_photos(session, vault, member=member, source=found.resume_phone, device=device)
    session.flush()
    return found.form


def _code_of(vault: Vault, member: FrameMember, draft: Draft) -> str:
    number = vault.keyed_hash("resume", f"{member.pseudonym}:{draft.id}")
    return make_code(int.from_bytes(number[:8]), RESUME_SYMBOLS)


def _hash(vault: Vault, member: FrameMember, code: str) -> bytes:
    return vault.keyed_hash("resume-stored", f"{member.pseudonym}:{code}")
