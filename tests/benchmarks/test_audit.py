"""The audit says what each engine of a voice costs, and judges no sentence twice."""

import json


ROWS = [
    {"text": text, "speaker": "ann", "language": language, "split": "test"}
    for text, language in (("a", "en"), ("b", "en"), ("c", "zh"))
]


def judged(system: str, errors: int, mos: float) -> list[dict]:
    return [{"system": system, "errors": errors, "length": 10, "mos": mos, **row} for row in ROWS]


def test_what_is_judged_already_is_not_said_again(script, tmp_path):
    found = judged("onnx", 1, 4.0)
    (tmp_path / "judged.jsonl").write_text("".join(json.dumps(each) + "\n" for each in found))
    assert script.judge({"onnx": tmp_path / "nowhere"}, ROWS, {}, tmp_path / "judged.jsonl") == found


def test_errors_and_scores_are_of_the_wanted_rows_of_one_system(script):
    found = judged("onnx", 1, 4.0) + judged("onnx-int8", 2, 3.5)
    found.append({**found[0], "text": "another", "errors": 10})
    scores = script.quality(found, "onnx", ROWS)
    assert scores == {key: {"error_rate": 0.1, "mos": 4.0} for key in ("en", "zh", "all")}
    results = [{"engine": name, "quality": script.quality(found, name, ROWS)} for name in ("onnx", "onnx-int8")]
    assert script.summary(results) == "summary int8_mos_lost=0.500 int8_error_rate_lost=0.1000"


def test_the_table_says_where_nothing_was_judged(script):
    costs = {"real_time_factor": 0.01, "cpu_factor": 0.02, "megabytes": 11.0, "first_sound_ms": 12.3, "peak_mib": 99.6}
    scores = {"en": {"error_rate": 0.05, "mos": 4.25}}
    lines = script.table(
        [{"engine": "a", "quality": scores, **costs}, {"engine": "b", "quality": {}, **costs}], ["en"]
    )
    assert "0.0500" in lines and "4.2500" in lines and lines.count("not judged") == 2 and "100 MiB" in lines


def test_held_out_rows_of_each_language_are_said(script, tmp_path):
    others = [{**ROWS[0], "text": "train", "split": "train"}]
    (tmp_path / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in others + ROWS))
    assert script.read_rows(tmp_path, sentences=1) == [ROWS[0], ROWS[2]]


def test_a_process_of_its_own_speaks_and_is_measured(script, voice_folder):
    found = script.measure_in_turns({"torch": voice_folder}, threads=1, rounds=1)["torch"]
    assert 0 < found["real_time_factor"] < 10 and found["first_sound_ms"] > 0 and found["peak_mib"] > 50
    assert 0.01 < script.megabytes(voice_folder) < 100
