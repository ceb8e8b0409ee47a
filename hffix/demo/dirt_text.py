"""Names and addresses with blanks, marks and widths that do not belong there, or with characters lost."""

from collections.abc import Callable
from random import Random

from hffix.demo.chance import pick
from hffix.demo.ground import Cells, Kind, Place, Row, Run, one_row
from hffix.demo.names import INTERPUNCT, PRIVATE_ONCE, WITH_BRACKETS

_FULL_WIDTH = str.maketrans({character: chr(ord(character) + 0xFEE0) for character in "0123456789"})
_IDEOGRAPHIC, _NO_BREAK = "\u3000", "\u00a0"
_INVISIBLE = ("\u200b", "\ufeff", "\u200e")
_BREAKS = ("\t", "\n", "\r\n")
_DOTS = "•・‧．.･"
_ONCE_PRIVATE = {"䶮": "\ue863", "龻": "\ue864"}

Form = Callable[[str, Random], str | None]


def rewritten(column: str, form: Form, *, place: Place = (0, 1), citizens: bool = False) -> Run:
    """Write a column's text in another form, which may decline; of citizens alone where their number matters."""

    def make(row: Row, chance: Random) -> Cells | None:
        if citizens and row["id_type"] != "01":
            return None
        dirty = form(row[column], chance) if row[column] else None
        return {column: dirty} if dirty is not None and dirty != row[column] else None

    return one_row(make, column=column, place=place)


def full_width(text: str, chance: Random) -> str:
    """Write the digits in full width."""
    del chance
    return text.translate(_FULL_WIDTH)


def blank_around(text: str, chance: Random) -> str:
    """Put a blank of some sort before or after."""
    blank = pick(chance, (" ", "  ", _IDEOGRAPHIC, _NO_BREAK))
    return blank + text if chance.random() < 0.5 else text + blank


def blank_within(name: str, chance: Random) -> str:
    """Put a blank after the surname of a short Chinese name, or around any other name."""
    if len(name) > 3 or not all("\u4e00" <= character <= "\u9fa5" for character in name):
        return blank_around(name, chance)
    return name[0] + pick(chance, (" ", _IDEOGRAPHIC, _NO_BREAK)) + name[1:]


def _unit_blank(name: str, chance: Random) -> str:
    return name[:2] + _IDEOGRAPHIC + name[2:] if chance.random() < 0.5 else blank_around(name, chance)


def _number_blank(number: str, chance: Random) -> str:
    if chance.random() < 0.5:
        return f"{number[:6]} {number[6:14]} {number[14:]}"
    return blank_around(number, chance)


def invisible(text: str, chance: Random) -> str:
    """Hide a character that no screen shows."""
    if chance.random() < 0.3:
        return f"\u202a{text}\u202c"
    mark = pick(chance, _INVISIBLE)
    return mark + text if chance.random() < 0.5 else text[:1] + mark + text[1:]


def _line_break(text: str, chance: Random) -> str:
    """Turn the blank inside, where there is one, into a tab or a line's end."""
    mark = pick(chance, _BREAKS)
    return text.replace(" ", mark, 1) if " " in text else text + mark


def _mojibake(text: str, chance: Random) -> str:
    del chance
    return text.encode().decode("latin-1")


def _lost(text: str, chance: Random) -> str:
    return text[0] + pick(chance, ("锟斤拷", "\ufffd")) + text[2:]


def _private(name: str, chance: Random) -> str | None:
    del chance
    return "".join(_ONCE_PRIVATE.get(character, character) for character in name)


def _dots(name: str, chance: Random) -> str:
    return name.replace("·", pick(chance, _DOTS))


def _half_brackets(name: str, chance: Random) -> str:
    opening, closing = pick(chance, (("(", ")"), ("(", "）"), ("（", ")")))
    return name.replace("（", opening).replace("）", closing)


def _cut(name: str, chance: Random) -> str | None:
    del chance
    return name.replace("）", "")[:-1] if "）" in name else None


# Scarce candidates first: names with an interpunct, with a rare character, with brackets.
KINDS = (
    Kind(
        code="D17",
        table="person",
        count=120,
        rule="R014",
        end="auto",
        run=rewritten("name", _dots, place=INTERPUNCT),
    ),
    Kind(
        code="D16",
        table="person",
        count=40,
        rule="R015",
        end="distribute",
        hint="pua=gb18030",
        run=rewritten("name", _private, place=PRIVATE_ONCE),
    ),
    Kind(
        code="D19",
        table="unit",
        count=10,
        rule="R027",
        end="distribute",
        run=rewritten("unit_name", _cut, place=WITH_BRACKETS),
    ),
    Kind(
        code="D18",
        table="unit",
        count=60,
        rule="R026",
        end="auto",
        run=rewritten("unit_name", _half_brackets, place=WITH_BRACKETS),
    ),
    Kind(code="D11", table="unit", count=10, rule="R029", end="auto", run=rewritten("uscc", full_width)),
    Kind(code="D12", table="unit", count=50, rule="R026", end="auto", run=rewritten("unit_name", _unit_blank)),
    Kind(code="D14", table="unit", count=30, rule="R026", end="auto", run=rewritten("unit_name", _line_break)),
    Kind(
        code="D15",
        table="person",
        count=30,
        rule="R015",
        end="distribute",
        hint="mojibake=utf8-as-latin1",
        run=rewritten("name", _mojibake, citizens=True),
    ),
    Kind(
        code="D15",
        table="person",
        count=20,
        rule="R015",
        end="distribute",
        run=rewritten("name", _lost, citizens=True),
    ),
    Kind(
        code="D15",
        table="person",
        count=15,
        rule="R086",
        end="distribute",
        hint="mojibake=utf8-as-latin1",
        run=rewritten("address", _mojibake),
    ),
    Kind(code="D15", table="person", count=15, rule="R086", end="distribute", run=rewritten("address", _lost)),
    Kind(
        code="D11",
        table="person",
        count=120,
        rule="R002",
        end="auto",
        run=rewritten("id_no", full_width, citizens=True),
    ),
    Kind(code="D11", table="person", count=120, rule="R018", end="auto", run=rewritten("phone", full_width)),
    Kind(code="D11", table="person", count=150, rule="R087", end="auto", run=rewritten("address", full_width)),
    Kind(code="D12", table="person", count=300, rule="R014", end="auto", run=rewritten("name", blank_within)),
    Kind(
        code="D12",
        table="person",
        count=150,
        rule="R002",
        end="auto",
        run=rewritten("id_no", _number_blank, citizens=True),
    ),
    Kind(code="D13", table="person", count=100, rule="R014", end="auto", run=rewritten("name", invisible)),
    Kind(code="D13", table="person", count=50, rule="R018", end="auto", run=rewritten("phone", invisible)),
    Kind(code="D14", table="person", count=120, rule="R087", end="auto", run=rewritten("address", _line_break)),
)
