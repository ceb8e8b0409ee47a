import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hffix.demo import digest
from hffix.demo.folder import CACHE, MARKER
from hffix.demo.project import CORRECTIONS, PEOPLE, make_project
from hffix.errors.project import AlreadyThere
from hffix.model.policy import Claims
from hffix.model.policy_file import parse_policy
from hffix.signing.private import load_private_key
from hffix.signing.signers import parse_signers
from hffix.store.projects import find_project

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "project"
    make_project(folder, size="tiny")
    return folder


def bytes_of(folder: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_project_names_every_file_it_made(tmp_path: Path) -> None:
    made = make_project(tmp_path, size="tiny")
    hidden = {tmp_path / MARKER, *(tmp_path / CACHE).iterdir()}
    assert set(made) == {path for path in tmp_path.rglob("*") if path.is_file()} - hidden
    assert {"fund.db", "truth.csv", CORRECTIONS, "0001_date_format.py"} <= {path.name for path in made}


def test_a_project_holds_the_scripts_of_the_example(made: Path) -> None:
    scripts = {path.name: path.read_bytes() for path in (REPOSITORY / "fixes").glob("*.py")}
    assert {path.name: path.read_bytes() for path in (made / "fixes").iterdir()} == scripts


def test_every_person_has_a_key_that_only_its_owner_reads_and_the_signers_name(made: Path) -> None:
    signers = parse_signers((made / "approvals" / "allowed_signers").read_bytes())
    keys = {person: load_private_key(made / "keys" / person, ask=None).public for person in PEOPLE}
    assert {entry.person: entry.key for entry in signers.entries} == keys
    assert {stat.S_IMODE((made / "keys" / person).stat().st_mode) for person in PEOPLE} == {0o600}
    assert [(made / "keys" / f"{person}.pub").read_text() for person in PEOPLE] == [
        f"{keys[person].line} {person}\n" for person in PEOPLE
    ]


RISKS: Mapping[str, int] = {"low": 1, "medium": 1, "high": 2}


@pytest.mark.parametrize(("risk", "people"), RISKS.items())
def test_the_policy_asks_two_people_where_the_risk_is_high(made: Path, risk: str, people: int) -> None:
    policy = parse_policy((made / "approvals" / "policy.toml").read_bytes())
    claims = Claims(purpose="apply", risk=risk, rows=1, tables=(), columns=())
    assert max(requirement.approvals for requirement in policy.requirements_for(claims)) == people


SENSITIVE = (
    *(("person", column) for column in ("name", "id_no", "phone", "tel", "address")),
    *(("unit", column) for column in ("legal_rep", "address", "agent_name", "agent_phone", "bank_account_no")),
    ("personal_account", "card_no"),
    *(("withdrawal", column) for column in ("payee_name", "payee_card_no")),
)


@pytest.mark.parametrize(("table", "column"), SENSITIVE)
def test_what_identifies_a_person_is_masked(made: Path, table: str, column: str) -> None:
    assert find_project(made).is_sensitive(table, column)


def test_the_second_time_the_database_comes_from_the_cache(tmp_path: Path) -> None:
    told: list[str] = []
    make_project(tmp_path, size="tiny", progress=lambda what, done, total: told.append(what))
    assert told
    first, heard = digest(tmp_path / "fund.db"), len(told)
    make_project(tmp_path, size="tiny", progress=lambda what, done, total: told.append(what))
    assert (digest(tmp_path / "fund.db"), len(told)) == (first, heard)


def test_another_seed_gives_another_database(tmp_path: Path) -> None:
    make_project(tmp_path, size="tiny")
    first = digest(tmp_path / "fund.db")
    make_project(tmp_path, size="tiny", seed=8)
    assert digest(tmp_path / "fund.db") != first


def test_a_generation_that_was_broken_off_is_begun_again(tmp_path: Path, made: Path) -> None:
    make_project(tmp_path, size="tiny")
    whole = next((tmp_path / CACHE).glob("*.db"))
    whole.rename(whole.with_suffix(".making"))
    make_project(tmp_path, size="tiny")
    assert digest(tmp_path / "fund.db") == digest(made / "fund.db")


def test_renewing_a_project_leaves_nothing_of_the_one_before(tmp_path: Path) -> None:
    make_project(tmp_path, size="tiny")
    before = bytes_of(tmp_path)
    (tmp_path / "changesets" / "0123456789ab").mkdir()
    (tmp_path / "fixes" / "0009_mine.py").write_text("")
    (tmp_path / "fund.db").write_bytes(b"spoilt")
    make_project(tmp_path, size="tiny")
    after = bytes_of(tmp_path)
    new = {name for name in before if name.startswith("keys/")} | {"approvals/allowed_signers"}
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} == new
    assert list((tmp_path / "changesets").iterdir()) == []


def _file(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")


def _other_marker(folder: Path) -> None:
    (folder / MARKER).write_text("mine")


@pytest.mark.parametrize("occupy", [_file, _other_marker])
def test_a_folder_that_no_demo_made_is_refused_and_left_as_it_is(
    tmp_path: Path, occupy: Callable[[Path], None]
) -> None:
    occupy(tmp_path)
    before = bytes_of(tmp_path)
    with pytest.raises(AlreadyThere):
        make_project(tmp_path, size="tiny")
    assert bytes_of(tmp_path) == before


def test_a_file_in_the_folder_s_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("mine")
    with pytest.raises(AlreadyThere):
        make_project(tmp_path / "demo", size="tiny")


def test_what_a_renewed_project_links_to_is_not_removed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    _file(elsewhere)
    make_project(tmp_path / "demo", size="tiny")
    (tmp_path / "demo" / "link").symlink_to(elsewhere)
    make_project(tmp_path / "demo", size="tiny")
    assert bytes_of(elsewhere) == {"notes.txt": b"mine"}
    assert not (tmp_path / "demo" / "link").is_symlink()
