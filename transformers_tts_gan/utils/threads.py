"""Work that several threads share."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar


Item = TypeVar("Item")
Result = TypeVar("Result")


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_ahead(
    executor: Executor, call: Callable[[Item], Result], items: Iterable[Item], ahead: int
) -> Iterator[Result]:
    """The results of `call`, in the order of the items, begun before they are asked for.

    Args:
        executor: Runs the calls.
        call: Takes an item.
        items: Read no faster than their results are taken.
        ahead: As many calls run or wait while an earlier result is waited for.

    Raises:
        Exception: What `call` or `items` raised, once all results before it are taken.
    """
    begun: deque[Future[Result]] = deque()
    for future in submitted(executor, call, items):
        begun.append(future)
        if len(begun) > ahead:
            yield begun.popleft().result()
    while begun:
        yield begun.popleft().result()


def submitted(executor: Executor, call: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Future[Result]]:
    """A call for each item; where the items end in an error, a last one that has failed by it."""
    iterator = iter(items)
    while True:
        try:
            item = next(iterator)
        except StopIteration:
            return
        except Exception as error:
            failed: Future[Result] = Future()
            failed.set_exception(error)
            yield failed
            return
        yield executor.submit(call, item)
