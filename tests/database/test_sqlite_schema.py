import pytest

from hffix.database import Snapshot
from hffix.errors.targets import KeyRefused, TableRefused
from hffix.model.schema import Column, ForeignKey, Table
from tests.database.conftest import File

REFUSED = {
    "v": "v is a view, not a table",
    "words": "words is a virtual, not a table",
    "words_data": "words_data is a shadow, not a table",
    "bare": "table bare has no declared key",
    "missing": "table missing does not exist",
    "T": "table T does not exist",
    "": "table  does not exist",
    "by_a": "by_a is a index, not a table",
    "foreign": "table foreign uses a function or collation that is not SQLite's own",
}


@pytest.mark.parametrize(("name", "message"), REFUSED.items(), ids=REFUSED)
def test_what_holds_no_rows_that_can_be_addressed_is_refused_by_name(file: File, name: str, message: str) -> None:
    with file.outsider() as outsider:
        outsider.create_collation("pinyin", lambda a, b: (a > b) - (a < b))
        outsider.executescript(
            "CREATE TABLE t (a INTEGER PRIMARY KEY, b); CREATE VIEW v AS SELECT * FROM t; CREATE INDEX by_a ON t (b);"
            "CREATE VIRTUAL TABLE words USING fts5(a); CREATE TABLE bare (a);"
            "CREATE TABLE 'foreign' (a INTEGER PRIMARY KEY, b TEXT COLLATE pinyin)"
        )

    with file.snapshot() as snapshot, pytest.raises(TableRefused) as refused:
        snapshot.table(name)

    assert refused.value.message == message


@pytest.mark.parametrize("key", ["a TEXT PRIMARY KEY", "a TEXT, PRIMARY KEY (a)", "a INT PRIMARY KEY"])
def test_null_in_a_key_is_refused_by_table_and_column(file: File, key: str) -> None:
    file.run(f"CREATE TABLE t ({key}); INSERT INTO t VALUES (NULL), ('x')")

    with file.snapshot() as snapshot, pytest.raises(KeyRefused, match="table t holds NULL in its key column a"):
        snapshot.refuse_null_keys(snapshot.table("t"))


def test_a_key_that_could_hold_null_and_does_not_is_taken(file: File) -> None:
    file.run("CREATE TABLE t (a TEXT PRIMARY KEY, b)", ("x", None))

    with file.snapshot() as snapshot:
        table = snapshot.table("t")
        snapshot.refuse_null_keys(table)
        assert table.key == ("a",)


def test_a_row_without_a_key_does_not_hide_the_other_rows_of_its_table(file: File) -> None:
    file.run("CREATE TABLE t (a TEXT PRIMARY KEY, b)", (None, 1), ("x", 2))

    with file.snapshot() as snapshot:
        assert snapshot.rows(snapshot.table("t"), keys=[("x",)]) == {("x",): ("x", 2)}


def test_a_table_is_described_whole(file: File) -> None:
    file.run(
        """
        CREATE TABLE Person (ID INTEGER PRIMARY KEY);
        CREATE TABLE t (
            no VARCHAR(20) COLLATE NOCASE, part INT NOT NULL DEFAULT 1,
            owner INTEGER REFERENCES person (Id) ON UPDATE CASCADE ON DELETE SET NULL,
            amount DECIMAL(16,2) CHECK (amount > 0 /* none is free */ OR (part IN (1, 2))),
            twice AS (amount * (2)) VIRTUAL, CHECK(no <> 'CHECK ( x'), UNIQUE (owner, part),
            CONSTRAINT k PRIMARY KEY (part, no)
        ) WITHOUT ROWID;
        CREATE TABLE c (id INTEGER PRIMARY KEY, p, n, FOREIGN KEY (p, n) REFERENCES T);
        CREATE UNIQUE INDEX some ON t (owner) WHERE owner > 5;
        CREATE UNIQUE INDEX folded ON t (owner COLLATE NOCASE);
        CREATE TRIGGER fired AFTER UPDATE ON t BEGIN SELECT 1; END;
        """
    )

    with file.snapshot() as snapshot:
        table = snapshot.table("t")

    assert table == Table(
        name="t",
        key=("part", "no"),
        columns=(
            Column(name="no", type="VARCHAR(20)", nullable=False, collation="NOCASE"),
            Column(name="part", type="INT", nullable=False, default="1", collation="BINARY"),
            Column(name="owner", type="INTEGER", nullable=True, collation="BINARY"),
            Column(name="amount", type="DECIMAL(16,2)", nullable=True, collation="BINARY"),
            Column(name="twice", type="", nullable=True, default="amount * (2)", generated=True, collation="BINARY"),
        ),
        unique=(
            ("owner COLLATE NOCASE",),
            ("(index)", "CREATE UNIQUE INDEX some ON t (owner) WHERE owner > 5"),
            ("owner", "part"),
        ),
        checks=("amount > 0 OR (part IN (1, 2))", "no <> 'CHECK ( x'"),
        references=(
            ForeignKey(
                table="t", columns=("owner",), to_table="Person", to_columns=("ID",), on_update="CASCADE",
                on_delete="SET NULL",
            ),
        ),
        referred=(
            ForeignKey(
                table="c", columns=("p", "n"), to_table="t", to_columns=("part", "no"), on_update="NO ACTION",
                on_delete="NO ACTION",
            ),
        ),
        triggers=(("fired", "CREATE TRIGGER fired AFTER UPDATE ON t BEGIN SELECT 1; END"),),
        options=("WITHOUT ROWID",),
    )  # fmt: skip


def digest(snapshot: Snapshot) -> str:
    return snapshot.table("t").digest


PARENT = "CREATE TABLE p (id INTEGER PRIMARY KEY); "
BEFORE = PARENT + "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b NUMERIC DEFAULT 0)"
AFTER = {
    "type": PARENT + "CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR, b NUMERIC DEFAULT 0)",
    "null": PARENT + "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b NUMERIC DEFAULT 0)",
    "default": PARENT + "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b NUMERIC DEFAULT 1)",
    "no default": PARENT + "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b NUMERIC)",
    "collation": PARENT + "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b NUMERIC DEFAULT 0)",
    "check": PARENT + "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT CHECK (a <> ''), b NUMERIC DEFAULT 0)",
    "other check": PARENT + "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT CHECK (a <> ' '), b NUMERIC DEFAULT 0)",
    "generated": PARENT + "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b NUMERIC AS (a || 'x'))",
    "otherwise generated": PARENT + "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b NUMERIC AS (a || 'y'))",
    "one more": PARENT + "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b NUMERIC DEFAULT 0, c)",
    "key": PARENT + "CREATE TABLE t (id INTEGER, a TEXT, b NUMERIC DEFAULT 0, PRIMARY KEY (id, a))",
    "reference": PARENT + "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT REFERENCES p, b NUMERIC DEFAULT 0)",
    "action": PARENT
    + "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT REFERENCES p ON DELETE CASCADE, b NUMERIC DEFAULT 0)",
    "referred": BEFORE + "; CREATE TABLE c (id INTEGER PRIMARY KEY, t REFERENCES t)",
    "unique": PARENT + "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b NUMERIC DEFAULT 0)",
    "unique without case": BEFORE + "; CREATE UNIQUE INDEX u ON t (a COLLATE NOCASE)",
    "unique of some": BEFORE + "; CREATE UNIQUE INDEX u ON t (a) WHERE b",
    "unique of others": BEFORE + "; CREATE UNIQUE INDEX u ON t (a) WHERE NOT b",
    "unique expression": BEFORE + "; CREATE UNIQUE INDEX u ON t (lower(a))",
    "trigger": BEFORE + "; CREATE TRIGGER x AFTER UPDATE ON t BEGIN SELECT 'a b'; END",
    "other trigger": BEFORE + "; CREATE TRIGGER x AFTER UPDATE ON T BEGIN SELECT 'a  b'; END",
    "strict": PARENT + "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b REAL DEFAULT 0) STRICT",
    "without rowid": BEFORE + " WITHOUT ROWID",
}


def test_the_digest_changes_with_whatever_decides_what_a_change_means(tmp_path_factory: pytest.TempPathFactory) -> None:
    digests: dict[str, str] = {}
    for name, script in {"before": BEFORE, **AFTER}.items():
        with File(tmp_path_factory.mktemp("schema")).run(script).snapshot() as snapshot:
            digests.setdefault(digest(snapshot), name)

    assert list(digests.values()) == ["before", *AFTER]


@pytest.mark.parametrize(
    "script",
    [
        PARENT + "CREATE TABLE t (b NUMERIC DEFAULT 0, id INTEGER PRIMARY KEY, a TEXT)",
        PARENT + "CREATE TABLE t (id INTEGER /* its */ PRIMARY KEY, -- CHECK (no)\n a TEXT,\n\n b NUMERIC DEFAULT 0)",
        BEFORE + "; CREATE INDEX i ON t (a); ANALYZE",
        BEFORE + "; CREATE TABLE other (id INTEGER PRIMARY KEY); CREATE VIEW w AS SELECT * FROM t",
        BEFORE + "; INSERT INTO t VALUES (1, 'x', 2)",
        BEFORE.replace("CREATE TABLE t (id INTEGER PRIMARY KEY,", "CREATE TABLE t (id INTEGER, PRIMARY KEY (id),")
        .replace("PRIMARY KEY (id), a TEXT, b NUMERIC DEFAULT 0", "a TEXT, b NUMERIC DEFAULT 0, PRIMARY KEY (id)"),
    ],
    ids=["order", "comments", "plain index", "elsewhere", "rows", "another way to say the key"],
)  # fmt: skip
def test_the_digest_does_not_change_with_what_means_nothing(file: File, script: str) -> None:
    file.run(BEFORE)
    with file.snapshot() as snapshot:
        before = digest(snapshot)
    file.path.unlink()

    with file.run(script).snapshot() as snapshot:
        assert digest(snapshot) == before
