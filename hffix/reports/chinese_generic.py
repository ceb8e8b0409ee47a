"""The Chinese of what is noted of databases without an engine of their own."""

from typing import Final

GENERIC: Final[dict[str, str]] = {
    "not seen in this database: triggers, rules, row policies, partitions and inheritance,"
    " and what this account may do; these show only when rows are written and read back": (
        "此数据库中看不到触发器、规则、行级策略、分区和继承，也看不到本账号的权限；这些只在写入并读回行时才显现"
    ),
    "this database is read under SERIALIZABLE: whoever writes meanwhile may have to wait": (
        "读取此数据库时使用 SERIALIZABLE 隔离级别：其间写入者可能需要等待"
    ),
    "no trigger guards the change log here: only missing rights and its chain do": (
        "此处没有触发器保护变更日志：只靠不授予权限和记录链"
    ),
}
