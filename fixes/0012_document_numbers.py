"""身份证号和统一社会信用代码的字符规范

全角改半角，小写 x 改大写，去掉空格和看不见的字符。校验位从不重算：校验不符的号码留给单位核对。
15 位的旧号由 0013 升位。
"""

from hffix import Fix, cleaners

fix = Fix(author="li.wei", ticket="DQ-2024-030", risk="low")
fix.clean("person", "id_no", cleaners.id_no, where="t.id_type = '01' AND length(t.id_no) <> 15", at_most=20_000)
fix.clean("unit", "uscc", cleaners.uscc, at_most=500)
