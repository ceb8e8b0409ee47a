"""The table that the benchmarks correct: 12 columns, about 170 bytes a row, every row wrong in two of them."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

COLUMNS = (
    *("id", "unit_id", "name", "id_no", "open_date", "phone"),
    *("balance", "status", "bank_code", "addr", "updated_at", "remark"),
)
TABLE = "person_account"
WIDE = "０１２３４５６７８９Ｘ"
DDL = f"""CREATE TABLE {TABLE} (id BIGINT NOT NULL PRIMARY KEY, unit_id INT NOT NULL, name VARCHAR(60),
 id_no VARCHAR(32), open_date VARCHAR(10), phone VARCHAR(20), balance TEXT, status VARCHAR(8), bank_code VARCHAR(20),
 addr VARCHAR(120), updated_at TEXT, remark VARCHAR(200))"""
FIX = f'''"""Half-width ID numbers and dates as YYYY-MM-DD.

Imports kept full-width digits and slashes.
"""

from hffix import Fix, cleaners

fix = Fix(author="li.wei", risk="low")
fix.clean("{TABLE}", "id_no", cleaners.text, at_most=100_000_000)
fix.clean("{TABLE}", "open_date", cleaners.date, at_most=100_000_000)
'''


def rows(count: int, *, seed: int = 7) -> Iterator[tuple[object, ...]]:
    """Generate the rows, the same ones each time."""
    drawn = random.Random(seed)
    wide = str.maketrans("0123456789X", WIDE)
    families, given = "赵钱孙李周吴郑王冯陈", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
    for number in range(1, count + 1):
        year, month, day = drawn.randint(2004, 2024), drawn.randint(1, 12), drawn.randint(1, 28)
        id_no = f"11010{drawn.randint(1, 9)}{drawn.randint(1950, 2005)}{month:02d}{day:02d}{drawn.randint(0, 9999):04d}"
        yield (
            number,
            number % 3000,
            drawn.choice(families) + drawn.choice(given) + drawn.choice(given),
            id_no.translate(wide),
            f"{year}/{month}/{day}",
            f"13{drawn.randint(10**8, 10**9 - 1)}",
            f"{drawn.randint(0, 10**8) / 100:.2f}",
            drawn.choice(("正常", "销户", "冻结")),
            str(drawn.randint(10**11, 10**12 - 1)),
            f"某某市某某区某某路{drawn.randint(1, 999)}号",
            f"2024-01-{day:02d} 08:00:00",
            f"batch {number % 977}",
        )


def build(path: Path, count: int) -> None:
    """Make the SQLite file, in WAL mode."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(DDL)
    connection.execute("BEGIN")
    connection.executemany(f"INSERT INTO {TABLE} VALUES ({','.join('?' * len(COLUMNS))})", rows(count))
    connection.execute("COMMIT")
    connection.close()
