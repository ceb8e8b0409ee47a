"""地址和单位名称中的特殊字符

全角数字改半角，去掉看不见的字符、换行和多余空格。
单位名称按营业执照的写法：汉字之间不留空格，括号用全角一对。“21世纪”、楼号旁的全角括号和逗号本来就对，不动。
锟斤拷之类丢了字的、括号缺了一半的，留给人工。
"""

from hffix import Fix, cleaners

fix = Fix(author="li.wei", ticket="DQ-2024-018", risk="low")
fix.clean("person", "address", cleaners.text, at_most=20_000)
fix.clean("unit", "address", cleaners.text, at_most=1_000)
fix.clean("unit", "unit_name", cleaners.unit_name, at_most=10_000)
