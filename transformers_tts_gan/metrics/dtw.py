"""Dynamic time warping: which frames of two readings of one text belong together.

Enter: two sequences of vectors, such as cepstra or log-mel frames. Leaves: pairs of their frame numbers.
"""

import numpy as np


def time_warping_path(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Align two sequences of frames in time.

    The path has the smallest sum of Euclidean distances among those that start at both first frames, end at both last
    frames, and go on by one frame in one sequence or in both (Sakoe and Chiba, 1978, "Dynamic programming algorithm
    optimization for spoken word recognition").

    Args:
        first: `(N, D)` frames.
        second: `(M, D)` frames.

    Returns:
        `(P, 2)` frame numbers in `first` and in `second`.

    Raises:
        ValueError: A sequence is empty, or their vectors differ in size.

    Example:
        >>> time_warping_path(np.array([[0.0], [1.0]]), np.array([[0.0], [1.0], [1.0]])).tolist()
        [[0, 0], [1, 1], [1, 2]]
    """
    if not len(first) or not len(second) or first.shape[1:] != second.shape[1:]:
        raise ValueError(
            f"Got vectors {first.shape} and {second.shape}; needs at least one of each, of the same size."
        )
    first, second = first.astype(np.float64), second.astype(np.float64)
    squares = (first**2).sum(1)[:, None] + (second**2).sum(1) - 2 * first @ second.T
    cost = np.sqrt(np.maximum(squares, 0))  # (N, M)
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0.0
    for diagonal in range(2, rows + columns + 1):  # all cells of one diagonal at once
        i = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        j = diagonal - i
        before = np.minimum(total[i - 1, j - 1], np.minimum(total[i - 1, j], total[i, j - 1]))
        total[i, j] = cost[i - 1, j - 1] + before
    path, i, j = [], rows, columns
    while i and j:
        path.append((i - 1, j - 1))
        i, j = min(((i - 1, j - 1), (i - 1, j), (i, j - 1)), key=lambda cell: total[cell])
    return np.array(path[::-1])


def warped_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Distance of two sequences that a change of tempo alone does not raise.

    Args:
        first: `(N, D)` frames.
        second: `(M, D)` frames.

    Returns:
        The root mean square difference over the `D` numbers of a frame, averaged along the path of
        `time_warping_path`.

    Raises:
        ValueError: As in `time_warping_path`.

    Example:
        >>> warped_distance(np.zeros((3, 80)), np.ones((5, 80)))
        1.0
    """
    path = time_warping_path(first, second)
    difference = first[path[:, 0]].astype(np.float64) - second[path[:, 1]].astype(np.float64)  # (P, D)
    return float(np.sqrt((difference**2).mean(axis=1)).mean())
