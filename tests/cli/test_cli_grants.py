import pytest

from tests.cli.conftest import Desk, by

CASES = '''"""Notes."""
from hffix import Case, Fix
fix = Fix(author="li.wei", risk="low")

@fix.cases(
    "SELECT id FROM app.person GROUP BY id", reads={"app.person": ("id", "name"), "loan": ("no", "note")},
    writes={"loan": ("note",)}, inserts=("bill",), deletes=("loan",), at_most=9,
)
def noted(case: Case, id: int) -> None:
    """Note."""
'''


@pytest.fixture
def elsewhere(desk: Desk, request: pytest.FixtureRequest) -> Desk:
    """A desk whose target stands where nobody can reach it."""
    text = f'default = "main"\n[targets.main]\nurl = "{request.param}"\n'
    (desk.folder / "hffix.toml").write_text(text + '[apply]\nthrottle = "SELECT 1 FROM busy"\n')
    (desk.folder / "fixes" / "0002_notes.py").write_text(CASES)
    return desk


def statements(page: str) -> list[str]:
    return [line for line in page.splitlines() if line and not line.startswith("--")]


@pytest.mark.parametrize("elsewhere", ["postgresql+psycopg://nowhere.invalid/fund"], indirect=True)
def test_the_grants_of_postgresql_are_printed_without_asking_anybody(elsewhere: Desk) -> None:
    page = elsewhere.done("init-target", "--print-grants").out
    operator = [line for line in statements(page) if line.endswith('TO "hffix_fund_operator";')]

    assert operator[-5:] == [
        'GRANT SELECT ON "public"."busy" TO "hffix_fund_operator";',
        'GRANT SELECT, UPDATE ("opened_on") ON "public"."person" TO "hffix_fund_operator";',
        'GRANT SELECT, UPDATE ("id") ON "app"."person" TO "hffix_fund_operator";',
        'GRANT SELECT, INSERT, UPDATE ("note"), DELETE ON "public"."loan" TO "hffix_fund_operator";',
        'GRANT SELECT, INSERT, DELETE, UPDATE ON "public"."bill" TO "hffix_fund_operator";',
    ]
    assert 'GRANT USAGE ON SCHEMA "public", "app" TO "hffix_fund_operator";' in operator
    assert 'GRANT SELECT ON ALL SEQUENCES IN SCHEMA "public" TO "hffix_fund_operator";' in operator
    assert all(
        "SELECT" in line and not {"INSERT", "UPDATE", "DELETE"} & set(line.replace(",", "").split())
        for line in statements(page)
        if line.endswith('TO "hffix_fund_auditor";') and " ON " in line and '"."' in line
    )


@pytest.mark.parametrize("elsewhere", ["mysql+pymysql://nowhere.invalid/fund_a"], indirect=True)
def test_the_grants_of_mariadb_come_behind_the_views_through_which_its_roles_see(elsewhere: Desk) -> None:
    told = elsewhere.done("init-target", "--print-grants", "--fix", "2", "--json").told
    roles = {role["role"]: role for role in told["roles"]}

    assert (told["fixes"], told["database"]) == (["0002_notes"], "fund_a")
    assert [text.split()[7] for text in told["first"]][:2] == ["`fund_a`.hffix_sees", "`fund_a`.hffix_sees_triggers"]
    planner, auditor = roles["planner"]["sql"], roles["auditor"]["sql"]
    assert "GRANT CREATE TEMPORARY TABLES ON `fund\\_a`.* TO `hffix_fund_a_planner`;" in planner
    assert not [text for text in auditor if "TEMPORARY" in text or "UPDATE" in text or "INSERT" in text]
    assert not [text for role in told["roles"] for text in role["sql"] if "TRIGGER" in text.replace("_triggers", "")]


def test_sqlite_is_told_that_it_has_no_grants(desk: Desk) -> None:
    page = desk.done("init-target", "--print-grants").out
    assert statements(page) == []
    assert "SQLite has no accounts and no grants." in page
    assert "chmod 640 fund.db" in page
    assert desk.database().execute("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'hffix%'").fetchone() == (0,)


def test_a_name_that_is_too_long_for_a_server_is_cut_and_stays_its_own(desk: Desk) -> None:
    accounts = set()
    for name in ("a" * 70 + "1", "a" * 70 + "2"):
        url = f'default = "main"\n[targets.main]\nurl = "postgresql://nowhere.invalid/{name}"\n'
        (desk.folder / "hffix.toml").write_text(url)
        told = desk.done("init-target", "--print-grants", "--json").told
        accounts |= {role["account"] for role in told["roles"]}
    assert (len(accounts), max(map(len, accounts))) == (10, 63)


@pytest.mark.parametrize(
    "words", [("--print-grants", "--moved"), ("--print-grants", "--copy"), ("--fix", "1")], ids=" ".join
)
def test_what_does_not_go_together_is_refused(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk("init-target", *words).status == 64


def test_a_script_that_cannot_be_read_refuses_grants_that_would_lack_its_own(desk: Desk) -> None:
    (desk.folder / "fixes" / "0002_broken.py").write_text("fix =")
    shown = desk("init-target", "--print-grants")
    assert (shown.status, shown.out) == (1, "")
    assert shown.err.startswith("error HFX-202 0002_broken.py, line 1")


def test_its_event_lies_beside_those_of_commands_that_only_read(desk: Desk) -> None:
    desk.done("init-target", *by("wang.qiang"))
    before = desk.database().execute("SELECT count(*) FROM hffix_event").fetchone()
    desk.done("init-target", "--print-grants")
    assert desk.database().execute("SELECT count(*) FROM hffix_event").fetchone() == before
    assert '"command":"init-target"' in (desk.folder / "backups" / "events.jsonl").read_text()


def test_doctor_says_for_which_role_nothing_lacks(desk: Desk) -> None:
    desk.done("init-target", *by("wang.qiang"))
    told = desk.done("doctor", "--json", *by("wang.qiang")).told["checks"][-1]
    assert (told["name"], told["ok"], told["told"]) == ("rights", True, "operator, for 1 fix")
    other = desk.done("doctor", "--json", "--role", "auditor", *by("wang.qiang")).told["checks"][-1]
    assert other["told"] == "auditor, for 1 fix"
