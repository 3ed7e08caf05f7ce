"""Job of the worker: the paper preview of a questionnaire."""

from app.reports.forms.specimen import make_specimen
from app.reports.specimen_orders import Specimen, keep_specimen, name_of
from app.reports.work import Workshop
from app.surveys.instrument.canonical import from_canonical
from app.surveys.instrument.flow import OfferError
from app.surveys.paper.layout.measure import LayoutError


def make_specimen_file(workshop: Workshop, payload: dict[str, object]) -> None:
    """Make a paper preview, or keep which item cannot be printed.

    Args:
        workshop: What to work with.
        payload: As `SpecimenOrder.payload` returns it.
    """
    try:
        pages = make_specimen(
            from_canonical(str(payload["instrument"])),
            form=str(payload["form"]),
            block=int(str(payload["block"])),
            areas_offered=int(str(payload["areas"])),
            language=str(payload["language"]),
        )
        made = Specimen(pages, "")
    except LayoutError as error:
        made = Specimen(b"", f"{error.item} {error.words}".strip())
    except OfferError as error:
        made = Specimen(b"", str(error.args[0]))
    instance = workshop.config.instance
    keep_specimen(instance, name_of(payload), made, now=workshop.clock())
