"""Properties and file answers of the lists the desk downloads; the lists are made by reports."""

from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.lists import ListHead
from app.surveys.campaign.models import Campaign
from app.web.downloads import attachment
from app.web.services import services

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def list_head(title: str, campaign: Campaign, communities: set[str]) -> ListHead:
    """Return what the file of a list of these communities says about itself."""
    is_one = len(communities) == 1
    return ListHead(
        title=title,
        company=services().config.company,
        community=next(iter(communities)) if is_one else _("All communities"),
        campaign=campaign.title_en if current_language() == "en" else campaign.title,
        made_on=beijing_date(services().now()),
    )


def workbook_answer(content: bytes, name: str) -> Response:
    """Return a workbook as a download."""
    return attachment(content, _XLSX, f"{name}.xlsx")
