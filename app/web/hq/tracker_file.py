"""The tracker's table as a file: what the address filters, on one sheet."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from flask import Response
from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.gate_words import required_words
from app.reports.tracker_table import SumRow, TableRow, tracker_csv, tracker_workbook
from app.surveys.campaign.gates.queries import list_required_changes
from app.surveys.campaign.models import Campaign, ExclusionCode
from app.surveys.campaign.queries import Viewer
from app.surveys.response.progress.curves import History, read_history
from app.surveys.response.progress.queries import count_exclusions
from app.surveys.response.tracker import Tracker, TrackerRow
from app.web.foretelling import forecast_view
from app.web.progress import state_name
from app.web.services import services as outside
from app.web.tracking import chosen_rows, forecast_of, read_choice, region_name
from app.web.words import exclusion_name

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table_answer(
    session: Session, scope: Viewer, found: Tracker, form: str, *, now: datetime
) -> Response:
    """Return the chosen communities as CSV or XLSX; the file's name is ASCII."""
    campaign = found.campaign
    rows = chosen_rows(found, read_choice(found))
    history = read_history(session, campaign, scope, [row.community_id for row in rows])
    exclusions = count_exclusions(session, campaign.id, scope)
    cells = [_row(row, campaign, history, exclusions, now=now) for row in rows]
    codes = {code.value: exclusion_name(code) for code in ExclusionCode}
    name = campaign.title_en if current_language() == "en" else campaign.title
    required = required_words(
        campaign.required_permille, list_required_changes(session, campaign.id)
    )
    if form == "csv":
        content_csv = tracker_csv(
            cells, title=name, day=beijing_date(now), required=required, codes=codes
        )
        answer = Response(content_csv, content_type="text/csv; charset=utf-8")
    else:
        sums = [
            SumRow(region_name(found, one), one.count.base, one.count.returned)
            for one in found.regions
        ]
        if found.company is not None:
            sums.insert(0, SumRow(_("Company"), found.company.base, found.company.returned))
        content = tracker_workbook(
            cells,
            sums,
            title=f"{_('Progress')} {name}",
            required=required,
            company=outside().config.company,
            day=beijing_date(now),
            codes=codes,
        )
        answer = Response(content, mimetype=_XLSX)
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="progress-{campaign.code}.{form}"'
    )
    return answer


def _row(
    row: TrackerRow,
    campaign: Campaign,
    history: History,
    exclusions: Mapping[tuple[int, ExclusionCode], int],
    *,
    now: datetime,
) -> TableRow:
    forecast = forecast_of(row, campaign, history, row.community_id, now=now)
    return TableRow(
        row=row,
        state=state_name(row.status.state),
        early=_day(campaign, forecast.early if forecast else None),
        late=_day(campaign, forecast.late if forecast else None),
        forecast=forecast_view(forecast, campaign).short if forecast else "",
        exclusions={code: exclusions.get((row.community_id, code), 0) for code in ExclusionCode},
    )


def _day(campaign: Campaign, day: int | None) -> date | None:
    return None if day is None else campaign.opens_on + timedelta(days=day)
