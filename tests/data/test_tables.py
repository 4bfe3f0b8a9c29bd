"""Tables as people write them: without a header, with other separators, from other systems, and broken."""

import unicodedata

import numpy as np
import pytest
import soundfile

from transformers_tts_gan.data.load import load_speech


RATE = 16_000
LINES = {"a": "Good morning.", "b": "It is late, Dr. Smith.", "c": "Yes."}


def corpus(folder, table: str, names=("a", "b", "c"), encoding="utf-8"):
    (folder / "wavs").mkdir(parents=True)
    for name in names:
        soundfile.write(folder / "wavs" / f"{name}.wav", 0.3 * np.sin(np.arange(RATE // 2) / 5), RATE)
    (folder / "metadata.csv").write_text(table, encoding=encoding)
    return folder


def loaded(folder, **options):
    data = load_speech(folder, **options)
    return [(row["audio"].rsplit("/", 1)[1][0], row["speaker"], row["text"]) for row in data]


WITH_SPEAKERS = [("a", "amy", LINES["a"]), ("b", "bob", LINES["b"]), ("c", "amy", LINES["c"])]
ROWS = [("a", "speaker", LINES["a"]), ("b", "speaker", LINES["b"]), ("c", "speaker", LINES["c"])]


@pytest.mark.parametrize("order", ["file|speaker|text", "file|text|speaker", "speaker|file|text"])
@pytest.mark.parametrize("speakers", [("amy", "bob", "amy"), ("0", "1", "0"), ("7", "7", "7")])
@pytest.mark.parametrize("separator", ["|", "\t", ";", " | "])
def test_a_column_of_labels_is_seen_as_the_speaker(tmp_path, order, speakers, separator):
    """`file|speaker|text` once lost all speakers, and `file|text|speaker` trained on "0" and "1"."""
    lines = []
    for name, speaker in zip(LINES, speakers, strict=True):
        cells = {"file": f"wavs/{name}.wav", "speaker": speaker, "text": LINES[name]}
        lines.append(separator.join(cells[part] for part in order.split("|")))
    found = loaded(corpus(tmp_path, "\n".join(lines)))
    assert found == [(name, who, LINES[name]) for name, who in zip(LINES, speakers, strict=True)]


def test_columns_that_cannot_be_told_apart_are_refused_with_the_header_to_write(tmp_path):
    folder = corpus(tmp_path, "a|amy|Yes\nb|bob|No\nc|carl|Oh")
    with pytest.raises(ValueError, match="has 3 columns but no header.*such as `audio|text|speaker`"):
        load_speech(folder)
    (folder / "metadata.csv").write_text("a|1|en|Good morning.\nb|2|en|It is late.")
    with pytest.raises(ValueError, match="has 4 columns but no header.*such as `audio|text|speaker|language`"):
        load_speech(folder)


@pytest.mark.parametrize(
    "table",
    [
        "x|Gone.\na|Good morning.\nb|It is late, Dr. Smith.\nc|Yes.",
        "wavs\\a.wav|Good morning.\nwavs\\b.wav|It is late, Dr. Smith.\nwavs\\c.wav|Yes.",
        " a | Good morning. \n b | It is late, Dr. Smith. \n c | Yes. ",
        "id|text\na|Good morning.\nb|It is late, Dr. Smith.\nc|Yes.",
        "file|text\nwavs/a.wav|Good morning.\nwavs/b.wav|It is late, Dr. Smith.\nwavs/c.wav|Yes.",
        "file;text\na.wav;Good morning.\nb.wav;It is late, Dr. Smith.\nc.wav;Yes.",
        "a.wav;Good morning.\nb.wav;It is late, Dr. Smith.\nc.wav;Yes.",
        'a.wav,Good morning.\nb.wav,"It is late, Dr. Smith."\nc.wav,Yes.',
        "A.WAV|Good morning.\nB.Wav|It is late, Dr. Smith.\nC|Yes.",
    ],
)
def test_the_first_row_alone_does_not_decide(tmp_path, table):
    """A missing first file, names from Windows, spaces around `|`, other separators, other headers."""
    assert loaded(corpus(tmp_path, table)) == ROWS


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_are_found_however_they_are_stored(tmp_path, form):
    """macOS writes names decomposed, tables are typed composed."""
    other = {"NFC": "NFD", "NFD": "NFC"}[form]
    folder = corpus(tmp_path, unicodedata.normalize(form, "é|Yes.\nü|No."), names=[unicodedata.normalize(other, "éü")])
    for name in "éü":
        (folder / "wavs" / f"{unicodedata.normalize(other, name)}.wav").write_bytes(
            next((folder / "wavs").iterdir()).read_bytes()
        )
    assert load_speech(folder)["text"][:] == ["Yes.", "No."]


def test_a_separator_in_a_text_does_not_lose_its_head(tmp_path):
    assert loaded(corpus(tmp_path, "a|Good | morning.\nb|It is late.\nc|Yes."))[0][2] == "Good|morning."
    (tmp_path / "metadata.csv").write_text("a|Dr. X | Y|Doctor X\nb|It is late.|It is late.\nc|Yes.|Yes.")
    with pytest.raises(ValueError, match="row 1 has 4 columns, most have 3"):
        load_speech(tmp_path)


@pytest.mark.parametrize(
    "table",
    ['audio,text\na.wav,"Good morning.\nb.wav,Late.\nc.wav,Yes.', 'audio,text\na.wav,"Good\nb.wav,"Late\nc.wav,Y'],
)
def test_a_quote_that_is_not_closed_is_named_and_swallows_nothing(tmp_path, table):
    with pytest.raises(ValueError, match="metadata.csv` line 2 cannot be read .*: close each quote"):
        load_speech(corpus(tmp_path, table))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_tables_with_a_byte_order_mark_are_read(tmp_path, encoding):
    """What spreadsheets call "Unicode text"."""
    table = "\n".join(f"{name}|{text}" for name, text in LINES.items())
    assert loaded(corpus(tmp_path, table, encoding=encoding)) == ROWS


@pytest.mark.parametrize("encoding", ["latin-1", "gbk", "utf-16-le"])
def test_other_encodings_are_named(tmp_path, encoding):
    table = "a|Très bien.\nb|Yes." if encoding == "latin-1" else "a|你好。\nb|再见。"
    with pytest.raises(ValueError, match="metadata.csv` (is not UTF-8|holds a NUL).*save it as UTF-8"):
        load_speech(corpus(tmp_path, table, encoding=encoding))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("m.jsonl", b'{"audio": "a", "text": "x"}\n{"audio": "b", "text": ["x"]}', "row 2: `text` is a list"),
        ("m.jsonl", b'{"audio": ["a"], "text": "x"}', "row 1: `audio` is a list"),
        ("m.jsonl", b'{"audio": "a", "text": "x", "speaker": 1' + 40 * b"0" + b"}", "row 1: `speaker` is a number of"),
        ("m.jsonl", b'{"audio": "a", "text": ' + 5_000 * b"9" + b"}", "line 1 is not JSON"),
        ("m.jsonl", 100_000 * b"[", "line 1 is not JSON"),
        ("m.parquet", b"PAR1 junk PAR1", "cannot be read as parquet"),
        ("m.parquet", b"", "cannot be read as parquet"),
    ],
)
def test_junk_in_a_table_is_named_by_its_row(tmp_path, monkeypatch, name, content, message):
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        load_speech(tmp_path / name)
    assert name in str(caught.value)


@pytest.mark.parametrize("column", ["audio", "text"])
def test_junk_in_a_parquet_column_is_named(tmp_path, monkeypatch, column):
    import pyarrow as pa
    import pyarrow.parquet

    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    table = {"audio": ["a.wav"], "text": ["Yes."]} | {column: [[1, 2]]}
    pa.parquet.write_table(pa.table(table), tmp_path / "metadata.parquet")
    with pytest.raises(ValueError, match=r"metadata|column.*in row 1 \[1, 2\]"):
        load_speech(tmp_path)


def test_a_long_text_is_read_and_a_long_name_is_missing(tmp_path):
    """Cells of more than 131,072 characters are an error of Python's csv, names of more than 255 one of the system."""
    table = f"audio,text\na.wav,{'word ' * 40_000}\n{'x' * 300}.wav,Yes.\nbad\x1bname.wav,No."
    found = load_speech(corpus(tmp_path, table))
    assert len(found) == 1 and len(found[0]["text"]) > 190_000
