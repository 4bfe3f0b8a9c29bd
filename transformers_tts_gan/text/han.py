"""Which characters are Chinese ones: the only such set in this package.

It holds the unified and the compatibility ideographs of Unicode, Extensions A to H included. The sign `〇` (U+3007) is
no ideograph, though Chinese text writes zero with it.
"""

import re


HAN_RANGES = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # for a pattern's own brackets
HAN = re.compile(f"[{HAN_RANGES}]")
HAN_RUN = re.compile(f"[{HAN_RANGES}]+")


def is_han(text: str) -> bool:
    """Whether `text` is one or more Chinese characters and nothing else.

    >>> is_han("重慶"), is_han("重a"), is_han("")
    (True, False, False)
    """
    return HAN_RUN.fullmatch(text) is not None
