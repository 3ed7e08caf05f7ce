"""No table and no column is forgotten when a home is erased, copied or sealed under a new key."""

from sqlalchemy import Enum, LargeBinary, String

import app.rights.models
import app.worker  # noqa: F401
from app.db import Base
from app.rights.erasure.registry import NOT_OF_A_HOME, RULES, WAYS, Fill, Group
from app.rights.sealed import PURPOSES

TABLES = Base.metadata.tables
HOME_TABLES = {group.value for group in Group}


def targets(table):
    return {key.column.table.name for column in table.c for key in column.foreign_keys}


def of_a_home():
    """Follow the foreign keys: whatever leads to a home, over however many tables."""
    found = {"household"}
    while more := {name for name, table in TABLES.items() if targets(table) & found} - found:
        found |= more
    return found


def test_every_table_that_leads_to_a_home_has_a_rule_and_every_other_is_named():
    ruled = {rule.table for rule in RULES}
    assert of_a_home() == ruled, of_a_home() ^ ruled
    assert set(TABLES) - ruled == NOT_OF_A_HOME, (set(TABLES) - ruled) ^ NOT_OF_A_HOME


def test_every_column_with_words_or_bytes_of_a_row_that_stays_is_emptied_or_kept_on_purpose():
    for rule in RULES:
        if rule.is_deleted:
            continue
        texts = {
            column.name
            for column in TABLES[rule.table].c
            if isinstance(column.type, String | LargeBinary) and not isinstance(column.type, Enum)
        }
        assert texts == set(rule.fill) | rule.keeps, (rule.table, texts)
        assert not any(name.endswith("_sealed") for name in rule.keeps), rule.table


def test_what_must_hold_something_is_never_emptied_to_nothing():
    for rule in RULES:
        for name, fill in rule.fill.items():
            column = TABLES[rule.table].c[name]
            assert fill is not Fill.NOTHING or column.nullable, (rule.table, name)


def test_every_foreign_key_towards_a_home_is_followed():
    followed = {(group.value, column) for group, column, _source in WAYS}
    followed |= {(rule.table, rule.column) for rule in RULES}
    for rule in RULES:
        ways = {
            column.name
            for column in TABLES[rule.table].c
            for key in column.foreign_keys
            if key.column.table.name in HOME_TABLES
        }
        assert {name for table, name in followed if table == rule.table} & (ways | {"id"})


def test_every_sealed_column_has_its_purpose_in_the_list():
    sealed = {
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.c
        if column.name.endswith("_sealed")
    }
    assert sealed == set(PURPOSES)
