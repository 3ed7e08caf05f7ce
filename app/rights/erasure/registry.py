"""What erasing a home does to each table of the database. Pure: the one list of it.

A table is named here, or in `NOT_OF_A_HOME`; a test fails for one that is in neither, and for one
that points to a home and stands in the wrong list. Rows that statistics count stay, without
anything that leads to a person or an address: a figure rebuilt afterwards is the same, digit by
digit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fill(StrEnum):
    """What a column holds once its home is erased."""

    EMPTY = "empty"  # a sealed empty text, where there was one
    NOTHING = "nothing"
    NOISE = "noise"  # random bytes: an index that finds nobody
    NAME = "name"  # a random word, where the column must stay unique
    DASH = "dash"


class Group(StrEnum):
    """The keys a home is found by; each group is found through those before it."""

    HOME = "household"
    MEMBER = "frame_member"
    ANSWER = "response"
    COMMENT = "comment"
    REPLY = "reply"
    CASE = "follow_up"
    CONTACT = "contact_record"
    CASE_EVENT = "case_event"
    EVENT = "contact_event"
    VISIT = "visit"
    RECORD = "visit_record"
    SCAN = "scan_page"
    FORM_ORDER = "form_order"  # of this one home
    PLAN = "correction_plan"
    ORDER = "repair_order"
    CALL_BACK = "call_back"
    WATCH = "defect_watch"
    CORRECTIVE = "corrective_report"


# In this order; the key column of each table is `id`.
WAYS: tuple[tuple[Group, str, Group], ...] = (
    (Group.MEMBER, "household_id", Group.HOME),
    (Group.ANSWER, "frame_member_id", Group.MEMBER),
    (Group.COMMENT, "response_id", Group.ANSWER),
    (Group.REPLY, "comment_id", Group.COMMENT),
    (Group.CASE, "frame_member_id", Group.MEMBER),
    (Group.CASE, "household_id", Group.HOME),
    (Group.CONTACT, "follow_up_id", Group.CASE),
    (Group.CASE_EVENT, "follow_up_id", Group.CASE),
    (Group.EVENT, "frame_member_id", Group.MEMBER),
    (Group.VISIT, "frame_member_id", Group.MEMBER),
    (Group.RECORD, "visit_id", Group.VISIT),
    (Group.SCAN, "frame_member_id", Group.MEMBER),
    (Group.FORM_ORDER, "frame_member_id", Group.MEMBER),
    (Group.PLAN, "follow_up_id", Group.CASE),
    (Group.ORDER, "household_id", Group.HOME),
    (Group.WATCH, "household_id", Group.HOME),
    (Group.WATCH, "order_id", Group.ORDER),
    (Group.CALL_BACK, "order_id", Group.ORDER),
    (Group.CALL_BACK, "complaint_id", Group.CASE),
    (Group.CORRECTIVE, "follow_up_id", Group.CASE),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens to the rows of one table.

    Attributes:
        table: Its name.
        column: The column that leads to the home.
        group: Which keys stand in it.
        fill: What columns hold afterwards; empty with `keeps` for rows that stay as they are.
        keeps: Text and byte columns that stay: codes, counts, nobody's words.
        is_deleted: The rows go.
    """

    table: str
    column: str
    group: Group
    fill: Mapping[str, Fill] = field(default_factory=dict)
    keeps: frozenset[str] = frozenset()
    is_deleted: bool = False


def _gone(table: str, column: str, group: Group) -> Rule:
    return Rule(table, column, group, is_deleted=True)


def _stays(table: str, column: str, group: Group, *keeps: str, **fill: Fill) -> Rule:
    return Rule(table, column, group, fill, frozenset(keeps))


RULES: tuple[Rule, ...] = (
    _gone("alarm", "frame_member_id", Group.MEMBER),
    _gone("answer_copy", "response_id", Group.ANSWER),
    _stays("audit_call", "response_id", Group.ANSWER, "items", note_sealed=Fill.NOTHING),
    # What was answered is a figure; the words go, and the link leads nowhere any more.
    *(
        rule
        for column, group in (("order_id", Group.ORDER), ("complaint_id", Group.CASE))
        for rule in (
            _stays("call_back", column, group, draft=Fill.NOTHING, draft_sealed=Fill.NOTHING),
            _stays(
                "call_back_answer",
                column,
                group,
                "answers",
                "instrument_digest",
                words_sealed=Fill.NOTHING,
            ),
            _stays("call_back_effect", column, group, "effect"),
            _stays(
                "call_back_link",
                column,
                group,
                "reason",
                "channel",
                token_hash=Fill.NOISE,
                receipt=Fill.NOTHING,
            ),
        )
    ),
    _stays("call_back_try", "call_id", Group.CALL_BACK, "key"),
    _gone("care_need", "household_id", Group.HOME),
    _stays("case_event", "follow_up_id", Group.CASE, "detail"),
    _gone("case_note", "event_id", Group.CASE_EVENT),
    _gone("case_sheet", "case_id", Group.CASE),
    _stays(
        "comment",
        "response_id",
        Group.ANSWER,
        texts_sealed=Fill.EMPTY,
        contact_sealed=Fill.NOTHING,
    ),
    # That a home complained is a figure; who, how to reach him and every word go.
    _stays(
        "complaint",
        "follow_up_id",
        Group.CASE,
        "number",
        "sub_code",
        "answer_way",
        "view",
        name_sealed=Fill.EMPTY,
        contact_sealed=Fill.EMPTY,
        company_sealed=Fill.EMPTY,  # a complaint without a home has one
        text_sealed=Fill.EMPTY,
        cause_sealed=Fill.EMPTY,
        prevention_sealed=Fill.EMPTY,
        key=Fill.NOTHING,
    ),
    _stays("complaint_escalation", "follow_up_id", Group.CASE),
    _stays("complaint_extension", "follow_up_id", Group.CASE, "reaction"),
    _stays("complaint_round", "follow_up_id", Group.CASE, "view"),
    _stays("complaint_step", "follow_up_id", Group.CASE, note_sealed=Fill.NOTHING),
    _stays("comment_code", "comment_id", Group.COMMENT, "code"),
    _stays("comment_coding", "comment_id", Group.COMMENT, "suggested"),
    # What was announced and taught names nobody; the way from there to the home goes.
    _gone("complaint_announcement_source", "follow_up_id", Group.CASE),
    _gone("complaint_training_source", "follow_up_id", Group.CASE),
    _stays("contact_event", "frame_member_id", Group.MEMBER, "key"),
    _gone("contact_note", "event_id", Group.EVENT),
    _stays(
        "contact_record",
        "follow_up_id",
        Group.CASE,
        "way",
        "owner_view",
        "key",
        "place",
        person_sealed=Fill.EMPTY,
        result_sealed=Fill.EMPTY,
        next_time=Fill.NOTHING,
    ),
    _stays("contact_undo", "contact_id", Group.CONTACT),
    _stays(
        "correction_action",
        "plan_id",
        Group.PLAN,
        "responsible",
        what_sealed=Fill.EMPTY,
        evidence_sealed=Fill.EMPTY,
    ),
    _stays("correction_plan", "follow_up_id", Group.CASE, content_sealed=Fill.EMPTY),
    _stays(
        "corrective_report",
        "follow_up_id",
        Group.CASE,
        content_sealed=Fill.EMPTY,
        finding_sealed=Fill.EMPTY,
    ),
    _stays("corrective_signature", "report_id", Group.CORRECTIVE, content_hash=Fill.NOISE),
    _gone("draft", "frame_member_id", Group.MEMBER),
    _stays(
        "ended_exclusion",
        "frame_member_id",
        Group.MEMBER,
        evidence_sealed=Fill.EMPTY,
        reason_sealed=Fill.EMPTY,
    ),
    _stays("exclusion", "frame_member_id", Group.MEMBER, evidence_sealed=Fill.EMPTY),
    _stays("form_file", "order_id", Group.FORM_ORDER, "building", "digest"),
    _stays("form_order", "frame_member_id", Group.MEMBER, "language"),
    _stays("follow_up", "id", Group.CASE, "hint", "code", "department"),
    # The building and the pseudonym are what the figures are computed from.
    _stays(
        "frame_member",
        "household_id",
        Group.HOME,
        "building",
        "pseudonym",
        room=Fill.DASH,
        token_hash=Fill.NOISE,
        code_hash=Fill.NOISE,
    ),
    _stays("household", "id", Group.HOME, uid=Fill.NAME, room=Fill.NAME),
    _gone("household_event", "household_id", Group.HOME),
    _stays("interview", "response_id", Group.ANSWER),
    _stays("message", "frame_member_id", Group.MEMBER, receipt=Fill.NOTHING),
    _gone("message_address", "household_id", Group.HOME),
    _gone("opt_out", "household_id", Group.HOME),
    # Numbers of sheets, so that what still comes back on paper is known for what it is.
    _stays("paper_sheet", "frame_member_id", Group.MEMBER, "layout_key", "language"),
    # Whether a home was let is a figure: a tenant's row stays without name and number.
    _stays(
        "person",
        "household_id",
        Group.HOME,
        name_sealed=Fill.EMPTY,
        phone_sealed=Fill.NOTHING,
        name_hash=Fill.NOISE,
        phone_hash=Fill.NOTHING,
    ),
    _gone("photo", "frame_member_id", Group.MEMBER),
    _stays("praise", "follow_up_id", Group.CASE, "department", name_sealed=Fill.EMPTY),
    _stays("problem_comment", "comment_id", Group.COMMENT),
    _gone("quote", "comment_id", Group.COMMENT),
    _stays("reply", "comment_id", Group.COMMENT, text_sealed=Fill.EMPTY),
    _stays("reply_rating", "reply_id", Group.REPLY),
    # The receipt is only in the hands of its owner; the digests of the frozen data rest on it.
    _stays(
        "response",
        "frame_member_id",
        Group.MEMBER,
        "language",
        "form",
        "instrument_digest",
        "vector",
        "receipt",
        idempotency_key=Fill.NAME,
        payload_hash=Fill.NOISE,
    ),
    _stays("repair_case", "follow_up_id", Group.CASE),
    _stays("repair_event", "order_id", Group.ORDER, "detail"),
    _stays("repair_flag", "order_id", Group.ORDER, note_sealed=Fill.NOTHING),
    _stays("special_visit", "order_id", Group.ORDER, note_sealed=Fill.NOTHING),
    # Its number is another system's: a file that comes again must find the order it told of.
    _stays(
        "repair_order",
        "household_id",
        Group.HOME,
        "number",
        "told",
        customer_sealed=Fill.NOTHING,
        repairer_sealed=Fill.NOTHING,
    ),
    _gone("repair_print", "watch_id", Group.WATCH),
    _stays(
        "repair_tray",
        "household_id",
        Group.HOME,
        "why",
        "words",
        key=Fill.NOISE,
        line_sealed=Fill.NOTHING,
    ),
    _stays("defect_watch", "id", Group.WATCH, "days", "why_closed"),
    _stays(
        "defect_inspection",
        "watch_id",
        Group.WATCH,
        findings_sealed=Fill.NOTHING,
        photo_sealed=Fill.NOTHING,
    ),
    _gone("response_signal", "response_id", Group.ANSWER),
    _stays("response_void", "response_id", Group.ANSWER, note_sealed=Fill.EMPTY),
    _stays(
        "rights_request",
        "household_id",
        Group.HOME,
        "uid",
        "outcome",
        reason_sealed=Fill.NOTHING,
    ),
    # Counts of batches and error figures stay; what was read, keyed and pictured goes.
    _stays("scan_check", "frame_member_id", Group.MEMBER, differing_sealed=Fill.NOTHING),
    _stays("scan_decision", "page_id", Group.SCAN, "field", values_sealed=Fill.EMPTY),
    _gone("scan_image", "page_id", Group.SCAN),
    _stays("scan_move", "page_id", Group.SCAN, "was", note_sealed=Fill.NOTHING),
    _stays(
        "scan_page",
        "frame_member_id",
        Group.MEMBER,
        "problem",
        "slot",
        reading_sealed=Fill.NOTHING,
    ),
    _stays("scan_sheet", "frame_member_id", Group.MEMBER, "helped", seen_note_sealed=Fill.NOTHING),
    _stays("visit", "frame_member_id", Group.MEMBER, "agreed_with", note_sealed=Fill.NOTHING),
    _stays(
        "visit_action",
        "visit_id",
        Group.VISIT,
        "responsible",
        what_sealed=Fill.EMPTY,
        done_sealed=Fill.EMPTY,
    ),
    _gone("visit_picture", "record_id", Group.RECORD),
    _stays(
        "visit_record",
        "visit_id",
        Group.VISIT,
        "key",
        "owner_view",
        "place",
        person_sealed=Fill.EMPTY,
        matter_sealed=Fill.EMPTY,
        outcome_sealed=Fill.EMPTY,
        reason_sealed=Fill.EMPTY,
    ),
    _gone("activity_home", "household_id", Group.HOME),
    _stays(
        "forum_opinion",
        "follow_up_id",
        Group.CASE,
        "place_name",
        "reply_way",
        mark=Fill.NOISE,
        text_sealed=Fill.EMPTY,
        author_sealed=Fill.NOTHING,
        link_sealed=Fill.NOTHING,
        reply_sealed=Fill.EMPTY,
    ),
    _stays(
        "talk_opinion",
        "case_id",
        Group.CASE,
        "department",
        "responsible",
        "told_way",
        text_sealed=Fill.EMPTY,
        answer_sealed=Fill.EMPTY,
        action_sealed=Fill.EMPTY,
        done_sealed=Fill.EMPTY,
        told_sealed=Fill.EMPTY,
    ),
    _stays(
        "loss",
        "household_id",
        Group.HOME,
        who_sealed=Fill.EMPTY,
        words_sealed=Fill.EMPTY,
        won_words_sealed=Fill.EMPTY,
    ),
)

# Tables in which no row is about one home. What `paper`, `job` and the letters hold of one is
# dealt with as a whole, see `services.erase_home`.
NOT_OF_A_HOME = frozenset(
    {
        *("scan_batch", "scan_batch_event", "scan_file"),
        *("api_key", "api_key_community", "api_write", "delivery", "delivery_try", "feed_mark"),
        *("webhook", "webhook_community"),
        *("answer_posting", "answer_progress", "audit_entry", "audit_sample", "board_code"),
        *("call_back_draw", "call_back_week"),
        *("building", "bulletin", "calendar_day", "campaign", "case_capacity", "clash_note"),
        *("complaint_code", "complaint_group", "complaint_series", "complaint_setting"),
        *("community", "context_event", "corrective_action", "frozen_print", "gate"),
        *("export_order", "export_part", "paper_layout"),
        *("complaint_announcement", "complaint_announcement_read", "complaint_month_draft"),
        *("complaint_month_report", "complaint_print", "complaint_training_case"),
        *("history_figure", "history_file", "history_map", "history_step", "history_wave"),
        *("gate_extension", "gate_hold", "handover", "installation", "instrument_version"),
        *("integrity_appeal", "integrity_decision", "integrity_effect", "integrity_finding"),
        *("integrity_measure", "integrity_score", "item_change", "item_gap", "job"),
        *("letter_batch", "letter_file", "login_attempt", "message_run", "one_time_link"),
        *("market_agent", "market_check", "market_draft", "market_file", "market_interview"),
        *("market_place", "market_provider", "market_questionnaire", "market_run"),
        *("market_snapshot", "market_survey"),
        *("owners_talk", "paper", "plan_task", "poster", "problem", "promise", "public_answer"),
        *("recovery_code", "region", "register_file", "report_file", "required_change"),
        *("repair_count", "repair_file", "repair_month", "repair_place"),
        *("result_head", "retention", "return_day", "review_decision", "review_meeting"),
        *("run_tally", "second_factor", "shared_answer", "shared_problem", "sign_in_step"),
        *("guide_item", "service_standard", "standard_value"),
        *("activity", "authority_report", "committee_talk", "outside_contact"),
        *("talk_absence", "talk_month", "talk_print"),
        *("snapshot", "staff", "staff_community", "staff_region", "staff_session", "study_part"),
        *("study_round", "study_run", "tally", "vault_work", "work_package"),
    }
)
# What an emptied sealed column holds where the program expects more than an empty text.
EMPTY = {"comment.texts_sealed": "{}"}
