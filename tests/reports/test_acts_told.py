from collections.abc import Callable
from typing import Any

from hffix.model.acts import Act
from hffix.model.scope import SideEffect
from hffix.reports.approval import signing_text, what_is_signed
from hffix.reports.messages import Messages
from hffix.reports.review_json import as_json
from hffix.reports.review_markdown import as_markdown
from hffix.reports.review_text import as_text

Made = Callable[..., Any]
ENGLISH, CHINESE = Messages("en"), Messages("zh")
LOAN = "personal_account"


def act(kind: str, name: str, when: str = "") -> Act:
    return Act(table=LOAN, kind=kind, name=name, when=when, text="BEGIN … END")  # type: ignore[arg-type]


ACTS = (
    act("trigger", "tr", "AFTER UPDATE"),
    act("rule", "lost", "ON DELETE"),
    act("action", "kid(loan)", "ON DELETE CASCADE"),
    act("column", "at", "ON UPDATE"),
    act("policy", ""),
)
IN_ENGLISH = (
    "sets off personal_account: trigger tr, AFTER UPDATE personal_account: rule lost, ON DELETE"
    " personal_account: foreign key kid(loan), ON DELETE CASCADE, refused where it would reach a row"
    " personal_account: at is set whenever a row is updated personal_account: row-level security"
)
IN_CHINESE = (
    "触发 personal_account：触发器 tr，AFTER UPDATE personal_account：规则 lost，ON DELETE personal_account：外键"
    " kid(loan)，ON DELETE CASCADE；会波及其他行时拒绝执行 personal_account：更新行时数据库自行设置 at"
    " personal_account：行级安全策略"
)
UNKNOWN = "not known here: the change set's schema is where it was planned"


def flat(text: str) -> str:
    return " ".join(text.split())


def signed(manifest: Made, digest: str, acts: tuple[Act, ...] | None) -> Any:
    who = {"person": "zhang.min", "name": None, "fingerprint": "SHA256:x", "purpose": "apply", "expires": None}
    return what_is_signed(manifest(), digest, **who, acts=acts)  # type: ignore[arg-type]


def test_a_review_and_an_approval_tell_what_the_database_itself_does(
    reviewed: Made, manifest: Made, digest: str
) -> None:
    review = reviewed(acts=ACTS)
    assert IN_ENGLISH in flat(as_text(review, say=ENGLISH))
    assert IN_CHINESE in flat(as_text(review, say=CHINESE))
    assert IN_ENGLISH in flat(signing_text(signed(manifest, digest, ACTS), say=ENGLISH))
    assert "account: trigger tr, AFTER UPDATE |" in as_markdown(review, say=ENGLISH)


def test_where_only_the_manifest_is_at_hand_it_is_said_that_nobody_knows(
    reviewed: Made, manifest: Made, digest: str
) -> None:
    assert UNKNOWN in as_text(reviewed(acts=None), say=ENGLISH)
    assert UNKNOWN in signing_text(signed(manifest, digest, None), say=ENGLISH)
    assert as_json(reviewed(acts=None))["acts"] is None


def test_programs_are_given_the_whole_text(reviewed: Made) -> None:
    assert as_json(reviewed(acts=ACTS[:1]))["acts"] == [
        {"kind": "trigger", "name": "tr", "table": LOAN, "text": "BEGIN … END", "when": "AFTER UPDATE"}
    ]


def test_of_very_many_the_rest_is_counted(reviewed: Made) -> None:
    text = as_text(reviewed(acts=tuple(act("trigger", f"t{n}", "AFTER UPDATE") for n in range(30))), say=ENGLISH)
    assert "trigger t11," in text
    assert "trigger t12," not in text
    assert "18 more act on these tables" in text


def test_rows_of_a_declared_table_are_said_to_be_beyond_backup_and_rollback(reviewed: Made) -> None:
    text = as_text(reviewed(told={"side_effects": (SideEffect(table="audit", column="*"),)}), say=ENGLISH)
    assert "the database itself writes rows of audit, which are neither backed up nor taken back" in text
