"""Job of the worker: an owner's own answers as PDF. Sealed in the database, deleted after a day."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.clock import BEIJING
from app.db import write_session
from app.i18n import DEFAULT_LANGUAGE, LANGUAGES
from app.reports.glyphs import unprintable, with_names
from app.reports.paper import in_language, print_pdf
from app.reports.work import Workshop
from app.surveys.campaign.models import FrameMember
from app.surveys.campaign.queries import get_campaign, get_instrument
from app.surveys.register.masking import masked_home
from app.surveys.register.models import Community
from app.surveys.response import copies
from app.surveys.response.models import Response
from app.surveys.response.own import own_answers
from app.surveys.response.queries import find_copy
from app.surveys.response.receipts import format_receipt
from app.surveys.response.vector import decode


def make_answer_copy(workshop: Workshop, payload: dict[str, object]) -> None:
    """Print the answers of one owner; nothing happens when nobody waits for them any more.

    Args:
        workshop: What to work with.
        payload: ``response_id``.
    """
    response_id = int(str(payload["response_id"]))
    with Session(workshop.engine) as session:
        copy = find_copy(session, response_id)
        if copy is None or copy.content_sealed is not None:
            return
        language = copy.language if copy.language in LANGUAGES else DEFAULT_LANGUAGE
        wanted = copy.language
        values = _values(session, workshop, session.get_one(Response, response_id), language)
        exact = _exact_words(session, workshop, response_id)
    missing = unprintable(exact.values())
    with in_language(language):
        content = print_pdf(
            "report/answers.html",
            attached=exact,
            language=language,
            printed=lambda text: with_names(text, missing),
            is_replaced=bool(missing),
            **values,
        )
    with write_session(workshop.engine) as session:
        copies.store_copy(session, workshop.vault, response_id, wanted, content)


def drop_old_copies(workshop: Workshop) -> None:
    """Delete the files that are a day old."""
    with write_session(workshop.engine) as session:
        copies.drop_old_copies(session, now=workshop.clock())


def _exact_words(session: Session, workshop: Workshop, response_id: int) -> Mapping[str, str]:
    """Return what the owner wrote as files of text: paper may lack some of its characters."""
    texts = copies.own_texts(session, workshop.vault, session.get_one(Response, response_id))
    return {f"{code}.txt": text for code, text in texts.items() if code.startswith("comment.")}


def _values(
    session: Session, workshop: Workshop, response: Response, language: str
) -> dict[str, object]:
    """Return what the page shows: the home, the receipt, the answers in words."""
    member = session.get_one(FrameMember, response.frame_member_id)
    campaign = get_campaign(session, member.campaign_id)
    instrument = get_instrument(session, response.instrument_digest)
    texts = copies.own_texts(session, workshop.vault, response)
    with in_language(language):
        groups = own_answers(instrument, decode(instrument, response.vector), texts, language)
        home = masked_home(member.building, member.room)
    return {
        "groups": groups,
        "home": home,
        "community": session.get_one(Community, member.community_id).name,
        "company": workshop.config.company,
        "campaign": campaign.title_en if language == "en" else campaign.title,
        "code": format_receipt(response.receipt),
        "received": f"{response.received_at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
        "is_counted": response.is_counted,
        "is_demo": workshop.config.demo,
    }
