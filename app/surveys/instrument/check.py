"""Meaning checks: what an instrument must not do, even when its file is well formed."""

from app.surveys.instrument.check_design import (
    check_blocks,
    check_columns,
    check_conditions,
    check_departments,
    check_minutes,
    check_needs,
    check_scales,
)
from app.surveys.instrument.check_texts import check_texts
from app.surveys.instrument.findings import PERCEPTION, Findings
from app.surveys.instrument.load import LoadedInstrument
from app.surveys.instrument.model import ItemRole
from app.surveys.instrument.problems import Problem

# The owner pages have addresses of their own beside those of the sections.
_RESERVED = frozenset({"review", "receipt", "submit", "check", "not-mine"})
_LIMITS = (ItemRole.ADEQUATE, ItemRole.DESIRED, ItemRole.PERCEIVED)
_ASKS_IMPORTANCE = (ItemRole.PRIORITY, ItemRole.IMPORTANCE)
_ASKS_PERFORMANCE = (ItemRole.PERFORMANCE, ItemRole.PERCEIVED)


def check_instrument(loaded: LoadedInstrument) -> tuple[Problem, ...]:
    """Check what an instrument means.

    Returns:
        Errors and warnings in the order of the file; without errors it may be published.
    """
    findings = Findings(loaded)
    check_texts(findings)
    _check_addresses(findings)
    check_scales(findings)
    check_departments(findings)
    check_needs(findings)
    _check_measures(findings)
    _check_partners(findings)
    if not findings.is_external:  # a data file of others has no order of asking
        _check_order(findings)
    check_conditions(findings)
    check_blocks(findings)
    check_columns(findings)
    check_minutes(findings)
    return tuple(sorted(findings.problems, key=lambda p: (p.line, p.column, p.code)))


def _check_addresses(findings: Findings) -> None:
    """Check that no section hides behind another page of the questionnaire."""
    for i, section in enumerate(findings.instrument.sections):
        if section.id in _RESERVED:
            findings.error(f"sections[{i}].id", "reserved_section", word=section.id)


def _check_measures(findings: Findings) -> None:
    """Check that what every analysis rests on is asked (importance above all)."""
    instrument = findings.instrument
    if not findings.is_call_back and not instrument.items_with_role(*_ASKS_IMPORTANCE):
        note = findings.warn if findings.is_external else findings.error
        note("sections", "no_importance")
    if instrument.kind != PERCEPTION:
        return
    if not instrument.items_with_role(ItemRole.OVERALL):
        findings.error("sections", "no_overall")
    comments = instrument.items_with_role(ItemRole.COMMENT)
    if comments and not instrument.items_with_role(ItemRole.CONTACT):
        findings.error(findings.section_path(comments[0].section), "comment_without_contact")
    asked = {item.area for item in instrument.items if item.attribute is not None}
    for i, area in enumerate(instrument.areas):
        if area.attributes and area.code not in asked:
            findings.error(f"areas[{i}].attributes", "attributes_never_asked")


def _check_partners(findings: Findings) -> None:
    """Check that the three levels of the zone of tolerance stand together on one scale."""
    instrument = findings.instrument
    present = {item.role: item for item in instrument.items_with_role(*_LIMITS)}
    if not present:
        return
    first = next(iter(present.values()))
    path = findings.section_path(first.section)
    for role in _LIMITS:
        if role not in present:
            partner = first.role.value
            findings.error(
                f"{path}.measures", "role_without_partner", role=partner, partner=role.value
            )
    scales = [instrument.scales.get(item.scale or "") for item in present.values()]
    if len({scale.points for scale in scales if scale is not None}) > 1:
        findings.error(f"{path}.ask.on", "tolerance_scales_differ")


def _check_order(findings: Findings) -> None:
    """Check that importance is asked before performance, area by area (requirement R23)."""
    instrument = findings.instrument
    place = {item.code: i for i, item in enumerate(instrument.items)}
    for area in instrument.areas:
        own = [item for item in instrument.items if item.area == area.code]
        rated = [place[item.code] for item in own if item.role in _ASKS_PERFORMANCE]
        for item in own:
            is_late = bool(rated) and place[item.code] > min(rated)
            if item.role in _ASKS_IMPORTANCE and is_late:
                path = findings.section_path(item.section)
                findings.error(path, "importance_after_performance", section=item.section)
