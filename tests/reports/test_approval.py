from collections.abc import Callable
from typing import Any

import pytest

from hffix.model.manifest import TableCounts
from hffix.model.quorum import Part, Quorum
from hffix.reports.approval import answer, question, signed_text, signing_text, what_is_signed
from hffix.reports.messages import Messages
from hffix.reports.widths import cells

Made = Callable[..., Any]
ENGLISH, CHINESE = Messages("en"), Messages("zh")

IN_ENGLISH = """\
You are about to sign, as zhang.min 张敏 (SHA256:q0f…3Ww):
  change set   8b120fe6ac55   0007_open_date "开户日期统一为 YYYY-MM-DD"
  written by   li.wei, ticket DQ-2024-017
  target       main (lineage 5c77…e1)      risk low
  it writes    41,209 rows of personal_account, only opened_on; inserts 0, deletes 0
  it leaves    37 unresolved rows and 3 struck rows as they are
  purpose      apply, and exact rollback      expires 2024-04-04
  trial        passed on 2024-03-05 09:12 UTC: 41,209 rows written, compared and rolled back
  digest       8b120fe6ac550123456789abcdef0123456789abcdef0123456789abcdef4444"""

IN_CHINESE = """\
您将以 张敏（zhang.min，SHA256:q0f…3Ww）的身份签署：
  变更集     8b120fe6ac55   0007_open_date《开户日期统一为 YYYY-MM-DD》
  来源       起草 li.wei，工单 DQ-2024-017
  目标库     main（谱系 5c77…e1）      风险 低
  将改写     personal_account 的 41,209 行，仅 opened_on 列；新增 0 行，删除 0 行
  不改动     待人工确认 37 行，审核剔除 3 行
  授权范围   执行，以及原样回滚      有效期至 2024-04-04
  试运行     2024-03-05 09:12 UTC 通过：写入并核对 41,209 行，已全部撤回
  摘要       8b120fe6ac550123456789abcdef0123456789abcdef0123456789abcdef4444"""


@pytest.fixture
def facts(manifest: Made, digest: str) -> Made:
    def made(*, purpose: str = "apply+rollback", name: str | None = "张敏", **told: Any) -> Any:
        return what_is_signed(
            manifest(**told), digest, person="zhang.min", name=name, fingerprint="SHA256:q0f" + "x" * 37 + "3Ww",
            purpose=purpose, expires=None if purpose == "revoke" else "2024-04-04T10:30:00Z",
        )  # fmt: skip

    return made


@pytest.mark.parametrize(("say", "text"), [(ENGLISH, IN_ENGLISH), (CHINESE, IN_CHINESE)])
def test_what_is_signed_is_shown_whole(facts: Made, say: Messages, text: str) -> None:
    assert signing_text(facts(), say=say) == text


def test_the_question_asks_for_the_number_of_rows_as_it_is_typed(facts: Made) -> None:
    assert answer(facts()) == "41209"
    assert question(facts(), say=ENGLISH) == "Type the number of rows to sign: 41209"
    assert question(facts(), say=CHINESE) == "请输入行数以确认签署：41209"


def test_every_table_is_named_and_what_does_not_come_back_stands_first(facts: Made) -> None:
    tables = {
        "loan": TableCounts(updates=2, inserts=0, deletes=0, columns={"due_on": 2, "state": 1}),
        "loan_repayment": TableCounts(updates=0, inserts=1, deletes=40, columns={}),
    }
    told = facts(counts={"tables": tables}, irreversible=12, struck=None, parent=None, trial=None, name=None)

    assert signing_text(told, say=ENGLISH).split("\n")[:9] == [
        "You are about to sign, as zhang.min (SHA256:q0f…3Ww):",
        "  no way back   12 rows could not be put back as they were: no rollback restores them",
        '  change set    8b120fe6ac55   0007_open_date "开户日期统一为 YYYY-MM-DD"',
        "  written by    li.wei, ticket DQ-2024-017",
        "  target        main (lineage 5c77…e1)      risk low",
        "  it writes     2 rows of loan, only due_on, state; inserts 0, deletes 0",
        "                loan_repayment: inserts 1, deletes 40",
        "  it leaves     37 unresolved rows as they are",
        "  purpose       apply, and exact rollback      expires 2024-04-04",
    ]
    assert "  trial         none: constraints and triggers were not asked" in signing_text(told, say=ENGLISH)


def test_a_withdrawal_does_not_expire(facts: Made) -> None:
    assert "  purpose      withdraw for good      does not expire" in signing_text(facts(purpose="revoke"), say=ENGLISH)


@pytest.mark.parametrize("say", [ENGLISH, CHINESE])
def test_a_title_can_neither_act_nor_widen_the_block(facts: Made, say: Messages) -> None:
    told = facts(fix={"title": "\x1b[2J\u202e" + "很长的标题" * 40, "author": "a" * 300})

    text = signing_text(told, say=say)

    assert [line for line in text.split("\n") if cells(line) > 100] == []
    assert not {"\x1b", "\u202e"} & set(text)


def test_after_signing_the_approvals_are_counted(facts: Made) -> None:
    leader = Part(needed=1, roles=("leader",), have=("zhang.min",), could=())
    both = Part(needed=2, roles=("leader", "auditor"), have=("zhang.min",), could=("an",))

    assert signed_text("approvals/8b/z.json", quorum=Quorum((leader,)), say=CHINESE) == (
        "✓ 已签署。审批 1/1（领导）。本变更集可以执行。\n  approvals/8b/z.json 及 .sig"
    )
    assert signed_text("approvals/8b/z.json", quorum=Quorum((leader, both)), say=ENGLISH) == (
        "✓ Signed. Approvals: 1 of 1 (leader). Approvals: 1 of 2 (leader or auditor).\n  approvals/8b/z.json + .sig"
    )
