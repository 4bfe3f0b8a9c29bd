"""Phones as the IPA symbols that phoneme-level text encoders read, and English phones from IPA that a writer gives.

Such an encoder (PL-BERT: Li et al., 2023, arXiv:2301.08810) is trained on phonemes instead of words, with one token
per symbol. A table `phonemes.json` beside it gives the symbols their numbers. Symbols as in Kokoro's copy of PL-BERT,
where diphthongs are capital letters and stress stands before its vowel.
"""

import re
from collections.abc import Container


STRESS = {"0": "", "1": "ˈ", "2": "ˌ"}
ENGLISH = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "W", "AY": "I", "B": "b", "CH": "ʧ", "D": "d", "DH": "ð",
    "EH": "ɛ", "ER": "ɜɹ", "EY": "A", "F": "f", "G": "ɡ", "HH": "h", "IH": "ɪ", "IY": "i", "JH": "ʤ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "OW": "O", "OY": "Y", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ",
    "T": "t", "TH": "θ", "UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
WEAK = {"AH0": "ə", "ER0": "əɹ"}
# As dictionaries write them, American and British; symbols that mean a vowel of their own come before their parts.
VOWELS = {
    "aɪ": "AY", "aʊ": "AW", "eɪ": "EY", "oʊ": "OW", "əʊ": "OW", "ɔɪ": "OY", "ɜɹ": "ER", "ɜr": "ER", "əɹ": "ER",
    "ər": "ER", "ɜ": "ER", "ɝ": "ER", "ɚ": "ER", "i": "IY", "ɪ": "IH", "u": "UW", "ʊ": "UH", "ɛ": "EH", "e": "EH",
    "æ": "AE", "ʌ": "AH", "ə": "AH", "ɐ": "AH", "ɑ": "AA", "ɒ": "AA", "a": "AA", "ɔ": "AO", "o": "OW",
}  # fmt: skip
CONSONANTS = {
    "tʃ": "CH", "dʒ": "JH", "ʧ": "CH", "ʤ": "JH", "b": "B", "d": "D", "ð": "DH", "f": "F", "ɡ": "G", "g": "G",
    "h": "HH", "k": "K", "l": "L", "ɫ": "L", "m": "M", "n": "N", "ŋ": "NG", "p": "P", "ɹ": "R", "r": "R", "s": "S",
    "ʃ": "SH", "t": "T", "ɾ": "T", "θ": "TH", "v": "V", "w": "W", "j": "Y", "z": "Z", "ʒ": "ZH",
}  # fmt: skip
_STRESS_MARKS = {"ˈ": "1", "'": "1", "ˌ": "2"}
_SILENT = re.compile("[ːˑ.\u0361\u035cʰ ̩/\\[\\]]")  # length, syllables, ties, aspiration, brackets
_SYMBOL = re.compile("|".join(sorted([*VOWELS, *CONSONANTS, *_STRESS_MARKS], key=len, reverse=True)))


def ipa_symbols(phone: str, known: Container[str]) -> list[str]:
    """The symbols of one phone that the encoder knows: those of an English phone or a pause; none for other phones.

    >>> ipa_symbols("AE1", "ˈæ")
    ['ˈ', 'æ']
    """
    plain, stress = (phone[:-1], phone[-1]) if phone[-1:] in STRESS else (phone, "0")
    if phone in WEAK:
        symbols = WEAK[phone]
    elif plain in ENGLISH:
        symbols = STRESS[stress] + ENGLISH[plain]
    else:
        symbols = phone if phone in (" ", ",", ".", "?", "!") else ""
    return [symbol for symbol in symbols if symbol in known]


def ipa_phones(text: str) -> tuple[str, ...]:
    """English phones of a word in IPA; ValueError names a symbol that no English phone has.

    A stress mark counts for the next vowel; without any, the first vowel that is no schwa is stressed.

    >>> ipa_phones("təˈmeɪtoʊ")
    ('T', 'AH0', 'M', 'EY1', 'T', 'OW0')
    """
    plain, phones, stress, position = _SILENT.sub("", text), [], "0", 0
    marked = any(mark in plain for mark in _STRESS_MARKS)
    while position < len(plain):
        match = _SYMBOL.match(plain, position)
        if match is None:
            raise ValueError(f"`{plain[position]}` in `{text}` is no IPA symbol of an English phone.")
        symbol, position = match[0], match.end()
        if symbol in _STRESS_MARKS:
            stress = _STRESS_MARKS[symbol]
        elif symbol in CONSONANTS:
            phones.append(CONSONANTS[symbol])
        else:
            if not marked and symbol[0] not in "əɚɐ" or not marked and symbol == "əʊ":
                stress, marked = "1", True
            phones.append(VOWELS[symbol] + stress)
            stress = "0"
    return tuple(phones)
