from typing import Any

import pytest

from hffix.errors.approvals import BadPolicy, NotApproved
from hffix.model.policy import Claims, Person, Policy, Requirement, is_person
from hffix.model.policy_file import parse_policy

PEOPLE = """
valid_days = 30
[people]
"zhang.min" = { name = "张敏", roles = ["leader"], emails = ["Zhang.Min@fund.example"] }
"li.na" = { roles = ["leader", "auditor"] }
"wang.qiang" = { roles = ["operator"] }
"li.wei" = { roles = ["author"], emails = ["li.wei@fund.example", "lw@home.example"] }
"""
ANY = "[[require]]\napprovals = 1\n"
EMPTY = "is empty, so it never matches; leave it out to match always"
PLAIN = "a person is lower-case letters, digits and . @ _ - only"


def policy(requirements: str = ANY, *, people: str = PEOPLE) -> Policy:
    return parse_policy((people + requirements).encode())


def claims(**given: Any) -> Claims:
    plain: dict[str, Any] = {"purpose": "apply", "risk": "low", "rows": 10, "tables": ("person",), "columns": ()}
    return Claims(**(plain | given))


def test_a_policy_is_read_whole() -> None:
    text = """durability = "relaxed"
valid_days = 3660
[people]
b = { roles = ["leader"], name = "乙" }
a = { roles = [], emails = ["a@x"] }
[[require]]
approvals = 1
roles = ["leader"]
risk = ["medium", "high"]
from_rows = 100_000
tables = ["loan"]
columns = ["person.id_no"]
purposes = ["apply", "apply+rollback"]
"""
    assert parse_policy(text.encode()) == Policy(
        valid_days=3660,
        people=(("a", Person(roles=(), emails=("a@x",))), ("b", Person(roles=("leader",), name="乙"))),
        requirements=(
            Requirement(
                approvals=1,
                roles=("leader",),
                risk=("medium", "high"),
                from_rows=100_000,
                tables=("loan",),
                columns=("person.id_no",),
                purposes=("apply", "apply+rollback"),
            ),
        ),
        relaxed_durability=True,
    )


# The people take the lines 1 to 7; what a requirement says begins on line 8.
@pytest.mark.parametrize(
    ("requirement", "reason"),
    [
        ("[[require]]\n", "line 8: require[0].approvals is missing"),
        ("[[require]]\napprovals = 0", "line 9: require[0].approvals: expected int >= 1"),
        ("[[require]]\napprovals = -1", "line 9: require[0].approvals: expected int >= 1"),
        ("[[require]]\napprovals = true", "line 9: require[0].approvals: expected int, got bool"),
        ("[[require]]\napprovals = 1.0", "line 9: require[0].approvals: expected int, got float"),
        ('[[require]]\napprovals = "1"', "line 9: require[0].approvals: expected int, got str"),
        ("[[require]]\napprovals = 5", "line 9: require[0] asks for 5 approvals, but only 4 people could give one"),
        (
            '[[require]]\napprovals = 3\nroles = ["leader", "auditor"]',
            "line 9: require[0] asks for 3 approvals, but only 2 people could give one",
        ),
        (
            ANY + '[[require]]\n# Who is that?\napprovals = 1\nroles = [\n  "chief",\n]',
            (
                "line 12: require[1] asks for 1 approval, but only 0 people could give one; "
                "line 13: require[1].roles: nobody has the role chief"
            ),
        ),
        (ANY + 'roles = ["leader", "chief"]', "line 10: require[0].roles: nobody has the role chief"),
        (ANY + "tables = []", f"line 10: require[0].tables {EMPTY}"),
        (ANY + "columns = []", f"line 10: require[0].columns {EMPTY}"),
        (ANY + "risk = []", f"line 10: require[0].risk {EMPTY}"),
        (ANY + "purposes = []", f"line 10: require[0].purposes {EMPTY}"),
        (ANY + 'risk = ["extreme"]', "line 10: require[0].risk: invalid enum value 'extreme'"),
        (ANY + 'risk = "high"', "line 10: require[0].risk: expected array, got str"),
        (ANY + "from_rows = 0", "line 10: require[0].from_rows: expected int >= 1"),
        (ANY + 'columns = ["id_no"]', "line 10: require[0].columns: id_no is not table.column"),
        (ANY + 'purposes = ["deploy"]', "line 10: require[0].purposes: invalid enum value 'deploy'"),
        (
            ANY + "aprovals = 2",
            (
                "line 10: require[0].aprovals is unknown; "
                "there are only approvals, roles, risk, from_rows, tables, columns, purposes"
            ),
        ),
        (ANY + "approvals = 2\n\n", "line 10: Cannot overwrite a value"),
        ("[require]\napprovals = 1", "line 8: require: expected array, got object"),
        ("require = 1", "line 8: people.'require' is no table"),
        ("[[require.more]]\na = 1", "line 8: require: expected array, got object"),
    ],
)
def test_a_requirement_that_could_never_hold_is_refused(requirement: str, reason: str) -> None:
    with pytest.raises(BadPolicy) as refused:
        policy(requirement)
    assert refused.value.message == f"approvals/policy.toml, {reason}"


A = "[people]\na = {roles = []}"


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (A, ": valid_days is missing"),
        ("valid_days = 30", ": people is missing"),
        (f"valid_days = 0\n{A}", ", line 1: valid_days: expected int >= 1"),
        (f"valid_days = 3661\n{A}", ", line 1: valid_days: expected int <= 3660"),
        (f"\nvalid_days = true\n{A}", ", line 2: valid_days: expected int, got bool"),
        ("valid_days = 30\n[people]", ", line 4: require[0] asks for 1 approval, but only 0 people could give one"),
        ("valid_days = 30\n[people]\na = {}", ", line 3: people.'a'.roles is missing"),
        (
            "valid_days = 30\n[people.a]\nroles = []\nrole = 1",
            ", line 4: people.'a'.role is unknown; there are only roles, name, emails",
        ),
        ("valid_days = 30\n[people]\na = {roles = [1]}", ", line 3: people.'a'.roles: expected str, got int"),
        ("valid_days = 30\n[people]\na = {roles = ['']}", ", line 3: people.'a': a role is empty"),
        ("valid_days = 30\n[people]\nA = {roles = []}", f", line 3: people.'A': {PLAIN}"),
        ("valid_days = 30\n[people]\n'a/b' = {roles = []}", f", line 3: people.'a/b': {PLAIN}"),
        (
            "valid_days = 30\n[people]\na = {roles = [], emails = ['X@y']}\nb = {roles = [], emails = ['x@Y']}",
            ", line 4: people.'b': the e-mail x@Y belongs to a too",
        ),
        (f"durability = 'none'\nvalid_days = 30\n{A}", ", line 1: durability: invalid enum value 'none'"),
        (
            f"version = 2\nvalid_days = 30\n{A}",
            ", line 1: version is unknown; there are only valid_days, people, require, durability",
        ),
        ("valid_days =", ", line 1: Invalid value"),
        ("valid_days = 30\n[people]\na = {roles = []}\na = {roles = []}", ", line 4: Cannot overwrite a value"),
        (f"deep = {'[' * 5000}", ": it is nested too deep"),
        ('valid_days = 30\na = """', ", line 5: Unterminated string (at end of document)"),
    ],
)
def test_a_policy_that_cannot_be_understood_is_refused(head: str, reason: str) -> None:
    with pytest.raises(BadPolicy) as refused:
        policy(people=f"{head}\n")
    assert refused.value.message == f"approvals/policy.toml{reason}"


def test_a_policy_that_asks_for_nothing_is_refused() -> None:
    with pytest.raises(
        BadPolicy, match=r"policy\.toml: there is no \[\[require\]\], so nothing could ever be approved"
    ):
        policy("")


ALONE = 'valid_days = 30\n[people]\na = { roles = ["leader", "operator"] }\nb = { roles = [] }\n'


def test_what_only_the_one_who_applies_could_approve_is_unmeetable() -> None:
    def faults(operators: list[str], asked: str = "") -> list[tuple[int, str]]:
        leader = policy(f'[[require]]\napprovals = 1\nroles = ["leader"]\n{asked}', people=ALONE)
        return list(leader.unmeetable(keyed=["a", "b"], operators=operators))

    assert faults(["a"]) == [(0, "asks for 1 approval, and whoever applies does not count: only a could apply")]
    # Another who applies, or a demand about what nobody applies, is met.
    assert faults(["a", "b"]) == []
    assert faults(["a"], 'purposes = ["move"]') == []


def test_bytes_that_are_not_text_are_refused_by_line() -> None:
    with pytest.raises(BadPolicy, match=r"policy\.toml, line 3: it is not UTF-8"):
        parse_policy(b"\n\n# \xff")


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(BadPolicy) as refused:
        policy('[[require]]\napprovals = 9\nroles = ["chief"]\ntables = []')
    assert refused.value.message == (
        "approvals/policy.toml, line 9: require[0] asks for 9 approvals, but only 0 people could give one; "
        "line 10: require[0].roles: nobody has the role chief; "
        f"line 11: require[0].tables {EMPTY}"
    )


CONDITIONS = [
    ("", {}, True),
    ('risk = ["high"]', {"risk": "high"}, True),
    ('risk = ["high"]', {"risk": "medium"}, False),
    ("from_rows = 100", {"rows": 100}, True),
    ("from_rows = 100", {"rows": 99}, False),
    ('tables = ["loan", "unit"]', {"tables": ("person", "unit")}, True),
    ('tables = ["loan", "unit"]', {"tables": ("person",)}, False),
    ('columns = ["person.id_no"]', {"columns": ("person.name", "person.id_no")}, True),
    ('columns = ["person.id_no"]', {"columns": ("staff.id_no",)}, False),
    ('purposes = ["rollback"]', {"purpose": "rollback"}, True),
    ('purposes = ["rollback"]', {"purpose": "apply+rollback"}, True),
    ('purposes = ["apply"]', {"purpose": "apply+rollback"}, True),
    ('purposes = ["apply+rollback"]', {"purpose": "apply+rollback"}, True),
    ('purposes = ["apply+rollback"]', {"purpose": "apply"}, False),
    ('purposes = ["rollback"]', {"purpose": "apply"}, False),
    ('risk = ["high"]\nfrom_rows = 100', {"risk": "high", "rows": 100}, True),
    ('risk = ["high"]\nfrom_rows = 100', {"risk": "high", "rows": 99}, False),
    ('risk = ["high"]\nfrom_rows = 100', {"risk": "low", "rows": 100}, False),
]


@pytest.mark.parametrize(("conditions", "given", "matches"), CONDITIONS)
def test_a_requirement_matches_when_every_condition_holds(
    conditions: str, given: dict[str, Any], matches: bool
) -> None:
    (requirement,) = policy(ANY + conditions).requirements
    assert requirement.matches(claims(**given)) == matches


def test_all_requirements_that_match_are_asked_for() -> None:
    parsed = policy(f'{ANY}[[require]]\napprovals = 2\nrisk = ["high"]\n[[require]]\napprovals = 1\nfrom_rows = 5')
    always, high, large = parsed.requirements
    assert parsed.requirements_for(claims()) == (always, large)
    assert parsed.requirements_for(claims(rows=1, risk="high")) == (always, high)


def test_where_no_requirement_matches_nothing_is_approved() -> None:
    with pytest.raises(NotApproved, match="covers apply at risk low for 10 rows"):
        policy(f'{ANY}risk = ["high"]').requirements_for(claims())


def test_a_new_policy_needs_what_the_highest_change_set_needs() -> None:
    parsed = policy(
        f'{ANY}risk = ["high"]\n[[require]]\napprovals = 2\nfrom_rows = 1_000\n'
        '[[require]]\napprovals = 1\npurposes = ["waive"]\n[[require]]\napprovals = 1\npurposes = ["policy"]'
    )
    high, large, _, new_policy = parsed.requirements
    assert parsed.highest == (high, large, new_policy)
    only_waivers = policy(f'{ANY}purposes = ["waive"]')
    assert only_waivers.highest == only_waivers.requirements


@pytest.mark.parametrize(
    ("email", "person"),
    [
        ("zhang.min@FUND.example", "zhang.min"),
        ("lw@home.example", "li.wei"),
        ("nobody@fund.example", None),
        ("", None),
    ],
)
def test_an_email_names_its_person(email: str, person: str | None) -> None:
    assert policy().person_of_email(email) == person


def test_only_operators_operate_where_there_are_any() -> None:
    assert policy().operators == ("wang.qiang",)
    assert [policy().may_operate(person) for person in ("wang.qiang", "zhang.min", "stranger")] == [True, False, False]
    nobody = policy(people=PEOPLE.replace("operator", "driver"))
    assert (nobody.operators, nobody.may_operate("stranger")) == ((), True)


def test_only_people_whom_a_requirement_could_count_may_approve() -> None:
    parsed = policy('[[require]]\napprovals = 1\nroles = ["auditor"]')
    assert [parsed.may_approve(person) for person in ("li.na", "zhang.min", "stranger")] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("zhang.min", True),
        ("0a@b_c-d.e", True),
        ("", False),
        (".hidden", False),
        ("-n", False),
        ("a/b", False),
        ("Zhang", False),
        ("a b", False),
        ("a\n", False),
        ("张敏", False),
        ("a*", False),
    ],
)
def test_a_person_is_a_plain_name(text: str, good: bool) -> None:
    assert is_person(text) == good


def test_the_highest_requirement_for_a_purpose_is_all_that_change_sets_meet_and_its_own() -> None:
    told = policy(
        ANY
        + "[[require]]\napprovals = 2\nfrom_rows = 10\n"
        + '[[require]]\napprovals = 3\npurposes = ["erase"]\n'
        + '[[require]]\napprovals = 4\npurposes = ["move"]\n'
    )
    assert [one.approvals for one in told.highest_for("erase")] == [1, 2, 3]
    assert [one.approvals for one in told.highest] == [1, 2]
