"""Tones as they change in speech: third tones, 一, 不, and the neutral tones that the sentence makes.

Enters: words and the dictionary reading of each character. Leaves: the same with spoken tones (Chao, A Grammar of
Spoken Chinese, 1968, chapters 1.3 and 3.4; the feet of third tones after Shih, The prosodic domain of tone sandhi in
Chinese, 1986).
"""

import operator
import re

from .segment import word_frequency


_CHANGING = re.compile(r"[一不个儿]|(.)\1", re.DOTALL)  # a run without these keeps its tones, but for third ones
_DIGITS = frozenset("零〇一二三四五六七八九十")
_NUMERALS = _DIGITS | frozenset("百千万亿两几点第")
_COUNTED = frozenset("零一二三四五六七八九十百千万亿两几半多这那哪每某下上")
_NOT_BEFORE_A_COMPLEMENT = frozenset("要可并决从毫绝岂若莫我你您他她它们都也就还又才很是会能该")
_COMPLEMENTS = frozenset("见懂完到着了起及清动好下上出来去过成住开全够掉透定齐")
# Verbs of one syllable that double (看看), take 过, or a result after 不 (看不见).
_VERBS = frozenset(
    "看听说试问坐尝聊谈玩猜歇帮打用念读学练查敲摸闻想走等找教讲写洗扫擦管做开拍揉动跳跑唱画数算量比逛散晒吃喝"
    "买卖拿放搬记睡忍受赶顾离舍合靠进出爱碰养穿当住见遇收理谢歌转弄猜抓追推拉抱指认背翻"
)
_AND_COME = (_VERBS | frozenset("来去有")) - frozenset("走跑拿转")
_PLACES = frozenset("墙山桌床地街路车船书报纸树水天身手脸头心家城村屋楼店河湖海院班校门窗网世会台课社夜嘴眼怀")


def change_tones(words: list[str], readings: list[list[str]]) -> list[list[str]]:
    """Spoken tones for the dictionary `readings` (one syllable per character) of the `words` of a run.

    >>> change_tones(["看", "一", "看"], [["kan4"], ["yi1"], ["kan4"]])
    [['kan4'], ['yi5'], ['kan4']]
    """
    text = "".join(words)
    flat = [syllable for word in readings for syllable in word]
    starts, start = [], 0
    for word in words:
        starts.append(start)
        start += len(word)
    for word, start in zip(words, starts, strict=True) if _CHANGING.search(text) else ():
        for index in range(start, start + len(word)):
            if text[index] in "一不个" or index and text[index] == text[index - 1]:
                flat[index] = _changed(text, flat, index, len(word) > 1 and index == start + len(word) - 1)
        if word == "儿" and start:
            flat[start] = "er5"
    _neutral_suffixes(words, starts, text, flat)
    _third_tones(words, starts, flat)
    return [flat[start : start + len(word)] for word, start in zip(words, starts, strict=True)]


def _changed(text: str, flat: list[str], index: int, last: bool) -> str:
    """The syllable of one character in its place. `last`: it ends a word of several characters."""
    char, syllable = text[index], flat[index]
    before, after = text[index - 1 : index] if index else "", text[index + 1 : index + 2]
    if char == "一" and syllable == "yi1" and after:
        return _yi(text, flat, index, before, after, last)
    if char == "不" and syllable == "bu4" and after:
        if before == after or (
            before and before not in _NOT_BEFORE_A_COMPLEMENT and after in _COMPLEMENTS and _is_verb(text, index - 1)
        ):
            return "bu5"
        return "bu2" if flat[index + 1].endswith("4") else "bu4"
    if char == "个" and syllable == "ge4" and before and before in _COUNTED:
        return "ge5"
    if before == char and char in _VERBS and text[index - 2 : index - 1] != char and after != char:
        return syllable[:-1] + "5"
    return syllable


def _is_verb(text: str, index: int) -> bool:
    return text[index] in _VERBS or text[index] in "来去对差少免" or text[index - 1 : index + 1] in ("解决", "控制")


def _yi(text: str, flat: list[str], index: int, before: str, after: str, last: bool) -> str:
    if before == after:
        return "yi5"
    if last and before not in "这那每有另同某任哪" or before and before in _NUMERALS or after in _DIGITS:
        return "yi1"
    if after in "月号楼级等" or text.startswith("年级", index + 1) or before == "月" and after == "日":
        return "yi1"
    if after == "点" and text[index + 2 : index + 3] in _DIGITS:
        return "yi1"
    falling = after == "个" or flat[index + 1].endswith("4")
    return "yi2" if falling else "yi4"


def _neutral_suffixes(words: list[str], starts: list[int], text: str, flat: list[str]) -> None:
    """上 and 里 after what they stand on, 过 after its verb, 不 within a word such as 对不起: no tone of their own."""
    for number, (word, start) in enumerate(zip(words, starts, strict=True)):
        if len(word) == 3 and word[1] == "不" and word[0] not in _NOT_BEFORE_A_COMPLEMENT:
            flat[start + 1] = "bu5" if flat[start + 1][:2] == "bu" else flat[start + 1]
        if word[-1] in "上里" and (len(word) == 2 and word[0] in _PLACES and word not in ("天上", "海里", "地里")):
            flat[start + 1] = flat[start + 1][:-1] + "5"
        if len(word) in (2, 3) and word[1] == "过" and word[0] in _AND_COME and word[2:] not in ("来", "去"):
            flat[start + 1] = "guo5"
        if not number or len(word) > 1:
            continue
        before, after = words[number - 1], text[start + 1 : start + 2]
        if word in "上里" and (
            before[-1] in _PLACES or len(before) > 1 and before[-1] not in "们天年月日会要能想晚早以"
        ):
            flat[start] = flat[start][:-1] + "5"
        elif word == "过" and before[-1] in _AND_COME and after not in ("年", "节", "来", "去"):
            flat[start] = "guo5"


def _third_tones(words: list[str], starts: list[int], flat: list[str]) -> None:
    """The first of two third tones rises: inside words, then inside pairs of single syllables, then across."""
    low = [syllable[-1] == "3" for syllable in flat]
    if not any(map(operator.and_, low, low[1:])):
        return
    for word, start in zip(words, starts, strict=True):
        if len(word) == 3 and all(flat[start + place].endswith("3") for place in range(3)):
            right = word_frequency(word[1:]) > word_frequency(word[:2])  # 小+老虎 stays low, 展览+馆 rises twice
            _raise(flat, start + 1)
            if not right:
                _raise(flat, start, certain=True)
        else:
            for index in range(start, start + len(word) - 1):
                _raise(flat, index)
    number = 0
    while number + 1 < len(words):
        if len(words[number]) == len(words[number + 1]) == 1:
            _raise(flat, starts[number])
            number += 1
        number += 1
    for number in range(len(words) - 1):
        if len(words[number]) == 1 or len(words[number + 1]) == 1:
            _raise(flat, starts[number + 1] - 1)


def _raise(flat: list[str], index: int, certain: bool = False) -> None:
    """Syllable `index` from the third to the second tone if the next one is a third, or if that is `certain`."""
    if flat[index].endswith("3") and (certain or flat[index + 1].endswith("3")):
        flat[index] = flat[index][:-1] + "2"
