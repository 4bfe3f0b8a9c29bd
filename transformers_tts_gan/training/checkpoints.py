"""Checkpoints that appear whole or not at all, whatever kills the process and whenever it does.

Everything of a checkpoint is first written to `OUTPUT/_unfinished/checkpoint-N` and comes to its place by one rename;
one that is no longer wanted leaves by one rename before it is deleted. So a folder `checkpoint-N` is whole at any
moment, and the newest is good to resume from. What killed processes left behind is removed at the next start.
"""

import contextlib
import logging
import os
import shutil
from pathlib import Path

from .distributed import gather
from .interrupts import Interrupted, StopSignals
from .output_lock import OutputLock
from .resume import checkpoint_to_resume, numbered, write_manifest


logger = logging.getLogger(__name__)

UNFINISHED = "_unfinished"  # the Trainer pushes no file whose name begins so
TRAINER_STATE = "trainer_state.json"


class AtomicCheckpointsMixin:
    """The part of [`TTSGanTrainer`] that says where and when a checkpoint is written; not what it holds."""

    _saving = False
    _saved_to: Path | None = None  # the newest checkpoint of this run
    stop_signals: StopSignals
    stop_agreed = False  # all processes know that one of them was told to stop

    def train(self, resume_from_checkpoint=None, trial=None, **kwargs):
        """As `Trainer.train`, in an `output_dir` that no other training uses.

        What killed processes left there is removed first. `resume_from_checkpoint` may be a word of the command line,
        such as `true`; see `checkpoint_to_resume`. SIGTERM and SIGINT end the training after a checkpoint, unless
        `save_strategy` is `no`.

        Raises:
            ValueError: Another process trains in `output_dir`, or there is no whole checkpoint to resume from.
        """
        folder = Path(self._get_output_dir(trial))
        with self._locked_output():
            if self.is_local_process_zero():
                remove_unfinished(folder)
            self.accelerator.wait_for_everyone()
            checkpoint = checkpoint_to_resume(resume_from_checkpoint, folder)
            try:
                with contextlib.nullcontext() if self.args.save_strategy == "no" else self.stop_signals:
                    output = super().train(checkpoint, trial, **kwargs)
                if self.stop_signals.received is not None:
                    logger.warning("%s came when all steps were done.", self.stop_signals.received.name)
                    self.stop_signals.end_process()
            except Interrupted:
                self.control = self.callback_handler.on_train_end(self.args, self.state, self.control)
                self.stop_signals.end_process()
            finally:
                if self.is_local_process_zero():
                    with contextlib.suppress(OSError):  # it is not there, or not empty
                        (folder / UNFINISHED).rmdir()
        return output

    @contextlib.contextmanager
    def _locked_output(self):
        lock, error = OutputLock(self.args.output_dir), None
        if self.is_world_process_zero():
            try:
                lock.acquire()
            except ValueError as refused:
                error = refused
        if not all(row[0] for row in gather([error is None], self.args.device)):
            raise error or ValueError(f"`output_dir` `{self.args.output_dir}` is in use; process 0 says by whom.")
        try:
            yield
        finally:
            lock.release()

    def _maybe_log_save_evaluate(self, *args, **kwargs):
        received = self.stop_signals.received
        stopping = self.stop_agreed or (received is not None and self.args.world_size == 1)
        self.control.should_save = self.control.should_save or stopping
        super()._maybe_log_save_evaluate(*args, **kwargs)
        if stopping:
            logger.warning(
                "%s: stopped after step %d. `%s` is saved; go on with `--resume_from_checkpoint true`.",
                "A signal to another process" if received is None else received.name,
                self.state.global_step,
                self._saved_to,
            )
            raise Interrupted

    def _get_output_dir(self, trial) -> str:
        folder = super()._get_output_dir(trial)
        return os.path.join(folder, UNFINISHED) if self._saving else folder

    def _save_checkpoint(self, model, trial):
        folder, step = Path(self._get_output_dir(trial)), self.state.global_step
        written, wanted = folder / UNFINISHED / f"checkpoint-{step}", folder / f"checkpoint-{step}"
        self._saving = True
        try:
            super()._save_checkpoint(model, trial)
        finally:
            self._saving = False
        if self.state.best_global_step:
            best = folder / f"checkpoint-{self.state.best_global_step}"
            if best == wanted or best.is_dir():
                self.state.best_model_checkpoint = str(best)
        self.accelerator.wait_for_everyone()  # every process has written its random state
        if self.args.should_save:
            self.state.save_to_json(str(written / TRAINER_STATE))  # the best one may be this one, by its final name
            publish(written, wanted)
        self.accelerator.wait_for_everyone()
        if self.is_local_process_zero() and written.is_dir():  # on a machine with a disk of its own
            publish(written, wanted)
        self._saved_to = wanted
        if self.args.push_to_hub:
            self._push_from_checkpoint(str(wanted))
        if self.args.should_save and self.args.save_total_limit:
            keep_newest(folder, self.args.save_total_limit, {str(wanted), str(self.state.best_model_checkpoint)})

    def _push_from_checkpoint(self, checkpoint_folder: str):
        if not self._saving:  # only once it is whole
            super()._push_from_checkpoint(checkpoint_folder)


def publish(written: Path, wanted: Path):
    """Bring a written checkpoint to its place; one of the same name, from an earlier run, makes room."""
    write_manifest(written)
    for path in written.rglob("*"):
        if path.is_file():
            flush(path)
    if wanted.exists():
        discard(wanted)
    os.rename(written, wanted)
    flush(wanted.parent)


def flush(path: Path):
    """Put a file or a folder on the disk, so that a power cut cannot reorder what this process did."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # some file systems cannot do that for a folder
        logger.debug("`%s` cannot be flushed.", path)
    finally:
        os.close(handle)


def discard(checkpoint: Path):
    """Delete a checkpoint, which is gone at once and as a whole."""
    unwanted = checkpoint.parent / UNFINISHED / f"deleted-{checkpoint.name}"
    unwanted.parent.mkdir(exist_ok=True)
    shutil.rmtree(unwanted, ignore_errors=True)
    os.rename(checkpoint, unwanted)
    shutil.rmtree(unwanted, ignore_errors=True)


def keep_newest(folder: Path, limit: int, protected: set[str]):
    """Delete the oldest checkpoints of `folder` until `limit` are left, but none of the `protected` paths."""
    checkpoints = sorted(numbered(folder), key=lambda path: path.stat().st_mtime_ns)
    others = [path for path in checkpoints if str(path) not in protected]
    kept = len(checkpoints) - len(others)
    for path in others[: len(others) - max(0, limit - kept)]:
        logger.info("Deleting `%s`: `save_total_limit` is %d.", path, limit)
        discard(path)


def remove_unfinished(folder: Path):
    """Remove what a killed process was writing or deleting; put aside what other programs left unfinished."""
    if (folder / UNFINISHED).exists():
        found = sorted(path.name for path in (folder / UNFINISHED).iterdir())
        if found:
            logger.warning("`%s` holds %s, which a killed process left: removed.", folder / UNFINISHED, found)
        shutil.rmtree(folder / UNFINISHED, ignore_errors=True)
    for path in numbered(folder):
        if not (path / TRAINER_STATE).exists():
            aside = path.with_name(f"broken-{path.name}")
            logger.warning("`%s` has no `%s`, so it was never finished: now `%s`.", path, TRAINER_STATE, aside.name)
            shutil.rmtree(aside, ignore_errors=True)
            os.rename(path, aside)
