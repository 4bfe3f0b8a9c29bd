"""What `<say-as>` of SSML says in Chinese.

>>> say_as("1999", "cardinal", ""), say_as("1/2/2020", "date", "dmy")
('一千九百九十九', '二零二零年二月一日')
"""

from ..ssml.say_as import SayAs
from .numerals import cardinal, digits, number


def _date(date: dict[str, int]) -> str:
    read = {
        "y": f"{digits(str(date.get('y', '')))}年",
        "m": f"{cardinal(date.get('m', 0))}月",
        "d": f"{cardinal(date.get('d', 0))}日",
    }
    return "".join(words for key, words in read.items() if key in date)


say_as = SayAs(
    cardinal=cardinal,
    number=number,
    ordinal=lambda value: "第" + cardinal(value),
    digits=digits,
    telephone=lambda group: digits(group, "幺"),
    fraction=lambda above, below: f"{cardinal(below)}分之{cardinal(above)}",
    date=_date,
    minus="负",
    plus="加",
    pause="，",
    space="",
)
