from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from hffix.errors.approvals import BadPolicy
from hffix.errors.project import BadProject, NoProject, PasswordInFile, UnknownTarget
from hffix.model.policy_file import parse_policy
from hffix.store.projects import Project, Target, find_project, init_project

if TYPE_CHECKING:
    from pathlib import Path

LEAST = '[targets.main]\nurl = "sqlite:///fund.db"\n'


def project_of(folder: Path, text: str) -> Project:
    (folder / "hffix.toml").write_text(text)
    return find_project(folder)


def test_everything_that_hffix_toml_says_is_read(tmp_path: Path) -> None:
    found = project_of(
        tmp_path,
        """
        default = "main"
        [targets.main]
        url = "sqlite:///fund.db"
        [targets.city-a]
        url = "postgresql://${FUND_USER}:${FUND_PASSWORD}@db:5432/fund"
        [columns]
        "person.id_no" = "edges"
        "*.address" = "all"
        [apply]
        chunk_rows = 200
        throttle = "SELECT 1 > 2"
        [backup]
        seconds = 2.5
        """,
    )
    assert found == Project(
        folder=tmp_path,
        targets={
            "main": Target(name="main", url="sqlite:///fund.db"),
            "city-a": Target(name="city-a", url="postgresql://${FUND_USER}:${FUND_PASSWORD}@db:5432/fund"),
        },
        default="main",
        masks={"person.id_no": "edges", "*.address": "all"},
        backup_seconds=2.5,
        chunk_rows=200,
        throttle="SELECT 1 > 2",
    )


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    target = Target(name="main", url="sqlite:///fund.db")
    assert project_of(tmp_path, LEAST) == Project(
        folder=tmp_path,
        targets={"main": target},
        default=None,
        masks={},
        backup_seconds=10,
        chunk_rows=5000,
        throttle=None,
    )


def test_the_nearest_project_upward_is_found(tmp_path: Path) -> None:
    inner = tmp_path / "outer" / "inner" / "fixes"
    inner.mkdir(parents=True)
    (tmp_path / "hffix.toml").write_text(LEAST)
    (tmp_path / "outer" / "hffix.toml").write_text(LEAST)
    assert find_project(inner).folder == tmp_path / "outer"


def test_without_a_project_upward_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(NoProject, match=re.escape(str(tmp_path))):
        find_project(tmp_path)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("default = 3 3\n", "line 1"),
        ('default = "main"\n', "targets"),
        (LEAST + 'user = "x"\n', "targets.main: .*user"),
        (LEAST + "[apply]\nrows = 3\n", "rows"),
        (LEAST + "[surprise]\n", "surprise"),
        (LEAST + "[apply]\nchunk_rows = 0\n", "apply.chunk_rows"),
        (LEAST + "[apply]\nchunk_rows = 10001\n", "apply.chunk_rows"),
        (LEAST + '[apply]\nchunk_rows = "5"\n', "apply.chunk_rows"),
        (LEAST + "[backup]\nseconds = 0\n", "backup.seconds"),
        (LEAST + "[backup]\nseconds = nan\n", "backup.seconds"),
        (LEAST + "[backup]\nseconds = inf\n", "backup.seconds"),
        (LEAST + '[columns]\n"person.name" = "half"\n', 'columns."person.name"'),
        (LEAST + '[columns]\n"person.name" = ["all"]\n', 'columns."person.name"'),
        (LEAST + '[columns]\nname = "all"\n', 'columns."name"'),
        (LEAST + '[columns]\nperson.name = "all"\n', 'columns."person"'),
        (LEAST + '[columns]\n"a.b" = "all"\n"A.b" = "first"\n', "columns names one column twice"),
        ('default = "mine"\n' + LEAST, "default names mine"),
        ("[targets.main]\n", "targets.main: .*url"),
        ('[targets."city *"]\nurl = "sqlite:///a"\n', "targets.city"),
        ('[targets.main]\nurl = "sqlite:///${A B}"\n', "targets.main.url"),
        ("a = " + "[" * 3000, "nested"),
    ],
)
def test_what_hffix_does_not_know_is_refused_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(BadProject, match=f"hffix.toml.*{place}"):
        project_of(tmp_path, text)


def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "hffix.toml").write_bytes(b'default = "a"\n# \xd5\xc5\n')
    with pytest.raises(BadProject, match="line 2"):
        find_project(tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://hffix:hunter2@db/fund",
        "postgresql://:hunter2@db/fund",
        "postgresql+psycopg://hffix:hunter2/x@db/fund",
        "postgresql://hffix:hunter2${REST}@db/fund",
        "postgresql://db/fund?user=a&password=hunter2",
        "mysql://db/fund?PASSWD=hunter2",
        "mssql://?odbc_connect=SERVER%3Ddb%3BPWD%3Dhunter2%3B",
    ],
)
def test_a_password_in_the_file_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    with pytest.raises(PasswordInFile, match=r"targets\.main\.url") as refused:
        project_of(tmp_path, f'[targets.main]\nurl = "{url}"\n')
    assert "hunter2" not in refused.value.message + refused.value.advice


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///a:b@c.db",
        "postgresql://hffix@db:5432/fund",
        "postgresql://hffix:@db/fund",
        "postgresql://${WHO}:${A}${B}@db:5432/fund?password=${C}",
        "mssql://?odbc_connect=PWD%3D${P}%3BSERVER%3Ddb",
        "${FUND_URL}",
    ],
)
def test_a_url_without_a_literal_password_stands(tmp_path: Path, url: str) -> None:
    assert project_of(tmp_path, f'[targets.main]\nurl = "{url}"\n').target("main").url == url


def test_variables_of_a_url_are_filled_in_once() -> None:
    target = Target(name="main", url="postgresql://${USER}:${PASSWORD}@db/${USER}")
    filled = target.resolve({"USER": "wang", "PASSWORD": "${USER}\\1", "OTHER": "x"})
    assert filled == "postgresql://wang:${USER}\\1@db/wang"


def test_a_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(BadProject, match=r"targets\.main\.url: the variable PASSWORD is not set"):
        Target(name="main", url="x://${USER}:${PASSWORD}@db").resolve({"USER": "wang"})


def test_a_target_is_found_by_name_or_as_the_default(tmp_path: Path) -> None:
    found = project_of(tmp_path, 'default = "b"\n[targets.a]\nurl = "sqlite:///a"\n[targets.b]\nurl = "sqlite:///b"\n')
    assert (found.target("a").url, found.target(None).url) == ("sqlite:///a", "sqlite:///b")


@pytest.mark.parametrize("name", [None, "other", ""])
def test_an_unknown_target_is_refused_with_those_that_are_known(tmp_path: Path, name: str | None) -> None:
    with pytest.raises(UnknownTarget, match="it knows main"):
        project_of(tmp_path, LEAST).target(name)


@pytest.mark.parametrize(
    ("table", "column", "mask"),
    [
        ("person", "id_no", "edges"),
        ("PERSON", "Id_No", "edges"),
        ("person", "address", "first"),
        ("unit", "address", "all"),
        ("unit", "id_no", None),
        ("person", "phone", None),
    ],
)
def test_a_mask_is_that_of_the_table_before_that_of_every_table(
    tmp_path: Path, table: str, column: str, mask: str | None
) -> None:
    columns = '[columns]\n"*.address" = "all"\n"person.id_no" = "edges"\n"person.address" = "first"\n'
    found = project_of(tmp_path, LEAST + columns)
    assert (found.mask_of(table, column), found.is_sensitive(table, column)) == (mask, mask is not None)


def test_the_folders_of_a_project_stand_in_it(project: Project) -> None:
    folders = (
        project.fixes, project.approvals, project.changesets, project.backups, project.corrections, project.receipts,
    )  # fmt: skip
    assert [str(path.relative_to(project.folder)) for path in folders] == [
        "fixes", "approvals", "changesets", "backups", "corrections", "approvals/receipts",
    ]  # fmt: skip


def test_a_new_project_has_its_files_and_folders_and_can_be_found(tmp_path: Path) -> None:
    made = init_project(tmp_path / "new")
    assert {str(path.relative_to(tmp_path / "new")) for path in made} == {
        "fixes", "approvals", "backups", "changesets", "corrections", "tests/fixes", "hffix.toml", ".gitignore",
        ".gitattributes", "approvals/policy.toml", "approvals/allowed_signers",
    }  # fmt: skip
    assert all(path.exists() for path in made)
    assert find_project(tmp_path / "new" / "fixes").target(None).url == "sqlite:///fund.db"
    assert (tmp_path / "new" / ".gitattributes").read_text() == "approvals/** -text\n"
    samples = (tmp_path / "new" / "approvals" / "allowed_signers").read_text().splitlines()
    assert all(line.startswith("#") or not line for line in samples)


def test_what_exists_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "hffix.toml").write_text(LEAST)
    (tmp_path / "fixes").mkdir()
    made = init_project(tmp_path)
    assert not {tmp_path / "hffix.toml", tmp_path / "fixes"} & set(made)
    assert (tmp_path / "hffix.toml").read_text() == LEAST
    assert init_project(tmp_path) == ()


def test_a_new_policy_permits_nothing_until_its_example_is_filled_in(tmp_path: Path) -> None:
    init_project(tmp_path)
    text = (tmp_path / "approvals" / "policy.toml").read_text()
    with pytest.raises(BadPolicy):
        parse_policy(text.encode())
    example = text[text.index("# valid_days") :]
    filled = re.sub(r"(?m)^# ", "", example)
    assert [name for name, _ in parse_policy(filled.encode()).people] == [
        "chen.jie",
        "li.wei",
        "wang.qiang",
        "zhang.min",
    ]
