"""Chinese words to pinyin phones: an initial and a final with its tone, as they sound inside the sentence.

Enters: the words of one unbroken run of Chinese characters. Leaves: per character the phones it is spoken with, after
the tone changes of 3+3, 一 and 不. Tone 5 is the neutral tone; `v` is ü; a syllable without initial is its final alone.
"""

import functools
import itertools
import re
from collections.abc import Mapping

from .numbers import simplify
from .polyphone_model import read_by_model
from .polyphones import read_alone, read_in_context
from .tone_sandhi import change_tones


INITIALS = ("b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "zh", "ch", "sh", "r", "z", "c", "s")
FINALS = (
    "a o e ai ei ao ou an en ang eng ong er i ia ie iao iu ian in iang ing iong io "
    "u ua uo uai ui uan un uang ueng v ve van vn"
).split()

_SYLLABLE = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?)([a-zêü]*?)([1-5]?)")
_WHOLE = {"yi": "i", "wu": "u", "yu": "v", "yue": "ve", "yuan": "van", "yun": "vn", "ye": "ie", "you": "iu"}
_WHOLE |= {"yin": "in", "ying": "ing", "wei": "ui", "wen": "un", "weng": "ueng", "yong": "iong", "yo": "io"}
_WHOLE |= {"n": "en", "ng": "en", "m": "en", "hm": "en", "hng": "eng", "ê": "ei", "r": "er"}
_FINAL_SPELLINGS = {"uei": "ui", "uen": "un", "iou": "iu", "ue": "ve", "ê": "ei"}

# Words with a neutral tone that pypinyin's dictionary spells with full tones (after the list of the Putonghua test).
_NEUTRAL_LAST = frozenset(
    "爸爸 妈妈 爷爷 奶奶 哥哥 姐姐 弟弟 妹妹 叔叔 舅舅 姑姑 伯伯 婶婶 公公 婆婆 太太 宝宝 娃娃 "
    "星星 猩猩 先生 学生 朋友 喜欢 东西 衣服 时候 休息 认识 客气 月亮 漂亮 便宜 明白 清楚 "
    "告诉 事情 关系 消息 地方 眼睛 耳朵 鼻子 头发 嘴巴 脑袋 舌头 指头 骨头 石头 木头 馒头 枕头 "
    "罐头 前头 后头 里头 外头 上头 下头 那边 这边 里边 外边 上边 下边 前边 后边 左边 右边 旁边 "
    "东边 西边 南边 北边 里面 外面 上面 下面 前面 后面 窗户 厉害 麻烦 暖和 凉快 舒服 打算 打听 "
    "打扮 商量 收拾 照顾 招呼 答应 耽误 折腾 咳嗽 困难 葡萄 萝卜 豆腐 点心 粮食 蘑菇 苍蝇 骆驼 "
    "狐狸 蛤蟆 大夫 护士 师傅 师父 丈夫 妻子 亲戚 媳妇 姑娘 老婆 丫头 闺女 客人 男人 女人 爱人 "
    "别人 主人 夫人 大人 名字 意思 本事 力气 脾气 福气 运气 心思 毛病 故事 记性 主意 生意 买卖 "
    "行李 钥匙 扫帚 玻璃 灯笼 风筝 棉花 庄稼 云彩 太阳 合同 帐篷 包袱 衣裳 裁缝 尾巴 翅膀 影子 "
    "队伍 规矩 学问 部分 分量 动静 热闹 干净 结实 聪明 糊涂 老实 马虎 新鲜 稀罕 自在 痛快 勤快 "
    "活泼 大方 能耐 我们 你们 他们 她们 它们 咱们 人们 晚上 早上 街上 路上 地上 身上 桌上 床上 "
    "世上 头上 脸上 手上 晌午 屋里 家里 心里 夜里 那里 这里 城里 嘴里 眼里 水里 天上 楼上 地下 "
    "乡下 底下 起来 出来 进来 回来 过来 上来 下来 出去 进去 回去 过去 上去 下去 觉得 记得 认得 "
    "懂得 值得 晓得 显得 舍得 使得 免得 省得 见识 比方 称呼 相声 帮手 抽屉 巴掌 胳膊 屁股 肚子 "
    "味道 将就 讲究 应付 对付 琢磨 吓唬 唠叨 念叨 嘱咐 吩咐 张罗 欺负 亮堂 踏实 疙瘩 窟窿 笑话 "
    "状元 秀才 和尚 道士 少爷 老爷 奴才 皇上 委屈 冤枉 迷糊 佩服 多少 差事 别扭 利索 机灵 交情 "
    "人家 亲家 娘家 婆家 作坊 搭理 打发 打量 耷拉 嘀咕 东家 恶心 高粱 膏药 功夫 勾当 姑爷 寡妇 "
    "含糊 行当 核桃 厚道 花哨 活计 火候 伙计 家伙 架势 嫁妆 街坊 戒指 芥末 口袋 快活 阔气 浪头 "
    "篱笆 溜达 眉毛 门道 名堂 名气 苗条 木匠 年成 牌楼 盘算 铺盖 软和 烧饼 牲口 石匠 石榴 世故 "
    "似的 收成 首饰 思量 俗气 随和 岁数 特务 挑剔 铁匠 妥当 稳当 窝囊 下巴 消停 小气 絮叨 玄乎 "
    "牙碜 烟筒 眼色 秧歌 养活 吆喝 妖精 应酬 约莫 月饼 匀称 扎实 眨巴 栅栏 丈人 招牌 折磨 芝麻 "
    "苦头 甜头 码头 砖头 斧头 镐头 镢头 笼头 指甲 转悠 壮实 字号 祖宗 知识 道理 力量 任务 官司 谢谢 看看 听听 说说 试试 问问 坐坐 尝尝 "
    "聊聊 谈谈 玩玩 猜猜 歇歇 帮帮 打打 用用 念念 读读 学学 练练 查查 敲敲 摸摸 闻闻".split()
)
# 子 is a suffix after these; in 电子, 王子 and 莲子 it is a word of its own.
_NEUTRAL_LAST |= {
    char + "子"
    for char in (
        "样小汉胡法娘妹村柱嗓罐性皮刀袖鬼班傻岭主麦疯炉园林梅谷豹果点金婆婶窗矮位蹄宅碾匣步竹珠旗瘦本管轮股剪笛蛮虫贩妃奶格票娃拐帐带苗膀厨门段褂根镇探乱缎苇盆寨对帮窑方筏棚驼豆勺桃棒领垫套麻席池狸尖锥秃梭辣弯"
        "集款饼羔斧哨引筒拍钳窝凿狍坝瘤榛绸崽料索帕壳档顶橙椽罩鹞捻机桔妮筐梨翎墩竿糜肘坠穗缸橡梢鏊围芯娄腕腰框癫码茧锯兜秆坨砧座犊绫馓毽稗篦雹矬疹秧麂串屉混痦谱刨岗滚绦舅包卒胚团胰影稿脑曲"
    )
}
_READINGS = {
    word: tuple(pinyin.split())
    for word, pinyin in {
        "小姐": "xiao2 jie5", "嗯": "en4", "欸": "ei1", "诶": "ei1", "哪里": "na2 li5", "想想": "xiang2 xiang5",
        "走走": "zou2 zou5", "等等": "deng2 deng5", "找找": "zhao2 zhao5", "不得了": "bu4 de2 liao3", "谁": "shei2",
        "为了": "wei4 le5", "一会儿": "yi1 hui4 er5", "这儿": "zhe4 er5", "哪儿": "na3 er5",
        "那儿": "na4 er5", "好好儿": "hao3 hao1 er5", "慢慢儿": "man4 man1 er5",
        "啦啦队": "la1 la1 dui4", "啦啦操": "la1 la1 cao1",
    }.items()
}  # fmt: skip
_ER_IS_A_SYLLABLE = frozenset(
    "女儿 儿子 儿童 儿女 婴儿 幼儿 孤儿 少儿 健儿 宠儿 弃儿 胎儿 男儿 妻儿 孙儿 侄儿 小儿 幼儿园 儿媳 儿歌 儿科 小儿科 托儿所".split()
)


def syllable_phones(syllable: str) -> tuple[str, ...]:
    """Split one numbered pinyin syllable into phones; without a number it is neutral. ValueError if it is no pinyin.

    >>> syllable_phones("yuan2"), syllable_phones("zhi1"), syllable_phones("ju3")
    (('van2',), ('zh', 'i1'), ('j', 'v3'))
    """
    return _split(syllable.lower().replace("u:", "v").replace("ü", "v"))


@functools.lru_cache(maxsize=4096)
def _split(syllable: str) -> tuple[str, ...]:
    match = _SYLLABLE.fullmatch(syllable)
    initial, final, tone = match.groups() if match else ("", "", "")
    plain = initial + final
    if plain in _WHOLE:
        initial, final = "", _WHOLE[plain]
    elif initial == "y":
        initial, final = "", "i" + final
    elif initial == "w":
        initial, final = "", "u" + final
    elif initial in ("j", "q", "x") and final.startswith("u"):
        final = "v" + final[1:]
    final = _FINAL_SPELLINGS.get(final, final)
    if final not in FINALS or not (initial or final):
        raise ValueError(f"`{syllable}` is not a pinyin syllable; write it like `zhong1` or `lv4`, tone 1 to 5 last.")
    return (*([initial] if initial else []), final + (tone or "5"))


def chinese_phones(
    words: list[str], lexicon: Mapping[str, tuple[str, ...]] | None = None
) -> list[list[tuple[str, ...]]]:
    """Phones per character of every word of a run; ValueError names a character without a known reading.

    A word in `lexicon` (word to phones) is not looked up: its tones only count for its neighbors. Traditional
    characters are read as their simplified ones.

    >>> chinese_phones(["银行", "很", "好"])
    [[('in2',), ('h', 'ang2')], [('h', 'en2')], [('h', 'ao3')]]
    """
    lexicon = lexicon or {}
    words, written = _simplified(words), words
    readings = [list(word) for word in read_words(words)]
    for index, word in enumerate(written):
        if word in lexicon:
            readings[index] = _given(word, lexicon[word])
        elif not "".join(readings[index]).isascii():
            _check(word, readings[index])
    return [[_split(syllable) for syllable in word] for word in change_tones(words, readings)]


def _simplified(words: list[str]) -> list[str]:
    text = "".join(words)
    plain = simplify(text)
    if plain == text:
        return words
    ends = list(itertools.accumulate(map(len, words)))
    return [plain[end - len(word) : end] for word, end in zip(words, ends, strict=True)]


def _check(word: str, readings: list[str]) -> None:
    for char, syllable in zip(word, readings, strict=True):
        if not syllable[:1].isascii() and syllable[:1] != "ê":
            raise ValueError(
                f"`{char}` has no pinyin that we know; give it in `lexicon`, for example {{'{char}': ['a1']}}."
            )


def _given(word: str, phones: tuple[str, ...]) -> list[str]:
    """Stand-ins with the tones of `phones` for each character of `word`; without as many tones, neutral ones."""
    tones = [phone[-1] for phone in phones if phone[-1].isdigit()]
    return [f"a{tone}" for tone in tones] if len(tones) == len(word) else ["a5"] * len(word)


def read_words(words: list[str]) -> list[tuple[str, ...]]:
    """Numbered pinyin of each character of the simplified `words` of a run, as in a dictionary: no tone changes yet.

    A context of `polyphones.tsv` decides first, then a word of three characters or more, then the polyphone model. A
    neutral tone that the word gives stays.

    >>> read_words(["他", "长", "得", "很", "高"])[1:3]
    [('zhang3',), ('de5',)]
    """
    readings = [read_word(word) for word in words]
    found = read_in_context(words)
    found |= read_by_model(words, found)
    if not found:
        return readings
    owners = [(number, index) for number, word in enumerate(words) for index in range(len(word))]
    for place, reading in found.items():
        number, index = owners[place]
        word, before = readings[number], readings[number][index]
        if words[number] not in _READINGS and not (before[-1] == "5" and before[:-1] == reading[:-1]):
            readings[number] = (*word[:index], reading, *word[index + 1 :])
    return readings


@functools.lru_cache(maxsize=65536)
def read_word(word: str) -> tuple[str, ...]:
    """Numbered pinyin of each character of `word` by itself: 一 is `yi1`, 不 is `bu4`, no tone changes."""
    if word in _READINGS:
        return _READINGS[word]
    syllables = list(read_alone(word))
    for index, (char, syllable) in enumerate(zip(word, syllables, strict=True)):
        if char == "一":
            syllables[index] = "yi1"
        elif char == "不" and syllable[:2] == "bu":
            syllables[index] = "bu4"
        elif char == "儿" and index and word not in _ER_IS_A_SYLLABLE:
            syllables[index] = "er5"
    if word in _NEUTRAL_LAST or len(word) > 2 and word[-2:] in _NEUTRAL_LAST:
        syllables[-1] = syllables[-1][:-1] + "5"
    if len(word) == 4 and word[:2] == word[2:] and word[:2] in _NEUTRAL_LAST:  # 商量商量
        syllables[1] = syllables[1][:-1] + "5"
    return tuple(syllables)
