"""What looks like dirt and is not, and what is dirt only by standing still: nothing is written for either."""

import re
from random import Random

from hffix.demo.ground import Cells, Ground, Kind, Place, Row, one_row
from hffix.demo.identity import RETIRED_COUNTIES
from hffix.demo.names import PUNCTUATED, SURNAME_A, TURN_OF_CENTURY, WITH_TEST, ZERO_IN_NAME
from hffix.demo.volumes import is_sleeping
from hffix.demo.world_people import BORN_ON_NEW_YEAR


def _trap(table: str, count: int, *, column: str, like: str, place: Place = (0, 1)) -> Kind:
    """Keep cells of a certain look as they are; the claim keeps all dirt off them."""
    look = re.compile(like)

    def make(row: Row, chance: Random) -> Cells | None:
        del chance
        return {column: row[column]} if look.search(row[column]) else None

    run = one_row(make, column=column, place=place)
    return Kind(code="D40", table=table, count=count, rule="", end="none", run=run)


def _sleeping(ground: Ground, kind: Kind, count: int) -> None:
    """List every sleeping account; that they sleep is their state, no cell of them is wrong."""
    left = count
    for index in range(ground.rows(kind.table)):
        if left and is_sleeping(index, size=ground.size):
            before = ground.row(kind.table, index)
            ground.claim(kind.table, index, ("status", "person_no", "unit_no"))
            ground.change(kind, index, before, {"status": before["status"]}, number=ground.begin(kind))
            left -= 1


KINDS = (
    _trap("person", 50, column="name", like="^阿", place=SURNAME_A),
    _trap("person", 40, column="name", like="〇$", place=ZERO_IN_NAME),
    _trap("person", 60, column="id_no", like="^(" + "|".join(RETIRED_COUNTIES) + ")"),
    _trap("person", 50, column="birth_date", like="^1990-01-01$", place=BORN_ON_NEW_YEAR),
    _trap("person", 60, column="address", like="（.楼），", place=PUNCTUATED),
    _trap("unit", 20, column="unit_name", like="21世纪", place=TURN_OF_CENTURY),
    _trap("unit", 20, column="unit_name", like="测试", place=WITH_TEST),
    Kind(code="D35", table="personal_account", count=900, rule="R054", end="distribute", run=_sleeping),
)
