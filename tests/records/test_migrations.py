"""The numbered migrations lead to the schema that the tables describe."""

import pytest

from records.database import db
from records.migrate import pending
from records.tables import TABLES


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_a_migrated_table_has_the_columns_keys_and_indexes_that_it_describes(app, table):
    assert not pending()
    name, fields = table._meta.table_name, table._meta.sorted_fields
    columns = {column.name: column for column in db.get_columns(name)}
    assert set(columns) == {field.column_name for field in fields}
    for field in fields:
        assert columns[field.column_name].null == field.null, field.name
    key = table._meta.primary_key
    keys = [getattr(table, n).column_name for n in getattr(key, "field_names", [key.name])]
    assert [c.name for c in columns.values() if c.primary_key] == sorted(
        keys, key=list(columns).index
    )
    described = {
        tuple(getattr(f, "column_name", str(f)) for f in index._expressions)
        for index in table._meta.fields_to_index()
    }
    assert {(field.column_name,) for field in fields if field.unique} <= described
    missing = described - {tuple(index.columns) for index in db.get_indexes(name)}
    assert not missing, f"{name} lacks indexes on {missing}"
