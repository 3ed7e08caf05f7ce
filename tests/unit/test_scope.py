"""A scope narrows to one community and never widens."""

from app.staff.models import Role
from app.staff.scope import Scope


def test_looking_at_one_community_leaves_only_that_one():
    everything = Scope(1, "总部", Role.HEAD_OFFICE, None)
    assert everything.only(7).community_ids == {7}
    assert everything.only(7).role is Role.HEAD_OFFICE


def test_a_community_out_of_scope_leaves_nothing():
    office = Scope(2, "主任", Role.OFFICE, frozenset({1, 2}))
    assert office.only(2).community_ids == {2}
    assert office.only(3).community_ids == frozenset()
