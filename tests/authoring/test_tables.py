import pytest

from hffix.authoring.tables import tables_in


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("NOT EXISTS (SELECT 1 FROM person WHERE person.id = t.person_id)", ("person",)),
        ("SELECT id FROM a, b AS x, app.loan l JOIN c ON c.id = a.id WHERE d > 1", ("a", "b", "app.loan", "c")),
        ("SELECT 1 FROM a LEFT JOIN (SELECT 2 FROM b) q USING (x), c", ("a", "b", "c")),
        ("SELECT 1 FROM (a JOIN b ON a.x = b.x), ONLY c", ("a", "b", "c")),
        (
            "WITH x(n) AS (SELECT 1 FROM base), y AS NOT MATERIALIZED (SELECT 2 FROM x) SELECT 3 FROM x JOIN y",
            ("base",),
        ),
        ("SELECT 1 FROM a UNION SELECT 2 FROM b ORDER BY 1", ("a", "b")),
        ("EXTRACT(year FROM t.opened_on) > 2000 AND t.a IS DISTINCT FROM t.b", ()),
        ("SELECT substring(name FROM 2) FROM a WHERE trim(both 'x' FROM name) IS DISTINCT FROM other", ("a",)),
        ("SELECT 1 FROM generate_series(1, 9) AS g", ()),
        ("SELECT 'from nothing' -- from here\n /* from there */ FROM \"Order\", `a b`, [c d]", ("Order", "a b", "c d")),
        ("replace(t.phone, '-', '')", ()),
    ],
)
def test_the_tables_are_those_behind_from_and_join_of_a_select(sql: str, tables: tuple[str, ...]) -> None:
    assert tables_in(sql) == tables


def test_a_name_that_is_not_quoted_is_written_small_where_the_engine_reads_it_so() -> None:
    sql = 'SELECT 1 FROM Person, "Loan", App."Bank"'
    assert tables_in(sql) == ("Person", "Loan", "App.Bank")
    assert tables_in(sql, folded=True) == ("person", "Loan", "app.Bank")
