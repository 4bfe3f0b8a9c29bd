"""Arguments of training: wrong ones are refused by name, files and the command line give the same."""

import json
import os

import pytest
import torch

from transformers_tts_gan.training.arguments import TTSGanTrainingArguments, parse_arguments


SHARES = (
    "alignment_warmup_ratio",
    "vocoder_start_ratio",
    "discriminator_start_ratio",
    "ground_truth_mel_ratio",
    "text_encoder_freeze_ratio",
    "binarization_start_ratio",
    "discriminator_warmup_ratio",
)


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("value", [-0.1, 1.5])
def test_a_share_outside_0_to_1_is_refused_by_name(name, value, tmp_path):
    """Someone who gives steps instead of a share must learn it at once."""
    with pytest.raises(ValueError, match=f"`{name}` is {value}.*from 0 to 1"):
        TTSGanTrainingArguments(output_dir=str(tmp_path), **{name: value})


def test_discriminators_that_warm_up_for_all_of_the_rest_are_refused(tmp_path):
    with pytest.raises(ValueError, match="leave the generator nothing of the training"):
        TTSGanTrainingArguments(
            output_dir=str(tmp_path), discriminator_start_ratio=0.5, discriminator_warmup_ratio=0.5
        )


def test_processes_do_not_wait_half_an_hour_for_one_that_is_gone(tmp_path):
    assert TTSGanTrainingArguments(output_dir=str(tmp_path)).ddp_timeout == 600


@pytest.mark.parametrize("minutes", [0, -3.0])
def test_no_time_to_train_is_refused(minutes, tmp_path):
    with pytest.raises(ValueError, match="`max_train_minutes`"):
        TTSGanTrainingArguments(output_dir=str(tmp_path), max_train_minutes=minutes)


@pytest.mark.skipif(torch.accelerator.is_available(), reason="with an accelerator bf16 runs there")
def test_bf16_without_an_accelerator_runs_on_the_cpu(tmp_path):
    """Transformers refuses bf16 on a CPU unless the CPU was asked for; the recipes must run as they are."""
    assert TTSGanTrainingArguments(output_dir=str(tmp_path), bf16=True).use_cpu


def test_fsdp_is_refused(tmp_path):
    with pytest.raises(NotImplementedError, match="one process or under DDP"):
        TTSGanTrainingArguments(output_dir=str(tmp_path), fsdp="full_shard", use_cpu=True)


def write(folder, suffix=".yaml", **table):
    path = folder / f"recipe{suffix}"
    path.write_text(json.dumps({"output_dir": str(folder / "out"), **table}), encoding="utf-8")  # JSON is YAML, too
    return str(path)


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".json"])
def test_a_file_gives_the_arguments(suffix, tmp_path):
    path = write(
        tmp_path,
        suffix,
        discriminator_start_ratio=0.7,
        bf16=False,
        learning_rate=2e-4,
        report_to=["tensorboard"],
        seed=None,
    )
    (parsed,) = parse_arguments(TTSGanTrainingArguments, arguments=[path])
    assert (parsed.discriminator_start_ratio, parsed.bf16, parsed.learning_rate, parsed.seed) == (0.7, False, 2e-4, 42)
    assert parsed.report_to == ["tensorboard"]
    assert parsed.output_dir == os.path.join(tmp_path, "out")


def test_plain_yaml_with_comments_gives_the_arguments(tmp_path):
    path = tmp_path / "recipe.yaml"
    path.write_text(f"# why\noutput_dir: {tmp_path}\nlearning_rate: 1e-3\nuse_cpu: true\n", encoding="utf-8")
    (parsed,) = parse_arguments(TTSGanTrainingArguments, arguments=[str(path)])
    assert (parsed.learning_rate, parsed.use_cpu) == (1e-3, True)


def test_words_that_yaml_takes_for_booleans_stay_words(tmp_path):
    """`no` is a strategy, and what resumes on the command line resumes in a recipe."""
    recipe = tmp_path / "recipe.yaml"
    lines = [f"output_dir: {tmp_path}", "eval_strategy: no", "use_cpu: yes", "resume_from_checkpoint: true"]
    recipe.write_text("\n".join([*lines, "push_discriminator: false"]), encoding="utf-8")
    (training,) = parse_arguments(TTSGanTrainingArguments, arguments=[str(recipe)])
    assert training.eval_strategy == "no" and training.use_cpu and not training.push_discriminator
    assert training.resume_from_checkpoint.lower() == "true"


def test_a_table_within_a_file_stays_a_table(tmp_path):
    path = write(tmp_path, lr_scheduler_type="cosine_with_min_lr", lr_scheduler_kwargs={"min_lr_rate": 0.1})
    (parsed,) = parse_arguments(TTSGanTrainingArguments, arguments=[path])
    assert parsed.lr_scheduler_kwargs == {"min_lr_rate": 0.1}


def test_the_command_line_wins_over_the_file(tmp_path):
    arguments = [
        write(tmp_path, discriminator_start_ratio=0.7, bf16=True),
        "--discriminator_start_ratio",
        "0.2",
        "--bf16",
        "false",
    ]
    (parsed,) = parse_arguments(TTSGanTrainingArguments, arguments=arguments)
    assert (parsed.discriminator_start_ratio, parsed.bf16) == (0.2, False)


@pytest.mark.parametrize("name", ["gan_begin", "learning_rat"])
def test_an_unknown_name_is_refused_by_name(name, tmp_path):
    """A misspelled argument that is silently dropped, or taken for another, costs a training run."""
    with pytest.raises(ValueError, match=name):
        parse_arguments(TTSGanTrainingArguments, arguments=[write(tmp_path, **{name: 0.1})])
    with pytest.raises(ValueError, match=name):
        parse_arguments(TTSGanTrainingArguments, arguments=["--output_dir", str(tmp_path), f"--{name}", "0.1"])


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match="There is no file `.*lost.yaml`"):
        parse_arguments(TTSGanTrainingArguments, arguments=[str(tmp_path / "lost.yaml")])


def test_a_file_without_a_table_is_refused(tmp_path):
    path = tmp_path / "list.yaml"
    path.write_text("- a\n- b\n", encoding="utf-8")
    with pytest.raises(ValueError, match="holds a list"):
        parse_arguments(TTSGanTrainingArguments, arguments=[str(path)])


def test_a_folder_that_cannot_be_written_is_refused_before_training(tmp_path):
    """Hours of training that cannot be saved are lost."""
    (tmp_path / "file").write_text("in the way")
    arguments = TTSGanTrainingArguments(output_dir=str(tmp_path / "file" / "voice"))
    with pytest.raises(ValueError, match="`output_dir` cannot be written: .*Name another folder"):
        arguments.check_output_dir()
    arguments.output_dir = str(tmp_path / "new" / "voice")
    arguments.check_output_dir()
    assert (tmp_path / "new" / "voice").is_dir()


def test_a_process_takes_its_share_of_the_cores(monkeypatch, tmp_path):
    """`accelerate launch` gives a process on a CPU one thread, which doubles the time on two cores."""
    chosen = []
    monkeypatch.setattr(torch, "set_num_threads", chosen.append)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    TTSGanTrainingArguments(output_dir=str(tmp_path)).share_cores()
    monkeypatch.delenv("LOCAL_WORLD_SIZE")
    TTSGanTrainingArguments(output_dir=str(tmp_path)).share_cores()
    TTSGanTrainingArguments(output_dir=str(tmp_path), cpu_threads=3).share_cores()
    assert chosen == [4, 8, 3]
