"""Phones as the IPA symbols that phoneme-level text encoders read.

Such an encoder (PL-BERT: Li et al., 2023, arXiv:2301.08810) is trained on phonemes instead of words, with one token
per symbol. A table `phonemes.json` beside it gives the symbols their numbers. Symbols as in Kokoro's copy of PL-BERT,
where diphthongs are capital letters and stress stands before its vowel.
"""

from collections.abc import Container


STRESS = {"0": "", "1": "ˈ", "2": "ˌ"}
ENGLISH = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "W", "AY": "I", "B": "b", "CH": "ʧ", "D": "d", "DH": "ð",
    "EH": "ɛ", "ER": "ɜɹ", "EY": "A", "F": "f", "G": "ɡ", "HH": "h", "IH": "ɪ", "IY": "i", "JH": "ʤ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "OW": "O", "OY": "Y", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ",
    "T": "t", "TH": "θ", "UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
WEAK = {"AH0": "ə", "ER0": "əɹ"}


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
