"""What the page of a link may know of a complaint; never staff code, never a word of anybody."""

from datetime import date

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.service.callbacks.answered import queries


def topic_of(session: Session, complaint_id: int) -> tuple[date, tuple[str, str] | None]:
    """Return when a complaint came in, and its code in Chinese and English."""
    received_at, topic = queries.complaint_topic(session, complaint_id)
    return beijing_date(received_at), topic
