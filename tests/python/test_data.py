"""Data sets as arrays."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from backprop_graph.bp import Network
from backprop_graph.data import DataSet, digits, idx, iris, xor


def test_digits_are_those_of_the_program() -> None:
    train, test = digits()
    assert train.samples.shape == (10_000, 784) and test.samples.shape == (2_000, 784)
    assert train.samples.dtype == np.float64 and 0 <= train.samples.min() and train.samples.max() == 1
    assert train.labels.shape == (10_000, 10) and set(np.unique(train.labels)) == {0.1, 0.9}
    assert (train.labels.argmax(axis=1) == train.classes).all()
    assert np.bincount(test.classes).tolist() == [200] * 10
    assert train.image_shape == (28, 28) and train.names == tuple("0123456789")
    other = digits(targets="one-hot", pixels="raw").test
    assert set(np.unique(other.labels)) == {0, 1} and (other.samples == test.samples * 255).all()


def test_xor_and_iris() -> None:
    train, test = xor()
    assert train.samples.tolist() == test.samples.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert train.classes.tolist() == [0, 1, 1, 0] and train.labels.ravel().tolist() == [0.1, 0.9, 0.9, 0.1]
    flowers = iris()
    assert (len(flowers.train), len(flowers.test)) == (100, 50)
    assert len(flowers.train.names) == 3 and flowers.train.labels.shape == (100, 3)


def test_a_set_is_taken_apart() -> None:
    train = xor(targets="one-hot").train
    labels, samples = train.columns()
    assert samples[1].tolist() == [[0.0], [1.0]] and labels[1].tolist() == [[1.0]]
    assert train.training_pairs()[1][0].tolist() == [[0.0], [1.0]]
    assert [y for _, y in train.test_pairs()] == [0, 1, 1, 0]
    assert len(train.first(2)) == 2 and train.first(2).classes.tolist() == [0, 1]
    assert repr(train) == "<DataSet: 4 samples of 2 numbers, labels of 1>"


def test_a_network_learns_xor() -> None:
    train = xor().train
    network = Network([2, 8, 1], seed=1)
    network.train(train.labels, train.samples, 1.0, 20_000)
    answers = [network.predict(sample)[0] > 0.5 for sample in train.samples]
    assert answers == [False, True, True, False]


def write(folder: Path, part: str, images: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", labels: list[int]) -> None:
    head = struct.pack(">4i", 2051, *images.shape)
    (folder / f"{part}-images-idx3-ubyte").write_bytes(head + images.tobytes())
    (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(
        gzip.compress(struct.pack(">2i", 2049, len(labels)) + bytes(labels))
    )


def test_idx_files_are_read(tmp_path: Path) -> None:
    images = np.arange(24, dtype=np.uint8).reshape(4, 2, 3)
    write(tmp_path, "train", images, [0, 2, 1, 2])
    write(tmp_path, "t10k", images[:2], [3, 0])
    train, test = idx(tmp_path, pixels="raw")
    assert train.samples.tolist() == images.reshape(4, 6).tolist()
    assert train.classes.tolist() == [0, 2, 1, 2] and test.classes.tolist() == [3, 0]
    assert train.labels.shape == (4, 4) and test.labels.shape == (2, 4)
    assert train.image_shape == (2, 3)
    assert np.allclose(idx(str(tmp_path)).train.samples, images.reshape(4, 6) / 255)


def test_what_is_missing_or_damaged_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such folder"):
        idx(tmp_path / "none")
    with pytest.raises(FileNotFoundError):
        idx(tmp_path)
    images = np.zeros((4, 2, 3), dtype=np.uint8)
    write(tmp_path, "train", images, [0, 2, 1])
    write(tmp_path, "t10k", images, [0, 2, 1, 1])
    with pytest.raises(ValueError, match="label"):
        idx(tmp_path)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"hello")
    with pytest.raises(ValueError):
        idx(tmp_path)
    with pytest.raises(ValueError, match='targets must be "soft" or "one-hot"'):
        digits(targets="hard")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match='pixels must be "scaled" or "raw"'):
        digits(pixels="grey")  # type: ignore[arg-type]


def test_sets_are_compared_by_identity_and_frozen() -> None:
    train = xor().train
    assert train == train and train != xor().train
    with pytest.raises(AttributeError):
        train.samples = train.labels  # type: ignore[misc]
    assert isinstance(train, DataSet)
