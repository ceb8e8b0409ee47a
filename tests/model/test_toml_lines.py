"""Every key of a file is found on the line where its statement begins."""

import tomllib

import pytest

from hffix.model.toml_lines import Path, line_of, lines_of

FILE = '''# a comment
first = 1

[people]
"zhang.min" = { name = "a = 1", roles = [
    "leader",
] }
[people."li.wei"]
text = """
[people]
name = 3
"""
[[require]]
approvals = 1
[[require]]   # another
approvals = 2
deep.key = 3
[require.more]
x = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("first",), 2),
        (("people",), 4),
        (("people", "zhang.min"), 5),
        (("people", "zhang.min", "roles"), 5),
        (("people", "li.wei"), 8),
        (("people", "li.wei", "text"), 9),
        (("people", "li.wei", "name"), 8),  # what is not there: the nearest table around it
        (("require", 0), 13),
        (("require", 0, "approvals"), 14),
        (("require", 1), 15),
        (("require", 1, "approvals"), 16),
        (("require", 1, "deep", "key"), 17),
        (("require", 1, "more", "x"), 19),
        (("other",), None),
        ((), None),
    ],
)
def test_a_key_is_found_on_the_line_where_its_statement_begins(path: Path, line: int | None) -> None:
    assert tomllib.loads(FILE)
    assert line_of(path, lines_of(FILE)) == line
