"""The policy says of itself, and for a change set, who has signed, who could, and what is missing."""

from pathlib import Path

import pytest

from tests.cli.conftest import POLICY, Desk, by


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def policy_of(desk: Desk) -> Path:
    return desk.folder / "approvals" / "policy.toml"


def test_a_policy_that_can_be_met_is_told_by_its_people_and_lines(desk: Desk) -> None:
    shown = desk.done("policy", "check")
    assert shown.first == "! The policy can be met: 3 people, 3 keys, 1 requirement."
    for line in (
        "  people    li.wei: author; 1 key",
        "            zhang.min 张敏: leader; 1 key",
        "  asks      line 6, 1 of leader, always: zhang.min could sign",
        "            line 6: nobody is to spare: what one of these wrote or applies, too few could approve:",
        "            zhang.min.",
    ):
        assert line in shown.out.splitlines()


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (("approvals = 1", "approvals = 2"), "line 7: require[0] asks for 2 approvals, but only 1 person could"),
        (('roles = ["leader"]\n', "rolls = 1\n"), "line 8: require[0].rolls is unknown; there are only "),
        (("valid_days = 30", "valid_days = 0"), "line 1: valid_days: expected int >= 1"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(desk: Desk, edit: tuple[str, str], message: str) -> None:
    policy_of(desk).write_text(POLICY.replace(*edit))
    shown = desk("policy", "check", "--json")
    assert (shown.status, shown.told["error"]["code"]) == (4, "HFX-402")
    assert shown.told["error"]["message"].startswith(f"approvals/policy.toml, {message}")


def test_a_key_of_two_people_and_a_wildcard_are_refused_with_their_lines(desk: Desk) -> None:
    signers = desk.folder / "approvals" / "allowed_signers"
    key = signers.read_text().splitlines()[0].split(maxsplit=1)[1]
    signers.write_text(signers.read_text() + f"li.na {key}\n* {key}\n")
    message = desk("policy", "check", "--json").told["error"]["message"]
    assert message == (
        "approvals/allowed_signers, line 4: the key stands on line 1 already; one key is one line of one person; "
        "line 5: a principal is a pattern; a key belongs to a person by name"
    )


def test_a_policy_that_changed_and_that_nobody_signed_does_not_stand(desk: Desk) -> None:
    desk.planned()
    policy_of(desk).write_text(POLICY.replace("valid_days = 30", "valid_days = 29"))
    shown = desk("policy", "check", "--json")
    assert (shown.status, shown.told["error"]["code"], shown.told["stands"]) == (4, "HFX-412", False)
    assert shown.told["lacking"] == ["0 of 1 approvals by leader; zhang.min could sign"]
    change_set = str(desk.done("plan", "1", "--json").told["change_set"])
    unsigned = "  to know        The policy and signers changed, and too few have signed that: they do not stand."
    assert unsigned in desk.done("policy", "explain", change_set).out.splitlines()
    desk.done("approve", "--purpose", "policy", "--no-input", *by("zhang.min"))
    assert desk.done("policy", "check", "--json").told["stands"] is True


def test_a_policy_older_than_the_record_s_newest_is_refused(desk: Desk) -> None:
    change_set = desk.planned()
    policy_of(desk).write_text(POLICY.replace("valid_days = 30", "valid_days = 29"))
    desk.done("approve", "--purpose", "policy", "--no-input", *by("zhang.min"))
    desk.done("approve", change_set, "--no-input", *by("zhang.min"))
    desk.done("apply", change_set, *by("wang.qiang"))
    policy_of(desk).write_text(POLICY)
    shown = desk("policy", "check", "--json")
    assert (shown.status, shown.told["error"]["code"]) == (4, "HFX-416")


def test_who_has_no_key_that_counts_is_noted(desk: Desk) -> None:
    revoked = (desk.folder / "keys" / "wang.qiang.pub").read_text()
    (desk.folder / "approvals" / "revoked_keys").write_text(revoked)
    assert desk.done("policy", "check", "--json").told["notes"][:2] == [
        "wang.qiang has no key that counts now.",
        "These have no e-mail, so their commits make nobody an author: li.wei, wang.qiang, zhang.min.",
    ]


def test_a_change_set_is_explained_before_and_after_it_is_signed(desk: Desk) -> None:
    change_set = desk.planned()
    shown = desk.done("policy", "explain", change_set)
    assert shown.out.splitlines() == [
        f"! Change set {change_set} is not approved yet.",
        "  it is          risk low, 990 rows of person, for apply",
        "  asks           line 6, 1 of leader, always: nobody has signed; zhang.min could sign",
        "  never counts   li.wei: an author of the fix",
        f"Next: hffix approve {change_set}",
    ]
    desk.done("approve", change_set, "-m", "As agreed", "--no-input", *by("zhang.min"))
    shown = desk.done("policy", "explain", change_set)
    assert shown.first == f"✓ Change set {change_set} has every approval that the policy asks for."
    assert "  asks           line 6, 1 of leader, always: signed by zhang.min" in shown.out.splitlines()
    assert '"As agreed"' in shown.out


def test_a_statement_that_does_not_count_is_named_with_its_code(desk: Desk) -> None:
    change_set = desk.approved()
    (signature,) = desk.folder.glob("approvals/*/*.apply.*.sig")
    signature.unlink()
    (ignored,) = desk.done("policy", "explain", change_set, "--json").told["ignored"]
    assert (ignored["file"], ignored["code"]) == (signature.name.removesuffix(".sig"), "unsigned")


def test_where_nobody_is_left_who_could_sign_it_is_said_at_once(desk: Desk) -> None:
    desk.done("init-target", *by("wang.qiang"))
    planned = desk.done("plan", "1", "--as", "zhang.min")
    change_set = next(line.split()[2] for line in planned.out.splitlines() if "change set" in line)
    alone = "  nobody       is left who could approve it: 0 of 1 approvals by leader; nobody else could sign"
    assert alone in planned.out.splitlines(), planned.out
    shown = desk.done("policy", "explain", change_set)
    assert shown.first == f"✗ Nobody is left who could give what change set {change_set} lacks."
    assert "  never counts   li.wei: an author of the fix" in shown.out.splitlines()
    assert "                 zhang.min: the planner of the change set" in shown.out.splitlines()


def test_where_no_requirement_covers_it_it_says_so(desk: Desk) -> None:
    policy_of(desk).write_text(POLICY + 'risk = ["high"]\n')
    change_set = desk.planned()
    shown = desk.done("policy", "explain", change_set, "--json")
    assert (shown.told["approved"], shown.told["asks"][0]["about_this"]) == (False, False)
    first = desk.done("policy", "explain", change_set).first
    assert first == f"✗ No requirement of the policy covers change set {change_set}: nothing is approved."


def test_a_withdrawn_change_set_is_explained_as_such(desk: Desk) -> None:
    change_set = desk.approved()
    desk.done("revoke", change_set, "--no-input", *by("zhang.min"))
    assert desk.done("policy", "explain", change_set).first == f"✗ Change set {change_set} is withdrawn for good."


@pytest.mark.parametrize("purpose", ["apply+rollback", "apply"])
def test_a_rollback_that_the_run_s_approvals_cover_is_told_from_others(desk: Desk, purpose: str) -> None:
    change_set = desk.planned()
    desk.done("approve", change_set, "--purpose", purpose, "--no-input", *by("zhang.min"))
    desk.done("apply", change_set, *by("wang.qiang"))
    made = desk.done("rollback", "2", "--as", "zhang.min", "--json").told
    assert (made["nobody"] is None) == (purpose == "apply+rollback")
    back = desk.done("rollback", "2", "--as", "li.wei", "--json").told["change_set"]
    shown = desk.done("policy", "explain", back, "--json")
    assert (shown.told["approved"], shown.told["covered_by"]) == (False, 2 if purpose == "apply+rollback" else None)
    for asked in (("policy", "explain"), ("status",), ("show",)):
        last = desk.done(*asked, back).last
        assert last == f"Next: hffix {'apply' if purpose == 'apply+rollback' else 'approve'} {back}"
    assert desk("apply", back, *by("wang.qiang")).status == (0 if purpose == "apply+rollback" else 4)


def test_it_is_said_in_chinese_too(desk: Desk) -> None:
    change_set = desk.planned()
    assert desk.done("policy", "explain", change_set, "--lang", "zh").first == f"! 变更集 {change_set} 尚未获得审批。"
    assert desk.done("policy", "check", "--lang", "zh").first == "! 审批规则可以满足：3 人，3 把密钥，1 项要求。"
