import numpy as np
import pytest

from mtal.acquisition import clusters
from mtal.acquisition.clusters import NO_IMAGE, cluster_centres, cluster_medoids, medoids, shares


def points(images=60, clusters=6, seed=0):
    rng = np.random.default_rng(seed)
    centres = 10 * rng.normal(size=(clusters, 4))
    return (centres[rng.integers(clusters, size=images)] + rng.normal(size=(images, 4))).astype(
        np.float32
    )


def medoids_twin(points, cluster, centres, allowed):
    """Go through the points of every cluster one by one."""
    result = []
    for number, centre in enumerate(centres):
        best, smallest = NO_IMAGE, np.inf
        for index, point in enumerate(points):
            squared = ((point - centre) ** 2).sum()
            if cluster[index] == number and allowed[index] and squared < smallest:
                best, smallest = index, squared
        result.append(best)
    return result


@pytest.mark.parametrize("seed", range(3))
def test_medoids_twin(seed):
    x = points(seed=seed).astype(np.float64)
    cluster, centres = cluster_centres(x, 8, np.random.default_rng(seed))
    allowed = np.random.default_rng(seed).random(len(x)) < 0.3
    assert medoids(x, cluster, centres, allowed).tolist() == medoids_twin(
        x, cluster, centres, allowed
    )


def test_of_equally_near_points_the_first_is_the_medoid():
    x = np.array([[1.0], [-1.0], [1.0]])
    everything = np.ones(3, bool)
    assert medoids(x, np.zeros(3, np.int64), np.zeros((1, 1)), everything).tolist() == [0]


def test_a_centre_is_the_weighted_mean_of_its_cluster():
    x = points().astype(np.float64)
    weight = np.random.default_rng(1).random(len(x))
    cluster, centres = cluster_centres(x, 5, np.random.default_rng(0), weight)
    for number, centre in enumerate(centres):
        members = cluster == number
        np.testing.assert_allclose(
            centre, np.average(x[members], axis=0, weights=weight[members]), rtol=1e-3
        )


def test_points_without_weight_do_not_move_the_centres():
    x = points().astype(np.float64)
    x[:5] += 1000
    weight = np.ones(len(x))
    weight[:5] = 0
    _, centres = cluster_centres(x, 6, np.random.default_rng(0), weight)
    assert np.abs(centres).max() < 500


def none_held(x):
    return np.zeros(len(x), bool)


def six_groups():
    x = np.repeat(20.0 * np.eye(6, dtype=np.float32), 9, axis=0)
    return x + np.random.default_rng(0).normal(size=x.shape).astype(np.float32)


def test_one_image_of_each_cluster_whatever_lies_apart():
    x = six_groups()
    picked = cluster_medoids(x, 6, np.random.default_rng(3), none_held(x))
    assert sorted(picked // 9) == list(range(6))


def test_images_chosen_already_hold_their_clusters():
    x = six_groups()
    held = none_held(x)
    held[[0, 20]] = True
    picked = cluster_medoids(x, 4, np.random.default_rng(3), held)
    assert sorted(picked // 9) == [1, 3, 4, 5]


def test_the_largest_clusters_without_an_image_come_first():
    x = six_groups()[9:]  # five groups left, and the first of them grows
    x = np.concatenate([x, x[:9]])
    held = none_held(x)
    held[[9, 10, 18]] = True  # five clusters: three groups without an image, and two are asked for
    picked = cluster_medoids(x, 2, np.random.default_rng(3), held)
    assert picked[0] % 45 < 9


@pytest.mark.parametrize("count", [1, 7, 59, 60])
def test_as_many_images_as_asked_for(count):
    x = points()
    picked = cluster_medoids(x, count, np.random.default_rng(0), none_held(x))
    assert len(set(picked.tolist())) == count


def test_others_fill_up_where_points_are_the_same():
    x = np.repeat(np.eye(3), 5, axis=0)
    picked = cluster_medoids(x, 9, np.random.default_rng(0), none_held(x))
    assert len(set(picked.tolist())) == 9
    assert set(picked[:3] // 5) == {0, 1, 2}


def test_the_same_generator_gives_the_same_images():
    x = points(400)
    first, again, other = (
        cluster_medoids(x, 30, np.random.default_rng(seed), none_held(x)) for seed in (0, 0, 1)
    )
    assert first.tolist() == again.tolist() != other.tolist()


def walks(number=120, frames=5, seed=0):
    """Tight groups of points, as frames of a walk are, in the order of the groups."""
    rng = np.random.default_rng(seed)
    centres = 10 * rng.normal(size=(number, 16))
    return np.repeat(centres, frames, axis=0) + 0.1 * rng.normal(size=(number * frames, 16))


@pytest.mark.parametrize("limits", [{}, {"MOST_WORK": 0}, {"MOST_WORK": 0, "MOST_AT_ONCE": 2e5}])
def test_clusters_cover_the_walks_however_large_the_pool_is(limits, monkeypatch):
    """Random images from as many of 120 walks as there are picks cover about 76 of them."""
    for name, value in limits.items():
        monkeypatch.setattr(clusters, name, value)
    x = walks()
    picked = cluster_medoids(x, 120, np.random.default_rng(0), np.zeros(len(x), bool))
    assert len(picked) == 120
    assert len(set((picked // 5).tolist())) >= 105


def test_parts_are_clustered_by_weight_too(monkeypatch):
    monkeypatch.setattr(clusters, "MOST_AT_ONCE", 1e5)
    x = walks()
    weight = np.ones(len(x))
    weight[300:] = 0  # half of the walks
    cluster, centres = cluster_centres(x, 60, np.random.default_rng(0), weight)
    assert len(centres) == 60
    assert set(cluster.tolist()) <= set(range(60))
    assert len(set(cluster[:300].tolist())) >= 45


@pytest.mark.parametrize("seed", range(5))
def test_shares_are_proportional(seed):
    rng = np.random.default_rng(seed)
    weight = rng.random(7)
    seats = shares(weight, 500, np.full(7, 500))
    assert seats.sum() == 500
    np.testing.assert_allclose(seats, 500 * weight / weight.sum(), atol=2)


def test_no_part_gets_more_than_it_has_points_for():
    assert shares(np.array([100.0, 1.0, 0.0]), 9, np.array([4, 10, 2])).tolist() == [4, 4, 1]
