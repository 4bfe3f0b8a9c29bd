"""Whole numbers, digits, years and decimals as English words; US usage, so without `and` in whole numbers."""

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = " thousand million billion trillion quadrillion quintillion sextillion septillion octillion".split(" ")
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_ORDINALS |= {"twelve": "twelfth"}


def cardinal(value: int) -> str:
    """Words of a whole number below 10**30; longer ones digit by digit.

    >>> cardinal(1_205)
    'one thousand two hundred five'
    """
    if value >= 10**30:
        return digits(str(value))
    if value < 20:
        return _ONES[value]
    if value < 100:
        return _TENS[value // 10] + (f" {_ONES[value % 10]}" if value % 10 else "")
    if value < 1000:
        return f"{_ONES[value // 100]} hundred" + (f" {cardinal(value % 100)}" if value % 100 else "")
    parts, scale = [], 0
    while value:
        value, group = divmod(value, 1000)
        if group:
            parts.append(f"{cardinal(group)} {_SCALES[scale]}".strip())
        scale += 1
    return " ".join(reversed(parts))


def ordinal(value: int) -> str:
    """`twenty first` for 21."""
    *rest, last = cardinal(value).split()
    last = _ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return " ".join([*rest, last])


def digits(text: str) -> str:
    """Every digit of `text` by itself."""
    return " ".join(_ONES[int(char)] for char in text if char.isdigit())


def year(value: int) -> str:
    """`nineteen oh five`, `two thousand six`, `twenty twenty four`."""
    high, low = divmod(value, 100)
    if value < 1000 or high % 10 == 0 and low < 10 or value >= 10_000:
        return cardinal(value)
    return f"{cardinal(high)} " + ("hundred" if low == 0 else f"oh {_ONES[low]}" if low < 10 else cardinal(low))


def number(text: str) -> str:
    """A number as written: `1,024` `3.14` `007`; a leading zero or more than 15 digits are read digit by digit."""
    whole, _, decimals = text.replace(",", "").partition(".")
    spelled = len(whole) > 15 or len(whole) > 1 and whole[0] == "0"
    head = "" if not whole else digits(whole) if spelled else cardinal(int(whole))
    return (head + (f" point {digits(decimals)}" if decimals else "")).strip()


def house(value: int) -> str:
    """Numbers of houses, rooms and flights in pairs: `two twenty one`, `two oh four`, `sixteen hundred`."""
    high, low = divmod(value, 100)
    if not 100 <= value < 10_000 or value % 1000 == 0:
        return digits(str(value)) if value >= 10_000 else cardinal(value)
    return f"{cardinal(high)} " + ("hundred" if low == 0 else f"oh {_ONES[low]}" if low < 10 else cardinal(low))
