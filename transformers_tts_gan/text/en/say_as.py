"""What `<say-as>` of SSML says in English.

>>> say_as("1999", "cardinal", ""), say_as("1/2/2020", "date", "dmy")
('one thousand nine hundred ninety nine', 'February 1, 2020')
"""

from ..ssml.say_as import SayAs
from .dates import MONTHS
from .numerals import cardinal, digits, number, ordinal


def _date(date: dict[str, int]) -> str:
    month = MONTHS[date["m"] - 1] if "m" in date else ""
    day = (f" {date['d']}" if month else ordinal(date["d"])) if "d" in date else ""
    year = f"{', ' if day and month else ' '}{date['y']}" if "y" in date else ""
    return f"{month}{day}{year}".strip()


say_as = SayAs(
    cardinal=cardinal,
    number=number,
    ordinal=ordinal,
    digits=digits,
    telephone=digits,
    fraction=lambda above, below: f"{above}/{below}",
    date=_date,
    minus="minus ",
    plus="plus ",
    pause=", ",
    space=" ",
)
