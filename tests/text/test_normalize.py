"""Every word as it is spoken, and the characters of the text it was read from."""

import unicodedata

import pytest

from transformers_tts_gan.text.normalization import normalize


ENGLISH = {
    "I have 3 cats and 21 dogs.": "I have three cats and twenty one dogs .",
    "$5.99, £3.50 or €100": "five dollars and ninety nine cents , three pounds and fifty pence or one hundred euros",
    "$1; $1.01; $0.75": "one dollar , one dollar and one cent , seventy five cents",
    "$3.5 million and $20k": "three point five million dollars and twenty thousand dollars",
    "-$5": "minus five dollars",
    "On March 5, 2024 we met.": "On March fifth twenty twenty four we met .",
    "Jan. 5th, Feb 3": "January fifth , February third",
    "the 4th of July, 1776": "the fourth of July seventeen seventy six",
    "2024-03-05": "March fifth twenty twenty four",
    "3/5/2024": "March fifth twenty twenty four",
    "12/25/99": "December twenty fifth nineteen ninety nine",
    "At 3:30 p.m. we left.": "At three thirty P.M. we left .",
    "He came at 5 p.m.": "He came at five P.M. .",
    "15:20, 3:05, 12:00, 7pm": "fifteen twenty , three oh five , twelve o'clock , seven P.M. .",
    "10:00-12:00": "ten o'clock to twelve o'clock",
    "50% of 3.14": "fifty percent of three point one four",
    "-5 or .5": "minus five or point five",
    "5 km, 1 km, 70 mph": "five kilometers , one kilometer , seventy miles per hour",
    "20°C, -3 °F, 16 GB": "twenty degrees celsius , minus three degrees fahrenheit , sixteen gigabytes",
    "1,234,567 people": "one million two hundred thirty four thousand five hundred sixty seven people",
    "1000000000 and 12345": "one billion and twelve thousand three hundred forty five",
    "1999, 2005, 2010, 1905, 1900": "nineteen ninety nine , two thousand five , twenty ten , nineteen oh five , "
    "nineteen hundred",
    "the 1980s, the '90s": "the nineteen eighties , the nineties",
    "1st, 2nd, 3rd, 21st, 100th": "first , second , third , twenty first , one hundredth",
    "1/2 cup, 3/4, 2 1/2, 5/8": "one half cup , three quarters , two and a half , five eighths",
    "10-20 people, 5–7%": "ten to twenty people , five to seven percent",
    "1939-1945": "nineteen thirty nine to nineteen forty five",
    "call 555-1234": "call five five five one two three four",
    "(555) 123-4567": "five five five one two three four five six seven",
    "007": "zero zero seven",
    "12345678901234": "one two three four five six seven eight nine zero one two three four",
    "Dr. Smith vs. Mr. Jones, etc.": "Doctor Smith versus Mister Jones , et cetera .",
    "e.g. this, i.e. that": "for example this , that is that",
    "Acme Inc. Then": "Acme Incorporated . Then",
    "St. John on Main St. Wait": "Saint John on Main Street . Wait",
    "5th Ave, Sunset Blvd, Main St in May": "fifth Avenue , Sunset Boulevard , Main Street in May",
    "Mount St Helens, Ave Maria": "Mount Saint Helens , Ave Maria",
    "No. 5 and no. Yes": "Number five and no . Yes",
    "the U.S. and NASA": "the U.S. and NASA",
    "Henry VIII, World War II": "Henry the eighth , World War two",
    "https://www.example.com/a": "H.T.T.P.S. colon slash slash W.W.W. dot example dot com slash A. .",
    "john.smith@example.com.": "john dot smith at example dot com .",
    "version 1.2.3": "version one point two point three",
    "don't, it's, rock 'n' roll": "don't , it's , rock 'n roll",
    "B2B, MP3, 5G": "B. two B. , M.P. three , five G. .",
    "Plan A is a plan. A plan.": "Plan A. is a plan . A plan .",
    '"Hello," she said -- softly (very).': "Hello , she said , softly , very .",
    "rock & roll #1 x=y": "rock and roll number one X. equals Y. .",
    "Wait!? Well...": "Wait ? Well .",
    "café": "café",
    "well-known 5-year-old": "well known five year old",
    "２５ ｃａｔｓ！": "twenty five cats !",
}
CHINESE = {
    "我有3个苹果和2个梨。": "我有三个苹果和两个梨.",
    "2024年3月5日": "二零二四年三月五日",
    "1998年，98年，80年代": "一九九八年,九八年,八十年代",
    "2010-2015年": "二零一零到二零一五年",
    "今天是2024-03-05。": "今天是二零二四年三月五日.",
    "3月5日": "三月五日",
    "6月1日-6月5日": "六月一日到六月五日",
    "下午3:30见": "下午三点三十分见",
    "15:20，3:05，2:00": "十五点二十分,三点零五分,两点",
    "早上８：３０": "早上八点三十分",
    "10:00-12:00营业": "十点到十二点营业",
    "增长了12.5%": "增长了百分之十二点五",
    "是-3.5%": "是负百分之三点五",
    "占5%-10%": "占百分之五到百分之十",
    "价格¥25.5": "价格二十五点五元",
    "￥2000": "两千元",
    "花$100": "花一百美元",
    "100元，3万元": "一百元,三万元",
    "1,234.5元": "一千二百三十四点五元",
    "电话13812345678": "电话幺三八幺二三四五六七八",
    "010-12345678": "零幺零幺二三四五六七八",
    "请拨打110": "请拨打幺幺零",
    "有110人": "有一百一十人",
    "编号12345678": "编号一二三四五六七八",
    "12000000元": "一千二百万元",
    "气温-5℃": "气温零下五摄氏度",
    "20°C，5km，60km/h，2kg": "二十摄氏度,五公里,六十公里每小时,两公斤",
    "3.5": "三点五",
    "0.05": "零点零五",
    "100、105、115": "一百,一百零五,一百一十五",
    "1005、1050、10500、20000": "一千零五,一千零五十,一万零五百,两万",
    "100000001元": "一亿零一元",
    "12、20、200、2000": "十二,二十,二百,两千",
    "1/2和3/4": "二分之一和四分之三",
    "比分是2:1": "比分是二比一",
    "10-20人，3~5天": "十到二十人,三到五天",
    "第2名，2月2日": "第二名,二月二日",
    "2天，2岁，2次，12个": "两天,两岁,两次,十二个",
    "2+3=5，3×4": "二加三等于五,三乘四",
    "iPhone 15手机": "iPhone十五手机",
    "版本1.2.3": "版本一点二点三",
    "A座3单元，选A。": "A.座三单元,选A..",
    "5G网络": "五G.网络",
    "邮箱abc@qq.com": "邮箱A.B.C.atQ.Q.点com",
    "“你好”（世界）《红楼梦》": "你好,世界,红楼梦",
    "好……吧！？": "好,吧?",
    "007，2008年": "零零七,二零零八年",
    "二〇二四年": "二零二四年",
    "他说Harry Potter has 7 books很好": "他说HarryPotterhassevenbooks很好",
}


@pytest.mark.parametrize(("text", "spoken"), ENGLISH.items())
def test_english_is_written_out(text, spoken):
    assert " ".join(item.text for item in normalize(text, "en")) == spoken


@pytest.mark.parametrize(("text", "spoken"), CHINESE.items())
def test_chinese_is_written_out(text, spoken):
    assert "".join(item.text for item in normalize(text, "zh")) == spoken


@pytest.mark.parametrize(("text", "language"), [(t, "en") for t in ENGLISH] + [(t, "zh") for t in CHINESE])
def test_spans_index_the_original_text_and_never_go_back(text, language):
    spans = [item.span for item in normalize(text, language)]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(now == last or now[0] >= last[1] for last, now in zip(spans, spans[1:], strict=False))


def test_every_word_of_a_number_has_the_span_of_the_number():
    assert {item.span for item in normalize("25", "en")} == {(0, 2)}
    twenty, _, apples = normalize("25 apples", "en")
    assert (twenty.span, apples.span) == ((0, 2), (3, 9))


@pytest.mark.parametrize(
    ("text", "language", "message"),
    [
        ("good \ue000", "en", "U\\+E000.* position 5"),
        ("Привет", "en", "CYRILLIC CAPITAL LETTER PE.* position 0"),
        ("naǝve", "en", "LATIN SMALL LETTER TURNED E.* position 2"),
        ("你好ひ", "zh", "HIRAGANA LETTER HI.* position 2"),
        ("das 3", "xx", "DIGIT THREE.* position 4.* `xx`"),
        ("a\x00", "en", r"U\+0000"),
    ],
)
def test_a_character_nobody_can_read_is_named(text, language, message):
    with pytest.raises(ValueError, match=message):
        normalize(text, language)


def test_a_chinese_text_in_latin_letters_alone_has_english_numbers():
    assert [item.language for item in normalize("Hello 25", "zh")] == ["en"] * 3


def test_another_language_keeps_its_letters_and_pauses():
    assert [item.text for item in normalize("Grüße, Welt!", "de")] == ["Grüße", ",", "Welt", "!"]


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("kgⅢ", "zh", "kg three"),
        ("第Ⅲ章", "zh", "第 三 章"),
        ("good Ⅷ", "zh", "good eight"),
        ("part Ⅳ", "en", "part four"),
        ("喝5⅓杯", "zh", "喝 五 又三分之一 杯"),
        ("about ㎏ and ₹", "en", "about kilograms and rupees"),
        ("我α粒子", "zh", "我 阿尔法 粒 子"),
    ],
)
def test_a_sign_is_read_in_the_language_around_it(text, language, said):
    assert " ".join(item.text for item in normalize(text, language)) == said


def test_a_sign_that_one_language_reads_is_read_by_both_and_in_every_place():
    """A word of Latin letters makes a piece of a Chinese text English, where `kgⅢ` had no reading."""

    def readable(text, language):
        try:
            normalize(text, language)
        except ValueError:
            return False
        return True

    named = [chr(code) for code in range(0x21, 0x3400) if unicodedata.name(chr(code), "")]
    counts = []
    for char in (char for char in named if not unicodedata.combining(char) and not char.isalpha()):
        places = [(char, "en"), (char, "zh"), (f"kg{char}", "zh"), (f"good {char}", "en"), (f"我{char}", "zh")]
        found = {readable(*place) for place in places}
        assert len(found) == 1, (char, places)
        counts += found
    assert counts.count(True) > 600


@pytest.mark.parametrize(("text", "said"), [("John F., 2 cats", "John F. , two cats"), ("plan B; no", "plan B. , no")])
def test_the_full_stop_of_an_initial_before_a_comma_ends_no_sentence(text, said):
    assert " ".join(item.text for item in normalize(text)) == said
