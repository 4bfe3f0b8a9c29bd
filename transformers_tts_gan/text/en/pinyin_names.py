"""Chinese names in English text: `Qingdao`, `Xiaomi`, `Guangzhou`.

Enters: a lower-case word. Leaves: English phones after its pinyin syllables, or None where it is not clearly pinyin.
The nearest English sounds; the first syllable has the main stress.
"""

import functools
import re


_INITIALS = {
    "b": "B", "p": "P", "m": "M", "f": "F", "d": "D", "t": "T", "n": "N", "l": "L", "g": "G", "k": "K", "h": "HH",
    "j": "JH", "q": "CH", "x": "SH", "zh": "JH", "ch": "CH", "sh": "SH", "r": "R", "z": "Z", "c": "T S", "s": "S",
    "": "",
}  # fmt: skip
_FINALS = {
    "a": "AA", "o": "AO", "e": "AH", "i": "IY", "u": "UW", "v": "UW", "ai": "AY", "ei": "EY", "ao": "AW", "ou": "OW",
    "an": "AA N", "en": "AH N", "ang": "AA NG", "eng": "AH NG", "ong": "UH NG", "ia": "Y AA", "ie": "Y EH",
    "iao": "Y AW", "iu": "Y OW", "ian": "Y EH N", "in": "IH N", "ing": "IH NG", "iang": "Y AA NG", "iong": "Y UH NG",
    "ua": "W AA", "uo": "W AO", "uai": "W AY", "ui": "W EY", "uan": "W AA N", "un": "W AH N", "uang": "W AA NG",
    "ue": "W EH", "er": "ER",
}  # fmt: skip
_AFTER = {  # which finals follow which initials
    "b p m": "a o i u ai ei ao an en ang eng ie iao ian in ing ou",
    "f": "a o u ei ou an en ang eng",
    "d t": "a e u ai ei ao ou an ang eng ong i ie iao iu ian ing uo ui uan un",
    "n l": "a e u ai ei ao ou an en ang eng ong i ie iao iu ian in ing iang uo uan un v",
    "g k h": "a e u ai ei ao ou an en ang eng ong ua uo uai ui uan un uang",
    "j q x": "i ia ie iao iu ian in ing iang iong u ue uan un",
    "zh ch sh": "a e i u ai ei ao ou an en ang eng ong ua uo uai ui uan un uang",
    "r": "e i u ao ou an en ang eng ong uo ui uan un",
    "z c s": "a e i u ai ei ao ou an en ang eng ong uo ui uan un",
    "": "a o e ai ei ao ou an en ang er",
}
_ALONE = {
    "yi": "Y IY", "ya": "Y AA", "ye": "Y EH", "yao": "Y AW", "you": "Y OW", "yan": "Y EH N", "yin": "Y IH N",
    "ying": "Y IH NG", "yang": "Y AA NG", "yong": "Y UH NG", "yu": "Y UW", "yue": "Y W EH", "yuan": "Y W EH N",
    "yun": "Y UH N", "wu": "W UW", "wa": "W AA", "wo": "W AO", "wai": "W AY", "wei": "W EY", "wan": "W AA N",
    "wen": "W AH N", "wang": "W AA NG", "weng": "W AH NG",
}  # fmt: skip
# Spellings that English words and other names hardly have.
_CLEARLY = re.compile(
    r"q(?!u[aeiou]?(?!$|[an]))i|^x[iu]|zh|[jqx]i[ao]|iang|iong|uang|[^aeiou]ia?ng[dtzjxqs]|xi|xu[ean]"
)
_LONGEST = 24


def _sound(initial: str, final: str) -> str:
    phones = _FINALS[final]
    if initial in ("j", "q", "x"):
        phones = phones.removeprefix("Y ")
        phones = {"W AA N": "W EH N", "W AH N": "UW N"}.get(phones, phones)
    if final == "i" and initial in ("zh", "ch", "sh", "r"):
        phones = "ER"
    return f"{_INITIALS[initial]} {phones}".strip()


SYLLABLES = {
    initial + final: _sound(initial, final)
    for initials, finals in _AFTER.items()
    for initial in (initials.split() or [""])
    for final in finals.split()
} | _ALONE


@functools.lru_cache(maxsize=4096)
def pinyin_name_phones(word: str) -> tuple[str, ...] | None:
    """English phones of a Chinese name of one to four syllables.

    >>> " ".join(pinyin_name_phones("qingdao"))
    'CH IH1 NG D AW2'
    """
    if len(word) > _LONGEST or not _CLEARLY.search(word):
        return None
    parts = _split(word)
    if parts is None or len(parts) > 4:
        return None
    phones = []
    for place, part in enumerate(parts):
        stress = "1" if place == 0 else "2"
        phones += [phone + stress if phone[0] in "AEIOU" else phone for phone in SYLLABLES[part].split()]
    return tuple(phones)


def _split(word: str) -> list[str] | None:
    """The fewest syllables; of two ways the one with the longer first (`xi an` needs an apostrophe)."""
    best: list[list[str] | None] = [[]]
    for end in range(1, len(word) + 1):
        ways = [
            [*before, word[start:end]]
            for start in range(max(0, end - 6), end)
            if (before := best[start]) is not None and word[start:end] in SYLLABLES
        ]
        best.append(min(ways, key=len) if ways else None)
    return best[-1]
