"""Countersign: who has verified a record signs its newest receipt too, so that its head has more than one witness."""

import msgspec

from hffix.changelog import reader
from hffix.database import open_for_reading
from hffix.errors.evidence import NothingToCountersign
from hffix.model.receipt import Receipt
from hffix.signing import sshsig
from hffix.store.receipts import write_receipt
from hffix.workflow.approve import who_signs
from hffix.workflow.past import read_chain
from hffix.workflow.setting import Setting
from hffix.workflow.witness import known_receipts


def countersign(setting: Setting) -> Receipt:
    """Sign the newest receipt's head under one's own name, claiming no record; the caller has verified it."""
    rules = setting.rules()
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        past, head, now = read_chain(snapshot), reader.read_head(snapshot), snapshot.now()
    known = known_receipts(setting, past)
    newest = known[-1] if known else None
    if newest is None or (newest.number, newest.head) != (head.number, head.head):
        raise NothingToCountersign(f"no receipt covers the chain's end, record {head.number}")
    key, person = who_signs(setting, rules, now=now)
    if any(one.person == person and one.number == newest.number for one in known):
        raise NothingToCountersign(f"{person} has signed record {newest.number} already", hint="Ask somebody else.")
    receipt = msgspec.structs.replace(
        newest, own=(), person=person, key=key.public.fingerprint, time=max(now, newest.time)
    )
    data = receipt.to_bytes()
    write_receipt(setting.project, receipt, data=data, signature=sshsig.sign(data, key=key).encode())
    return receipt
