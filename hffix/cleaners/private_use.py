"""Private-use code points that GB 18030 once assigned and Unicode has characters for today."""

__all__ = ["from_gb18030"]

# GB 18030-2000 left the GBK characters FE50 to FEA0 at U+E815 to U+E864, in this order. The editions of 2005 and
# 2022 give their places in Unicode: radicals, extension A, U+9FB4 to U+9FBB, and six of extension B.
_EXTENSION = (
    "⺁\U00020087\U00020089\U000200cc⺄㑳㑇⺈⺋\u9fb4㖞㘚㘎⺌⺗㥮㤘\u9fb5㧏㧟"
    "㩳㧐\u9fb6\u9fb7㭎㱮㳠⺧\U000215d7\u9fb8⺪䁖䅟⺮䌷⺳⺶⺷\U0002298f䎱"
    "䎬⺻䏝䓖䙡䙌\u9fb9䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟"
    "䦛䦷䦶\u9fba\U000241fe䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮\u9fbb"
)
# The vertical marks of rows A6D9 to A6F3, and two letters of pinyin.
_MARKS = "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19"
_GB18030 = {
    **{0xE815 + place: character for place, character in enumerate(_EXTENSION)},
    **{0xE78D + place: character for place, character in enumerate(_MARKS)},
    0xE7C7: "\u1e3f",
    0xE7C8: "\u01f9",
}


def from_gb18030(value: str) -> str:
    """Replace the private-use characters that GB 18030 defines; leave every other character."""
    return value.translate(_GB18030)
