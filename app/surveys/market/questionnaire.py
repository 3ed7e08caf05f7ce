"""The published questionnaire of a market survey: instrument and cards under one digest."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from app.surveys.instrument.canonical import canonical_json, from_canonical
from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.model import Instrument
from app.surveys.market.cards import (
    Cards,
    canonical_cards,
    cards_from_canonical,
    digest_of,
    load_cards,
)
from app.surveys.market.columns import Column, columns_of
from app.surveys.market.models import MarketQuestionnaire
from app.surveys.market.queries import find_questionnaire

FOLDER = Path(__file__).resolve().parents[3] / "instruments" / "market-standing"


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """What is asked.

    Attributes:
        instrument: Areas, scales, profile.
        cards: Lists, statements, coded answers.
    """

    instrument: Instrument
    cards: Cards

    def columns(self, latest_year: int) -> tuple[Column, ...]:
        """Return the columns of an interview."""
        return columns_of(self.instrument, self.cards, latest_year=latest_year)


def publish(session: Session, *, now: datetime, folder: Path = FOLDER) -> str:
    """Publish the files of a folder, if they are not yet; return their digest.

    Raises:
        InstrumentError: The instrument file is none.
        CardsError: The file of cards is none.
    """
    text = (folder / "v1.yaml").read_text("utf-8")
    instrument = canonical_json(load_instrument(text, "v1.yaml").instrument)
    cards = canonical_cards(load_cards((folder / "cards-v1.yaml").read_text("utf-8")))
    digest = digest_of(instrument, cards)
    if find_questionnaire(session, digest) is None:
        session.add(
            MarketQuestionnaire(digest=digest, instrument=instrument, cards=cards, published_at=now)
        )
        session.flush()
    return digest


def get_questionnaire(session: Session, digest: str) -> Questionnaire:
    """Return a published questionnaire; it never changes, so it is read once.

    Raises:
        LookupError: There is none of this digest.
    """
    found = find_questionnaire(session, digest)
    if found is None:
        raise LookupError(digest)
    return _parsed(found.instrument, found.cards)


@lru_cache(maxsize=4)
def _parsed(instrument: str, cards: str) -> Questionnaire:
    return Questionnaire(from_canonical(instrument), cards_from_canonical(cards))
