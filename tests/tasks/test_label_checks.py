"""Averages over valid pixels, and the form of labels."""

import numpy as np
import torch

from mtal.tasks.label_checks import mean_where, not_finite, wrong_form


def test_mean_where_equals_plain_loops():
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(3, 2, 4, 5, generator=generator)
    valid = torch.rand(3, 1, 4, 5, generator=generator) < 0.5
    for image in range(3):
        picked = [
            float(values[image, c, y, x])
            for c in range(2)
            for y in range(4)
            for x in range(5)
            if valid[image, 0, y, x]
        ]
        assert abs(float(mean_where(values, valid)[image]) - sum(picked) / len(picked)) < 1e-6


def test_mean_of_nothing_is_zero():
    values, valid = torch.full((1, 1, 2, 2), torch.nan), torch.zeros(1, 1, 2, 2, dtype=torch.bool)
    assert mean_where(values, valid).tolist() == [0]


def test_wrong_form_names_dtype_or_shape():
    assert wrong_form(np.zeros((2, 3), np.uint8), "integer") == ""
    assert "float32" in wrong_form(np.zeros((2, 3), np.float32), "integer")
    assert "(2, 3)" in wrong_form(np.zeros((2, 3), np.float32), "float", channels=3)


def test_not_finite_counts():
    assert not_finite(np.array([[1.0, np.nan, np.inf]])).startswith("2 ")
