"""姓名的字符规范

去掉空格和看不见的字符，少数民族姓名中间用居中的圆点“·”。丢了字的、用私用区字符的、带备注的，留给人工。
"""

from hffix import Fix, cleaners

fix = Fix(author="li.wei", ticket="DQ-2024-033", risk="low")
fix.clean("person", "name", cleaners.name, at_most=20_000)
