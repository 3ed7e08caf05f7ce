"""The formats an instrument can be written in, each with what it cannot say."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.surveys.instrument.exchange.grid import Book
from app.surveys.instrument.exchange.imports import returned
from app.surveys.instrument.exchange.limesurvey_out import limesurvey
from app.surveys.instrument.exchange.losses import Loss
from app.surveys.instrument.exchange.plain import instrument_data
from app.surveys.instrument.exchange.surveyjs import surveyjs
from app.surveys.instrument.exchange.xlsform_out import xlsform
from app.surveys.instrument.exchange.yamltext import yaml_text
from app.surveys.instrument.model import Instrument


class Format(StrEnum):
    """A format to write."""

    YAML = "yaml"
    XLSFORM = "xlsform"
    LIMESURVEY = "limesurvey"
    SURVEYJS = "surveyjs"


ENDINGS = {
    Format.YAML: ".yaml",
    Format.XLSFORM: ".xlsx",
    Format.LIMESURVEY: ".limesurvey.txt",
    Format.SURVEYJS: ".surveyjs.json",
}
TYPES = {
    Format.YAML: "application/yaml",
    Format.XLSFORM: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.LIMESURVEY: "text/tab-separated-values",
    Format.SURVEYJS: "application/json",
}


@dataclass(frozen=True, slots=True)
class Written:
    """An instrument in another format.

    Attributes:
        text: The file, for formats that are text.
        book: Its sheets, for the one that is a workbook.
        losses: What it cannot say.
    """

    text: str
    book: Book | None
    losses: tuple[Loss, ...]


def write(
    instrument: Instrument, form: Format, columns: Mapping[str, object] | None = None
) -> Written:
    """Write an instrument in a format.

    Args:
        instrument: The instrument.
        form: The format.
        columns: Column map of an external data file; only YAML can say it.
    """
    if form is Format.YAML:
        return Written(yaml_text(instrument_data(instrument, columns)), None, ())
    if form is Format.XLSFORM:
        book, losses = xlsform(instrument)
        return Written("", book, (*returned(instrument, book), *losses))
    text, losses = (limesurvey if form is Format.LIMESURVEY else surveyjs)(instrument)
    return Written(text, None, losses)
