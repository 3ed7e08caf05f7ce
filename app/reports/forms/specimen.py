"""A specimen of a printed questionnaire, for the people who decide on it. Worker only."""

from app.reports.forms.setting import make_specimen_pages
from app.surveys.instrument.canonical import digest
from app.surveys.instrument.model import Instrument
from app.surveys.paper.printing.layouts import draw_layout


def make_specimen(
    instrument: Instrument, *, form: str, block: int, areas_offered: int, language: str
) -> bytes:
    """Return a form as PDF with the word "specimen" across and no code: nobody can scan it in.

    Args:
        instrument: The questionnaire.
        form: ``full`` or ``elder`` (large print).
        block: Whose offer.
        areas_offered: Areas asked in depth.
        language: Language of the words.

    Raises:
        LayoutError: It cannot be printed; names the item.
        OfferError: There is no such offer.
    """
    layout = draw_layout(
        instrument,
        digest(instrument),
        form=form,
        block=block,
        areas_offered=areas_offered,
        language=language,
    )
    return make_specimen_pages(layout, {})
