"""What must hold of an office when a run is done, whatever happened on the way: computed here, and by verify too."""

import hashlib
import json

import orjson

from hffix.model import merkle
from hffix.model.record import Chunk, Close, Open
from hffix.model.value import decode_value
from hffix.signing import sshsig
from hffix.store.backups import part_path, read_part
from hffix.store.changesets import ChangeSet
from hffix.store.journal import Journal
from hffix.workflow.verify import verify
from tests.workflow.office import Office
from tests.workflow.pictures import Picture, after, cell, lines_of, picture


def assert_done_once(office: Office, change_set: ChangeSet, *, before: Picture, confirmed: bool = True) -> None:
    """Hold rows, change log, chain, backup parts, journal and receipts against the approved change set."""
    assert picture(office.database) == after(before, change_set)
    _assert_logged_once(office, change_set)
    heads = _assert_chained(office)
    _assert_backed_up(office, change_set, before)
    _assert_witnessed(office, heads, confirmed=confirmed)
    assert verify(office.setting(), data=True).problems == ()


def _assert_logged_once(office: Office, change_set: ChangeSet) -> None:
    records = office.records()
    opened = [record for record in records if isinstance(record, Open)]
    closed = [record for record in records if isinstance(record, Close)]
    chunks = [record for record in records if isinstance(record, Chunk)]
    leaves = change_set.manifest.leaves
    assert [record.manifest for record in opened] == [change_set.digest]
    assert [(record.state, record.applied, record.left.lines) for record in closed] == [("done", leaves, 0)]
    assert [chunk.first for chunk in chunks] == [1, *(chunk.last + 1 for chunk in chunks[:-1])]
    logged = office.ask("SELECT run_id, seq, leaf, outcome FROM hffix_change ORDER BY run_id, seq")
    wanted = [merkle.leaf(line).hex() for block in change_set.blocks() for line in block]
    assert logged == [(opened[0].run, seq, leaf, "applied") for seq, leaf in enumerate(wanted, start=1)]
    assert office.ask("SELECT count(*) FROM hffix_run") == [(1,)]


def _assert_chained(office: Office) -> dict[int, str]:
    head = bytes(32)
    heads: dict[int, str] = {}
    for number, body, told in office.ask("SELECT number, body, head FROM hffix_record ORDER BY number"):
        head = hashlib.sha256(b"\x02" + head + str(body).encode()).digest()
        assert (number, told) == (len(heads) + 1, head.hex())
        heads[len(heads) + 1] = head.hex()
    assert office.ask("SELECT number, head, holder FROM hffix_lineage") == [(len(heads), head.hex(), None)]
    return heads


def _assert_backed_up(office: Office, change_set: ChangeSet, before: Picture) -> None:
    lines = lines_of(change_set)
    was = {(table, json.dumps(str(row))) for table, rows in before.items() for row in rows}
    for chunk in office.records():
        if isinstance(chunk, Chunk):
            path = part_path(office.project.backups, run=chunk.run, first=chunk.first, root=chunk.backup.root)
            part = read_part(path)
            assert merkle.root([merkle.leaf(line) for line in part]).hex() == chunk.backup.root
            told = [orjson.loads(line) for line in part]
            assert [(table, key) for _, table, key, _ in told] == [
                (line.table, line.key) for line in lines[chunk.first - 1 : chunk.last]
            ]
            rows = [
                (table, {name: cell(decode_value(value)) for name, value in row.items()}) for _, table, _, row in told
            ]
            assert {(table, json.dumps(str({n: row[n] for n in before[table][0]}))) for table, row in rows} <= was


def _assert_witnessed(office: Office, heads: dict[int, str], *, confirmed: bool) -> None:
    lineage = office.records()[0].to_bytes()
    name = json.loads(lineage)["lineage"]
    journal = Journal(office.project.backups / "heads" / f"{name}.jsonl").read()
    assert {number: journal.owned[number] for number in heads} == heads
    assert journal.confirmed == {number: head for number, head in heads.items() if confirmed or number < max(heads)}
    covered: set[int] = set()
    for path in sorted((office.project.receipts / name).glob("*.json")):
        receipt = json.loads(path.read_bytes())
        key = sshsig.verify(path.read_bytes(), path.with_name(path.name + ".sig").read_bytes())
        assert (key.fingerprint, heads[receipt["number"]]) == (receipt["key"], receipt["head"])
        assert receipt["own"] == [[receipt["previous"]["number"] + 1, receipt["number"]]]
        covered |= set(range(receipt["previous"]["number"] + 1, receipt["number"] + 1))
    assert covered == set(heads)
