"""Small data sets as numpy arrays, and MNIST from its files.

>>> from backprop_graph.data import xor
>>> train, test = xor()
>>> train.samples.tolist()
[[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
>>> train.labels.ravel().tolist()
[0.1, 0.9, 0.9, 0.1]
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _native

__all__ = ["DataSet", "Split", "digits", "idx", "iris", "xor"]

Targets: TypeAlias = Literal["soft", "one-hot"]
Pixels: TypeAlias = Literal["scaled", "raw"]
Array: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DataSet:
    """Samples and their labels.

    Attributes
    ----------
    samples : ndarray, (samples, inputs)
        The inputs. Images are rows of pixels.
    labels : ndarray, (samples, outputs)
        The desired outputs. Two classes share one output.
    classes : ndarray of int, (samples,)
        The number of each sample's class.
    names : tuple of str
        The names of the classes.
    image_shape : tuple of int, optional
        Rows and columns, if samples are images.
    """

    samples: Array
    labels: Array
    classes: npt.NDArray[np.int64]
    names: tuple[str, ...] = field(default=())
    image_shape: tuple[int, int] | None = None

    def columns(self) -> tuple[list[Array], list[Array]]:
        """Return labels and samples as lists of columns, as :mod:`backprop_graph.fc` takes them.

        Returns
        -------
        labels, samples : list of ndarray
            Columns of shape (outputs, 1) and (inputs, 1).
        """
        return [label.reshape(-1, 1) for label in self.labels], [sample.reshape(-1, 1) for sample in self.samples]

    def training_pairs(self) -> list[tuple[Array, Array]]:
        """Return pairs of columns (x, y), the training data of :mod:`backprop_graph.network2`.

        Returns
        -------
        list of tuple
            Columns of shape (inputs, 1) and (outputs, 1).
        """
        labels, samples = self.columns()
        return list(zip(samples, labels))

    def test_pairs(self) -> list[tuple[Array, int]]:
        """Return pairs of a column and the number of its class, the other data of :mod:`backprop_graph.network2`.

        Returns
        -------
        list of tuple
            A column of shape (inputs, 1), and an int.
        """
        return list(zip(self.columns()[1], self.classes.tolist()))

    def first(self, count: int) -> DataSet:
        """Return the first ``count`` samples.

        Parameters
        ----------
        count : int
            The number of samples; all if there are fewer.

        Returns
        -------
        DataSet
            It shares the memory of this one.
        """
        parts = (self.samples[:count], self.labels[:count], self.classes[:count])
        return DataSet(*parts, self.names, self.image_shape)

    def __len__(self) -> int:
        return len(self.samples)

    def __repr__(self) -> str:
        return f"<DataSet: {len(self)} samples of {self.samples.shape[1]} numbers, labels of {self.labels.shape[1]}>"


class Split(NamedTuple):
    """A data set in two parts."""

    train: DataSet
    test: DataSet


def digits(*, targets: Targets = "soft", pixels: Pixels = "scaled") -> Split:
    """Return handwritten-looking digits of 28 by 28 pixels: 10,000 to train on and 2,000 to test on.

    Parameters
    ----------
    targets : {"soft", "one-hot"}
        0.9 for the class and 0.1 for the others, or 1 and 0.
    pixels : {"scaled", "raw"}
        From 0 to 1, or from 0 to 255.

    Returns
    -------
    Split
        ``train`` and ``test``.

    Notes
    -----
    The digits are drawn by the library, in the format of MNIST. They are part of the module; nothing is downloaded.
    """
    return _load("digits", None, targets, pixels)


def xor(*, targets: Targets = "soft") -> Split:
    """Return the four rows of the exclusive or, to train and to test on.

    Parameters
    ----------
    targets : {"soft", "one-hot"}
        0.9 for true and 0.1 for false, or 1 and 0.

    Returns
    -------
    Split
        ``train`` and ``test``, which have the same rows.
    """
    return _load("xor", None, targets, "scaled")


def iris(*, targets: Targets = "soft") -> Split:
    """Return Fisher's irises: 100 to train on and 50 to test on, four numbers each, of three species.

    Parameters
    ----------
    targets : {"soft", "one-hot"}
        0.9 for the class and 0.1 for the others, or 1 and 0.

    Returns
    -------
    Split
        ``train`` and ``test``.

    References
    ----------
    R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7 (1936).
    """
    return _load("iris", None, targets, "scaled")


def idx(folder: str | os.PathLike[str], *, targets: Targets = "soft", pixels: Pixels = "scaled") -> Split:
    """Read the four IDX files of MNIST, or files of the same names and format, gzipped or not.

    Parameters
    ----------
    folder : path
        The folder that holds them.
    targets : {"soft", "one-hot"}
        0.9 for the class and 0.1 for the others, or 1 and 0.
    pixels : {"scaled", "raw"}
        From 0 to 1, or from 0 to 255.

    Returns
    -------
    Split
        ``train`` and ``test``.

    Raises
    ------
    FileNotFoundError
        If the folder or one of the files is missing.
    ValueError
        If a file is damaged, or the numbers of labels and images differ.
    """
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"{os.fspath(folder)}: no such folder")
    return _load("", os.fspath(folder), targets, pixels)


def _load(name: str, folder: str | None, targets: str, pixels: str) -> Split:
    train, test = _native.load_data(name, folder, targets, pixels)
    parts = [
        DataSet(samples, labels, classes, tuple(names), shape) for samples, labels, classes, names, shape in (train, test)
    ]
    return Split(*parts)
