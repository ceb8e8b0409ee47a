import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.errors.changesets import NotCanonical
from hffix.model.canonical import encode
from hffix.model.change import KINDS, Line, inverse_cells, read_lines, salt_of

SALT = "0" * 32
LEAF = "e" * 64
UPDATE = Line(
    SALT, "loan", "update", {"no": "1"}, {"due": "2024/3/5", "state": "01"}, {"due": "2024-03-05"}, "x!2", "7"
)
INSERT = Line(SALT, "loan", "insert", {"no": "1"}, None, {"no": "1", "due": None})
DELETE = Line(SALT, "loan", "delete", {"no": "1"}, {"no": "1", "due": None}, None)
ASK = Line(SALT, "loan", "ask", {"no": "1"}, {"rows": "a" * 64}, None, None, "0")

texts = some.text(some.characters(exclude_categories=["Cs"]), max_size=8)
cells = some.dictionaries(texts, some.none() | texts | some.integers().map(lambda n: {"int": str(n)}), max_size=3)
salts = some.binary(min_size=16, max_size=16).map(bytes.hex)


@some.composite
def lines(draw: some.DrawFn) -> Line:
    kind = draw(some.sampled_from(KINDS))
    before = None if kind == "insert" else draw(cells)
    after = None if kind in {"delete", "ask"} else draw(cells)
    key = draw(cells.filter(bool))
    case = draw(some.none() | some.integers(0, 10**30).map(str))
    return Line(draw(salts), draw(texts), kind, key, before, after, draw(some.none() | texts), case)


@given(some.lists(lines() | some.just(LEAF), max_size=4))
def test_lines_are_read_as_they_were_written_and_an_erased_one_by_its_leaf(written: list[Line | str]) -> None:
    stored = [encode(line) if isinstance(line, str) else line.encode() for line in written]

    assert read_lines(stored) == written


def test_a_line_separator_within_a_text_does_not_part_a_line() -> None:
    line = UPDATE._replace(after={"due": "a\u2028b\u0085\x1e\n"})

    assert b"\n" not in line.encode()
    assert read_lines([line.encode()]) == [line]


@pytest.mark.parametrize(
    "changed",
    [
        {"salt": "0" * 31}, {"salt": "A" * 32}, {"salt": None}, {"table": None}, {"kind": "upsert"}, {"kind": ["ask"]},
        {"key": {}}, {"key": None}, {"key": ["no"]}, {"before": None}, {"before": ["due"]}, {"after": None},
        {"after": "x"}, {"origin": 5}, {"case": 7}, {"case": "07"}, {"case": "-1"}, {"case": ""}, {"kind": "insert"},
        {"kind": "delete"}, {"kind": "ask"},
    ],
    ids=repr,
)  # fmt: skip
def test_a_line_with_a_part_of_the_wrong_kind_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(NotCanonical, match="wrong kind"):
        read_lines([encode(tuple((UPDATE._asdict() | changed).values()))])


TWO = encode([1, 2])


@pytest.mark.parametrize(
    "stored",
    [
        [b""], [b"{}"], [b"[]"], [b"null"], [b'"' + b"E" * 64 + b'"'], [b'"' + b"e" * 63 + b'"'],
        [UPDATE.encode() + b"\n"], [b" " + UPDATE.encode()], [UPDATE.encode()[:-1]],
        [UPDATE.encode() + b"," + UPDATE.encode()],
        [UPDATE.encode().replace(b'"no"', b'"n\\u006f"')],
        [encode((*UPDATE, None))], [encode(UPDATE[:-1])],
        # Two lines of which one is cut in half, and one holds two, are still as many as the parse finds.
        [UPDATE.encode()[:60], UPDATE.encode()[61:], DELETE.encode() + b"," + DELETE.encode()],
    ],
    ids=lambda stored: repr(stored[0][:20]),
)  # fmt: skip
def test_bytes_that_are_not_exactly_one_line_each_are_refused(stored: list[bytes]) -> None:
    with pytest.raises(NotCanonical):
        read_lines(stored)


def test_a_line_cut_in_two_at_a_comma_is_not_two_lines() -> None:
    whole = UPDATE.encode()
    cut = whole.index(b',"update"')
    assert whole[:cut] + b"," + whole[cut + 1 :] == whole

    with pytest.raises(NotCanonical):
        read_lines([whole[:cut], whole[cut + 1 :], DELETE.encode() + b"," + DELETE.encode()])


def test_a_salt_depends_on_everything_it_names_and_on_the_seed() -> None:
    salts = {
        salt_of("t", kind="update", key={"a": "1"}, case=None, seed=bytes(32)),
        salt_of("u", kind="update", key={"a": "1"}, case=None, seed=bytes(32)),
        salt_of("t", kind="delete", key={"a": "1"}, case=None, seed=bytes(32)),
        salt_of("t", kind="update", key={"a": {"int": "1"}}, case=None, seed=bytes(32)),
        salt_of("t", kind="update", key={"a": "1"}, case="1", seed=bytes(32)),
        salt_of("t", kind="update", key={"a": "1"}, case=None, seed=b"\x01" * 32),
    }
    assert {len(salt) for salt in salts} == {32}
    assert len(salts) == 6


@pytest.mark.parametrize(
    ("line", "inverse"),
    [
        (UPDATE, ("update", {"due": "2024-03-05"}, {"due": "2024/3/5"})),
        (INSERT, ("delete", INSERT.after, None)),
        (DELETE, ("insert", None, DELETE.before)),
    ],
    ids=["update", "insert", "delete"],
)
def test_an_inverse_holds_only_the_changed_cells_and_taken_twice_gives_the_change_back(
    line: Line, inverse: tuple[str, object, object]
) -> None:
    kind, before, after = inverse_cells(line)
    once = line._replace(kind=kind, before=before, after=after)
    twice = inverse_cells(once)

    assert inverse_cells(line) == inverse
    assert (twice[0], twice[2]) == (line.kind, line.after)
    changed = line.before if line.after is None or line.before is None else {c: line.before[c] for c in line.after}
    assert twice[1] == changed


def test_a_question_has_no_inverse() -> None:
    with pytest.raises(NotCanonical):
        inverse_cells(ASK)
