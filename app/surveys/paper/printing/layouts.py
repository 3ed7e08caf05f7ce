"""Layouts of printed forms: made once, kept as they were printed, handed to printer and reader."""

from functools import lru_cache

from sqlalchemy.orm import Session

from app.surveys.campaign.queries import get_instrument
from app.surveys.instrument.flow import make_offer
from app.surveys.instrument.model import Instrument
from app.surveys.paper.layout.make import VERSION, layout_key, make_layout
from app.surveys.paper.layout.model import Layout, from_json, to_json
from app.surveys.paper.printing import queries
from app.surveys.paper.printing.errors import LayoutChangedError
from app.surveys.paper.printing.models import PaperLayout, SheetForm


def draw_layout(
    instrument: Instrument,
    digest: str,
    *,
    form: str,
    block: int,
    areas_offered: int,
    language: str,
) -> Layout:
    """Lay out a form with its key, the printer's part included.

    Raises:
        LayoutError: It cannot be printed.
        OfferError: There is no such offer.
    """
    offer = make_offer(instrument, block=block, areas_offered=areas_offered)
    key = layout_key(digest, form=form, block=block, areas_offered=areas_offered, language=language)
    return make_layout(instrument, form=form, offer=offer, language=language, key=key)


def keep_layout(
    session: Session, digest: str, layout: Layout, *, block: int, areas_offered: int
) -> None:
    """Keep a layout that is about to be printed; one that is kept already stays as it is.

    Raises:
        LayoutChangedError: Sheets of this key were printed another way. A change of the geometry
            needs a new version (`layout.make.VERSION`), or old sheets would be read wrongly.
    """
    geometry = to_json(layout)
    known = queries.find_layout(session, layout.key)
    if known is not None:
        if known.geometry != geometry:
            raise LayoutChangedError(layout.key)
        return
    session.add(
        PaperLayout(
            key=layout.key,
            instrument_digest=digest,
            form=SheetForm(layout.form),
            block=block,
            areas_offered=areas_offered,
            language=layout.language,
            version=VERSION,
            pages=len(layout.pages),
            geometry=geometry,
        )
    )
    session.flush()


def layout_of(session: Session, key: str) -> Layout | None:
    """Return the geometry of a layout as it was printed, without the printer's part, or None."""
    found = queries.find_layout(session, key)
    return None if found is None else _read(found.geometry)


def instrument_of(session: Session, layout: PaperLayout) -> Instrument:
    """Return the questionnaire a layout was made from."""
    return get_instrument(session, layout.instrument_digest)


@lru_cache(maxsize=256)
def _read(geometry: str) -> Layout:
    return from_json(geometry)
