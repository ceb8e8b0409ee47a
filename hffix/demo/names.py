"""Names and addresses of people and units who do not exist."""

from random import Random

from hffix.demo.chance import between, pick

_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "王李张刘陈杨黄赵周吴王李张刘陈王李张"
)
_COMPOUND = ("欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟", "慕容", "令狐")
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文海波鑫宇浩然子涵雨欣怡晨曦梓萱俊凯嘉琪思远博雅"
    "宁婷雪梅琳峰龙飞翔晓东春燕冬云松柏青山川岚"
)
_RARE = ("𠮷", "𬭎", "𣲗", "𤧛", "𬍛")  # beyond the basic plane: four bytes in UTF-8
_PRIVATE_ONCE = ("䶮", "龻")  # older systems kept these at private code points
_MINORITY = (
    ("买买提", "阿依古丽", "古丽娜尔", "迪力夏提", "热依汗", "吐尔逊"),
    ("艾力", "买合木提", "阿不都拉", "吾买尔", "热合曼", "卡德尔"),
)
_LATIN = (
    ("John", "Anne", "Maria", "Peter", "Julia", "Oliver"),
    ("Smith", "Martin", "Rossi", "Keller", "Tanaka", "Brown"),
)

INTERPUNCT = (7, 40)  # the person's index is 7 beyond a multiple of 40
PRIVATE_ONCE = (13, 100)
SURNAME_A = (31, 150)
ZERO_IN_NAME = (81, 150)
_FOUR_BYTES = (19, 250)

_CITIES = ("杭州", "宁波", "温州", "嘉兴", "绍兴", "金华", "台州", "湖州")
_DISTRICTS = ("上城区", "西湖区", "海曙区", "鹿城区", "南湖区", "越城区", "婺城区", "椒江区")
_ROADS = ("建设路", "解放路", "人民路", "中山北路", "文化巷", "湖滨路", "环城东路", "和平街", "光明路", "学院路")
_WORDS = ("华云", "恒达", "金桥", "远望", "兴隆", "天成", "瑞丰", "德信", "长青", "博远", "宏图", "安泰")
_TRADES = ("科技", "建材", "纺织", "医药", "物流", "电子", "机械", "食品", "教育", "环保")

TURN_OF_CENTURY = (4, 10)  # units with 21世纪 in their name
WITH_TEST = (7, 10)  # units whose honest name holds 测试
WITH_BRACKETS = (2, 3)
PUNCTUATED = (4, 30)  # addresses whose full-width marks are right


def among(index: int, place: tuple[int, int]) -> bool:
    """Tell whether an index is one of those set aside for a trait."""
    first, step = place
    return index % step == first


def person_name(index: int, *, chance: Random, foreign: bool) -> str:
    """Make up a person's name; certain indexes carry the traits that cleaners must handle or leave."""
    surname = pick(chance, _SURNAMES) if chance.random() < 0.985 else pick(chance, _COMPOUND)
    given = "".join(pick(chance, _GIVEN) for _ in range(1 if chance.random() < 0.3 else 2))
    if foreign:
        return f"{pick(chance, _LATIN[0])} {pick(chance, _LATIN[1])}"
    if among(index, INTERPUNCT):
        return f"{pick(chance, _MINORITY[0])}·{pick(chance, _MINORITY[1])}"
    if among(index, PRIVATE_ONCE):
        return surname + pick(chance, _PRIVATE_ONCE)
    if among(index, SURNAME_A):
        return "阿" + given
    if among(index, ZERO_IN_NAME):
        return "武〇" if chance.random() < 0.5 else surname + "〇"
    if among(index, _FOUR_BYTES):
        return surname + pick(chance, _RARE) + given[0]
    return surname + given


def officer_name(chance: Random) -> str:
    """Make up the plain name of somebody who signs for a unit or a bank."""
    return pick(chance, _SURNAMES) + pick(chance, _GIVEN) + pick(chance, _GIVEN)


def address(index: int, *, chance: Random) -> str:
    """Make up an address; half of them hold one blank, a few hold full-width marks that belong there."""
    street = f"{pick(chance, _CITIES)}市{pick(chance, _DISTRICTS)}{pick(chance, _ROADS)}{between(chance, 1, 399)}号"
    room = f"{between(chance, 1, 9)}单元{between(chance, 1, 28)}0{between(chance, 1, 4)}室"
    if among(index, PUNCTUATED):
        return f"{street}（{pick(chance, '东西南北')}楼），{room}"
    return f"{street}{' ' if chance.random() < 0.5 else ''}{room}"


def unit_name(index: int, *, chance: Random) -> str:
    """Make up the registered name of a unit."""
    city, word, trade = pick(chance, _CITIES), pick(chance, _WORDS), pick(chance, _TRADES)
    if among(index, TURN_OF_CENTURY):
        return f"{city}{word}21世纪{trade}有限公司"
    if among(index, WITH_TEST):
        return f"{city}{word}软件测试技术有限公司"
    if among(index, WITH_BRACKETS):
        return f"{word}{trade}集团（{city}）有限公司"
    return f"{city}{word}{pick(chance, _GIVEN)}{trade}有限公司"
