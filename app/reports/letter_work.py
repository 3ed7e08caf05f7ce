"""Jobs of the worker: letters, slips and posters, one sealed file for each building.

Printing takes seconds, so it happens outside of every transaction; a building that has its file is
never printed again, so a job that is run twice ends the same.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.db import write_session
from app.i18n import DEFAULT_LANGUAGE, LANGUAGES
from app.reports.context import date_text
from app.reports.gate_words import required_words
from app.reports.letter_paper import Bundle, Home, print_bundle
from app.reports.letters import LetterHead, qr_svg
from app.reports.paper import in_language, print_pdf
from app.reports.wording import address_of
from app.reports.work import Workshop
from app.staff.audit import record_many
from app.surveys.campaign.codes import format_code
from app.surveys.campaign.contact.queries import count_community
from app.surveys.campaign.gates.queries import list_required_changes
from app.surveys.campaign.lookup import give_codes
from app.surveys.campaign.models import Campaign, FrameMember, Gate
from app.surveys.campaign.queries import (
    find_gate,
    get_campaign,
    get_instrument,
    list_buildings,
    list_members_of_building,
)
from app.surveys.campaign.tokens import code_address, link, make_token, make_typed_code
from app.surveys.distribution.facts import facts_of, minutes_of
from app.surveys.distribution.models import BatchForm, BatchState, HandoverKind, LetterBatch
from app.surveys.distribution.printed import batches, handovers
from app.surveys.distribution.printed.queries import find_batch
from app.surveys.distribution.rules import walking_place
from app.surveys.distribution.settings import read_settings
from app.surveys.distribution.wording import poster
from app.surveys.register.models import Community
from app.surveys.register.queries import list_uids
from app.vault import Vault

POSTER = "poster"


def make_letters(workshop: Workshop, payload: dict[str, object]) -> None:
    """Make the files of a batch that somebody asked for; what is made stays as it is.

    Args:
        workshop: What to work with.
        payload: ``batch_id``.
    """
    batch_id = int(str(payload["batch_id"]))
    with write_session(workshop.engine) as session:
        batch = find_batch(session, batch_id)
        if batch is None or batch.state is not BatchState.WAITING:
            return
        campaign_id, community_id = batch.campaign_id, batch.community_id
        is_poster = batch.form is BatchForm.NOTICE
        wanted = []
        if not is_poster:
            buildings = list_buildings(session, campaign_id, community_id)
            batch.buildings = len(buildings)
            wanted = batches.buildings_left(session, batch, buildings)
    if is_poster:
        _make_poster(workshop, batch_id)
    for building in wanted:
        with Session(workshop.engine) as session:
            members = list_members_of_building(session, campaign_id, community_id, building)
            ids = [member.id for member in members]
        make_building(workshop, batch_id, building, ids)
    with write_session(workshop.engine) as session:
        batch = session.get_one(LetterBatch, batch_id)
        batches.end_batch(session, batch, now=workshop.clock())


def make_building(workshop: Workshop, batch_id: int, building: str, ids: list[int]) -> None:
    """Print the homes of one building and keep the file; nobody to print for is no error."""
    if not ids:
        return
    with write_session(workshop.engine) as session:
        batch = session.get_one(LetterBatch, batch_id)
        members = [session.get_one(FrameMember, member_id) for member_id in ids]
        give_codes(workshop.vault, members)
        homes = [member.household_id for member in members]
        bundle = _bundle(session, workshop, batch, building, members)
    with in_language(bundle.language):
        printed = print_bundle(bundle)
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        batch = session.get_one(LetterBatch, batch_id)
        _keep(session, workshop, batch, building, len(homes), printed.pages, printed.content, now)
        record_many(
            session,
            actor=f"staff:{batch.asked_by}",
            action="print_letters",
            subjects=list_uids(session, homes),
            detail=f"{batch.form.value} batch {batch.id}",
            now=now,
        )


def drop_old_letters(workshop: Workshop) -> None:
    """Delete the files that are a day old."""
    with write_session(workshop.engine) as session:
        storage = batches.letter_storage(workshop.config.instance)
        batches.drop_old_batches(session, storage, now=workshop.clock())


def _keep(
    session: Session,
    workshop: Workshop,
    batch: LetterBatch,
    building: str,
    homes: int,
    pages: int,
    content: bytes,
    now: datetime,
) -> None:
    batches.keep_file(
        session,
        batches.letter_storage(workshop.config.instance),
        workshop.vault,
        batch,
        building=building,
        homes=homes,
        pages=pages,
        content=content,
        now=now,
    )
    if batch.form is BatchForm.NOTICE:
        return
    handovers.record_handover(
        session,
        workshop.vault,
        get_campaign(session, batch.campaign_id),
        community_id=batch.community_id,
        building=building,
        kind=HandoverKind.PRINTED,
        pieces=homes,
        person="",
        happened_on=beijing_date(now),
        staff_id=batch.asked_by,
        now=now,
    )


def _bundle(
    session: Session,
    workshop: Workshop,
    batch: LetterBatch,
    building: str,
    members: list[FrameMember],
) -> Bundle:
    campaign, community, gate = _surroundings(session, batch)
    config, language = workshop.config, _language(batch)
    members = sorted(members, key=lambda one: walking_place(one.room, has_lift=one.has_lift))
    instrument = get_instrument(session, campaign.instrument_digest)
    with in_language(language):
        homes = [
            _home(workshop.vault, config.public_url, member, number)
            for number, member in enumerate(members, start=1)
        ]
        head = LetterHead(
            company=config.company,
            community=community.name,
            office_phone=community.office_phone,
            campaign=campaign.title_en if language == "en" else campaign.title,
            closes_on=campaign.closes_on,
            minutes=minutes_of(instrument, gate),
            is_demo=config.demo,
            phone=config.phone,
            rate=required_words(
                campaign.required_permille, list_required_changes(session, campaign.id)
            ),
        )
        return Bundle(
            head=head,
            building=address_of(building, "").strip(),
            batch=batch.id,
            form=batch.form,
            kind=batch.kind,
            language=language,
            door=code_address(config.public_url).partition("://")[2],
            made_on=date_text(beijing_date(workshop.clock())),
            homes=homes,
        )


def _home(vault: Vault, public_url: str, member: FrameMember, number: int) -> Home:
    return Home(
        number=number,
        room=member.room,
        address=address_of(member.building, member.room),
        link=link(public_url, make_token(vault, member.pseudonym)),
        code=format_code(make_typed_code(vault, member.pseudonym)),
    )


def _make_poster(workshop: Workshop, batch_id: int) -> None:
    """Print the poster of a community: Chinese, and English on a second sheet."""
    config = workshop.config
    settings = read_settings(config.instance)
    with Session(workshop.engine) as session:
        batch = session.get_one(LetterBatch, batch_id)
        campaign, community, gate = _surroundings(session, batch)
        minutes = minutes_of(get_instrument(session, campaign.instrument_digest), gate)
        count = count_community(session, campaign.id, community.id).count
        facts = [
            facts_of(
                campaign,
                community,
                minutes=minutes,
                count=count,
                config=config,
                settings=settings,
                language=language,
            )
            for language in (DEFAULT_LANGUAGE, "en")
        ]
        sheets = [
            (one, poster(batch.kind, one, language))
            for one, language in zip(facts, (DEFAULT_LANGUAGE, "en"), strict=True)
        ]
    with in_language(DEFAULT_LANGUAGE):
        content = print_pdf(
            "report/notices.html",
            sheets=sheets,
            is_demo=config.demo,
            qr=qr_svg(settings.service_guide) if settings.service_guide else "",
        )
    with write_session(workshop.engine) as session:
        batch = session.get_one(LetterBatch, batch_id)
        _keep(session, workshop, batch, POSTER, 0, 2, content, workshop.clock())


def _surroundings(session: Session, batch: LetterBatch) -> tuple[Campaign, Community, Gate]:
    campaign = get_campaign(session, batch.campaign_id)
    gate = find_gate(session, batch.campaign_id, batch.community_id)
    if gate is None:
        raise LookupError(batch.community_id)
    return campaign, session.get_one(Community, batch.community_id), gate


def _language(batch: LetterBatch) -> str:
    return batch.language if batch.language in LANGUAGES else DEFAULT_LANGUAGE
