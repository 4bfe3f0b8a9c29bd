"""Numbers as Chinese characters: digit by digit, or with 十, 百, 千, 万 and 亿."""

_DIGITS = "零一二三四五六七八九"


def digits(text: str, one: str = "一") -> str:
    """Every digit of `text` by itself: 二零二四; telephone numbers say 幺 for one."""
    return "".join(_DIGITS[int(char)] for char in text if char.isdigit()).replace("一", one)


def cardinal(value: int) -> str:
    """A whole number below 10**16; longer ones digit by digit.

    >>> cardinal(10_203), cardinal(15), cardinal(2_000)
    ('一万零二百零三', '十五', '两千')
    """
    if value >= 10**16:
        return digits(str(value))
    text = _whole(value)
    return text[1:] if text.startswith("一十") else text


def _whole(value: int) -> str:
    """As `cardinal`, but 一十五: within a longer number the first digit is said."""
    if value < 10_000:
        return _below_ten_thousand(value)
    scale, name = (10**8, "亿") if value >= 10**8 else (10**4, "万")
    high, low = divmod(value, scale)
    head = ("两" if high == 2 else _whole(high)) + name
    return head + ("零" if low < scale // 10 else "") + _whole(low) if low else head


def _below_ten_thousand(value: int) -> str:
    text, zero = "", False
    for scale, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, scale)
        if digit:
            text += ("零" if zero else "") + ("两" if digit == 2 and scale == 1000 else _DIGITS[digit]) + name
        zero = bool(text) and digit == 0
    return text or "零"


def number(text: str) -> str:
    """A number as written: `1,024` `3.14` `007`; a leading zero or more than 15 digits are read digit by digit."""
    whole, _, decimals = text.replace(",", "").partition(".")
    head = digits(whole) if len(whole) > 15 or len(whole) > 1 and whole[0] == "0" else cardinal(int(whole))
    return head + (f"点{digits(decimals)}" if decimals else "")
