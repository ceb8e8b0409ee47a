import pytest

from hffix.database.mysql_words import bound
from hffix.database.queries import refuse_writing
from hffix.errors.targets import QueryFailed


@pytest.mark.parametrize(
    "sql",
    [
        "t.v = 'it\\'s' AND t.w = 1", 't.v = "it\\"s"', "t.v = 'x' # a comment", "t.v = 1--t.w", "t.v = 1 --\tx--y",
        "t.v = 1 /*!50000 OR 1 */", "t.v = 1 /*M! OR 1 */", "KHRQ# = 1",
    ],
)  # fmt: skip
def test_a_text_that_mariadb_cuts_up_otherwise_than_standard_sql_is_refused(sql: str) -> None:
    if sql.endswith("x--y"):
        assert bound(sql, {}) == sql
        return
    with pytest.raises(QueryFailed):
        bound(sql, {})


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        ("t.v = :v", "t.v = 'it''s \\\\'"),
        ("t.v = ':v' AND `:v` = 1 -- :v", "t.v = ':v' AND `:v` = 1 -- :v"),
        ("t.v LIKE '%\\_%' AND t.w = ':x#--'", "t.v LIKE '%\\_%' AND t.w = ':x#--'"),
        ("t.v = '\\\\' AND t.w = :v", "t.v = '\\\\' AND t.w = 'it''s \\\\'"),
        ("t.v = :missing", "t.v = :missing"),
        ("`KHRQ#` = 1 /* : */", "`KHRQ#` = 1 /* : */"),
    ],
)
def test_params_are_written_where_they_stand_and_nowhere_else(sql: str, written: str) -> None:
    assert bound(sql, {"v": "it's \\"}) == written


@pytest.mark.parametrize(
    "sql", ["SELECT 1", " (SELECT 1)", "-- why\nSELECT 1", "/* why */ WITH a AS (SELECT 1) SELECT 1", "values (1)"]
)
def test_a_query_reads(sql: str) -> None:
    refuse_writing(sql)


@pytest.mark.parametrize(
    "sql", ["DELETE FROM t", "INSERT INTO t VALUES (1)", "CALL p()", "DROP TABLE t", "", "SET x=1"]
)
def test_what_does_not_read_is_refused(sql: str) -> None:
    with pytest.raises(QueryFailed):
        refuse_writing(sql)
