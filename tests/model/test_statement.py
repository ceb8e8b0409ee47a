import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.errors.approvals import BadStatement
from hffix.errors.changesets import NewerFormat
from hffix.model import canonical, moment
from hffix.model.objection import OBJECTIONS, Objection
from hffix.model.policy import PURPOSES
from hffix.model.policy_file import parse_policy
from hffix.model.statement import FORMAT, Matter, Statement, why_not

KEY = "SHA256:" + "A" * 43
OTHER_KEY = "SHA256:" + "B" * 43
SUBJECT, OTHER = "0a" * 32, "ff" * 32
LINEAGE = "5e" * 16
FACTS: dict[str, Any] = {
    "comment": "看过了",
    "expires": None,
    "format": FORMAT,
    "key": KEY,
    "lineage": LINEAGE,
    "person": "zhang.min",
    "policy": "11" * 32,
    "purpose": "apply",
    "signed": "2024-03-05T10:30:00Z",
    "signers": "22" * 32,
    "subjects": (SUBJECT, OTHER),
}


def statement(**given: Any) -> Statement:
    return Statement(**(FACTS | given))


def written(**given: Any) -> bytes:
    return canonical.encode(FACTS | given)


def test_a_statement_is_these_bytes() -> None:
    assert statement().to_bytes().decode() == (
        f'{{"comment":"看过了","expires":null,"format":"hffix-statement/1","key":"{KEY}","lineage":"{LINEAGE}",'
        f'"person":"zhang.min","policy":"{"11" * 32}","purpose":"apply","signed":"2024-03-05T10:30:00Z",'
        f'"signers":"{"22" * 32}","subjects":["{SUBJECT}","{OTHER}"]}}'
    )


def test_a_statement_names_its_file_and_folder() -> None:
    both = statement(purpose="apply+rollback")
    assert (both.folder, both.file_name) == ("0a0a0a0a0a0a", "zhang.min.apply+rollback.20240305T103000Z.json")


MOMENTS = some.datetimes(min_value=moment.read("2000-01-01T00:00:00Z").replace(tzinfo=None)).map(
    lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ")
)
DIGESTS = some.binary(min_size=32, max_size=32).map(bytes.hex)
TEXTS = some.text(some.characters(codec="utf-8"))


@some.composite
def statements(draw: some.DrawFn) -> Statement:
    purpose = draw(some.sampled_from(PURPOSES))
    lineage = some.binary(min_size=16, max_size=16).map(bytes.hex)
    return statement(
        comment=draw(some.none() | TEXTS),
        expires=draw(some.none() | MOMENTS),
        lineage=None if purpose == "policy" else draw(lineage),
        person=draw(some.from_regex(r"[a-z0-9][a-z0-9.@_-]*", fullmatch=True)),
        policy=draw(DIGESTS),
        purpose=purpose,
        signed=draw(MOMENTS),
        subjects=tuple(sorted(draw(some.sets(DIGESTS, min_size=1, max_size=4)))),
    )


@given(statements())
def test_a_statement_comes_back_from_its_bytes(made: Statement) -> None:
    assert Statement.from_bytes(made.to_bytes()) == made


BAD_FIELDS = [
    ("comment", 1),
    ("expires", "2024-03-05"),
    ("expires", "2024-02-30T00:00:00Z"),
    ("expires", 1709634600),
    ("format", "hffix-statement/0"),
    ("format", "hffix-receipt/1"),
    ("format", None),
    ("key", "A" * 43),
    ("key", "MD5:" + "A" * 43),
    ("key", KEY + "\n"),
    ("lineage", None),
    ("lineage", "5E" * 16),
    ("lineage", "5e" * 15),
    ("person", "Zhang"),
    ("person", "../zhang"),
    ("person", ""),
    ("policy", "11" * 31),
    ("policy", None),
    ("purpose", "applies"),
    ("purpose", None),
    ("signed", "2024-03-05T10:30:00+00:00"),
    ("signed", "2024-03-05T10:30:00.0Z"),
    ("signed", "2024-03-05T10:30:00Z\n"),
    ("signed", "2024-3-5T10:30:00Z"),
    ("signed", None),
    ("signers", "2G" * 32),
    ("subjects", []),
    ("subjects", [OTHER, SUBJECT]),
    ("subjects", [SUBJECT, SUBJECT]),
    ("subjects", [SUBJECT[:12]]),
    ("subjects", [SUBJECT.upper().replace("0A", "0B")]),
    ("subjects", [SUBJECT, 1]),
    ("subjects", SUBJECT),
]


@pytest.mark.parametrize(("field", "value"), BAD_FIELDS)
def test_a_field_of_another_kind_is_refused(field: str, value: object) -> None:
    with pytest.raises(BadStatement, match=field):
        Statement.from_bytes(written(**{field: value}))


@pytest.mark.parametrize("field", sorted(FACTS))
def test_a_missing_field_is_refused(field: str) -> None:
    with pytest.raises(BadStatement, match=field):
        Statement.from_bytes(canonical.encode({name: value for name, value in FACTS.items() if name != field}))


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(BadStatement, match="unknown field `nonce`"):
        Statement.from_bytes(written(nonce="1"))


def test_a_policy_is_approved_for_no_lineage() -> None:
    assert statement(purpose="policy", lineage=None).lineage is None
    with pytest.raises(BadStatement, match="bad lineage"):
        statement(purpose="policy")


def test_a_newer_format_is_refused_by_its_own_code() -> None:
    with pytest.raises(NewerFormat):
        Statement.from_bytes(written(format="hffix-statement/2", nonce="1"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        written() + b"\n",
        b"\xef\xbb\xbf" + written(),
        json.dumps(FACTS).encode(),
        written().replace(b'"apply"', b'"\\u0061pply"'),
        written().replace(b'"comment"', b'"comment":null,"comment"', 1),
    ],
)
def test_other_bytes_than_the_canonical_ones_are_refused(data: bytes) -> None:
    with pytest.raises(BadStatement):
        Statement.from_bytes(data)


POLICY = parse_policy(
    b"""valid_days = 30
[people]
"zhang.min" = { roles = ["leader"] }
"li.wei" = { roles = ["author"] }
[[require]]
approvals = 1
roles = ["leader"]
"""
)
NOW = "2024-03-10T00:00:00Z"


def matter(**given: Any) -> Matter:
    facts: dict[str, Any] = {
        "subject": SUBJECT,
        "lineage": LINEAGE,
        "purposes": ("apply", "apply+rollback"),
        "policy": POLICY,
        "policy_digest": FACTS["policy"],
        "signers_digest": FACTS["signers"],
        "revoked": frozenset({OTHER_KEY}),
        "barred": (("li.wei", "author"),),
        "now": NOW,
    }
    return Matter(**(facts | given))


def judged(
    said: dict[str, Any], *, signer: str | Objection = "zhang.min", fingerprint: str = KEY, **given: Any
) -> Objection | None:
    return why_not(statement(**said), signer=signer, fingerprint=fingerprint, matter=matter(**given))


COUNTS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({}, {"subject": OTHER}),
    ({"purpose": "apply+rollback"}, {}),
    ({"expires": "2024-03-10T00:00:01Z"}, {}),
    ({"signed": "2024-03-10T00:05:00Z"}, {}),
    ({"signed": "2024-02-09T00:00:00Z"}, {}),
    ({"signed": "2024-02-09T00:00:00Z", "expires": "9999-12-31T23:59:59Z"}, {}),
    ({"purpose": "policy", "lineage": None}, {"lineage": None, "purposes": ("policy",)}),
]


@pytest.mark.parametrize(("said", "given"), COUNTS)
def test_a_statement_that_fits_counts(said: dict[str, Any], given: dict[str, Any]) -> None:
    assert judged(said, **given) is None


UNKNOWN = Objection("key-unknown", "nobody's")
DOUBTS: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({}, {"subject": "0a" * 31 + "0b"}, "other-subject", "it is about another change set"),
    ({}, {"lineage": "00" * 16}, "other-database", "it is for another database"),
    ({"purpose": "rollback"}, {}, "other-purpose", "its purpose is rollback, not apply or apply+rollback"),
    ({}, {"purposes": ("rollback",)}, "other-purpose", "its purpose is apply, not rollback"),
    ({}, {"fingerprint": "SHA256:" + "C" * 43}, "other-key", "it names another key than the one that signed it"),
    ({"key": OTHER_KEY}, {"fingerprint": OTHER_KEY}, "key-revoked", f"the key {OTHER_KEY} is revoked"),
    ({}, {"signer": UNKNOWN}, "key-unknown", "nobody's"),
    ({}, {"signer": "li.wei"}, "other-person", "it names zhang.min, but the key is li.wei's"),
    ({"person": "li.wei"}, {"signer": "li.wei", "barred": ()}, "no-role", "the policy asks for no role of li.wei"),
    ({"person": "stranger"}, {"signer": "stranger"}, "no-role", "the policy asks for no role of stranger"),
    ({}, {"policy_digest": "33" * 32}, "other-policy", "the policy changed since it was signed"),
    ({}, {"signers_digest": "33" * 32}, "other-signers", "allowed_signers changed since it was signed"),
    (
        {"signed": "2024-03-10T00:05:01Z"},
        {},
        "signed-ahead",
        "it was signed at 2024-03-10T00:05:01Z, which is still to come at 2024-03-10T00:00:00Z",
    ),
    (
        {"signed": "2024-02-08T23:59:59Z"},
        {},
        "too-old",
        "it was signed at 2024-02-08T23:59:59Z, more than the policy's 30 days ago",
    ),
    ({"expires": NOW}, {}, "expired", f"it expired at {NOW}"),
    ({}, {"barred": (("zhang.min", "author"),)}, "author", "zhang.min is an author of the fix"),
    ({}, {"barred": (("zhang.min", "planner"),)}, "planner", "zhang.min is the planner of the change set"),
    (
        {},
        {"barred": (("li.wei", "author"), ("zhang.min", "operator"))},
        "operator",
        "zhang.min is an operator of the run",
    ),
]


@pytest.mark.parametrize(("said", "given", "code", "reason"), DOUBTS)
def test_a_statement_that_does_not_count_says_why(
    said: dict[str, Any], given: dict[str, Any], code: str, reason: str
) -> None:
    assert judged(said, **given) == Objection(code, reason)
    assert code in OBJECTIONS


def test_a_revoke_outlives_the_policy_the_time_and_the_signers_part_in_it() -> None:
    said = {"purpose": "revoke", "signed": "2001-01-01T00:00:00Z", "expires": "2001-01-02T00:00:00Z"}
    given: dict[str, Any] = {
        "purposes": ("revoke",),
        "policy_digest": "33" * 32,
        "signers_digest": "33" * 32,
        "barred": (("zhang.min", "author"),),
    }
    assert judged(said, **given) is None
    assert judged(said, **given, subject="33" * 32) == Objection("other-subject", "it is about another change set")
    assert judged(said, **given, signer="li.wei") == Objection(
        "other-person", "it names zhang.min, but the key is li.wei's"
    )
    assert judged(said, **given, revoked=frozenset({KEY})) == Objection("key-revoked", f"the key {KEY} is revoked")
