"""A small linear model over character n-grams: what a text is, how sure, and by which characters.

Pages load it, so it needs NumPy alone; only training (`complaints.fitting`) imports scikit-learn,
which takes seconds and a hundred megabytes. Stored as an .npz without pickles.
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

SIZE: Final = 1 << 16  # features; n-grams are hashed into so many
LONGEST: Final = 3  # characters of an n-gram
_TEXT: Final = 2_000  # characters of a letter that are read
_NOISE: Final = re.compile(r"[\s\d*＊]+")
_MOST: Final = 3  # n-grams named as the reason
_FORMAT: Final = 1
_ZIP: Final = b"PK"


class ModelBroken(ValueError):
    """The stored bytes are no model of ours."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """The likeliest label, how sure (0..1), and the n-grams that spoke for it most."""

    label: str
    confidence: float
    grams: tuple[str, ...] = ()


def grams(text: str) -> Counter[str]:
    """The runs of one to three characters of a text, without spaces, figures and masks."""
    plain = _NOISE.sub(" ", text[:_TEXT]).lower()
    runs = (
        plain[at : at + size]
        for size in range(1, LONGEST + 1)
        for at in range(len(plain) - size + 1)
    )
    return Counter(run for run in runs if " " not in run)


def place(gram: str) -> int:
    """Which feature an n-gram is: the same in every process and on every machine."""
    return zlib.crc32(gram.encode()) % SIZE


def features(text: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The features of a text, ascending, and their values, of length 1 together."""
    summed: Counter[int] = Counter()
    for gram, times in grams(text).items():
        summed[place(gram)] += times
    places = np.array(sorted(summed), dtype=np.int32)
    values = np.sqrt(np.array([summed[int(at)] for at in places], dtype=np.float32))
    length = np.float32(np.linalg.norm(values))
    return places, np.divide(values, length, dtype=np.float32) if length else values


@dataclass(frozen=True, slots=True)
class Classifier:
    """Labels with a row of weights each, and their offsets."""

    labels: NDArray[np.str_]
    weights: NDArray[np.float16]  # labels × SIZE
    offsets: NDArray[np.float32]

    def predict(self, text: str) -> Prediction:
        """The likeliest label of a text; confidence is its share among all."""
        places, values = features(text)
        rows = self.weights[:, places].astype(np.float32)
        scores = rows @ values + self.offsets
        best = int(np.argmax(scores))
        shares = 1 / (1 + np.exp(-scores.astype(np.float64)))
        return Prediction(
            label=str(self.labels[best]),
            confidence=float(shares[best] / shares.sum()),
            grams=_speaking(
                text, dict(zip(places.tolist(), (rows[best] * values).tolist(), strict=True))
            ),
        )

    def accuracy(self, letters: Iterable[tuple[str, str]]) -> tuple[int, int]:
        """Of (text, label): how many it gets right, and how many there are."""
        right = total = 0
        for text, label in letters:
            right += self.predict(text).label == label
            total += 1
        return right, total

    def to_bytes(self) -> bytes:
        """As an .npz file; the same model gives the same bytes."""
        file = BytesIO()
        np.savez_compressed(
            file,
            allow_pickle=False,
            format=np.array(_FORMAT),
            labels=self.labels,
            weights=self.weights,
            offsets=self.offsets,
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Classifier":
        """The inverse; ModelBroken for anything else. Nothing in the file is ever run."""
        if not data.startswith(_ZIP):
            raise ModelBroken("建议模型的文件已损坏")
        try:
            with np.load(BytesIO(data), allow_pickle=False) as file:
                return cls._checked({name: file[name] for name in file.files})
        except (ValueError, OSError, KeyError, EOFError, BadZipFile, zlib.error) as error:
            raise ModelBroken("建议模型的文件已损坏") from error

    @classmethod
    def _checked(cls, parts: dict[str, NDArray[Any]]) -> "Classifier":
        labels, weights, offsets = parts["labels"], parts["weights"], parts["offsets"]
        fits = weights.shape == (len(labels), SIZE) and offsets.shape == (len(labels),)
        if int(parts["format"]) != _FORMAT or labels.dtype.kind != "U" or not fits:
            raise ValueError("shape")
        return cls(labels, weights, offsets)


def _speaking(text: str, worth: dict[int, float]) -> tuple[str, ...]:
    """The n-grams that spoke for the label most, none inside another; words rather than characters."""
    sought = sorted(
        (gram for gram in grams(text) if len(gram) > 1 and worth[place(gram)] > 0),
        key=lambda gram: (-worth[place(gram)], gram),
    )
    named: list[str] = []
    for gram in sought:
        if not any(gram in one or one in gram for one in named):
            named.append(gram)
        if len(named) == _MOST:
            break
    return tuple(named)
