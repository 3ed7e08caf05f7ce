"""From a template to a PDF. Only the worker and the command line import this: WeasyPrint is heavy.

Nothing is ever fetched while printing: a template carries all it needs, and the fetcher refuses
every address.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import HTML

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


def print_pdf(template: str, **values: object) -> bytes:
    """Return a template printed as PDF.

    Args:
        template: Name below the template folder, e.g. ``report/report.html``.
        values: What the template uses; a name it uses and nobody gave is an error.

    Raises:
        FetchRefusedError: The template refers to an outside address.
    """
    markup = _TEMPLATES.get_template(template).render(**values)
    return bytes(HTML(string=markup, url_fetcher=_refuse).write_pdf() or b"")
