"""日期统一为 YYYY-MM-DD

2016 年以前的导入保留了各银行、各单位自己的写法：2011/3/5、20110305、二〇一一年三月五日、民国75年8月9日。
银行 103 书面说明其开户日期是 Excel 的 1900 序号，银行 104 说明其写法是日在前、月在后。
其余银行没有说明，含义不明的日期留给人工。提取申请日期只到日，时刻不要。
"""

from hffix import Fix, cleaners

fix = Fix(author="li.wei", ticket="DQ-2024-017", risk="low")
fix.clean("person", "birth_date", cleaners.date, at_most=60_000)
fix.clean("contribution_ledger", "booked_on", cleaners.date, at_most=80_000)


@fix.rows("personal_account", writes="opened_on", at_most=60_000)
def opened_on_by_bank(opened_on: str | None, card_bank_code: str | None) -> str | None:
    """Read the day as the account's bank declared it; decline what no bank declared."""
    if card_bank_code == "103":
        return cleaners.date(opened_on, excel=1900)
    if card_bank_code == "104":
        return cleaners.date(opened_on, order="dmy")
    return cleaners.date(opened_on)


@fix.rows("withdrawal", writes="applied_on", at_most=6_000)
def applied_on_without_time(applied_on: str | None) -> str | None:
    """Keep the day; the hour was the clerk's screen's, not the applicant's."""
    return cleaners.date(applied_on, time="drop")
