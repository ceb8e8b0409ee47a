"""The page of formats: its example is recomputed byte by byte, and its tables name every key of the code."""

import json
import re
import sqlite3
import subprocess
from hashlib import blake2b, sha256
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hffix.changelog.tables import METADATA
from hffix.database.sqlite_schema import read_table
from hffix.model import policy_file, record
from hffix.model.change import KINDS, Cells, Line, salt_of
from hffix.model.manifest import Manifest, read_manifest
from hffix.model.merkle import cover_nodes
from hffix.model.receipt import Receipt, read_receipt
from hffix.model.record import entry_leaf
from hffix.model.schema import digest_of
from hffix.model.statement import Matter, Statement, why_not
from hffix.model.value import decode_value, encode_value
from hffix.signing import algorithms, sshsig
from hffix.signing.keys import PublicKey
from hffix.signing.signers import parse_signers
from hffix.store import projects
from hffix.store.drafts import draft
from hffix.store.journal import Journal
from hffix.store.line_files import split_lines, text_of
from hffix.workflow.chunk import backup_text, compare, log_of, read_chunk
from hffix.workflow.found import Found

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "formats.md"
FORMATS = PAGE.read_text(encoding="utf-8")
BLOCKS: dict[str, str] = dict(re.findall(r"^```\w+ (\S+)\n(.*?)^```$", FORMATS, re.MULTILINE | re.DOTALL))


def lines_of(block: str) -> list[bytes]:
    return BLOCKS[block].encode().splitlines()


def one(block: str) -> bytes:
    (line,) = lines_of(block)
    return line


DIGESTS = dict(line.rsplit(maxsplit=1) for line in BLOCKS["digests"].splitlines())
BODIES = lines_of("records")
MANIFEST = json.loads(one("manifest"))
SEED = bytes.fromhex(BLOCKS["seed"])


# What a second verifier would do, with nothing but the standard library.


def leaf(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def root(leaves: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, as it is written there."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def plain(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def test_every_digest_of_the_example_follows_from_its_bytes() -> None:
    leaves, entries = ([leaf(line) for line in lines_of(block)] for block in ("lines", "entries"))
    heads = [bytes(32)]
    for body in BODIES:
        heads.append(sha256(b"\x02" + heads[-1] + body).digest())
    table = digest(plain(json.loads(one("schema"))["personal_account"]))
    recomputed = {
        **{f"leaf {n}": found.hex() for n, found in enumerate(leaves, start=1)},
        "node 1-2": root(leaves[:2]).hex(),
        "root": root(leaves).hex(),
        "unresolved": leaf(one("unresolved")).hex(),
        "table": table,
        "tables": digest(plain({"personal_account": table})),
        "policy": digest(BLOCKS["policy"].encode()),
        "signers": digest(BLOCKS["signers"].encode()),
        "manifest": digest(one("manifest")),
        "statement": digest(one("statement")),
        "backup": leaf(one("backup")).hex(),
        "observed": leaf(one("observed")).hex(),
        **{f"entry {n}": found.hex() for n, found in enumerate(entries, start=1)},
        "entries": root(entries).hex(),
        **{f"head {n}": head.hex() for n, head in enumerate(heads[1:], start=1)},
        "receipt": digest(one("receipt")),
    }
    assert recomputed == DIGESTS


def test_the_files_of_the_example_name_each_other() -> None:
    statement, receipt = json.loads(one("statement")), json.loads(one("receipt"))
    found, opened, chunk, closed = map(json.loads, BODIES)
    named = {
        "root": [MANIFEST["root"], MANIFEST["parts"][0]["root"], opened["root"]],
        "unresolved": [MANIFEST["unresolved"]["root"]],
        "table": [MANIFEST["schema"]["personal_account"]],
        "tables": [chunk["schema"]],
        "manifest": [*statement["subjects"], opened["manifest"]],
        "statement": opened["statements"],
        "policy": [found["policy"], opened["policy"], statement["policy"]],
        "signers": [found["signers"], opened["signers"], statement["signers"]],
        "backup": [chunk["backup"]["root"]],
        "entries": [chunk["entries"]],
        "observed": [json.loads(lines_of("entries")[1])[3]],
        "leaf 3": closed["left"]["nodes"],
        "head 1": [MANIFEST["chain"]["head"]],
        "head 4": [receipt["head"]],
    }
    assert {name: set(places) for name, places in named.items()} == {name: {DIGESTS[name]} for name in named}
    assert receipt["records"] == [found, opened, chunk, closed]


def test_the_salts_of_the_example_follow_from_its_seed() -> None:
    lines = [json.loads(line) for line in lines_of("lines")]
    salted = [(salt, [table, kind, key, None]) for salt, table, kind, key, *_ in lines]
    salt, table, key, *_ = json.loads(one("unresolved"))
    salted.append((salt, [table, "unresolved", key, None]))
    assert [salt for salt, _ in salted] == [
        blake2b(plain(named), digest_size=16, key=SEED).hexdigest() for _, named in salted
    ]


@pytest.mark.parametrize(
    "block",
    ["schema", "lines", "unresolved", "manifest", "statement", "backup", "observed", "entries", "records", "journal"],
)
def test_every_line_of_json_is_canonical(block: str) -> None:
    assert [plain(json.loads(line)) for line in lines_of(block)] == lines_of(block)


# The same bytes, made by hffix.


class ExampleKey:
    """A key made from one byte, 32 times."""

    def __init__(self, byte: int) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(bytes([byte] * 32))
        self.public = PublicKey.from_blob(algorithms.write_public(self._private.public_key()))

    def sign(self, data: bytes) -> bytes:
        return algorithms.sign(self._private, data)


def row(number: int, opened_on: str | None, status: str) -> Cells:
    return {"account_no": {"int": str(number)}, "opened_on": opened_on, "status": status}


def planned(kind: str, before: Cells, after: Cells | None) -> bytes:
    key: Cells = {"account_no": before["account_no"]}
    salt = salt_of("personal_account", kind=kind, key=key, case=None, seed=SEED)
    guarded = before if kind == "delete" else {name: before[name] for name in ("opened_on", "status")}
    return Line(salt, "personal_account", kind, key, guarded, after).encode()


def test_hffix_writes_the_lines_of_the_example() -> None:
    assert lines_of("lines") == [
        planned("update", row(1001, "2011/3/5", "01"), {"opened_on": "2011-03-05"}),
        planned("update", row(1002, "20110306", "01"), {"opened_on": "2011-03-06"}),
        planned("delete", row(1003, None, "09"), None),
    ]


def test_hffix_decides_logs_and_backs_up_the_chunk_of_the_example() -> None:
    chunk = read_chunk(lines_of("lines")[:2], first=1)
    tables = {"personal_account": read_table(_made(), "personal_account")}
    cells = [row(1001, "2011/3/5", "01"), row(1002, "20110306", "02")]
    found = Found(tables, chunk.lines, [tuple(map(decode_value, one_row.values())) for one_row in cells])
    log, entries_root = log_of(chunk, compare(chunk.lines, found))
    salt = json.loads(one("backup"))[0]
    backup = backup_text(chunk.lines[:1], found[:1], salts=iter([salt]))
    rows = log.rows()
    assert [logged.line() for logged in rows] == lines_of("lines")[:2]
    assert [logged.observed for logged in rows] == [None, one("observed").decode()]
    assert [plain([r.seq, r.leaf, r.outcome, r.observed_leaf]) for r in rows] == lines_of("entries")
    assert entry_leaf(1, leaf=rows[0].leaf, outcome="applied", observed_leaf=None).hex() == DIGESTS["entry 1"]
    assert (entries_root, backup) == (DIGESTS["entries"], text_of([one("backup")]))


def _made() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(BLOCKS["table"])
    return connection


def test_hffix_describes_the_table_of_the_example() -> None:
    connection = _made()
    table = read_table(connection, "personal_account")
    connection.close()
    assert plain({table.name: table.describe()}) == one("schema")
    assert (table.digest, digest_of({table.name: table.digest})) == (DIGESTS["table"], DIGESTS["tables"])


def test_hffix_drafts_the_change_set_of_the_example(tmp_path: Path) -> None:
    manifest = read_manifest(one("manifest"))
    with draft(tmp_path / "changesets") as drafted:
        drafted.add(lines_of("lines"))
        drafted.add_unresolved(lines_of("unresolved"))
        change_set = drafted.finish(manifest, schema=json.loads(one("schema")), approvals=tmp_path / "approvals")
    assert change_set.digest == DIGESTS["manifest"]
    files = {path.name: path.read_bytes() for path in (tmp_path / "changesets" / change_set.id).iterdir()}
    written = {
        name: [line for some in split_lines(files.pop(name), most=9) for line in some]
        for name in tuple(files)
        if name.endswith(".zst")
    }
    assert written == {"rows-00001.jsonl.zst": lines_of("lines"), "unresolved.jsonl.zst": lines_of("unresolved")}
    assert files == {"manifest.json": one("manifest"), "schema.json": one("schema"), "params.jsonl": b""}


def test_hffix_chains_the_records_of_the_example() -> None:
    assert [record.read_record(body).to_bytes() for body in BODIES] == BODIES
    assert record.heads(BODIES) == [DIGESTS[f"head {number}"] for number in range(1, 5)]
    left = [node.hex() for node in cover_nodes([bytes.fromhex(DIGESTS["leaf 3"])], first=2, leaves=3)]
    assert left == json.loads(BODIES[-1])["left"]["nodes"]


def test_hffix_signs_the_statement_of_the_example_and_counts_it() -> None:
    statement, signers = Statement.from_bytes(one("statement")), parse_signers(BLOCKS["signers"].encode())
    assert statement.to_bytes() == one("statement")
    assert sshsig.sign(one("statement"), key=ExampleKey(1)) == BLOCKS["signature"]
    key = sshsig.verify(one("statement"), BLOCKS["signature"])
    matter = Matter(
        subject=DIGESTS["manifest"],
        lineage=MANIFEST["target"]["lineage"],
        purposes=("apply", "apply+rollback"),
        policy=policy_file.parse_policy(BLOCKS["policy"].encode()),
        policy_digest=DIGESTS["policy"],
        signers_digest=DIGESTS["signers"],
        revoked=frozenset(),
        barred=(("li.wei", "author"),),
        now=json.loads(BODIES[1])["time"],
    )
    signer = signers.holder_of(key, at=matter.now)
    assert why_not(statement, signer=signer, fingerprint=key.fingerprint, matter=matter) is None
    assert f"`{statement.file_name}`" in FORMATS


def test_openssh_alone_verifies_the_statement_of_the_example(tmp_path: Path) -> None:
    for name in ("signers", "signature"):
        (tmp_path / name).write_text(BLOCKS[name], encoding="utf-8")
    words = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "zhang.min", "-n", "hffix", "-s", "signature"]
    done = subprocess.run(words, input=one("statement"), cwd=tmp_path, capture_output=True, check=False, timeout=30)
    assert (done.returncode, done.stdout[:39]) == (0, b'Good "hffix" signature for zhang.min wi')


def test_hffix_reads_the_receipt_and_the_journal_of_the_example(tmp_path: Path) -> None:
    receipt, journal = read_receipt(one("receipt")), tmp_path / "journal"
    journal.write_text(BLOCKS["journal"], encoding="utf-8")
    heads = {number: DIGESTS[f"head {number}"] for number in range(1, 5)}
    told = Journal(journal).read()
    assert (receipt.fault(), receipt.own, f"`{receipt.name}`" in FORMATS) == (None, ((1, 4),), True)
    assert (dict(told.owned), dict(told.confirmed)) == (heads, heads)
    assert receipt.key == ExampleKey(2).public.fingerprint


def test_the_example_values_are_canonical() -> None:
    section = FORMATS.partition("## Canonical value")[2].partition("\n## ")[0]
    examples = [json.loads(text) for text in re.findall(r"`(\{\"\w+\":\"[^`]+\"\})`", section)]
    assert {tag for example in examples for tag in example} >= {"int", "float", "dec", "bool", "bytes", "text"}
    assert [encode_value(decode_value(example)) for example in examples] == examples


def test_the_kinds_of_lines_are_those_of_the_code() -> None:
    section = FORMATS.partition("\n## Line\n")[2].partition("\n### ")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == sorted(KINDS)


# Every key of every format.


def keys_of(kind: type, prefix: str = "") -> set[str]:
    """List a struct's keys as the documents write them: a.b, a[].b, a.*.b."""
    fields = msgspec.inspect.type_info(kind)
    assert isinstance(fields, msgspec.inspect.StructType)
    found: set[str] = set()
    for field in fields.fields:
        found |= _keys_within(field.type, f"{prefix}{field.encode_name}")
    return found


def _keys_within(kind: msgspec.inspect.Type, name: str) -> set[str]:
    match kind:
        case msgspec.inspect.StructType():
            return keys_of(kind.cls, f"{name}.")
        case msgspec.inspect.VarTupleType(item_type=msgspec.inspect.StructType() as inner):
            return keys_of(inner.cls, f"{name}[].")
        case msgspec.inspect.DictType(value_type=msgspec.inspect.StructType() as inner):
            return keys_of(inner.cls, f"{name}.*.")
        case msgspec.inspect.UnionType(types=types):
            some = (inner for inner in types if not isinstance(inner, msgspec.inspect.NoneType))
            return set().union(*(_keys_within(inner, name) for inner in some))
        case _:
            return {name}


def documented(heading: str) -> list[str]:
    """List the first column of the table under a heading."""
    section = FORMATS.partition(f"\n{heading}\n")[2]
    section = re.split(r"^#+ ", section, maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


IN_EVERY_RECORD = {"number", "time"}
PROJECT = (keys_of(projects._File) - {"targets"}) | {f"targets.*.{key}" for key in keys_of(projects._Target)}


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("### Table description", set(json.loads(one("schema"))["personal_account"])),
        ("### Manifest", keys_of(Manifest)),
        ("### Statement", keys_of(Statement)),
        ("### Receipt", keys_of(Receipt)),
        ("### Policy and history", keys_of(policy_file._File)),
        ("### Project file", PROJECT),
        *((f"#### {kind.__struct_config__.tag}", keys_of(kind) - IN_EVERY_RECORD) for kind in record.Record.__args__),
    ],
)
def test_the_keys_of_a_format_are_those_of_the_code(heading: str, keys: set[str]) -> None:
    listed = documented(heading)
    assert (set(listed), len(listed)) == (keys, len(keys))


def test_the_columns_of_the_change_log_are_those_of_the_code() -> None:
    section = FORMATS.partition("\n## Change log\n")[2].partition("\n### ")[0]
    listed, table = [], ""
    for named, column in re.findall(r"^\| (?:`(\w+)`)? ?\| `(\w+)` \|", section, re.MULTILINE):
        table = named or table
        listed.append((table, column))
    assert sorted(listed) == sorted(
        (table.name, column.name) for table in METADATA.tables.values() for column in table.columns
    )
