"""The map: repeatable, of the right size, and it stays where it was."""

import numpy as np
import pytest

from mtal.engine.stages.projection import align, project


def clusters(seed=0, shift=0.0):
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(9).normal(size=(4, 16)) * 4
    return (centres[np.arange(80) % 4] + rng.normal(size=(80, 16)) + shift).astype(np.float32)


@pytest.mark.parametrize("how", ["umap", "pca"])
def test_same_input_and_seed_same_map(how):
    first, second = (project(clusters(), None, how, seed=3) for _ in range(2))
    assert first.shape == (80, 2)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, second)


def test_started_from_the_last_map_points_move_less_than_from_anew():
    """Compared after turning, scaling and shifting, which a map is free to do.

    Over several maps, since one depends on the version of umap-learn by a third.
    """
    shares = []
    for seed in range(4):
        before, after = curved(1 + 2 * seed), curved(2 + 2 * seed)
        first = project(before, None, "umap", seed=seed)
        warm = project(after, first, "umap", seed=seed + 1)
        cold = align(project(after, None, "umap", seed=seed + 1), first)
        spread = np.linalg.norm(first - first.mean(axis=0), axis=1).mean()
        warm_moved, cold_moved = (
            np.linalg.norm(layout - first, axis=1).mean() for layout in (warm, cold)
        )
        assert warm_moved < 0.5 * spread
        shares.append(warm_moved / cold_moved)
    assert max(shares) < 1
    assert np.mean(shares) < 0.7


def curved(seed):
    """200 points on a bent surface, with other noise for another seed, as in the next cycle."""
    rng = np.random.default_rng(5)
    points = np.tanh(rng.normal(size=(200, 6)) @ rng.normal(size=(6, 32)))
    return (points + np.random.default_rng(seed).normal(size=points.shape) * 0.15).astype(
        np.float32
    )


def test_turning_onto_the_last_map_keeps_distances():
    """PCA of mirrored data comes out mirrored; turned onto the last map it is where it was."""
    first = project(clusters(), None, "pca", seed=0)
    again = project(-clusters(), first, "pca", seed=0)
    np.testing.assert_allclose(again, first, atol=1e-3)


@pytest.mark.parametrize("count", [1, 2, 5, 15])
def test_few_points_are_drawn_by_pca(count):
    layout = project(clusters()[:count], None, "umap", seed=0)
    assert layout.shape == (count, 2)
    assert np.isfinite(layout).all()
