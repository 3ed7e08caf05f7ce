"""Commands on campaigns: publish, create, open, exclude, waive. None commits."""

import re
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date, end_of
from app.staff import audit
from app.staff.models import Role
from app.staff.queries import list_staff
from app.surveys.campaign import queries
from app.surveys.campaign.contact import tally
from app.surveys.campaign.errors import (
    AlreadyApprovedError,
    AlreadyExcludedError,
    AlreadyWaivedError,
    AnsweredError,
    BadCodeError,
    BadDatesError,
    CampaignExistsError,
    CampaignOverError,
    DeadlineNotReachedError,
    EmptyEvidenceError,
    EmptyReasonError,
    FrozenError,
    HeldError,
    NotApprovedError,
    OwnRequestError,
    RateMetError,
    UnknownInstrumentError,
    VersionTakenError,
    WrongStateError,
)
from app.surveys.campaign.frame import fill_frame
from app.surveys.campaign.models import (
    Campaign,
    CampaignState,
    EndedExclusion,
    Exclusion,
    ExclusionCode,
    ExclusionEnding,
    FrameMember,
    Gate,
    InstrumentVersion,
)
from app.surveys.campaign.rules import ReturnCount, says_something
from app.surveys.instrument.answers import clean_text
from app.surveys.instrument.canonical import canonical_json, digest
from app.surveys.instrument.model import Instrument
from app.vault import Vault

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,15}")


def publish_instrument(
    session: Session, instrument: Instrument, *, now: datetime
) -> InstrumentVersion:
    """Publish a questionnaire under its digest; the same one again changes nothing.

    Raises:
        VersionTakenError: Another questionnaire has this code and version.
    """
    name = digest(instrument)
    known = queries.find_instrument_version(session, name)
    if known is not None:
        return known
    if queries.find_version(session, instrument.code, instrument.version) is not None:
        raise VersionTakenError(instrument.code, instrument.version)
    version = InstrumentVersion(
        digest=name,
        code=instrument.code,
        version=instrument.version,
        canonical=canonical_json(instrument),
        published_at=now,
    )
    session.add(version)
    session.flush()
    return version


def create_campaign(  # noqa: PLR0913 - the columns of a campaign
    session: Session,
    *,
    code: str,
    title: str,
    title_en: str,
    instrument_digest: str,
    opens_on: date,
    closes_on: date,
    target: int | None = None,
    now: datetime,
) -> Campaign:
    """Create a draft of a campaign (调查活动).

    Args:
        session: Open session; the caller owns the transaction.
        code: 1 to 16 lower-case letters, digits and hyphens, e.g. ``2026-11``.
        title: Name in Chinese.
        title_en: Name in English.
        instrument_digest: A published questionnaire.
        opens_on: First day of collection, Beijing time.
        closes_on: Last day of collection; the whole day counts.
        target: Company target of an area's performance on 0-100; None for none.
        now: Aware instant.

    Raises:
        BadCodeError, BadDatesError, CampaignExistsError, UnknownInstrumentError: As they say.
    """
    if not _CODE.fullmatch(code):
        raise BadCodeError(code)
    if closes_on < opens_on:
        raise BadDatesError(opens_on, closes_on)
    if queries.find_campaign(session, code) is not None:
        raise CampaignExistsError(code)
    if queries.find_instrument_version(session, instrument_digest) is None:
        raise UnknownInstrumentError(instrument_digest)
    campaign = Campaign(
        code=code,
        title=clean_text(title),
        title_en=clean_text(title_en),
        instrument_digest=instrument_digest,
        opens_on=opens_on,
        closes_on=closes_on,
        required_permille=600,
        target=target,
        state=CampaignState.DRAFT,
        created_at=now,
    )
    session.add(campaign)
    session.flush()
    return campaign


def open_campaign(session: Session, campaign: Campaign, vault: Vault, *, now: datetime) -> int:
    """Open a campaign: copy every living household into its frame and make the gates.

    The frame never changes again. Opening may come before `opens_on`, so that letters can be
    printed; answers are taken from that day on.

    Returns:
        Households in the frame.

    Raises:
        WrongStateError: Its plan is not approved, its questionnaire not locked, or it was opened.
        CampaignOverError: Its last day has passed.
        EmptyRegisterError: Nobody lives in the register.
    """
    if campaign.state is not CampaignState.LOCKED:
        raise WrongStateError(campaign.code, campaign.state)
    if now >= end_of(campaign.closes_on):
        raise CampaignOverError(campaign.code, campaign.closes_on)
    day = beijing_date(now)
    counts = queries.count_living(session, day)
    homes = queries.list_living(session, day)
    return fill_frame(session, campaign, vault, counts=counts, homes=homes, now=now)


def request_exclusion(
    session: Session,
    vault: Vault,
    member: FrameMember,
    *,
    code: ExclusionCode,
    evidence: str,
    staff_id: int,
    now: datetime,
) -> Exclusion:
    """Ask that a home leave the base. It stays in the base until head office approves.

    Raises:
        EmptyEvidenceError: No evidence in words, a few letters at least.
        AlreadyExcludedError: Asked for before.
        AnsweredError: Somebody of the home has answered, and the answer counts.
        FrozenError: The community's answers are frozen.
    """
    evidence = clean_text(evidence)
    if not says_something(evidence):
        raise EmptyEvidenceError
    _lock_unfrozen(session, member)
    if queries.find_exclusion(session, member.id) is not None:
        raise AlreadyExcludedError(member.id)
    tally.lock(session, member)
    if member.returned_at is not None:
        raise AnsweredError(member.returned_at)
    exclusion = Exclusion(
        frame_member_id=member.id,
        code=code,
        evidence_sealed=vault.seal(evidence, "evidence"),
        requested_by=staff_id,
    )
    session.add(exclusion)
    session.flush()
    _audit_member(session, "exclusion.request", member, staff_id=staff_id, detail=code, now=now)
    return exclusion


def approve_exclusion(
    session: Session, exclusion: Exclusion, *, staff_id: int, now: datetime
) -> None:
    """Approve an exclusion for head office: from now on the home is not in the base.

    An answer that comes in later is kept; it counts when the exclusion is taken back.

    Raises:
        AlreadyApprovedError: Decided before, perhaps a moment ago by somebody else.
        OwnRequestError: Who asked for it does not approve it, unless nobody else could.
        AnsweredError: Somebody of the home has answered since it was asked for.
        FrozenError: The community's answers are frozen.
    """
    member = queries.get_member(session, exclusion.frame_member_id)
    exclusion = _lock_undecided(session, member)
    if exclusion.requested_by == staff_id and _has_others(session, staff_id):
        raise OwnRequestError(member.id)
    before = tally.lock(session, member)
    if member.returned_at is not None:
        raise AnsweredError(member.returned_at)
    exclusion.approved_by = staff_id
    exclusion.approved_at = now
    tally.move(session, member, before, is_excluded=True)
    _audit_member(
        session, "exclusion.approve", member, staff_id=staff_id, detail=exclusion.code, now=now
    )


def refuse_exclusion(
    session: Session,
    vault: Vault,
    exclusion: Exclusion,
    *,
    reason: str,
    staff_id: int,
    now: datetime,
) -> None:
    """Refuse an exclusion that was asked for: the home stays in the base.

    The request stays on record with the reason; the home may be asked for again.

    Raises:
        EmptyReasonError: No reason in words.
        AlreadyApprovedError: Decided before, perhaps a moment ago by somebody else.
        FrozenError: The community's answers are frozen.
    """
    words = _reason(reason)
    member = queries.get_member(session, exclusion.frame_member_id)
    exclusion = _lock_undecided(session, member)
    ended = _ended(exclusion, ExclusionEnding.REFUSED, staff_id=staff_id, now=now)
    ended.reason_sealed = vault.seal(words, "exclusion")
    session.add(ended)
    session.delete(exclusion)
    session.flush()
    _audit_member(
        session, "exclusion.refuse", member, staff_id=staff_id, detail=exclusion.code, now=now
    )


def take_back_exclusion(
    session: Session,
    vault: Vault,
    exclusion: Exclusion,
    *,
    reason: str,
    staff_id: int,
    now: datetime,
) -> None:
    """Take back an approved exclusion for head office: the home is in the base again.

    An answer it has given counts from then on. Rate and T0 are worked out anew.

    Raises:
        EmptyReasonError: No reason in words.
        NotApprovedError: It is not approved, or was taken back a moment ago.
        FrozenError: The community's answers are frozen.
    """
    words = _reason(reason)
    member = queries.get_member(session, exclusion.frame_member_id)
    _lock_unfrozen(session, member)
    known = queries.find_exclusion_now(session, member.id)
    if known is None or known.approved_at is None:
        raise NotApprovedError(member.id)
    before = tally.lock(session, member)
    ended = _ended(known, ExclusionEnding.TAKEN_BACK, staff_id=staff_id, now=now)
    ended.reason_sealed = vault.seal(words, "exclusion")
    session.add(ended)
    session.delete(known)
    tally.move(session, member, before, is_excluded=False)
    _audit_member(
        session, "exclusion.take_back", member, staff_id=staff_id, detail=known.code, now=now
    )


def open_evidence(vault: Vault, exclusion: Exclusion | EndedExclusion) -> str:
    """Return the evidence of an exclusion, readable."""
    return vault.open(exclusion.evidence_sealed, "evidence")


def open_ending(vault: Vault, ended: EndedExclusion) -> str:
    """Return why an exclusion was refused or taken back, readable."""
    return vault.open(ended.reason_sealed, "exclusion")


def waive_gate(
    session: Session,
    vault: Vault,
    gate: Gate,
    *,
    count: ReturnCount,
    staff_id: int,
    reason: str,
    now: datetime,
) -> None:
    """Release a community below the rate, for a recorded reason (低于门槛放行).

    Starts the same clocks as the rate would have; every result is "indicative, not ranked".

    Args:
        session: Open session; the caller owns the transaction.
        vault: Seals the reason.
        gate: The gate, in this session.
        count: Base and returns of the community, read in this transaction.
        staff_id: Who decides, at head office.
        reason: Why, in words.
        now: Aware instant.

    Raises:
        EmptyReasonError: No reason in words.
        DeadlineNotReachedError: The last day has not passed.
        AlreadyWaivedError: Waived before.
        RateMetError: The rate is met, so there is nothing to waive.
        FrozenError: The community's answers are frozen.
        HeldError: A hold is in place, which a waiver does not overrule.
    """
    reason = _reason(reason)
    gate = queries.lock_gate(session, gate.campaign_id, gate.community_id, exclusive=True)
    campaign = queries.get_campaign(session, gate.campaign_id)
    deadline = end_of(campaign.closes_on)
    if now < deadline:
        raise DeadlineNotReachedError(deadline)
    if gate.waived_at is not None:
        raise AlreadyWaivedError(gate.waived_at)
    if gate.frozen_at is not None:
        raise FrozenError(gate.frozen_at)
    if gate.held_at is not None:
        raise HeldError(gate.held_at)
    if count.meets(campaign.required_permille):
        raise RateMetError
    gate.waived_at = now
    gate.waived_by = staff_id
    gate.waiver_reason_sealed = vault.seal(reason, "waiver")
    session.flush()
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action="gate.waive",
        subject=f"campaign:{campaign.code}",
        community_id=gate.community_id,
        detail=f"{count.returned}/{count.base}",
        now=now,
    )


def open_waiver_reason(vault: Vault, gate: Gate) -> str:
    """Return the reason of a waiver, readable; empty without a waiver."""
    sealed = gate.waiver_reason_sealed
    return vault.open(sealed, "waiver") if sealed is not None else ""


def _reason(text: str) -> str:
    words = clean_text(text)
    if not says_something(words, least=2):
        raise EmptyReasonError
    return words


def _has_others(session: Session, staff_id: int) -> bool:
    """Say whether head office has somebody else who could decide."""
    return any(
        one.id != staff_id and one.role is Role.HEAD_OFFICE and one.disabled_at is None
        for one in list_staff(session)
    )


def _ended(
    exclusion: Exclusion, ending: ExclusionEnding, *, staff_id: int, now: datetime
) -> EndedExclusion:
    """Return the record of an exclusion that ends now, its reason still to be sealed."""
    return EndedExclusion(
        frame_member_id=exclusion.frame_member_id,
        code=exclusion.code,
        evidence_sealed=exclusion.evidence_sealed,
        requested_by=exclusion.requested_by,
        approved_by=exclusion.approved_by,
        approved_at=exclusion.approved_at,
        ending=ending,
        ended_at=now,
        ended_by=staff_id,
    )


def _lock_unfrozen(session: Session, member: FrameMember) -> Gate:
    """Lock the gate of a member. Raises FrozenError when its answers are frozen."""
    gate = queries.lock_gate(session, member.campaign_id, member.community_id, exclusive=True)
    if gate.frozen_at is not None:
        raise FrozenError(gate.frozen_at)
    return gate


def _lock_undecided(session: Session, member: FrameMember) -> Exclusion:
    """Lock the gate of a member and return its exclusion as it stands now, not yet decided."""
    _lock_unfrozen(session, member)
    exclusion = queries.find_exclusion_now(session, member.id)
    if exclusion is None or exclusion.approved_at is not None:
        raise AlreadyApprovedError(member.id)
    return exclusion


def _audit_member(
    session: Session,
    action: str,
    member: FrameMember,
    *,
    staff_id: int,
    detail: str,
    now: datetime,
) -> None:
    """Write an audit entry about one household; it is named by its uid only."""
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action=action,
        subject=queries.get_household_uid(session, member.household_id),
        community_id=member.community_id,
        detail=detail,
        now=now,
    )
