import numpy as np
import pytest

from mtal.acquisition.cover import COVERS, farthest_images, medoid
from tests.acquisition.test_clusters import none_held, points, six_groups


def farthest_twin(points, count, held):
    """Measure every distance anew for every pick; random points have no ties."""
    chosen = list(np.flatnonzero(held))
    if not chosen:
        chosen = [int(np.argmin(((points - points.mean(axis=0)) ** 2).sum(axis=1)))]
    new = [] if held.any() else list(chosen)
    while len(new) < count:
        distance = [min(((p - points[c]) ** 2).sum() for c in chosen) for p in points]
        chosen.append(int(np.argmax(distance)))
        new.append(chosen[-1])
    return new


@pytest.mark.parametrize("already", [(), (3, 17)])
def test_k_centre_begins_in_the_middle_or_with_what_is_chosen_already(already):
    x = points().astype(np.float64)
    held = none_held(x)
    held[list(already)] = True
    picked = farthest_images(x, 9, np.random.default_rng(0), held)
    assert picked.tolist() == farthest_twin(x, 9, held)
    assert already or picked[0] == medoid(x)


@pytest.mark.parametrize("name", COVERS)
@pytest.mark.parametrize(("already", "count"), [((), 1), ((), 60), ((5,), 12), (range(50), 10)])
def test_so_many_others_are_picked_once(name, already, count):
    x = points()
    held = none_held(x)
    held[list(already)] = True
    picked = COVERS[name](x, count, np.random.default_rng(0), held)
    assert len(set(picked.tolist())) == count
    assert not held[picked].any()


@pytest.mark.parametrize("name", COVERS)
def test_every_group_is_covered_and_those_that_are_held_are_left_alone(name):
    x = six_groups()
    held = none_held(x)
    held[[0, 20]] = True
    whole = COVERS[name](x, 6, np.random.default_rng(1), none_held(x))
    rest = COVERS[name](x, 4, np.random.default_rng(1), held)
    assert sorted(whole // 9) == list(range(6))
    assert sorted(rest // 9) == [1, 3, 4, 5]


@pytest.mark.parametrize("name", COVERS)
def test_the_same_generator_gives_the_same_images(name):
    x = points(200)
    first, again = (COVERS[name](x, 20, np.random.default_rng(2), none_held(x)) for _ in range(2))
    assert first.tolist() == again.tolist()


@pytest.mark.parametrize("name", COVERS)
def test_images_that_are_all_the_same_are_no_error(name):
    x = np.ones((8, 3))
    picked = COVERS[name](x, 5, np.random.default_rng(0), none_held(x))
    assert len(set(picked.tolist())) == 5
