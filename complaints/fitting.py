"""Fitting a `Classifier` to letters, a batch at a time, so that memory does not grow with them.

The same letters in the same order give the same model.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import numpy as np

from complaints.classifier import SIZE, Classifier, features

Letters = Callable[[], Iterable[tuple[str, str]]]  # (text, label), once through each time

ROUNDS: Final = 4  # times through the letters
BATCH: Final = 1_000
_SEED: Final = 169  # JR/T 0169
_ALPHA: Final = 2e-6  # how strongly weights are kept small
_LEAST: Final = 0.01  # share of the largest weight below which one is nothing


def fit(letters: Letters, labels: Sequence[str]) -> Classifier:
    """A classifier of at least two labels; letters of other labels are passed over."""
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415  (seconds and megabytes)

    known = np.array(sorted(labels))
    learner = SGDClassifier(loss="log_loss", alpha=_ALPHA, random_state=_SEED)
    shuffled = np.random.default_rng(_SEED)
    for _ in range(ROUNDS):
        for rows, targets in _batches(letters(), set(labels)):
            order = shuffled.permutation(len(targets))
            learner.partial_fit(rows[order], targets[order], classes=known)
    return _classifier(learner, known)


def _batches(letters: Iterable[tuple[str, str]], known: set[str]) -> Iterator[tuple[Any, Any]]:
    """Sparse rows and their labels, a batch at a time."""
    wanted = ((text, label) for text, label in letters if label in known)
    while batch := list(islice(wanted, BATCH)):
        yield _rows([text for text, _ in batch]), np.array([label for _, label in batch])


def _rows(texts: Sequence[str]) -> Any:
    from scipy.sparse import csr_matrix  # noqa: PLC0415  (with scikit-learn only)

    each = [features(text) for text in texts]
    ends = np.cumsum([0, *(len(places) for places, _ in each)])
    places = np.concatenate([places for places, _ in each])
    values = np.concatenate([values for _, values in each])
    return csr_matrix((values, places, ends), shape=(len(texts), SIZE))


def _classifier(learner: Any, labels: Any) -> Classifier:
    """The learned weights, small ones dropped, so that few bytes are stored."""
    weights, offsets = learner.coef_, learner.intercept_
    if len(labels) == 2:  # noqa: PLR2004  (two labels share one row, which speaks for the second)
        weights, offsets = np.vstack([-weights, weights]), np.concatenate([-offsets, offsets])
    least = _LEAST * np.abs(weights).max(axis=1, keepdims=True)
    kept = np.where(np.abs(weights) < least, 0, weights)
    return Classifier(labels, kept.astype(np.float16), offsets.astype(np.float32))
