"""Signals against slow twins, and what fitting them must leave alone."""
import numpy as np
import pytest
import torch

from mtal.datasets.normalise import to_input
from mtal.signals import SIGNALS
from mtal.signals.committee import partners
from mtal.signals.describe import describe, look
from tests.training.benches import quiet, small_bench


@pytest.fixture(scope="module")
def bench():
    return small_bench()


@pytest.fixture(scope="module")
def fitted(bench):
    return {name: signal.fit(bench, quiet) for name, signal in SIGNALS.items()}


@pytest.mark.parametrize("name", SIGNALS)
class TestEverySignal:
    def test_fitting_leaves_the_network_alone_and_reads_no_other_label(self, bench, name):
        """The gate raises for labels that were not bought, so that fitting ends at all is the second half."""
        before = {key: value.clone() for key, value in bench.network.state_dict().items()}
        SIGNALS[name].fit(bench, quiet)
        for key, value in bench.network.state_dict().items():
            assert torch.equal(before[key], value), key

    def test_same_seed_same_module(self, bench, name):
        one, two = (SIGNALS[name].fit(bench, quiet).state_dict() for _ in range(2))
        for key, value in one.items():
            assert torch.equal(two[key], value), key

    def test_progress_ends_at_the_planned_units(self, bench, name):
        seen = []
        SIGNALS[name].fit(bench, lambda done, total, loss=None: seen.append((done, total)))
        assert seen[-1][0] == seen[-1][1] == SIGNALS[name].units(bench.config, len(bench.pool), len(bench.feed.images))

    def test_an_image_measures_alike_alone_and_in_the_pass(self, bench, fitted, name):
        together = describe(bench, {name: SIGNALS[name]}, fitted, quiet)[name]
        assert together.shape[0] == len(bench.pool)
        assert np.isfinite(together).all()
        for image in (0, 7, 23):
            with torch.no_grad():
                seen = look(bench, np.array([image]), {name: SIGNALS[name]})
                alone = SIGNALS[name].measure(fitted[name], seen, bench)[0].numpy()
            np.testing.assert_allclose(together[image], alone, rtol=2e-4, atol=2e-5)


def test_disagreement_equals_the_plain_loops(bench, fitted):
    """m_{k,l}: mean over pixels of d_k(Y_k, R_{k,l}), pixel by pixel from the formulas of METHOD 2."""
    found = describe(bench, {"committee": SIGNALS["committee"]}, fitted, quiet)["committee"]
    names = [task.name for task in bench.tasks]
    for image in (3, 20):
        with torch.no_grad():
            first = bench.network.first_stage(to_input(bench.pool.images([image]), "cpu"))
            refined = fitted["committee"](first.initial[0])
        for k, name in enumerate(names):
            for column, partner in enumerate(partners(bench.tasks, bench.config)[name]):
                y, r = (maps[0].double().numpy() for maps in (first.initial[0][name], refined[name][partner]))
                pixels = [slow_distance(name, y[:, i, j], r[:, i, j]) for i in range(y.shape[1]) for j in range(y.shape[2])]
                assert found[image, k, column] == pytest.approx(sum(pixels) / len(pixels), rel=1e-3, abs=1e-6)


def slow_distance(name, y, r) -> float:
    """One pixel's distance."""
    if name == "depth":
        return abs(float(y[0]) - float(r[0]))
    if name == "normals":
        cosine = float(np.dot(y, r) / (np.linalg.norm(y) * np.linalg.norm(r)))
        return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    p, q = (np.exp(v - v.max()) / np.exp(v - v.max()).sum() for v in (y, r))
    m = (p + q) / 2
    return float((p * np.log(p / m)).sum() / 2 + (q * np.log(q / m)).sum() / 2)


def test_the_final_prediction_can_join_the_committee():
    bench = small_bench("with_final=true", "pair_epochs=1")
    blocks = SIGNALS["committee"].fit(bench, quiet)
    found = describe(bench, {"committee": SIGNALS["committee"]}, {"committee": blocks}, quiet)["committee"]
    assert found.shape == (24, 3, 3)
    assert partners(bench.tasks, bench.config)["depth"] == ("semseg", "normals", "final")
    without = describe(small_bench("pair_epochs=1"), {"committee": SIGNALS["committee"]}, {"committee": blocks}, quiet)
    np.testing.assert_allclose(found[:, :, :2], without["committee"], rtol=1e-4, atol=1e-6)
    assert (found[:, :, 2] > 0).all()


def test_features_are_standardised_per_channel(bench, fitted):
    with torch.no_grad():
        features = bench.network.first_stage(to_input(bench.pool.images(range(24)), "cpu")).features
        joined = torch.cat([features[task.name] for task in bench.tasks], dim=1)
        found = fitted["embedding"].standardised(joined)
    spread = joined.std(dim=(0, 2, 3))
    torch.testing.assert_close(found.mean(dim=(0, 2, 3)), torch.zeros(len(spread)), rtol=0, atol=2e-2)
    alive = spread > 1e-4
    torch.testing.assert_close(found.std(dim=(0, 2, 3))[alive], torch.ones(int(alive.sum())), rtol=2e-2, atol=2e-2)
