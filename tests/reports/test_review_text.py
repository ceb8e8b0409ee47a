from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.model.manifest import Reverts, Struck
from hffix.model.scope import Condition, Kept, SideEffect
from hffix.reports.messages import Messages
from hffix.reports.review import Example, Reason, Shape, next_command, standing
from hffix.reports.review_text import as_text, struck
from hffix.reports.widths import cells

Made = Callable[..., Any]
ENGLISH, CHINESE = Messages("en"), Messages("zh")

IN_ENGLISH = """\
✓ Change set 8b120fe6ac55 changes 41,209 rows of personal_account and leaves 37 rows to people.
  Approvals lacking: 1 leader.
  fix          0007_open_date "开户日期统一为 YYYY-MM-DD"
  written by   li.wei, ticket DQ-2024-017
  why          Imports before 2016 kept each bank's own date format.
  target       main (lineage 5c77…e1)      risk low
  planned      by li.wei on the snapshot of 2024-03-05 09:11 UTC; 1,050,000 rows scanned, 1,008,751
               unchanged
  scope        personal_account: writes opened_on, reads opened_on, status; at most 50,000 rows
               where status > '04'
  rows         personal_account: 41,209 updated, 0 inserted, 0 deleted (opened_on 41,209)
  trial        passed on 2024-03-05 09:12 UTC: 41,209 rows written, compared and rolled back
  struck       3 rows by zhang.min, from a3f94c01d27e
  shapes: 3, the rarest first
  1        3   汉汉99汉9汉9汉         → 9999-99-99   民国75年8月9日 → 1986-08-09   ← look at these
  2       80   ９９９９－９９－９９   → 9999-99-99   ２０１１－０３－０５ → 2011-03-05
  3   41,126   9999/9/9               → 9999-99-99   2011/3/5 → 2011-03-05
  unresolved   31 day or month first?   6 INVALID_DATE: no such day
  digest       8b12 0fe6 ac55 0123 4567 89ab cdef 0123 4567 89ab cdef 0123 4567 89ab cdef 4444
Next: hffix approve 8b120fe6ac55"""

IN_CHINESE = """\
✓ 变更集 8b120fe6ac55：personal_account 改 41,209 行，37 行待人工确认。
  尚缺审批：领导 1 人。
  修复脚本   0007_open_date《开户日期统一为 YYYY-MM-DD》
  来源       起草 li.wei，工单 DQ-2024-017
  为什么     Imports before 2016 kept each bank's own date format.
  目标库     main（谱系 5c77…e1）      风险 低
  计划       li.wei，快照时间 2024-03-05 09:11 UTC；扫描 1,050,000 行，其中 1,008,751 行无需改动
  范围       personal_account：改写 opened_on，读取 opened_on、status；至多 50,000 行
             条件 status > '04'
  行数       personal_account：改 41,209 行，增 0 行，删 0 行（opened_on 41,209）
  试运行     2024-03-05 09:12 UTC 通过：写入并核对 41,209 行，已全部撤回
  审核剔除   zhang.min 从 a3f94c01d27e 中剔除 3 行
  形态 3 种（少见的在前）
  1        3   汉汉99汉9汉9汉         → 9999-99-99   民国75年8月9日 → 1986-08-09   ← 请细看
  2       80   ９９９９－９９－９９   → 9999-99-99   ２０１１－０３－０５ → 2011-03-05
  3   41,126   9999/9/9               → 9999-99-99   2011/3/5 → 2011-03-05
  待人工     31 行 day or month first?   6 行 无此日期
  摘要       8b12 0fe6 ac55 0123 4567 89ab cdef 0123 4567 89ab cdef 0123 4567 89ab cdef 4444
下一步：hffix approve 8b120fe6ac55"""


def test_a_review_in_english(reviewed: Made) -> None:
    assert as_text(reviewed(), say=ENGLISH) == IN_ENGLISH


def test_a_review_in_chinese(reviewed: Made) -> None:
    assert as_text(reviewed(), say=CHINESE) == IN_CHINESE


def test_what_no_rollback_restores_is_said_first(reviewed: Made) -> None:
    lines = as_text(reviewed(told={"irreversible": 1}), say=ENGLISH).split("\n")

    assert lines[:3] == [
        "! 1 row of change set 8b120fe6ac55 could not be put back as they were: no rollback restores them.",
        "  Change set 8b120fe6ac55 changes 41,209 rows of personal_account and leaves 37 rows to people.",
        "  Approvals lacking: 1 leader.",
    ]


def test_one_shape_shows_its_rows_and_proposes_to_strike_it_or_to_show_the_whole(reviewed: Made) -> None:
    review = reviewed()
    rows = tuple(Example(key=f"1200▒▒▒▒10{n}", before="民国75年8月9日", after="1986-08-09") for n in range(2))
    chosen = replace(review.shapes[0], examples=rows)

    assert as_text(replace(review, chosen=chosen), say=ENGLISH) == (
        "! Shape 1 of 3: 3 rows of personal_account.opened_on, 汉汉99汉9汉9汉 → 9999-99-99\n"
        "  1200▒▒▒▒100   民国75年8月9日 → 1986-08-09   1200▒▒▒▒101   民国75年8月9日 → 1986-08-09\n"
        "  … and 1 more\n"
        "Next: hffix strike 8b120fe6ac55 --shape 1   or   hffix show 8b120fe6ac55 --format markdown"
    )


@pytest.mark.parametrize(
    "facts",
    [
        {"state": "open"}, {"state": "done"}, {"state": "revoked"}, {"whole": False},
        {"told": {"counts": {"changed": 3}}},
    ],
    ids=["a run of it has begun", "it was applied", "it was revoked", "its rows are not here", "no row would be left"],
)  # fmt: skip
def test_a_shape_that_cannot_go_is_not_proposed_for_striking(reviewed: Made, facts: dict[str, Any]) -> None:
    review = reviewed(**facts)

    text = as_text(replace(review, chosen=review.shapes[0]), say=ENGLISH)

    assert text.split("\n")[-1] == "Next: hffix show 8b120fe6ac55 --format markdown"


@pytest.mark.parametrize(
    ("count", "why", "english", "chinese"),
    [
        (3, None, "3 rows by zhang.min, from a3f94c01d27e", "zhang.min 从 a3f94c01d27e 中剔除 3 行"),
        (1, "早于 1991", "1 row by zhang.min, from a3f94c01d27e: 早于 1991",
         "zhang.min 从 a3f94c01d27e 中剔除 1 行：早于 1991"),
        (0, None, "rows to insert, by zhang.min, from a3f94c01d27e", "zhang.min 从 a3f94c01d27e 中剔除拟新增的行"),
        (3, "\x1b[2J", "3 rows by zhang.min, from a3f94c01d27e: ⟨U+001B⟩[2J",
         "zhang.min 从 a3f94c01d27e 中剔除 3 行：⟨U+001B⟩[2J"),
    ],
)  # fmt: skip
def test_what_was_struck_is_told_with_its_parent_and_why(
    reviewed: Made, count: int, why: str | None, english: str, chinese: str
) -> None:
    review = reviewed(told={"struck": Struck(count=count, by="zhang.min", why=why)})

    assert (struck(review, say=ENGLISH), struck(review, say=CHINESE)) == (english, chinese)


def test_unresolved_rows_are_listed_by_reason(reviewed: Made) -> None:
    keys = tuple(("personal_account", f"1200▒▒▒▒{n}") for n in range(100, 108))
    review = reviewed(
        only_unresolved=True, reasons=(Reason(text="AMBIGUOUS: day or month first", rows=8, examples=keys),)
    )

    assert as_text(review, say=CHINESE) == (
        "✓ 变更集 8b120fe6ac55：37 行待人工确认。\n"
        "  8 行 日月顺序不明\n"
        "    1200▒▒▒▒100   1200▒▒▒▒101   1200▒▒▒▒102   1200▒▒▒▒103   1200▒▒▒▒104   1200▒▒▒▒105   1200▒▒▒▒106\n"
        "    1200▒▒▒▒107\n"
        "下一步：hffix show 8b120fe6ac55"
    )


def test_every_further_fact_that_is_signed_is_shown(reviewed: Made) -> None:
    told = {
        "fix": {"on_conflict": "skip", "ticket": None},
        "trial": None,
        "irreversible": None,
        "reverts": Reverts(manifest="1" * 64, number=1031, head="2" * 64),
        "side_effects": (SideEffect(table="unit", column="updated_at"),),
        "requires": (Condition(title="no open loans", query="SELECT 1", equals=1),),
        "keeps": (Kept(columns=("loan.balance",), before="10.00", after="10.00"),),
        "ensures": (Condition(title="no blank left", query="SELECT 0", equals=0),),
    }

    assert as_text(reviewed(told=told), say=ENGLISH).split("\n")[11:18] == [
        "  takes back   run 1031",
        "  conflicts    rows that changed since are left and recorded; the rest is written",
        "  besides      the database itself changes unit.updated_at",
        "  requires     no open loans",
        "  keeps        the total of loan.balance: 10.00",
        "  ensures      no blank left",
        "  trial        none since rows were struck from a3f94c01d27e",
    ]


def test_a_long_list_of_shapes_is_shortened_in_its_middle(reviewed: Made) -> None:
    shapes = tuple(
        Shape(number=n, table="t", kind="update", column="c", before=f"before {n}", after="after", rows=n)
        for n in range(1, 31)
    )
    review = reviewed(shapes=shapes)

    short = as_text(review, say=ENGLISH).split("\n")
    first = short.index("  shapes: 30, the rarest first") + 1

    assert [line.split()[0] for line in short[first : first + 21]] == [
        *map(str, range(1, 16)), "…", *map(str, range(26, 31)),
    ]  # fmt: skip
    assert short[first + 15] == "    … 10 more between: hffix show 8b120fe6ac55 --shapes"
    assert "before 20" in as_text(review, say=ENGLISH, every_shape=True)


def test_rare_shapes_that_are_not_here_are_named_and_no_number_is_invented(reviewed: Made) -> None:
    shape = Shape(number=None, table="t", kind="delete", column=None, before=None, after=None, rows=9)
    text = as_text(reviewed(shapes=(shape,), whole=False, told={"counts": {"rare": 4}}), say=ENGLISH)

    assert (
        "  shapes: 1, the rarest first\n"
        "    4 rows of rare shapes cannot be shown: the rows of this change set are not here.\n"
        "  –   9   deleted\n"
    ) in text


@pytest.mark.parametrize(
    ("facts", "command"),
    [
        ({}, "hffix approve 8b120fe6ac55"),
        ({"lacking": ()}, "hffix approve 8b120fe6ac55"),
        ({"lacking": (), "state": "approved"}, "hffix apply 8b120fe6ac55"),
        ({"lacking": (), "state": "paused"}, "hffix apply 8b120fe6ac55"),
        ({"state": "approved"}, "hffix approve 8b120fe6ac55"),
        ({"state": "done"}, "hffix runs"),
        ({"state": "revoked"}, "hffix plan 0007_open_date"),
        ({"only_unresolved": True}, "hffix show 8b120fe6ac55"),
        ({"told": {"counts": {"changed": 0}}}, "hffix show 8b120fe6ac55 --only unresolved"),
        ({"told": {"counts": {"changed": 0, "unresolved": 0}}}, "hffix plan 0007_open_date"),
    ],
)
def test_the_last_line_is_the_exact_next_command(reviewed: Made, facts: dict[str, Any], command: str) -> None:
    review = reviewed(**facts)

    assert next_command(review) == command
    assert as_text(review, say=ENGLISH).split("\n")[-1] == f"Next: {command}"


@pytest.mark.parametrize(
    ("facts", "english", "chinese"),
    [
        ({"lacking": ("2 leader or auditor", "1")}, "Approvals lacking: 2 leader or auditor, 1 person.",
         "尚缺审批：领导或审计 2 人、1 人。"),
        ({"lacking": ("somebody\x1b",)}, "Approvals lacking: somebody⟨U+001B⟩.", "尚缺审批：somebody⟨U+001B⟩。"),
        ({"lacking": (), "state": "done"}, "Applied.", "已执行完毕。"),
        ({"lacking": (), "state": "else"}, "State: else.", "状态：else。"),
    ],
)  # fmt: skip
def test_the_standing_names_who_is_missing(reviewed: Made, facts: dict[str, Any], english: str, chinese: str) -> None:
    review = reviewed(**facts)

    assert (standing(review, say=ENGLISH), standing(review, say=CHINESE)) == (english, chinese)


@pytest.mark.parametrize(
    ("facts", "mark"),
    [
        ({}, "✓"),
        ({"erased": 2}, "!"),
        ({"state": "revoked"}, "!"),
        ({"told": {"counts": {"changed": 0}}}, "!"),
    ],
)
def test_the_first_sign_is_that_of_the_verdict(reviewed: Made, facts: dict[str, Any], mark: str) -> None:
    assert as_text(reviewed(**facts), say=ENGLISH)[0] == mark


WILD = some.text(alphabet=some.characters(exclude_categories=["Cs"]), max_size=60)


@given(title=WILD, reason=WILD, key=WILD, language=some.sampled_from(["en", "zh"]), width=some.integers(84, 100))
def test_no_line_is_wider_than_the_terminal_and_no_control_character_reaches_it(
    reviewed: Made, title: str, reason: str, key: str, language: Any, width: int
) -> None:
    shape = Shape(
        number=1, table="t", kind="update", column=title, before=reason, after=title, rows=2,
        examples=(Example(key="1", before="1", after="2"),),
    )  # fmt: skip
    told = {"fix": {"title": title, "reason": reason, "author": key, "ticket": key}}
    review = reviewed(told=told, shapes=(shape,), reasons=(Reason(text=reason, rows=3),), state=title, lacking=())

    text = as_text(review, say=Messages(language), width=width)

    assert [line for line in text.split("\n") if cells(line) > width] == []
    assert not {"\x1b", "\x07", "\u202e", "\u2066", "\x9b", "\r"} & set(text)
