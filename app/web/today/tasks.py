"""One thing to do, and how very many of one kind become one line.

Each subject is a module that yields tasks; `app/web/today/page.py` says which role sees which.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from flask import url_for

from app.i18n import current_language
from app.i18n import gettext as _
from app.surveys.campaign.models import Campaign

_COMMUNITIES_LISTED = 8  # more of one kind become one line


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: when, what, and the page where it is done.

    Attributes:
        group: ``late``, ``today`` or ``week``.
        when: The date, or how many days are left, in words.
        title: What it is about.
        detail: The numbers behind it.
        action: The word on its button.
        href: The page it leads to.
    """

    group: str
    when: str
    title: str
    detail: str
    action: str
    href: str


def title_of(campaign: Campaign) -> str:
    """Return the name of a campaign in the language of the page."""
    return campaign.title_en if current_language() == "en" else campaign.title


def few(
    found: Sequence[Callable[[], Task]],
    campaign: Campaign,
    title: str,
    *,
    endpoint: str,
    group: str = "",
) -> Iterator[Task]:
    """Yield the tasks of some communities one by one, very many of one kind as one line.

    Args:
        found: What makes the task of each community; those of very many are not made.
        campaign: What they are about.
        title: What to call all of them together.
        endpoint: The page that lists them; it takes ``campaign``.
        group: The group all of them belong to; empty where each has its own.
    """
    if len(found) <= _COMMUNITIES_LISTED:
        yield from (make() for make in found)
        return
    groups = [group] if group else [make().group for make in found]
    yield Task(
        "late" if "late" in groups else groups[0],
        title_of(campaign),
        title,
        _("In {count} communities.").format(count=len(found)),
        _("See communities"),
        url_for(endpoint, campaign=campaign.code),
    )
