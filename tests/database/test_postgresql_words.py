import pytest

from hffix.database.postgresql_words import refuse_foreign
from hffix.errors.targets import QueryFailed


@pytest.mark.parametrize(
    "sql",
    [
        "t.v <> E'\\'' AND t.w = 'x'", "t.v = e'a'\n'b\\' AND t.w = ' '", "t.v = $$'$$ AND t.w = '$'", "t.v = $x$'$x$",
        't.U&"st\\0061tus" = 1', "t.v = 1 /* /* */ ' */ AND t.w = ''", "t.v = 1 -- '\r AND t.w = ''", "t.v = $1",
    ],
)  # fmt: skip
def test_a_text_that_postgresql_cuts_up_otherwise_than_standard_sql_is_refused(sql: str) -> None:
    with pytest.raises(QueryFailed, match="not read by everybody alike"):
        refuse_foreign(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "t.v = 'C:\\' AND t.w = 'E''\\'", "t.v = E'\\t\\\\'", "t.v = U&'\\5F20'", "t.a$b = '$$' AND \"$x$\" = 1",
        "t.note = 'some' /* $1 */ -- $$ /* \n", "t.金额（元）$ > 1e5", "t.doc #>> '{a}' = 'x'",
    ],
)  # fmt: skip
def test_what_everybody_reads_alike_is_taken(sql: str) -> None:
    refuse_foreign(sql)
