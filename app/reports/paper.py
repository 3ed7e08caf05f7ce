"""From a template to a PDF. Only the worker and the command line import this: WeasyPrint is heavy.

Nothing is ever fetched while printing: a template carries all it needs, and the fetcher refuses
every address.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydyf import PDF  # type: ignore[import-untyped]
from weasyprint import HTML, Attachment

from app.i18n import current_language, gettext, set_language

_TEMPLATE_FOLDER = Path(__file__).resolve().parent.parent / "web" / "templates"


class FetchRefusedError(RuntimeError):
    """A template asked for something from outside; carries the address."""


def _refuse(url: str, *_args: object, **_options: object) -> NoReturn:
    raise FetchRefusedError(url)


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
        template: Name below the template folder, e.g. ``report/report.html``.
        attached: Texts the file carries along, by file name.
        values: What the template uses; a name it uses and nobody gave is an error.

    Raises:
        FetchRefusedError: The template refers to an outside address.
    """
    markup = _TEMPLATES.get_template(template).render(**values)
    files = [Attachment(string=text, name=name) for name, text in attached.items()]
    return bytes(HTML(string=markup, url_fetcher=_refuse).write_pdf(attachments=files) or b"")


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
    return bytes(document.write_pdf(finisher=lambda _document, pdf: finish(pdf)) or b"")
