"""From light to pictures: exposure, sparks and noise."""

import numpy as np
import pytest

from mtal.rooms.denoise import denoised
from mtal.rooms.light import MOODS
from mtal.rooms.photo import develop, encoded, film, without_sparks


def lit(rng: np.random.Generator, noise: float = 0.0) -> np.ndarray:
    """A wall half in the light."""
    light = np.full((40, 50, 3), 0.3)
    light[:, 25:] = 1.2
    return light * np.exp(rng.normal(0, noise, light.shape[:2]))[..., None]


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("strength", [0.01, 1.0, 300.0])
def test_pictures_are_neither_dark_nor_burnt(mood, strength):
    image = develop(
        strength * lit(np.random.default_rng(0), 0.3), MOODS[mood], np.random.default_rng(1)
    )
    assert image.dtype == np.uint8
    assert 50 < image.mean() < 215
    assert (image == 255).mean() < 0.05


def test_a_spark_goes_and_an_edge_stays():
    light = lit(np.random.default_rng(0))
    sparked = light.copy()
    sparked[10, 10] = 500
    assert without_sparks(sparked)[10, 10].max() < 0.5
    assert np.allclose(without_sparks(light), light)


def test_the_film_never_turns_back():
    steps = film(np.linspace(0, 50, 5000))
    assert (np.diff(steps) > 0).all()
    assert encoded(np.array([0.0, 1.0])) == pytest.approx([0, 1])


def test_denoising_takes_noise_and_keeps_edges_and_textures():
    rng = np.random.default_rng(0)
    albedo = rng.uniform(0.2, 0.8, (40, 50, 1)) * np.ones(3)
    truth = lit(rng) * albedo
    halves = np.stack([lit(rng, 0.4) * albedo for _ in range(2)])
    normals = np.zeros((40, 50, 3))
    normals[..., 2] = -1
    calm = denoised(halves, albedo, np.full((40, 50), 2.0), normals, np.zeros((40, 50), bool))
    before, after = (
        np.sqrt(((image - truth) ** 2).mean()) for image in (halves.mean(axis=0), calm)
    )
    assert after < 0.5 * before
    edge = calm / albedo
    assert edge[:, 26].mean() > 2.5 * edge[:, 23].mean()


def test_what_shines_is_left_as_it_is():
    rng = np.random.default_rng(0)
    halves, shines = rng.uniform(size=(2, 12, 12, 3)), np.ones((12, 12), bool)
    normals = np.zeros((12, 12, 3))
    same = denoised(halves, np.ones((12, 12, 3)), np.ones((12, 12)), normals, shines)
    assert np.array_equal(same, halves.mean(axis=0))
