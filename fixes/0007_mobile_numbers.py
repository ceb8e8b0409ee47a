"""手机号统一为 11 位数字

去掉国家代码 +86、空格、短横线、全角数字和看不见的字符。没有区号的固定电话和位数不对的号码，留给单位经办人核对。
"""

from hffix import Fix, cleaners

fix = Fix(author="li.wei", ticket="DQ-2024-024", risk="low")


@fix.rows("person", writes="phone", at_most=40_000)
def eleven_digits(phone: str | None) -> str | None:
    """Write a mobile number as its eleven digits; decline what is no mobile number."""
    return cleaners.phone(phone, kind="mobile")
