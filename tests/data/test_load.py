import json
import logging

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
import soundfile
from datasets import Audio, Dataset, DatasetDict, Features, Value

from transformers_tts_gan.audio.io import read_audio
from transformers_tts_gan.data.load import load_speech, save_metadata


RATE = 16_000
TEXTS = ["Good morning.", "“A, b” — said | he.", "今天天气很好。"]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Parquet files are cached by `datasets`; keep that out of the user's home."""
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")


def make_wavs(folder, names=("a", "b", "c"), suffix="wav"):
    (folder / "wavs").mkdir(parents=True, exist_ok=True)
    wave = 0.3 * np.sin(np.arange(RATE // 2) / 5)
    for name in names:
        soundfile.write(folder / "wavs" / f"{name}.{suffix}", wave, RATE)
    return [f"wavs/{name}.{suffix}" for name in names]


def make_rows(folder):
    languages, splits = ("en", "en", "zh"), ("train", "test", "train")
    columns = zip(make_wavs(folder), TEXTS, languages, splits, strict=True)
    return [
        {"audio": audio, "text": text, "speaker": "amy", "language": language, "split": split}
        for audio, text, language, split in columns
    ]


def assert_loads(dataset, texts=TEXTS):
    assert dataset["text"][:] == list(texts)
    assert {"audio", "text", "speaker", "language"} <= set(dataset.column_names)
    assert all(len(read_audio(audio, RATE)) == RATE // 2 for audio in dataset["audio"])


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
@pytest.mark.parametrize("given", ["file", "folder"])
def test_metadata_is_read_from_any_working_directory(tmp_path, monkeypatch, suffix, given):
    """Paths are relative to the metadata file, wherever training is started."""
    path = save_metadata(make_rows(tmp_path / "corpus"), tmp_path / "corpus" / f"metadata{suffix}")
    monkeypatch.chdir(tmp_path)
    dataset = load_speech(path.relative_to(tmp_path) if given == "file" else "corpus")
    monkeypatch.chdir("/")
    assert_loads(dataset)
    assert dataset["language"][:] == ["en", "en", "zh"]


def test_tsv_round_trips_and_refuses_its_own_separator(tmp_path):
    """`|` needs no quoting rules, as long as no text holds one."""
    rows = make_rows(tmp_path)
    with pytest.raises(ValueError, match="a value holds `|`, which separates the columns .* write jsonl instead"):
        save_metadata(rows, tmp_path / "metadata.tsv")
    save_metadata([rows[0], rows[2]], tmp_path / "metadata.tsv")
    assert_loads(load_speech(tmp_path), [TEXTS[0], TEXTS[2]])


def test_tabs_separate_a_tsv_too_and_quotes_are_plain_characters(tmp_path):
    """Common Voice's files: tab separated, unbalanced quotes, other column names."""
    make_wavs(tmp_path)
    (tmp_path / "train.tsv").write_text('path\tsentence\tclient_id\nwavs/a.wav\t"Hi, he said\tx1\n', encoding="utf-8")
    dataset = load_speech(
        tmp_path / "train.tsv", audio_column="path", text_column="sentence", speaker_column="client_id", language="en"
    )
    assert_loads(dataset, ['"Hi, he said'])
    assert (dataset[0]["speaker"], dataset[0]["language"]) == ("x1", "en")


def test_csv_fields_may_hold_line_breaks_and_quotes(tmp_path):
    """Spreadsheets quote such fields; a line separator inside a text is no new row."""
    make_wavs(tmp_path)
    content = 'audio,text\nwavs/a.wav,"He said ""hi"",\nand left."\nwavs/b.wav,one\u2028two\n'
    (tmp_path / "metadata.csv").write_text(content, encoding="utf-8")
    assert_loads(load_speech(tmp_path), ['He said "hi",\nand left.', "one\u2028two"])


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("a|Dr. X\nb|Y", "Dr. X"),
        ("a|Dr. X|Doctor X\nb|Y|Y", "Doctor X"),
        ("wavs/a.wav|Dr. X\nwavs/b.wav|Y", "Dr. X"),
        ("file_name|text\nwavs/a.wav|Dr. X\nwavs/b.wav|Y", "Dr. X"),
        ("\ufefffile_name|text\nwavs/a.wav|Dr. X\nwavs/b.wav|Y", "Dr. X"),
    ],
)
def test_ljspeech_metadata_needs_no_header(tmp_path, lines, text):
    """LJSpeech's own file, with and without normalized text, VITS file lists, and one with a header (and a BOM)."""
    make_wavs(tmp_path)
    (tmp_path / "metadata.csv").write_text(lines, encoding="utf-8")
    assert_loads(load_speech(tmp_path), [text, "Y"])


def write_hub_parquet(path, folder, decode):
    paths = make_wavs(folder)
    audio = [{"bytes": (folder / path).read_bytes(), "path": path} for path in paths]
    features = Features(audio=Audio(sampling_rate=RATE, decode=decode), text=Value("string"))
    metadata = {"huggingface": json.dumps({"info": {"features": features.to_dict()}})}
    table = pa.table({"audio": audio, "text": TEXTS}).replace_schema_metadata(metadata)
    path.parent.mkdir(parents=True, exist_ok=True)
    pa.parquet.write_table(table, path)


@pytest.mark.parametrize("decode", [True, False])
def test_parquet_with_stored_audio_never_needs_torchcodec(tmp_path, decode):
    """Hub parquet holds the files themselves and an `Audio` feature that would decode."""
    write_hub_parquet(tmp_path / "metadata.parquet", tmp_path, decode)
    assert_loads(load_speech(tmp_path))


def test_a_downloaded_hub_repository_loads_by_split(tmp_path):
    """What `hf download --repo-type dataset` leaves: `data/SPLIT-*.parquet`, and no metadata file of ours."""
    write_hub_parquet(tmp_path / "repo" / "data" / "train-00000-of-00001.parquet", tmp_path, decode=True)
    assert_loads(load_speech(tmp_path / "repo", split="train"))
    with pytest.raises(ValueError, match=r"`split` is 'test', but .* has the splits \['train'\]"):
        load_speech(tmp_path / "repo", split="test")


def test_a_hub_folder_of_loose_audio_files_says_how_to_get_it(monkeypatch):
    """`datasets` would send the user to install torchcodec, which needs FFmpeg."""

    def load_dataset(path, name):
        raise ImportError("To support encoding audio data, please install 'torchcodec'.")

    monkeypatch.setattr("datasets.load_dataset", load_dataset)
    with pytest.raises(ValueError, match="hf download --repo-type dataset user/corpus --local-dir DIR"):
        load_speech("user/corpus")


@pytest.mark.parametrize("stored", ["path", "struct"])
def test_parquet_with_paths_finds_the_files_beside_it(tmp_path, stored):
    """A parquet that only names its files, as plain strings or as `{"bytes": None, "path": ...}`."""
    paths = make_wavs(tmp_path)
    audio = paths if stored == "path" else [{"bytes": None, "path": path} for path in paths]
    schema = None if stored == "path" else pa.struct({"bytes": pa.binary(), "path": pa.string()})
    table = pa.table({"audio": pa.array(audio, type=schema), "text": TEXTS, "speaker": [1, 2, 3]})
    pa.parquet.write_table(table, tmp_path / "metadata.parquet")
    dataset = load_speech(tmp_path)
    assert_loads(dataset)
    assert dataset["speaker"][:] == ["1", "2", "3"]


def test_a_folder_saved_by_datasets_loads_by_split(tmp_path):
    """`save_to_disk` of one split or of several."""
    rows = make_rows(tmp_path)
    for row in rows:
        row["audio"] = str(tmp_path / row["audio"])
    data = Dataset.from_list(rows)
    data.remove_columns("split").save_to_disk(tmp_path / "one")
    DatasetDict(train=data.select([0]), test=data.select([1, 2])).save_to_disk(tmp_path / "two")
    assert_loads(load_speech(tmp_path / "one"))
    assert_loads(load_speech(tmp_path / "two", split="test"), TEXTS[1:])
    with pytest.raises(ValueError, match=r"`split` is None, but .* has the splits \['train', 'test'\]"):
        load_speech(tmp_path / "two")


def test_splits_do_not_leak(tmp_path):
    """Held-out sentences must never be trained on: a file without splits has no "test" to give."""
    rows = make_rows(tmp_path)
    save_metadata(rows, tmp_path / "metadata.jsonl")
    assert_loads(load_speech(tmp_path, split="test"), TEXTS[1:2])
    assert len(load_speech(tmp_path, split="train")) == 2
    with pytest.raises(ValueError, match=r"`split` is 'valid', but .* has \['test', 'train'\]"):
        load_speech(tmp_path, split="valid")
    path = save_metadata([{"audio": row["audio"], "text": row["text"]} for row in rows], tmp_path / "plain.jsonl")
    assert len(load_speech(path, split="train")) == 3
    with pytest.raises(ValueError, match=r"has \['train'\]: name one, or add a `split` column.*--eval_split"):
        load_speech(path, split="test")


def test_named_columns_replace_the_usual_ones_and_others_are_kept(tmp_path):
    """`text_column="normalized"` beside a raw `text` is LJSpeech's case."""
    rows = [row | {"normalized": row["text"].lower(), "pinyin": "x"} for row in make_rows(tmp_path)]
    save_metadata(rows, tmp_path / "metadata.jsonl")
    dataset = load_speech(tmp_path, text_column="normalized")
    assert_loads(dataset, [text.lower() for text in TEXTS])
    assert dataset["pinyin"][:] == ["x", "x", "x"]


def test_a_missing_column_is_answered_with_those_present_and_the_argument(tmp_path):
    """The first thing that goes wrong with somebody else's corpus."""
    make_wavs(tmp_path)
    path = save_metadata([{"audio": "wavs/a.wav", "sentence": "Hi."}], tmp_path / "metadata.jsonl")
    with pytest.raises(ValueError, match=r"no column `text`; it has \['audio', 'sentence'\].*`text_column`"):
        load_speech(path)
    with pytest.raises(ValueError, match="no column `voice`.*`speaker_column`"):
        load_speech(path, text_column="sentence", speaker_column="voice")
    dataset = load_speech(path, text_column="sentence", speaker="amy")
    assert (dataset[0]["speaker"], dataset[0]["language"]) == ("amy", None)


def test_paths_that_hold_no_corpus_say_what_is_missing(tmp_path):
    """A mistyped path must not be asked from the Hub, nor an empty folder end in a decoder's error."""
    (tmp_path / "metadata.txt").write_text("x")
    for path in (tmp_path / "nowhere", "./nowhere", "nowhere.csv"):
        with pytest.raises(FileNotFoundError, match="does not exist: check the path, or give a Hub id"):
            load_speech(path)
    with pytest.raises(ValueError, match="holds no `metadata.jsonl`.*tts-gan prepare"):
        load_speech(tmp_path)
    with pytest.raises(ValueError, match="metadata.txt` is not metadata: needs one of .jsonl, .csv"):
        load_speech(tmp_path / "metadata.txt")
    with pytest.raises(ValueError, match="`on_bad` is 'ignore'; needs 'skip' or 'raise'"):
        load_speech(tmp_path, on_bad="ignore")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("m.jsonl", b"", "has no rows: write one row per recording"),
        ("m.csv", b"", "has no rows"),
        ("m.csv", b"audio,text\n", "has no rows"),
        ("m.jsonl", b'{"audio": "a"}\n{"audio"\n', "line 2 is not JSON"),
        ("m.jsonl", b"[1, 2]\n", "line 1 is a list; needs"),
        ("m.jsonl", b'{"audio": "a", "speaker": 1}\n{"audio": "b", "speaker": "x"}', "mixes kinds of values"),
        ("m.csv", b"audio,text\na.wav,Hello, world\n", "row 2 has 3 columns, its header 2: .*Hello"),
        ("m.csv", "audio,text\na.wav,你好\n".encode("gbk"), "is not UTF-8 .*: save it as UTF-8"),
    ],
)
def test_broken_metadata_names_the_file_and_the_line(tmp_path, name, content, message):
    """Hand-made files break in these ways; the line number saves an hour."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        load_speech(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


def test_rows_without_text_or_file_are_skipped_and_named_or_raised(tmp_path, caplog):
    """A corpus is rarely whole; training starts without the holes, and says so."""
    rows = make_rows(tmp_path) + [{"audio": "wavs/gone.wav", "text": "x"}, {"audio": "wavs/a.wav", "text": "  "}]
    save_metadata(rows, tmp_path / "metadata.jsonl")
    with caplog.at_level(logging.WARNING):
        assert_loads(load_speech(tmp_path))
    assert "3 of 5" in caplog.text and "gone.wav" in caplog.text and "empty text: 1 (a.wav)" in caplog.text
    with pytest.raises(ValueError, match=r"has 1 bad rows of 5 \(missing\), first `.*gone.wav`"):
        load_speech(tmp_path, on_bad="raise")
    save_metadata(rows[3:4], tmp_path / "metadata.jsonl")
    with pytest.raises(ValueError, match="has 1 bad rows of 1"):
        load_speech(tmp_path)  # nothing would be left


def test_save_metadata_refuses_what_nothing_reads_back(tmp_path):
    """An empty list is a preparation that failed; another suffix would not be found again."""
    with pytest.raises(ValueError, match="no rows to write to"):
        save_metadata([], tmp_path / "metadata.jsonl")
    with pytest.raises(ValueError, match="is written as `.jsonl`, `.csv` or `.tsv`"):
        save_metadata([{"audio": "a.wav"}], tmp_path / "metadata.xlsx")


def test_a_vocoder_takes_rows_without_text_and_tables_without_a_text_column(tmp_path):
    """Most speech in the world is not transcribed, and a vocoder needs no transcripts."""
    rows = make_rows(tmp_path)
    save_metadata([{**row, "text": ""} for row in rows], tmp_path / "metadata.jsonl")
    assert len(load_speech(tmp_path, transcribed=False)) == 3
    save_metadata([{"audio": row["audio"]} for row in rows], tmp_path / "metadata.jsonl")
    assert len(load_speech(tmp_path, transcribed=False)) == 3
    with pytest.raises(ValueError, match="has no column `text`"):
        load_speech(tmp_path)


def test_a_vocoder_takes_a_plain_folder_of_sound_files(tmp_path):
    make_rows(tmp_path)
    dataset = load_speech(tmp_path, split="train", transcribed=False)
    assert [len(read_audio(audio, RATE)) for audio in dataset["audio"]] == [RATE // 2] * 3
    with pytest.raises(ValueError, match="`split` is 'test'"):
        load_speech(tmp_path, split="test", transcribed=False)
