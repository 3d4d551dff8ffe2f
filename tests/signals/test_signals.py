"""Signals against slow twins, and what fitting them must leave alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mtal.datasets.dataset import Gated
from mtal.datasets.normalise import to_input
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.signals.committee import partners
from mtal.signals.describe import allowed, describe, look
from mtal.signals.registry import SIGNALS
from tests.signals.conftest import FITTED
from tests.training.benches import quiet, small_bench


@pytest.mark.parametrize("name", FITTED)
class TestFitting:
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
        assert (
            seen[-1][0]
            == seen[-1][1]
            == SIGNALS[name].units(bench.config, len(bench.pool), len(bench.feed.images))
        )


@pytest.mark.parametrize("name", SIGNALS)
class TestEverySignal:
    def test_it_is_its_key_and_has_a_title(self, name):
        assert SIGNALS[name].name == name
        assert SIGNALS[name].title
        assert (SIGNALS[name].fit is None) == (SIGNALS[name].stage == "")

    def test_form(self, bench, together, name):
        found = together[name]
        assert found.dtype == np.float32
        assert found.shape[0] == len(bench.pool)
        assert np.isfinite(found).all()
        assert (found.std(axis=0) > 0).any()  # it tells images apart

    def test_measured_alone_as_in_the_pass_for_all(self, bench, fitted, together, name):
        alone = describe(bench, {name: SIGNALS[name]}, fitted, quiet)[name]
        np.testing.assert_allclose(together[name], alone, rtol=1e-6, atol=0)

    def test_an_image_measures_alike_alone_and_in_the_pass(self, bench, fitted, together, name):
        for image in (0, 7, 23):
            with torch.no_grad():
                seen = look(bench, np.array([image]), {name: SIGNALS[name]})
                alone = SIGNALS[name].measure(fitted.get(name), seen, bench)[0].numpy()
            np.testing.assert_allclose(
                together[name][image], alone, rtol=2e-4, atol=1e-5 * np.abs(together[name]).max()
            )

    def test_no_label_is_read(self, bench, fitted, name):
        nothing_bought = Gated(
            DATASETS["drawn"].load(bench.config).pool, bench.tasks, np.zeros((24, 3), bool)
        )
        describe(
            replace(bench, pool=Resized(nothing_bought, bench.config.size, 1)),
            {name: SIGNALS[name]},
            fitted,
            quiet,
        )

    def test_scores_are_one_number_per_image_and_task(self, together, name):
        of = SIGNALS[name].scores
        for title, scores in of(together[name]).items() if of else ():
            assert title
            assert scores.shape == (24, 3)
            assert np.isfinite(scores).all()

    def test_only_what_is_needed_is_computed(self, bench, fitted, name, monkeypatch):
        """A signal that did not ask for the second stage or the mirrored images does without."""
        passes = {"first": 0, "second": 0}

        def counted(kind, original):
            def call(*args):
                passes[kind] += 1
                return original(*args)

            return call

        monkeypatch.setattr(
            bench.network, "first_stage", counted("first", bench.network.first_stage)
        )
        monkeypatch.setattr(
            bench.network, "second_stage", counted("second", bench.network.second_stage)
        )
        look(bench, np.arange(2), {name: SIGNALS[name]})
        sides = 2 if SIGNALS[name].needs_mirrored else 1
        assert passes == {"first": sides, "second": sides * SIGNALS[name].needs_final(bench.config)}


def test_signals_of_loss_are_those_with_scores():
    scored = {name for name, signal in SIGNALS.items() if signal.scores}
    assert scored == set(SIGNALS) - {"embedding", "shared"}


def test_chances_are_refused_where_no_task_has_classes():
    without = small_bench("tasks=depth,normals")
    assert set(SIGNALS) - set(allowed(SIGNALS, without.tasks)) == {"entropy", "margin"}
    assert "no task has classes" in SIGNALS["margin"].refuses(without.tasks)
    one = small_bench("tasks=depth")
    assert set(SIGNALS) - set(allowed(SIGNALS, one.tasks)) == {"entropy", "margin", "committee"}
    assert not SIGNALS["entropy"].refuses(small_bench().tasks)


def test_disagreement_equals_the_plain_loops(bench, fitted):
    """m_{k,l}: mean over pixels of d_k(Y_k, R_{k,l}), pixel by pixel from the formulas of docs/method.md, section 2."""
    found = describe(bench, {"committee": SIGNALS["committee"]}, fitted, quiet)["committee"]
    names = [task.name for task in bench.tasks]
    for image in (3, 20):
        with torch.no_grad():
            first = bench.network.first_stage(to_input(bench.pool.images([image]), "cpu"))
            refined = fitted["committee"](first.initial[0])
        for k, name in enumerate(names):
            for column, partner in enumerate(partners(bench.tasks, bench.config)[name]):
                y, r = (
                    maps[0].double().numpy()
                    for maps in (first.initial[0][name], refined[name][partner])
                )
                pixels = [
                    slow_distance(name, y[:, i, j], r[:, i, j])
                    for i in range(y.shape[1])
                    for j in range(y.shape[2])
                ]
                assert found[image, k, column] == pytest.approx(
                    sum(pixels) / len(pixels), rel=1e-3, abs=1e-6
                )


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
    found = describe(bench, {"committee": SIGNALS["committee"]}, {"committee": blocks}, quiet)[
        "committee"
    ]
    assert found.shape == (24, 3, 3)
    assert partners(bench.tasks, bench.config)["depth"] == ("semseg", "normals", "final")
    without = describe(
        small_bench("pair_epochs=1"),
        {"committee": SIGNALS["committee"]},
        {"committee": blocks},
        quiet,
    )
    np.testing.assert_allclose(found[:, :, :2], without["committee"], rtol=1e-4, atol=1e-6)
    assert (found[:, :, 2] > 0).all()


def test_features_are_standardised_per_channel(bench, fitted):
    with torch.no_grad():
        features = bench.network.first_stage(to_input(bench.pool.images(range(24)), "cpu")).features
        joined = torch.cat([features[task.name] for task in bench.tasks], dim=1)
        found = fitted["embedding"].standardised(joined)
    spread = joined.std(dim=(0, 2, 3))
    torch.testing.assert_close(
        found.mean(dim=(0, 2, 3)), torch.zeros(len(spread)), rtol=0, atol=2e-2
    )
    alive = spread > 1e-4
    torch.testing.assert_close(
        found.std(dim=(0, 2, 3))[alive], torch.ones(int(alive.sum())), rtol=2e-2, atol=2e-2
    )
