"""Work of several threads comes in order, is begun early, and fails when its turn has come."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from transformers_tts_gan.utils.threads import map_ahead


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2) as executor:
        yield executor


def test_results_come_in_order_while_two_calls_run_at_once(pool):
    both = threading.Barrier(2, timeout=10)

    def call(number):
        both.wait()  # breaks where no other call runs
        return number * number

    assert list(map_ahead(pool, call, iter(range(6)), ahead=2)) == [0, 1, 4, 9, 16, 25]


def test_no_more_is_begun_than_was_asked_for(pool):
    read = []
    results = map_ahead(pool, str, (read.append(number) or number for number in range(100)), ahead=2)
    assert read == []
    assert next(results) == "0" and read == [0, 1, 2]
    assert next(results) == "1" and read == [0, 1, 2, 3]


def broken_items():
    yield 1
    yield 2
    raise ValueError("the third item")


def test_an_error_comes_after_the_results_before_it(pool):
    results = map_ahead(pool, float, broken_items(), ahead=5)
    assert [next(results), next(results)] == [1.0, 2.0]
    with pytest.raises(ValueError, match="the third item"):
        next(results)
    results = map_ahead(pool, float, iter(["1", "x", "3"]), ahead=5)
    assert next(results) == 1.0
    with pytest.raises(ValueError, match="could not convert"):
        next(results)
