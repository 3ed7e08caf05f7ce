"""The codebook as DDI-Codebook 2.5: what archives read. Standard: ddialliance.org.

Texts stand in Chinese and in English beside each other; counts are those of the exported answers.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, tostring

import numpy as np

from app.i18n import gettext as _
from app.reports.exports.about import About
from app.reports.exports.answers import Batch, numbers
from app.reports.exports.variables import Kind, Variable
from app.reports.paper import in_language
from app.surveys.instrument.model import Instrument

NAMESPACE = "ddi:codebook:2_5"
LANGUAGES = ("zh-Hans", "en")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_FILE = "F1"
_NATURES = {"nominal": "nominal", "ordinal": "ordinal", "scale": "ratio"}


@dataclass(slots=True)
class Tally:
    """How often every code occurs, by column, and the cells that say nothing."""

    codes: dict[str, Counter[int]] = field(default_factory=dict)
    empty: Counter[str] = field(default_factory=Counter)
    homes: int = 0


def count(batches: Iterable[Batch], instrument: Instrument) -> Tally:
    """Count every code of every column."""
    tally = Tally()
    for batch in batches:
        tally.homes += batch.homes
        for name, values, is_empty in numbers(batch, instrument):
            found, times = np.unique(values[~is_empty], return_counts=True)
            known = tally.codes.setdefault(name, Counter())
            known.update(dict(zip(found.tolist(), times.tolist(), strict=True)))
            tally.empty[name] += int(is_empty.sum())
    return tally


def codebook_xml(
    about: About, books: dict[str, Sequence[Variable]], tally: Tally, *, file_name: str
) -> bytes:
    """Return the codebook.

    Args:
        about: The export.
        books: The codebook in each of `LANGUAGES`.
        tally: Counts of the exported answers.
        file_name: The file it describes.
    """
    root = Element("codeBook", {"xmlns": NAMESPACE, "version": "2.5", _LANG: LANGUAGES[0]})
    _document(SubElement(root, "docDscr"), about)
    _study(SubElement(root, "stdyDscr"), about)
    _file(SubElement(root, "fileDscr", ID=_FILE), about, books, tally, file_name)
    data = SubElement(root, "dataDscr")
    for number, pair in enumerate(zip(*(books[one] for one in LANGUAGES), strict=True), start=1):
        _variable(data, f"V{number}", dict(zip(LANGUAGES, pair, strict=True)), tally)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _document(parent: Element, about: About) -> None:
    citation = SubElement(parent, "citation")
    title = SubElement(citation, "titlStmt")
    _text(title, "titl", f"{about.title} {about.place}".strip())
    _text(title, "IDNo", about.number, agency="export")
    _production(citation, about)


def _production(citation: Element, about: About) -> None:
    made = SubElement(citation, "prodStmt")
    _text(made, "producer", about.company)
    day = about.made_at.date().isoformat()
    _text(made, "prodDate", day, date=day)
    _text(made, "software", "Linsheng", version=about.code_version)


def _study(parent: Element, about: About) -> None:
    citation = SubElement(parent, "citation")
    title = SubElement(citation, "titlStmt")
    _text(title, "titl", about.title, language="zh-Hans")
    _text(title, "parTitl", about.title_en, language="en")
    _text(title, "IDNo", about.campaign, agency="campaign")
    _text(title, "IDNo", about.snapshot, agency="snapshot")
    _text(title, "IDNo", about.instrument_digest, agency="instrument")
    _text(SubElement(citation, "rspStmt"), "AuthEnty", about.company)
    _production(citation, about)
    info = SubElement(SubElement(parent, "stdyInfo"), "sumDscr")
    for event, day in (("start", about.opens_on), ("end", about.closes_on)):
        _text(info, "collDate", day.isoformat(), date=day.isoformat(), event=event)
    for name, say in (("anlyUnit", _unit), ("universe", _universe), ("dataKind", _data_kind)):
        for language in LANGUAGES:
            with in_language(language):
                _text(info, name, say(about), language=language)
    method = SubElement(parent, "method")
    _collection(SubElement(method, "dataColl"), about)
    analysis = SubElement(method, "anlyInfo")
    for language in LANGUAGES:
        with in_language(language):
            _text(analysis, "respRate", _rates(about), language=language)
    for language in LANGUAGES:
        with in_language(language):
            _text(analysis, "EstSmpErr", _errors(), language=language)
    use = SubElement(SubElement(parent, "dataAccs"), "useStmt")
    with in_language(LANGUAGES[0]):
        _text(use, "confDec", _confidence(), language=LANGUAGES[0])
    with in_language(LANGUAGES[1]):
        _text(use, "restrctn", _confidence(), language=LANGUAGES[1])


def _collection(parent: Element, about: About) -> None:
    said: tuple[tuple[str, Callable[[], str]], ...] = (
        ("timeMeth", lambda: _("Cross-section, repeated in later campaigns")),
        ("sampProc", lambda: _("Every home of the frame is asked; there is no sample.")),
        ("collMode", lambda: _("Questionnaire on the phone or on paper; interview at home.")),
        ("resInstru", lambda: f"{about.instrument.code} {about.instrument.version}"),
        (
            "weight",
            lambda: _("The variable weight counts every community by its homes, not its answers."),
        ),
        ("cleanOps", lambda: _("Only one counted answer of each home; checked answers only.")),
    )
    for name, say in said:
        for language in LANGUAGES:
            with in_language(language):
                _text(parent, name, say(), language=language)


def _unit(_about: About) -> str:
    return _("Home")


def _universe(about: About) -> str:
    return _("Homes of the frame less approved exclusions: {base}", base=about.base)


def _data_kind(_about: About) -> str:
    return _("Survey answers")


def _rates(about: About) -> str:
    """Say how many answered, and how all homes ended in the categories of AAPOR."""
    text = _(
        "{returned} of {base} homes ({excluded} excluded by rule).",
        returned=about.returned,
        base=about.base,
        excluded=about.excluded,
    )
    if not about.dispositions:
        return text
    counts = ", ".join(f"{name}={number}" for name, number in about.dispositions.items())
    return _("{text} AAPOR dispositions: {counts}", text=text, counts=counts)


def _errors() -> str:
    return _("Standard errors by the jackknife over the groups of replicate_group.")


def _confidence() -> str:
    return _(
        "For head office only. No name, address, telephone number or comment; the random name "
        "holds for this survey. Do not try to find out who answered."
    )


def _file(
    parent: Element,
    about: About,
    books: dict[str, Sequence[Variable]],
    tally: Tally,
    file_name: str,
) -> None:
    text = SubElement(parent, "fileTxt")
    _text(text, "fileName", file_name)
    size = SubElement(text, "dimensns")
    _text(size, "caseQnty", str(tally.homes))
    _text(size, "varQnty", str(len(books[about.language if about.language in books else "en"])))
    _text(text, "fileType", "CSV, UTF-8")


def _variable(data: Element, number: str, said: dict[str, Variable], tally: Tally) -> None:
    one = said[LANGUAGES[0]]
    is_text = one.kind is Kind.TEXT
    given = {
        "ID": number,
        "name": one.name,
        "files": _FILE,
        "intrvl": "contin" if one.measure == "scale" else "discrete",
        "nature": _NATURES[one.measure],
    }
    if one.name == "weight":
        given["wgt"] = "wgt"
    var = SubElement(data, "var", given)
    _questions(var, said)
    if one.kind is Kind.CODE:
        _counts(var, said, tally)
    if one.role:
        _text(var, "concept", one.role, vocab="role")
    SubElement(var, "varFormat", type="character" if is_text else "numeric")


def _questions(var: Element, said: dict[str, Variable]) -> None:
    """Add what a variable is called, what was asked, which codes are no answer, and of whom."""
    for language in LANGUAGES:
        _text(var, "labl", said[language].label, language=language)
    for language in LANGUAGES:
        if said[language].question:
            asked = SubElement(var, "qstn")
            _text(asked, "qstnLit", said[language].question, language=language)
    missing = said[LANGUAGES[0]].missing
    if missing:
        invalid = SubElement(var, "invalrng")
        for code, _word in missing:
            SubElement(invalid, "item", VALUE=str(code))
    for language in LANGUAGES:
        if said[language].universe:
            _text(var, "universe", said[language].universe, language=language)


def _counts(var: Element, said: dict[str, Variable], tally: Tally) -> None:
    """Add how often each code occurs; cells that say nothing count as missing."""
    one = said[LANGUAGES[0]]
    times = tally.codes.get(one.name, Counter())
    valid = sum(times[code] for code, _word in one.values)
    lost = sum(times[code] for code, _word in one.missing) + tally.empty[one.name]
    _text(var, "sumStat", str(valid), type="vald")
    _text(var, "sumStat", str(lost), type="invd")
    for is_missing, pairs in ((False, "values"), (True, "missing")):
        words = [dict(getattr(said[language], pairs)) for language in LANGUAGES]
        for code in words[0]:
            entry = SubElement(var, "catgry", {"missing": "Y"} if is_missing else {})
            _text(entry, "catValu", str(code))
            for language, known in zip(LANGUAGES, words, strict=True):
                _text(entry, "labl", known[code], language=language)
            _text(entry, "catStat", str(times[code]), type="freq")


def _text(parent: Element, name: str, text: str, *, language: str = "", **given: str) -> None:
    made = SubElement(parent, name, given | ({_LANG: language} if language else {}))
    made.text = text
