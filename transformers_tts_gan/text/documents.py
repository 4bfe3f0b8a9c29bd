"""Documents as people have them, to chapters of plain text: txt, Markdown, EPUB and SubRip.

Enters: a file. Leaves: its [`Chapter`]s, whose headings, paragraphs and list items are lines that `text.lines` tells
apart, so that each gets its own pause.
"""

import re
import zipfile
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote
from xml.etree import ElementTree

from markdown_it import MarkdownIt
from markdown_it.token import Token


SUFFIXES = (".txt", ".md", ".epub", ".srt")
MOST_BYTES = 100 * 2**20  # of one file inside an EPUB, and of a text: more is no book
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve first second third last".replace(" ", "|")
_CHAPTER = re.compile(
    rf"\s*(?:(?:chapter|part|book)\s+(?:\d+|[ivxlc]+|{_NUMBERS})\b(?:[.:]?\s*[^.!?]{{0,60}})?"
    r"|第[\d一二三四五六七八九十百千零两]+[章回节卷部集].{0,30})\s*",
    re.IGNORECASE,
)
_CUE_TIMES = re.compile(r"\s*\d+:\d{2}:\d{2}[,.]\d{1,3}\s*-->\s*\d+:\d{2}:\d{2}[,.]\d{1,3}")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|\{\\[^{}]*\}")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = ("p", "div", "section", "article", "blockquote", "ul", "ol", "tr", "table", "figcaption", "dt", "dd", "hr")
_SILENT = ("script", "style", "head", "svg", "math", "rt", "rp", "nav", "title")


@dataclass(frozen=True)
class Chapter:
    """A part of a document that is spoken into one file.

    Args:
        title: Its heading, or an empty string.
        text: Plain text, its heading included.
    """

    title: str
    text: str


def read_document(path: str | Path) -> list[Chapter]:
    """The chapters of a document that hold something to say.

    Args:
        path: A `.txt`, `.md`, `.epub` or `.srt` file. Chapters are what stands under the headings of the first two
            levels of a Markdown file, each document of an EPUB, and in a txt file what follows lines such as
            `Chapter 1` or `第一章`.

    Raises:
        ValueError: It is none of those, damaged, not in UTF-8, or there is nothing to say in it.
        OSError: It cannot be read.

    Example:

    ```python
    for chapter in read_document("book.epub"):
        print(chapter.title, len(chapter.text))
    ```
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"`{path}` is no document that is read here: one of {', '.join(SUFFIXES)} is needed.")
    if suffix == ".epub":
        chapters = _epub(path)
    else:
        text = _decoded(path)
        chapters = {".txt": _plain_chapters, ".md": _markdown, ".srt": _subtitles}[suffix](text)
    chapters = [chapter for chapter in chapters if any(map(str.isalnum, chapter.text))]
    if not chapters:
        raise ValueError(f"There is nothing to say in `{path}`.")
    return chapters


def _decoded(path: Path) -> str:
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"`{path}` has more than {MOST_BYTES // 2**20} MB, which is no text.")
    data = path.read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"`{path}` is not in UTF-8 (byte {error.start}): save it as UTF-8 in an editor.") from None


def _plain_chapters(text: str) -> list[Chapter]:
    """Parts that begin with a line such as `Chapter 1` between blank lines."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    before = ""
    for line in text.splitlines():
        if not before.strip() and _CHAPTER.fullmatch(line):
            parts.append((line.strip(), []))
            parts[-1][1].extend([line.strip(), ""])
        else:
            parts[-1][1].append(line)
        before = line
    return [Chapter(title, "\n".join(lines).strip("\n")) for title, lines in parts]


def _markdown(text: str) -> list[Chapter]:
    """Parts under headings of the first two levels; code, pictures and tables' rules are not said."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)  # settings that some programs put at the beginning
    chapters: list[tuple[str, list[str]]] = [("", [])]
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    for number, token in enumerate(tokens):
        if token.type != "inline":
            continue
        opening = tokens[number - 1]
        said = inline_text(token.children or [])
        if opening.type == "heading_open" and opening.tag in ("h1", "h2"):
            chapters.append((said, [said]))
        elif opening.type in ("th_open", "td_open") and tokens[number - 2].type in ("th_close", "td_close"):
            chapters[-1][1][-1] += f", {said}"
        else:
            is_item = opening.type == "paragraph_open" and opening.hidden
            chapters[-1][1].append(f"- {said}" if is_item else said)
    return [Chapter(title, _blocks(blocks)) for title, blocks in chapters]


def inline_text(tokens: list[Token]) -> str:
    """What is said of a line of Markdown: its letters, without marks, pictures and links' addresses."""
    shown = {"text": lambda t: t.content, "code_inline": lambda t: t.content, "softbreak": lambda t: " "}
    shown |= {"hardbreak": lambda t: " ", "image": lambda t: ""}
    return " ".join("".join(shown[token.type](token) for token in tokens if token.type in shown).split())


def _blocks(blocks: list[str]) -> str:
    """Paragraphs with blank lines between them; items of a list on lines of their own."""
    text = ""
    for block in filter(None, blocks):
        is_list = block.startswith("- ") and text.rsplit("\n", 1)[-1].startswith("- ")
        text += ("\n" if is_list else "\n\n" if text else "") + block
    return text


def _subtitles(text: str) -> list[Chapter]:
    """What subtitles say; a sentence goes on from one to the next."""
    said = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        lines = block.split("\n")
        times = next((n for n, line in enumerate(lines[:2]) if _CUE_TIMES.match(line)), None)
        if times is not None:
            said.append(" ".join(_TAG.sub("", line).strip() for line in lines[times + 1 :]))
    return [Chapter("", " ".join(filter(None, said)))]


class _Book(HTMLParser):
    """The blocks of a page of a book, its first heading, and no footnote marks."""

    def __init__(self) -> None:
        super().__init__()
        self.title, self.blocks = "", [""]
        self.silent: list[str] = []
        self.heading = False

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if self.silent:
            if tag == self.silent[-1]:
                self.silent.append(tag)
        elif tag in _SILENT or "noteref" in (attributes.get("epub:type") or ""):
            self.silent.append(tag)
        elif tag in _HEADINGS or tag in _BLOCKS:
            self.blocks.append("")
            self.heading = tag in _HEADINGS
        elif tag == "li":
            self.blocks.append("- ")
        elif tag in ("br", "td", "th"):
            self.blocks[-1] += " "

    def handle_startendtag(self, tag, attrs):
        if tag not in _SILENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if self.silent:
            if tag == self.silent[-1]:
                self.silent.pop()
        elif tag in _HEADINGS or tag in _BLOCKS or tag == "li":
            if tag in _HEADINGS and not self.title:
                self.title = " ".join(self.blocks[-1].split())
            self.blocks.append("")
            self.heading = False

    def handle_data(self, data):
        if not self.silent:
            self.blocks[-1] += data

    def chapter(self) -> Chapter:
        blocks = [" ".join(block.split()) for block in self.blocks]
        return Chapter(self.title, _blocks([block for block in blocks if block != "-"]))


def _epub(path: Path) -> list[Chapter]:
    """The documents of an EPUB in the order in which they are read; the table of contents is left out."""
    try:
        with zipfile.ZipFile(path) as archive:
            container = ElementTree.fromstring(_member(archive, "META-INF/container.xml"))
            package_path = next(each.attrib["full-path"] for each in container.iter() if _name(each) == "rootfile")
            package = ElementTree.fromstring(_member(archive, package_path))
            items = {each.attrib["id"]: each.attrib for each in package.iter() if _name(each) == "item"}
            spine = [each.attrib["idref"] for each in package.iter() if _name(each) == "itemref"]
            chapters = []
            for number in spine:
                if "nav" in items[number].get("properties", "").split():
                    continue
                name = PurePosixPath(package_path).parent / unquote(items[number]["href"])
                book = _Book()
                book.feed(_member(archive, str(name)).decode("utf-8-sig", errors="replace"))
                chapters.append(book.chapter())
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, StopIteration) as error:
        raise ValueError(f"`{path}` is no EPUB that can be read, or it is damaged ({error}).") from None
    return chapters


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    parts: list[str] = []
    for part in name.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    info = archive.getinfo("/".join(parts))
    if info.file_size > MOST_BYTES:
        raise ValueError(f"`{name}` in the EPUB has more than {MOST_BYTES // 2**20} MB, which is no chapter.")
    return archive.read(info)


def _name(element: ElementTree.Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
