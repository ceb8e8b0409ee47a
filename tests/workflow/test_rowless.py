"""Git never forgets: no row of a person and no private key may come into it."""

from pathlib import PurePosixPath

import pytest

from hffix.store.branch import Kept
from hffix.workflow.rowless import rows_in

# A made-up number with a right check character.
NUMBER = "11010119900307109X"
LINE = b'["e49fbb7478449c15d86d686c95013861","person","update",{"id":{"int":"1"}},{"a":"1"},{"a":"2"},null,null]\n'


def why(path: str, data: bytes = b"x") -> str | None:
    found = list(rows_in([Kept(path=PurePosixPath(path), data=data)]))
    return found[0][1] if found else None


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("changesets/8b120fe6ac55/manifest.json", b"{}"),
        ("corrections/0003.csv", b"a,b\n"),
        ("backups/events.jsonl", b"{}"),
        ("keys/li.wei", b"x"),
        ("fund.db", b""),
        ("notes/fund.sqlite3", b""),
        ("other", b"SQLite format 3\0 and more"),
        ("approvals/8b120fe6ac55/rows", b"\x28\xb5\x2f\xfd\x00"),
        ("fixes/0007_rows.txt", b"first\n" + LINE),
        ("approvals/key.txt", b"-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n"),
        ("fixes/0007_people.csv", f"id_no\n{NUMBER}\n".encode()),
        ("fixes/0007_people.csv", f"id_no\n{NUMBER.lower()}\n".encode()),
    ],
)
def test_what_holds_rows_or_keys_is_named(path: str, data: bytes) -> None:
    assert why(path, data) is not None


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("fixes/0007_open_date.py", f'assert text("{NUMBER}")'.encode()),
        ("fixes/0007_bank_formats.csv", b"bank_code,order\n102,dmy\n"),
        ("fixes/0007_codes.csv", b"110101199003079990\n123456789012345678\n"),
        ("approvals/8b120fe6ac55/manifest.json", b'{"format":"hffix-changeset/1"}'),
        ("approvals/allowed_signers", b'li.wei namespaces="hffix" ssh-ed25519 AAAA\n'),
        ("backups/.gitkeep", b""),
        ("docs/keys.md", b"-----BEGIN PUBLIC KEY-----\n"),
    ],
)
def test_what_holds_rules_digests_and_signatures_may_be_kept(path: str, data: bytes) -> None:
    assert why(path, data) is None


def test_the_reason_tells_no_value() -> None:
    assert NUMBER not in str(why("fixes/people.csv", NUMBER.encode()))
