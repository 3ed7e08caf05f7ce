"""From a template to a tagged PDF, for the worker and the command line: WeasyPrint is heavy.

Nothing is ever fetched while printing: a template carries all it needs, and the fetcher refuses
every address.
"""

import gc
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn
from xml.etree.ElementTree import ParseError, fromstring

from cssselect2 import ElementWrapper  # type: ignore[import-untyped]
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydyf import PDF  # type: ignore[import-untyped]
from weasyprint import CSS, HTML, Attachment
from weasyprint.document import Document, Page
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcherResponse

from app.i18n import current_language, gettext, set_language
from app.reports.faces import FACES, cut_faces
from app.reports.late_pages import LatePage, LatePart

_CHART = re.compile(
    r"<svg [^>]*><title[^>]*>(?P<title>[^<]*)</title><desc[^>]*>(?P<words>[^<]*)</desc>.*?</svg>",
    re.DOTALL,
)
_SVG = {"Content-Type": "image/svg+xml"}
_NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_STYLES = dict.fromkeys(
    ("report/document.html", "report/spread.html", "report/sheet.html"), "report/print.css"
)
_TEMPLATE_FOLDER = Path(__file__).resolve().parent.parent / "web" / "templates"


class FetchRefusedError(RuntimeError):
    """A template asked for something from outside; carries the address."""


def _refuse(url: str, *_args: object, **_options: object) -> NoReturn:
    raise FetchRefusedError(url)


@cache
def _fonts() -> FontConfiguration:
    """Return the fonts of this process; finding and opening them anew costs a tenth of a report."""
    fonts = FontConfiguration()
    cut = cut_faces()
    rules = "".join(face.rule for face in FACES if face.address in cut)
    CSS(
        string=rules,
        font_config=fonts,
        url_fetcher=lambda url, *_more: URLFetcherResponse(url, cut[url]),
    )
    return fonts


@cache
def _styles(template: str) -> tuple[CSS, ...]:
    """Return the style sheet of a template that is printed by the hundred, read once."""
    name = _STYLES.get(template)
    if name is None:
        return ()
    text = (_TEMPLATE_FOLDER / name).read_text(encoding="utf-8")
    return (CSS(string=text, font_config=_fonts(), url_fetcher=_refuse),)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATE_FOLDER),
        autoescape=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals["_"] = gettext
    return environment


_TEMPLATES = _environment()


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Speak one language inside, and the former one after."""
    before = current_language()
    set_language(language)
    try:
        yield
    finally:
        set_language(before)


def print_pdf(
    template: str, *, attached: Mapping[str, str] = MappingProxyType({}), **values: object
) -> bytes:
    """Return a template printed as PDF.

    Args:
        template: Name below the template folder, e.g. ``report/document.html``. One that begins
            with ``<html`` is well-formed XML.
        attached: Texts the file carries along, by file name.
        values: What the template uses; a name it uses and nobody gave is an error.

    Raises:
        FetchRefusedError: The template refers to an outside address.
    """
    markup = _TEMPLATES.get_template(template).render(**values)
    files = _attachments(attached)
    with _no_collection():
        document = _parsed(markup)
        # Tags cost nothing measurable and let screen readers follow headings and tables.
        content = document.write_pdf(
            attachments=files, pdf_tags=True, font_config=_fonts(), stylesheets=_styles(template)
        )
    return bytes(content or b"")


@dataclass(frozen=True, slots=True)
class Part:
    """Pages of a long document that are laid out by themselves.

    Attributes:
        template: Name below the template folder.
        values: What it uses.
        pages: Anchor and title of every page it promises to take; empty promises nothing.
    """

    template: str
    values: Mapping[str, object]
    pages: Sequence[tuple[str, str]] = ()


def print_parts(parts: Sequence[Part], *, attached: Mapping[str, str]) -> bytes:
    """Return several templates printed one after the other into one PDF.

    The time of a layout grows faster than its pages; parts keep it in step. A part that promises
    its pages is laid out only while it is painted, and such a file has no tags.

    Args:
        parts: At least one; the first gives title and language of the file and is held.
        attached: Texts the file carries along, by file name.

    Raises:
        PartTooLongError: A part does not take the pages it promised.
    """
    with _no_collection():
        first, *rest = parts
        front = _laid_out(first)
        pages: list[Page | LatePage] = list(front.pages)
        for part in rest:
            pages += _late(part, front.pages[0]) if part.pages else _laid_out(part).pages
        is_late = any(part.pages for part in rest)
        whole = front.copy(pages)
        files = _attachments(attached)
        return bytes(whole.write_pdf(attachments=files, pdf_tags=not is_late) or b"")


def _late(part: Part, like: Page) -> list[LatePage]:
    """Return what stands for the pages of a part until they are painted."""
    held = LatePart(lambda: _laid_out(part).pages, len(part.pages))
    return [
        LatePage(held, number, like=like, anchor=anchor, title=title)
        for number, (anchor, title) in enumerate(part.pages)
    ]


def count_pages(part: Part) -> int:
    """Return how many pages a part takes."""
    return len(_laid_out(part).pages)


def _laid_out(part: Part) -> Document:
    markup = _TEMPLATES.get_template(part.template).render(**part.values)
    return _parsed(markup).render(
        pdf_tags=True, font_config=_fonts(), stylesheets=_styles(part.template)
    )


def _attachments(attached: Mapping[str, str]) -> list[Attachment]:
    # The day of printing would make two prints of one thing two different files.
    day = {"created": _NO_DAY, "modified": _NO_DAY}
    return [Attachment(string=text, name=name, **day) for name, text in attached.items()]


def _parsed(markup: str) -> HTML:
    """Return a page ready to be laid out; markup that is XML is read eight times as fast."""
    if markup.startswith("<html"):
        # Our own template, every word in it escaped. A control character somebody typed is no XML.
        with suppress(ParseError):
            return _Tree(markup)
    return HTML(string=markup, url_fetcher=_refuse)


class _Tree(HTML):  # type: ignore[misc]
    """A page whose elements are there already."""

    def __init__(self, markup: str) -> None:
        """Read a page that is XML.

        Its charts become pictures: no style of the page reaches into them, yet each of their
        hundreds of elements would be looked up in every style sheet.
        """
        drawings: list[str] = []

        def picture(found: re.Match[str]) -> str:
            drawings.append(found[0])
            return (
                f'<img src="drawing:{len(drawings) - 1}" alt="{found["title"]} {found["words"]}"/>'
            )

        def fetch(url: str, *_more: object) -> URLFetcherResponse:
            kind, _colon, number = url.partition(":")
            if kind != "drawing":
                _refuse(url)
            return URLFetcherResponse(url, drawings[int(number)].encode(), _SVG)

        root = fromstring(_CHART.sub(picture, markup))  # noqa: S314
        self.base_url = None
        self.url_fetcher = fetch
        self.media_type = "print"
        self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


@contextmanager
def _no_collection() -> Iterator[None]:
    """Hold the search for dead circles back while a layout makes half a million objects.

    It finds nothing there, and looks again and again: a tenth of the time of a report.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def print_pages(template: str, finish: Callable[[PDF], None], **values: object) -> bytes:
    """Return a template printed as PDF whose pages are worked over before they are written.

    Args:
        template: Name below the template folder.
        finish: Changes the objects of the finished document: stamps a page many times.
        values: What the template uses.

    Raises:
        FetchRefusedError: The template refers to an outside address.
    """
    markup = _TEMPLATES.get_template(template).render(**values)
    document = HTML(string=markup, url_fetcher=_refuse)
    content = document.write_pdf(finisher=lambda _document, pdf: finish(pdf), font_config=_fonts())
    return bytes(content or b"")
