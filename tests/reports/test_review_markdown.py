import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hffix.reports.messages import Messages
from hffix.reports.review import Example, Reason, Shape
from hffix.reports.review_markdown import LONGEST, as_markdown

Made = Callable[..., Any]
ENGLISH, CHINESE = Messages("en"), Messages("zh")

IN_ENGLISH = """\
**✓ Change set 8b120fe6ac55 changes 41,209 rows of personal_account and leaves 37 rows to people.**

Approvals lacking: 1 leader.

|  |  |
| --- | --- |
| fix | 0007_open_date "开户日期统一为 YYYY-MM-DD" |
| written by | li.wei, ticket DQ-2024-017 |
| why | Imports before 2016 kept each bank's own date format. |
| target | main (lineage 5c77…e1)      risk low |
| planned | by li.wei on the snapshot of 2024-03-05 09:11 UTC; 1,050,000 rows scanned, 1,008,751 unchanged |
| trial | passed on 2024-03-05 09:12 UTC: 41,209 rows written, compared and rolled back |
| struck | 3 rows by zhang.min, from a3f94c01d27e |
| scope | personal_account: writes opened_on, reads opened_on, status; at most 50,000 rows; where status &#62; '04' |

| table | updated | inserted | deleted | columns |
| --- | --: | --: | --: | --- |
| `personal_account` | 41,209 | 0 | 0 | `opened_on` 41,209 |

| shape | rows | place | before | after | examples |
| --: | --: | --- | --- | --- | --- |
| 1 | **3** | `personal_account.opened_on` | `汉汉99汉9汉9汉` | `9999-99-99` | `民国75年8月9日 → 1986-08-09` |
| 2 | 80 | `personal_account.opened_on` | `９９９９－９９－９９` | `9999-99-99` | `２０１１－０３－０５ → 2011-03-05` |
| 3 | 41,126 | `personal_account.opened_on` | `9999/9/9` | `9999-99-99` | `2011/3/5 → 2011-03-05` |

| unresolved | reason | rows for example |
| --: | --- | --- |
| 31 | day or month first? |  |
| 6 | INVALID_DATE: no such day |  |

digest `8b12 0fe6 ac55 0123 4567 89ab cdef 0123 4567 89ab cdef 0123 4567 89ab cdef 4444`

Next: `hffix approve 8b120fe6ac55`"""

SHAPES_IN_CHINESE = """\
| 形态 | 行数 | 位置 | 改前 | 改后 | 示例 |
| --: | --: | --- | --- | --- | --- |
| 1 | **3** | `personal_account.opened_on` | `汉汉99汉9汉9汉` | `9999-99-99` | `民国75年8月9日 → 1986-08-09` |
"""


def test_a_comment_in_english(reviewed: Made) -> None:
    assert as_markdown(reviewed(), say=ENGLISH) == IN_ENGLISH


def test_a_comment_in_chinese(reviewed: Made) -> None:
    text = as_markdown(reviewed(), say=CHINESE)

    assert text.startswith("**✓ 变更集 8b120fe6ac55：personal_account 改 41,209 行，37 行待人工确认。**\n")
    assert SHAPES_IN_CHINESE in text
    assert text.endswith("下一步：`hffix approve 8b120fe6ac55`")


def test_nothing_that_a_script_or_a_row_holds_acts_in_the_comment(reviewed: Made) -> None:
    harm = "`x` | </td> <img src=//e.vil> @all [a](b) \x1b[31m \u202e"
    shape = Shape(
        number=1, table=harm, kind="update", column="c", before=harm, after=harm, rows=9,
        examples=(Example(key=harm, before=harm, after=harm),),
    )  # fmt: skip
    told = {"fix": {"title": harm, "reason": harm, "author": harm, "ticket": harm}}
    reasons = (Reason(text=harm, rows=1, examples=((harm, harm),)),)

    text = as_markdown(reviewed(told=told, shapes=(shape,), reasons=reasons, lacking=(harm,)), say=ENGLISH)

    assert set(re.findall(r"<[^>]*>", text)) == {"<code>", "</code>"}
    assert {line.count("|") for line in text.split("\n") if "e.vil" in line and line.startswith("|")} == {3, 4, 7}
    assert not re.search(r"[@\x1b\u202e]|\]\(", text)
    assert "`x`" not in text


def test_a_comment_has_room_for_its_end_and_says_what_it_cut(reviewed: Made) -> None:
    examples = (Example(key="1", before="b" * 40, after="a" * 40),) * 3
    shape = Shape(number=1, table="t", kind="update", column="c", before="<" * 24, after="|" * 24, rows=9)
    shapes = tuple(replace(shape, number=number, examples=examples) for number in range(1, 10_001))
    reasons = tuple(Reason(text="<" * 200, rows=n, examples=(("t", "k" * 20),) * 50) for n in range(1, 51))
    scope = tuple([reviewed().manifest.scope[0]] * 500)

    text = as_markdown(reviewed(shapes=shapes, reasons=reasons, told={"scope": scope}), say=ENGLISH)
    cut = {what: count for count, what in re.findall(r"^([\d,]+) more (\w+) had no room here\.$", text, re.MULTILINE)}

    assert len(text) < LONGEST
    assert cut.keys() == {"facts", "shapes", "reasons"}
    assert int(cut["shapes"].replace(",", "")) == 10_000 - text.count(f"<code>{'&#60;' * 24}</code>")
    assert text.endswith("Next: `hffix approve 8b120fe6ac55`")


def test_a_chosen_shape_shows_keys_and_unresolved_rows_leave_the_shapes_out(reviewed: Made) -> None:
    review = reviewed()

    chosen = as_markdown(replace(review, chosen=review.shapes[0]), say=ENGLISH)
    unresolved = as_markdown(replace(review, only_unresolved=True), say=ENGLISH)

    assert "`1200▒▒▒▒107   民国75年8月9日 → 1986-08-09`" in chosen
    assert "9999/9/9" not in chosen
    assert "9999-99-99" not in unresolved
