"""The demo's project: a folder as a fund's data team has one, with database, people, keys, policy and scripts."""

import csv
import hashlib
import io
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from hffix.demo.build import build, silent
from hffix.demo.folder import CACHE, EMBEDDED, MARKER, prepare
from hffix.demo.servers import LOCAL, copy_to
from hffix.demo.volumes import Size
from hffix.demo.world import Progress
from hffix.signing.sshsig import NAMESPACE
from hffix.store.files import make_folder, storing, write_once
from hffix.store.projects import init_project

PEOPLE: Final = ("zhang.min", "chen.jing", "wang.qiang", "li.wei")
CORRECTIONS: Final = "0003_id_numbers_from_banks.csv"
CONSENTS: Final = "0011_consents.csv"

# People who stand there twice, under one number in its two forms.
_TWICE: Final = "D28"
_TWINS: Final = """\
SELECT other.person_no FROM person JOIN person AS other ON other.person_no <> person.person_no AND other.id_no IN (
    person.id_no, substr(person.id_no, 1, 6) || '19' || substr(person.id_no, 7, 9) || substr(other.id_no, 18)
) WHERE person.person_no = ?
"""
# Identity numbers that no program can mend: a wrong check digit, digits lost to a spreadsheet.
_CAME_BACK: Final = frozenset({"D22", "D23"})

_PROJECT: Final = """\
# The demo's project: a generated provident fund. Nobody in it exists.
default = "main"

[targets.main]
url = "sqlite:///fund.db"

[columns]                        # how a value is hidden: edges leaves its ends, first one character, all nothing
"person.name" = "first"
"*.id_no" = "edges"
"*.phone" = "edges"
"person.tel" = "edges"
"*.address" = "edges"
"unit.legal_rep" = "first"
"unit.agent_name" = "first"
"unit.agent_phone" = "edges"
"unit.bank_account_no" = "edges"
"bank.contact_name" = "first"
"bank.contact_phone" = "edges"
"*.card_no" = "edges"
"withdrawal.payee_name" = "first"
"withdrawal.payee_card_no" = "edges"
"loan.house_address" = "edges"
"""

_POLICY: Final = """\
# Who the people are, and whose signature a change set needs.
valid_days = 30                  # how long a signature counts

[people]
"zhang.min" = { name = "张敏", emails = ["zhang.min@fund.example"], roles = ["leader"] }
"chen.jing" = { name = "陈静", emails = ["chen.jing@fund.example"], roles = ["auditor"] }
"wang.qiang" = { name = "王强", emails = ["wang.qiang@fund.example"], roles = ["operator"] }
"li.wei" = { name = "李伟", emails = ["li.wei@fund.example"], roles = ["author"] }

[[require]]                      # all that match must be met
approvals = 1
roles = ["leader"]

[[require]]
risk = ["high"]
approvals = 2
roles = ["leader", "auditor"]
"""


def make_project(
    folder: Path, *, size: Size = "demo", seed: int = 7, url: str = LOCAL, progress: Progress | None = None
) -> tuple[Path, ...]:
    """Make the demo's project, or renew one that stands there; refuse a folder that holds anything else.

    Its database is a file of its own, or, by its url, on a server, where it is made anew.
    """
    with storing(folder):
        prepare(folder)
        _fill(folder, url=url)
        signers = (f'{person} namespaces="{NAMESPACE}" {_make_key(folder / "keys" / person)}\n' for person in PEOPLE)
        (folder / "approvals" / "allowed_signers").write_text("".join(signers), encoding="utf-8")
        for script in sorted(_scripts().glob("*.py")):
            shutil.copyfile(script, folder / "fixes" / script.name)
        database, truth = _generated(folder / CACHE, size=size, seed=seed, progress=progress)
        if url == LOCAL:
            shutil.copyfile(database, folder / "fund.db")
        else:
            copy_to(url, database, progress=progress or silent)
        shutil.copyfile(truth, folder / "truth.csv")
        write_once(folder / "corrections" / CORRECTIONS, _corrections(folder / "truth.csv"))
        write_once(folder / "corrections" / CONSENTS, _consents(folder / "truth.csv", database))
        kept = {folder / MARKER, folder / CACHE, folder / EMBEDDED}
        made = (path for entry in folder.iterdir() if entry not in kept for path in (entry, *entry.rglob("*")))
        return tuple(sorted(path for path in made if path.is_file()))


def _fill(folder: Path, *, url: str) -> None:
    """Write the project's own files first; what a new project has besides comes from where all have it."""
    write_once(folder / "hffix.toml", _PROJECT.replace(LOCAL, url).encode())
    write_once(folder / "approvals" / "policy.toml", _POLICY.encode())
    init_project(folder)
    with (folder / ".gitignore").open("a", encoding="utf-8") as ignored:
        ignored.write(f"/{CACHE}/\n/{EMBEDDED}/\n/truth.csv\n")


def _make_key(path: Path) -> str:
    """Make a key pair as `ssh-keygen -t ed25519` does, and give the public line."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    write_once(path, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    write_once(path.with_name(f"{path.name}.pub"), public + f" {path.name}\n".encode())
    return public.decode("ascii")


def _scripts() -> Path:
    """Find the example's scripts: beside this module when it was installed, else at the top of the repository."""
    installed = Path(__file__).with_name("example") / "fixes"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "fixes"


def _generated(cache: Path, *, size: Size, seed: int, progress: Progress | None) -> tuple[Path, Path]:
    """Give the generated database and its truth; the same size and seed are generated once."""
    name = f"{size}-{seed}-{_generator()}"
    database, truth = cache / f"{name}.db", cache / f"{name}.csv"
    if not (database.is_file() and truth.is_file()):
        make_folder(cache)
        for stale in cache.glob(f"{size}-{seed}-*"):
            stale.unlink()
        making = cache / f"{name}.making"
        build(making, truth=truth, size=size, seed=seed, progress=progress)
        making.rename(database)  # last: where it has its name, it and its truth are whole
    return database, truth


def _generator() -> str:
    """Name the generator by its sources: a changed one gives other rows."""
    sources = sorted((*Path(__file__).parent.glob("*.py"), Path(__file__).with_name("schema.sql")))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


def _corrections(truth: Path) -> bytes:
    """Write the file that came back from the banks: the right number, and the one that had been sent out."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("person_no", "column", "value", "expected", "origin"))
    for number, line in enumerate(_came_back(truth), start=2):
        origin = f"2024-03 身份证号核对.xlsx!银行回复!{number}"
        writer.writerow((line["key"], line["column"], line["clean"], line["dirty"], origin))
    return text.getvalue().encode()


def _came_back(truth: Path) -> Iterator[dict[str, str]]:
    with truth.open(encoding="utf-8", newline="") as file:
        yield from (line for line in csv.DictReader(file) if line["kind"] in _CAME_BACK)


def _consents(truth: Path, database: Path) -> bytes:
    """Write what the counter registered: who agreed to be merged into whom; every tenth has not come yet."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("person_no", "into", "consent"))
    with truth.open(encoding="utf-8", newline="") as file, closing(connect(database)) as connection:
        twice = (line for line in csv.DictReader(file) if (line["kind"], line["column"]) == (_TWICE, "id_no"))
        for number, line in enumerate(twice, start=1):
            kept = connection.execute(_TWINS, (line["key"],)).fetchone()
            if kept and number % 10:
                writer.writerow((line["key"], kept[0], f"TY-2024-{number:04d}"))
    return text.getvalue().encode()
