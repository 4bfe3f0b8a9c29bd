"""Documents become chapters of plain text, with everything that is said and nothing that is not."""

import zipfile

import pytest

from transformers_tts_gan.text.documents import Chapter, read_document


CONTAINER = """<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf"><manifest>
<item id="n" href="nav.xhtml" properties="nav"/><item id="b" href="text/b%20b.xhtml"/><item id="a" href="../a.xhtml"/>
</manifest><spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/></spine></package>"""
PAGE = """<html xmlns="http://www.w3.org/1999/xhtml"><head><title>X</title><style>p</style></head>
<body>{}</body></html>"""
FIRST = """<h1>Chapter <i>One</i></h1><p>It was &amp; is
 late.<a epub:type="noteref" href="#n">1</a></p><p>She<br/>left.</p><ul><li>one</li><li><p>two</p></li></ul>"""


def write(folder, name: str, text: str):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def write_epub(path, **members: str):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": PACKAGE,
            "OEBPS/nav.xhtml": PAGE.replace("{}", "<p>contents</p>"),
            "a.xhtml": PAGE.replace("{}", FIRST),
            "OEBPS/text/b b.xhtml": PAGE.replace("{}", "<div>好<ruby>漢<rt>hàn</rt></ruby>字。</div>"),
            **members,
        }.items():
            archive.writestr(name, text)
    return path


def test_an_epub_is_read_in_the_order_of_its_spine(tmp_path):
    assert read_document(write_epub(tmp_path / "a.epub")) == [
        Chapter("Chapter One", "Chapter One\n\nIt was & is late.\n\nShe left.\n\n- one\n\ntwo"),
        Chapter("", "好漢字。"),
    ]


@pytest.mark.parametrize("member", ["META-INF/container.xml", "OEBPS/book.opf"])
def test_a_damaged_epub_is_refused(tmp_path, member):
    with pytest.raises(ValueError, match="no EPUB that can be read"):
        read_document(write_epub(tmp_path / "a.epub", **{member: "<package>"}))


def test_what_only_calls_itself_an_epub_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no EPUB that can be read"):
        read_document(write(tmp_path, "a.epub", "text"))


def test_markdown_is_said_without_its_signs(tmp_path):
    text = """---
author: me
---
Before.

# One *two*

A **bold** [link](https://a.b) to `code`,
wrapped. ![picture](a.png)

```python
never = "said"
```

- first
- second

### Three

| a | b |
|---|---|
| c | d |

Four
====
Last.
"""
    assert read_document(write(tmp_path, "a.md", text)) == [
        Chapter("", "Before."),
        Chapter("One two", "One two\n\nA bold link to code, wrapped.\n\n- first\n- second\n\nThree\n\na, b\n\nc, d"),
        Chapter("Four", "Four\n\nLast."),
    ]


def test_a_txt_file_has_chapters_where_lines_say_so(tmp_path):
    text = "A title\n\nChapter 1\n\nOne.\nAnd so on.\n\nCHAPTER II. The end\n\nTwo.\n\nPart of it\n\n"
    text += "第三章 好\n\n三。\nChapter 9 was good.\n"
    chapters = read_document(write(tmp_path, "a.txt", text))
    assert [chapter.title for chapter in chapters] == ["", "Chapter 1", "CHAPTER II. The end", "第三章 好"]
    assert chapters[1].text == "Chapter 1\n\n\nOne.\nAnd so on."
    assert chapters[3].text.endswith("Chapter 9 was good.")


def test_subtitles_are_read_as_one_text(tmp_path):
    text = "1\n00:00:01,000 --> 00:00:02,500\n<i>When it</i> rains,\nwe\n\n"
    text += "2\r\n00:00:03,000 --> 00:00:04,000\r\nstay.\r\n"
    assert read_document(write(tmp_path, "a.srt", text)) == [Chapter("", "When it rains, we stay.")]


def test_byte_order_marks_are_no_text(tmp_path):
    (tmp_path / "a.txt").write_bytes("\ufeffGood.".encode())
    (tmp_path / "b.txt").write_bytes("好。".encode("utf-16"))
    assert read_document(tmp_path / "a.txt")[0].text == "Good." and read_document(tmp_path / "b.txt")[0].text == "好。"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.pdf", b"x", "is no document that is read here: one of .txt, .md, .epub, .srt"),
        ("a.txt", "日本".encode("shift_jis"), "is not in UTF-8"),
        ("a.txt", b" ... ", "There is nothing to say"),
        ("a.md", b"```\ncode\n```\n", "There is nothing to say"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(tmp_path, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match=message):
        read_document(tmp_path / name)
