import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.errors.approvals import NotApproved
from hffix.model.policy import Claims
from hffix.model.policy_file import parse_policy
from hffix.model.quorum import Part, Quorum, quorum, weigh

POLICY = parse_policy(
    b"""valid_days = 30
[people]
"an" = { roles = ["leader"] }
"bo" = { roles = ["leader", "auditor"] }
"cy" = { roles = ["auditor"] }
"di" = { roles = ["author", "operator"] }
[[require]]
approvals = 1
roles = ["leader"]
[[require]]
approvals = 2
roles = ["leader", "auditor"]
risk = ["high"]
[[require]]
approvals = 3
purposes = ["erase"]
"""
)
LEADER, TWO, THREE = POLICY.requirements
EVERYBODY = ("an", "bo", "cy", "di", "stranger")


def claims(*, risk: str = "low", purpose: str = "apply") -> Claims:
    return Claims(purpose=purpose, risk=risk, rows=1, tables=("t",), columns=())


@pytest.mark.parametrize(
    ("risk", "approvals", "excluded", "missing"),
    [
        ("low", (), (), (1,)),
        ("low", ("an",), (), (0,)),
        ("low", ("an", "bo"), (), (0,)),
        ("low", ("cy",), (), (1,)),
        ("low", ("di",), (), (1,)),
        ("low", ("stranger",), (), (1,)),
        ("low", ("an",), ("an",), (1,)),
        ("low", ("an", "bo"), ("an",), (0,)),
        ("high", ("an",), (), (0, 1)),
        ("high", ("an", "an"), (), (0, 1)),
        ("high", ("an", "cy"), (), (0, 0)),
        ("high", ("cy", "bo"), (), (0, 0)),
        ("high", ("cy", "bo"), ("bo",), (1, 1)),
        ("high", ("an", "di", "stranger"), (), (0, 1)),
    ],
)
def test_people_are_counted_once_and_by_their_roles(
    risk: str, approvals: tuple[str, ...], excluded: tuple[str, ...], missing: tuple[int, ...]
) -> None:
    counted = quorum(POLICY, claims=claims(risk=risk), approvals=approvals, excluded=excluded)
    assert tuple(part.missing for part in counted.parts) == missing
    assert counted.met == bool(counted) == (not any(missing))
    assert counted.lacking == tuple(part for part in counted.parts if part.missing)


def test_a_quorum_says_who_signed_and_who_still_could() -> None:
    counted = quorum(POLICY, claims=claims(risk="high"), approvals=("cy",), excluded=("an", "di"))
    assert counted == Quorum(
        (
            Part(needed=1, roles=("leader",), have=(), could=("bo",)),
            Part(needed=2, roles=("leader", "auditor"), have=("cy",), could=("bo",)),
        )
    )
    assert [str(part) for part in counted.parts] == [
        "0 of 1 approvals by leader; bo could sign",
        "1 of 2 approvals by leader or auditor; bo could sign",
    ]


def test_a_requirement_without_roles_takes_everybody_in_the_policy() -> None:
    counted = weigh(POLICY, required=(THREE,), approvals=("di", "cy", "stranger"), excluded=("an",))
    assert counted.parts == (Part(needed=3, roles=None, have=("cy", "di"), could=("bo",)),)
    assert str(counted.parts[0]) == "2 of 3 approvals; bo could sign"


def test_what_is_met_or_can_no_longer_be_met_says_so() -> None:
    assert str(Part(needed=1, roles=None, have=("an",), could=("bo",))) == "1 of 1 approvals"
    assert str(Part(needed=1, roles=None, have=(), could=())) == "0 of 1 approvals; nobody else could sign"
    few = Part(needed=3, roles=None, have=("an",), could=("bo",))
    assert (few.hopeless, str(few)) == (True, "1 of 3 approvals; bo could sign, which is not enough")
    assert not Part(needed=2, roles=None, have=("an",), could=("bo",)).hopeless


def test_who_has_no_key_that_counts_could_not_sign_but_what_was_signed_counts() -> None:
    counted = quorum(POLICY, claims=claims(risk="high"), approvals=("cy",), keyed=("bo", "di"))
    assert counted.parts == (
        Part(needed=1, roles=("leader",), have=(), could=("bo",)),
        Part(needed=2, roles=("leader", "auditor"), have=("cy",), could=("bo",)),
    )


def test_no_requirement_at_all_is_not_enough() -> None:
    assert not weigh(POLICY, required=(), approvals=EVERYBODY)
    bare = parse_policy(b'valid_days = 1\n[people]\na = {roles = []}\n[[require]]\napprovals = 1\nrisk = ["high"]')
    with pytest.raises(NotApproved):
        quorum(bare, claims=claims(), approvals=("a",))


@given(approvals=some.lists(some.sampled_from(EVERYBODY)), excluded=some.sets(some.sampled_from(EVERYBODY)))
def test_no_repetition_and_no_order_changes_the_count(approvals: list[str], excluded: set[str]) -> None:
    counted = weigh(POLICY, required=(LEADER, TWO, THREE), approvals=approvals, excluded=excluded)
    again = weigh(POLICY, required=(LEADER, TWO, THREE), approvals=sorted(set(approvals)), excluded=excluded)
    assert counted == again
    for part in counted.parts:
        assert not excluded.intersection((*part.have, *part.could))
        assert set(part.have) <= set(approvals) - {"stranger"}
        assert not set(part.could) & set(approvals)
