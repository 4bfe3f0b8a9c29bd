"""Training of the polyphone network on a tiny dataset with a tiny teacher."""

import pickle

import numpy as np
import pytest
from helpers.example_scripts import script

from transformers_tts_gan.text.zh.polyphone_model import PolyphoneModel


SCRIPT = script("train_polyphones", "benchmarks")
LABELED = [("他在银▁行▁工作", "hang2"), ("他在▁行▁走", "xing2"), ("头发很▁长▁", "chang2"), ("孩子▁长▁大", "zhang3")]


@pytest.fixture
def teacher(tmp_path):
    """Files as g2pM has them, with random weights."""
    draw = np.random.default_rng(0)
    classes = {"hang2": 0, "xing2": 1, "chang2": 2, "zhang3": 3, "xx5": 4}
    shapes = {"weight_ih_l0": (128, 64), "weight_hh_l0": (128, 32), "bias_ih_l0": (128,), "bias_hh_l0": (128,)}
    state = {
        f"lstm.{name}{way}": draw.normal(size=shape) for name, shape in shapes.items() for way in ("", "_reverse")
    }
    state |= {"embedding.weight": draw.normal(size=(4, 64)), "logit_layer.0.weight": draw.normal(size=(32, 64))}
    state |= {"logit_layer.0.bias": np.zeros(32), "logit_layer.2.weight": draw.normal(size=(5, 32))}
    state["logit_layer.2.bias"] = np.zeros(5)
    tokens = {"<PAD>": 0, "<UNK>": 1, "시": 2, "끝": 3}
    dictionary = {"行": ["xing2", "hang2"], "长": ["chang2", "zhang3", "xx5"], "他": ["ta1"]}
    files = {"np_ckpt": state, "digest_cedict": dictionary, "char2idx": tokens, "class2idx": classes}
    for name, content in files.items():
        (tmp_path / f"{name}.pkl").write_bytes(pickle.dumps(content))
    return tmp_path


def test_the_dataset_is_read_with_the_place_of_its_mark(tmp_path):
    (tmp_path / "dev.sent").write_text("在银▁行▁里\n▁绿▁色\n", encoding="utf-8")
    (tmp_path / "dev.lb").write_text("hang2\nlu:4\n", encoding="utf-8")
    assert SCRIPT.cpp(tmp_path, "dev") == [("在银行里", 2, "hang2"), ("绿色", 0, "lv4")]


def test_a_trained_file_reads_what_it_was_taught(tmp_path, teacher, capsys):
    for split in ("dev", "test"):
        (tmp_path / f"{split}.sent").write_text("".join(f"{text}\n" for text, _ in LABELED * 8), encoding="utf-8")
        (tmp_path / f"{split}.lb").write_text("".join(f"{label}\n" for _, label in LABELED * 8), encoding="utf-8")
    (tmp_path / "text.txt").write_text("他在图书馆里看书\n大家都很高兴\n", encoding="utf-8")
    (tmp_path / "own.txt").write_text("这条河很长\n", encoding="utf-8")
    output = tmp_path / "model.npz"
    texts = ["--text", str(tmp_path / "text.txt"), "--own_text", str(tmp_path / "own.txt")]
    SCRIPT.main(["--cpp", str(tmp_path), "--teacher", str(teacher), *texts, "--output", str(output), "--epochs", "40"])
    assert "CPP test: 32 characters, exact" in capsys.readouterr().out
    model = PolyphoneModel(output)
    assert {"hang2", "xing2"} <= set(model.readings["行"]) and "xx5" not in model.readings["长"]
    for marked, label in LABELED:
        text, place = marked.replace("▁", ""), marked.index("▁")
        assert model(text, [place], [("", 1)]) == [label]


def test_a_character_that_is_often_seen_and_always_read_as_in_its_word_is_asked_about_no_more(tmp_path):
    network = SCRIPT.Network(tokens=5, readings=4)
    network.bonus.data[:] = 100.0  # as the word says
    SCRIPT.save(network.eval(), tmp_path / "model.npz", "他长", {"长": ["chang2", "zhang3"], "还": ["hai2", "huan2"]})
    texts = ["是长是"] * 4
    for least, asked in ((5, {"长", "还"}), (4, {"还"})):
        SCRIPT.narrow(tmp_path / "model.npz", texts, seen_enough=least)
        assert PolyphoneModel(tmp_path / "model.npz").asked == asked
    network.bonus.data[:] = -100.0  # never as the word says
    SCRIPT.save(network, tmp_path / "model.npz", "他长", {"长": ["chang2", "zhang3"], "还": ["hai2", "huan2"]})
    SCRIPT.narrow(tmp_path / "model.npz", texts, seen_enough=4)
    assert PolyphoneModel(tmp_path / "model.npz").asked == {"长", "还"}


def test_training_needs_a_teacher(tmp_path, capsys):
    with pytest.raises(SystemExit):
        SCRIPT.main(["--cpp", str(tmp_path), "--output", str(tmp_path / "model.npz")])
    assert "`--teacher`" in capsys.readouterr().err
