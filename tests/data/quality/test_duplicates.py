"""Copies are found among recordings that look alike, and many of these do not take long."""

import numpy as np

from transformers_tts_gan.data.quality.duplicates import MOST_COMPARED, RATE, same_sound


def noise(count: int) -> list[np.ndarray]:
    return list(0.1 * np.random.default_rng(0).standard_normal((count, RATE // 4)).astype(np.float32))


def alike(count: int) -> np.ndarray:
    """Fingerprints of length 1 whose likeness is .94 to .96."""
    random = np.random.default_rng(1)
    prints = random.standard_normal(384) + 0.23 * random.standard_normal((count, 384))
    return (prints / np.linalg.norm(prints, axis=1, keepdims=True)).astype(np.float32)


def groups(waves: list[np.ndarray], prints: np.ndarray) -> tuple[list[list[int]], int]:
    """What was found, and how many recordings were read for it."""
    read = []

    def audio(number: int) -> dict:
        read.append(number)
        return {"array": waves[number], "sampling_rate": RATE}

    return same_sound(prints, audio, 0.9, 0.6), len(read)


def test_recordings_that_all_look_alike_are_each_compared_with_a_few():
    """500 tones, hums or beeps look alike: 125,000 pairs took minutes."""
    count = 200
    found, read = groups(noise(count), alike(count))
    assert found == []
    assert read < (MOST_COMPARED + 1) * count < count * (count - 1) / 2


def test_a_copy_is_found_among_many_that_look_alike():
    waves, prints = noise(100), alike(100)
    waves[80], prints[80] = 0.5 * waves[60], prints[60]
    assert groups(waves, prints)[0] == [[60, 80]]


def test_many_copies_are_one_group():
    waves, prints = noise(60), alike(60)
    for number in range(5, 60):
        waves[number], prints[number] = waves[5], prints[5]
    assert groups(waves, prints)[0] == [list(range(5, 60))]
