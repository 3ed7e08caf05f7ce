"""What pages, jobs and other slices do with complaints. None commits."""

from app.service.complaints.adopting import adopt_turned
from app.service.complaints.alike.services import (
    confirm_group,
    dismiss_group,
    note_raised_before,
)
from app.service.complaints.alike.together import answer_together, make_group
from app.service.complaints.answering import (
    acknowledge,
    answer,
    extend,
    record_site,
    set_long_running,
    take_step_of,
)
from app.service.complaints.books import get_book
from app.service.complaints.codes.services import (
    list_codes,
    read_settings,
    retire_code,
    save_code,
    set_setting,
)
from app.service.complaints.counting.queries import month_figures
from app.service.complaints.ending import close, mark_seen, record_call_back, reopen
from app.service.complaints.giving import hand_over, list_receivers
from app.service.complaints.intake import take_in
from app.service.complaints.models import Step
from app.service.complaints.queries import (
    count_due,
    count_news,
    count_unclassified,
    find_by_number,
    find_complaint,
    list_complaints,
    list_of_home,
)
from app.service.complaints.reading import next_step_due, open_complaint, text_of, view_list
from app.service.complaints.rows import GroupAnswer
from app.service.complaints.rules import CallBackResult, Intake, Sorting
from app.service.complaints.sorting import classify, escalate, reclassify, set_flags

__all__ = [
    "CallBackResult",
    "GroupAnswer",
    "Intake",
    "Sorting",
    "Step",
    "acknowledge",
    "adopt_turned",
    "answer",
    "answer_together",
    "classify",
    "close",
    "confirm_group",
    "count_due",
    "count_news",
    "count_unclassified",
    "dismiss_group",
    "escalate",
    "extend",
    "find_by_number",
    "find_complaint",
    "get_book",
    "hand_over",
    "list_codes",
    "list_complaints",
    "list_of_home",
    "list_receivers",
    "make_group",
    "mark_seen",
    "month_figures",
    "next_step_due",
    "note_raised_before",
    "open_complaint",
    "read_settings",
    "reclassify",
    "record_call_back",
    "record_site",
    "reopen",
    "retire_code",
    "save_code",
    "set_flags",
    "set_long_running",
    "set_setting",
    "take_in",
    "take_step_of",
    "text_of",
    "view_list",
]
