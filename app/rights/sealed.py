"""Which purpose every sealed column is bound to. Pure: one list for erasing, copies and new keys.

A sealed column that is missing here fails the suite: a new key would leave it behind.
"""

ADDRESS = "address"  # of `message_address`: followed by the channel of the row

PURPOSES: dict[str, str] = {
    "alarm.note_sealed": "note",
    "alarm.said_sealed": "alarm",
    "answer_copy.content_sealed": "copy",
    "answer_posting.photo_sealed": "posting",
    "audit_call.note_sealed": "audit-call",
    "case_note.text_sealed": "note",
    "comment.contact_sealed": "contact",
    "comment.texts_sealed": "comment",
    "contact_note.text_sealed": "contact-note",
    "contact_record.person_sealed": "person",
    "contact_record.result_sealed": "result",
    "draft.answers_sealed": "draft",
    "ended_exclusion.evidence_sealed": "evidence",
    "ended_exclusion.reason_sealed": "exclusion",
    "exclusion.evidence_sealed": "evidence",
    "export_order.reason_sealed": "export-reason",
    "gate.waiver_reason_sealed": "waiver",
    "gate_extension.reason_sealed": "extension",
    "gate_hold.lift_reason_sealed": "hold",
    "gate_hold.reason_sealed": "hold",
    "handover.person_sealed": "handover",
    "history_file.choice_sealed": "history-choice",
    "history_file.found_sealed": "history-found",
    "history_file.report_sealed": "history-report",
    "history_wave.loss_sealed": "history-loss",
    "household_event.reason_sealed": "household-reason",
    "integrity_appeal.answer_sealed": "integrity",
    "integrity_appeal.text_sealed": "integrity",
    "integrity_decision.reason_sealed": "integrity",
    "integrity_finding.note_sealed": "integrity",
    "market_check.phone_sealed": "market-phone",
    "market_draft.answers_sealed": "market-draft",
    "message_address.address_sealed": ADDRESS,
    "opt_out.note_sealed": "opt-out",
    "owners_talk.minutes_sealed": "minutes",
    "paper.content_sealed": "paper",
    "person.name_sealed": "name",
    "person.phone_sealed": "phone",
    "photo.content_sealed": "photo",
    "praise.name_sealed": "name",
    "quote.text_sealed": "quote",
    "register_file.report_sealed": "register-report",
    "reply.text_sealed": "reply",
    "required_change.reason_sealed": "required",
    "response_void.note_sealed": "void",
    "review_decision.done_sealed": "minutes",
    "review_decision.what_sealed": "minutes",
    "review_meeting.minutes_sealed": "minutes",
    "review_meeting.people_sealed": "minutes",
    "rights_request.reason_sealed": "rights",
    "scan_batch_event.note_sealed": "scan-note",
    "scan_check.differing_sealed": "scan-value",
    "scan_decision.values_sealed": "scan-value",
    "scan_image.content_sealed": "scan-image",
    "scan_move.note_sealed": "scan-note",
    "scan_page.reading_sealed": "scan",
    "scan_sheet.seen_note_sealed": "scan-note",
    "second_factor.secret_sealed": "second-factor",
    "visit.note_sealed": "note",
    "visit_action.done_sealed": "action",
    "visit_action.what_sealed": "action",
    "visit_picture.content_sealed": "photo",
    "visit_record.matter_sealed": "matter",
    "visit_record.outcome_sealed": "result",
    "visit_record.person_sealed": "person",
    "visit_record.reason_sealed": "note",
    "webhook.secret_sealed": "webhook",
}


def purpose_of(column: str, *, channel: str = "") -> str:
    """Return what a column's bytes are bound to.

    Args:
        column: ``table.column``.
        channel: Of the row, where the column holds addresses of several channels.
    """
    purpose = PURPOSES[column]
    return f"{ADDRESS}-{channel}" if purpose == ADDRESS else purpose
