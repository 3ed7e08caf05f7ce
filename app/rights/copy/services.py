"""One archive for an owner: what is stored, in words, the pictures, and who looked at it."""

import io
import json
import zipfile
from datetime import datetime

from sqlalchemy.orm import Session

from app.rights.copy import queries
from app.rights.log.queries import list_lookers
from app.rights.log.tables import log_csv
from app.rights.notice import notice_of
from app.surveys.campaign.queries import get_instrument
from app.surveys.register.homes.queries import FoundHome
from app.surveys.response.copies import own_texts
from app.surveys.response.own import own_answers
from app.surveys.response.vector import decode
from app.vault import Vault

_MOST = 20_000


def make_copy(session: Session, vault: Vault, home: FoundHome, *, now: datetime) -> bytes:
    """Return a ZIP with everything stored about a home.

    `everything.json` holds each table that names the home, `answers.json` each answer question by
    question, `who-looked.csv` the audit log about it, `files/` the pictures.
    """
    about = {
        "community": home.community,
        "building": home.building,
        "room": home.room,
        "made_at": now.isoformat(),
    }
    everything = dict(queries.list_everything(session, vault, home.household_id))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("everything.json", _json({"about": about, **everything}))
        archive.writestr("answers.json", _json(_answers(session, vault, home.household_id)))
        archive.writestr("who-looked.csv", log_csv(list_lookers(session, home.uid, _MOST)))
        for name, content in queries.list_pictures(session, vault, home.household_id):
            archive.writestr(f"files/{name}", content)
    return buffer.getvalue()


def _answers(session: Session, vault: Vault, household_id: int) -> list[dict[str, object]]:
    """Return every answer of a home in words, with the privacy notice its owner had seen."""
    told: list[dict[str, object]] = []
    for response, code in queries.list_answers(session, household_id):
        instrument = get_instrument(session, response.instrument_digest)
        groups = own_answers(
            instrument,
            decode(instrument, response.vector),
            own_texts(session, vault, response),
            response.language,
        )
        notice = notice_of(instrument, response.language)
        told.append(
            {
                "campaign": code,
                "receipt": response.receipt,
                "received_at": response.received_at.isoformat(),
                "is_counted": response.is_counted,
                "privacy_notice": {"digest": notice.digest, **notice.texts},
                "answers": {
                    group.title: [[row.question, row.answer] for row in group.rows]
                    for group in groups
                },
            }
        )
    return told


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)
