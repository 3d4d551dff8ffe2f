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
from mtal.signals.describe import allowed, describe, pool_batch
from mtal.signals.registry import SIGNALS
from mtal.signals.standardise import FARTHEST, FLOOR
from tests.signals.conftest import FITTED
from tests.training.contexts import quiet, small_context


@pytest.mark.parametrize("name", FITTED)
class TestFitting:
    def test_fitting_leaves_the_network_alone_and_reads_no_other_label(self, context, name):
        """The gate raises for images without a label, so fitting would not end."""
        before = {key: value.clone() for key, value in context.network.state_dict().items()}
        SIGNALS[name].fit(context, quiet)
        for key, value in context.network.state_dict().items():
            assert torch.equal(before[key], value), key

    def test_same_seed_same_module(self, context, name):
        first, again = (SIGNALS[name].fit(context, quiet).state_dict() for _ in range(2))
        for key, value in first.items():
            assert torch.equal(again[key], value), key

    def test_progress_ends_at_the_planned_units(self, context, name):
        reports, signal = [], SIGNALS[name]
        signal.fit(context, lambda done, total, loss=None: reports.append((done, total)))
        units = signal.units(context.config, len(context.pool), len(context.batches.images))
        assert reports[-1] == (units, units)


@pytest.mark.parametrize("name", SIGNALS)
class TestEverySignal:
    def test_it_is_its_key_and_has_a_title(self, name):
        assert SIGNALS[name].name == name
        assert SIGNALS[name].title
        assert (SIGNALS[name].fit is None) == (SIGNALS[name].stage == "")

    def test_form(self, context, together, name):
        values = together[name]
        assert values.dtype == np.float32
        assert values.shape[0] == len(context.pool)
        assert np.isfinite(values).all()
        assert (values.std(axis=0) > 0).any()  # it tells images apart

    def test_measured_alone_as_in_the_pass_for_all(self, context, fitted, together, name):
        alone = describe(context, {name: SIGNALS[name]}, fitted, quiet)[name]
        np.testing.assert_allclose(together[name], alone, rtol=1e-6, atol=0)

    def test_an_image_measures_alike_alone_and_in_the_pass(self, context, fitted, together, name):
        for image in (0, 7, 23):
            with torch.no_grad():
                batch = pool_batch(context, np.array([image]), {name: SIGNALS[name]})
                alone = SIGNALS[name].measure(fitted.get(name), batch, context)[0].numpy()
            np.testing.assert_allclose(
                together[name][image], alone, rtol=2e-4, atol=1e-5 * np.abs(together[name]).max()
            )

    def test_no_label_is_read(self, context, fitted, name):
        whole = DATASETS["drawn"].load(context.config).pool
        unlabelled = Gated(whole, context.tasks, np.zeros((24, 3), bool))
        pool = Resized(unlabelled, context.config.size, 1)
        describe(replace(context, pool=pool), {name: SIGNALS[name]}, fitted, quiet)

    def test_scores_are_one_number_per_image_and_task(self, together, name):
        if SIGNALS[name].scores is None:
            return
        for title, scores in SIGNALS[name].scores(together[name]).items():
            assert title
            assert scores.shape == (24, 3)
            assert np.isfinite(scores).all()

    def test_only_what_is_needed_is_computed(self, context, fitted, name, monkeypatch):
        """The second stage and the mirrored images are predicted only for signals that ask."""
        passes = {"first": 0, "second": 0}

        def counted(kind, original):
            def call(*args):
                passes[kind] += 1
                return original(*args)

            return call

        monkeypatch.setattr(
            context.network, "first_stage", counted("first", context.network.first_stage)
        )
        monkeypatch.setattr(
            context.network, "second_stage", counted("second", context.network.second_stage)
        )
        pool_batch(context, np.arange(2), {name: SIGNALS[name]})
        sides = 2 if SIGNALS[name].needs_mirrored else 1
        assert passes == {
            "first": sides,
            "second": sides * SIGNALS[name].needs_final(context.config),
        }


def test_signals_of_loss_are_those_with_scores():
    scored = {name for name, signal in SIGNALS.items() if signal.scores}
    assert scored == set(SIGNALS) - {"embedding", "shared", "task_features", "frozen"}


def test_probabilities_are_refused_where_no_task_has_classes():
    without = small_context("tasks=depth,normals")
    assert set(SIGNALS) - set(allowed(SIGNALS, without.tasks)) == {"entropy", "margin"}
    assert "no task has classes" in SIGNALS["margin"].refuses(without.tasks)
    single = small_context("tasks=depth")
    assert set(SIGNALS) - set(allowed(SIGNALS, single.tasks)) == {"entropy", "margin", "committee"}
    assert not SIGNALS["entropy"].refuses(small_context().tasks)


def test_disagreement_equals_the_plain_loops(context, fitted):
    """m_{k,l}: mean over pixels of d_k(Y_k, R_{k,l}), by docs/method.md, section 2."""
    values = describe(context, {"committee": SIGNALS["committee"]}, fitted, quiet)["committee"]
    names = [task.name for task in context.tasks]
    for image in (3, 20):
        with torch.no_grad():
            first = context.network.first_stage(to_input(context.pool.images([image]), "cpu"))
            refined = fitted["committee"](first.initial[0])
        for k, name in enumerate(names):
            for column, partner in enumerate(partners(context.tasks, context.config)[name]):
                y, r = (
                    maps[0].double().numpy()
                    for maps in (first.initial[0][name], refined[name][partner])
                )
                pixels = [
                    slow_distance(name, y[:, i, j], r[:, i, j])
                    for i in range(y.shape[1])
                    for j in range(y.shape[2])
                ]
                assert values[image, k, column] == pytest.approx(
                    sum(pixels) / len(pixels), rel=1e-3, abs=1e-6
                )


def slow_distance(name, y, r) -> float:
    """Distance of one pixel."""
    if name == "depth":
        return abs(float(y[0]) - float(r[0]))
    if name == "normals":
        cosine = float(np.dot(y, r) / (np.linalg.norm(y) * np.linalg.norm(r)))
        return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    p, q = (np.exp(v - v.max()) / np.exp(v - v.max()).sum() for v in (y, r))
    return float(-(q * np.log(p)).sum())


def test_the_final_prediction_can_join_the_committee():
    context = small_context("with_final=true", "pair_epochs=1")
    signals = {"committee": SIGNALS["committee"]}
    fitted = {"committee": SIGNALS["committee"].fit(context, quiet)}
    values = describe(context, signals, fitted, quiet)["committee"]
    assert values.shape == (24, 3, 3)
    assert partners(context.tasks, context.config)["depth"] == ("semseg", "normals", "final")
    without = describe(small_context("pair_epochs=1"), signals, fitted, quiet)["committee"]
    np.testing.assert_allclose(values[:, :, :2], without, rtol=1e-4, atol=1e-6)
    assert (values[:, :, 2] > 0).all()


def test_features_are_standardised_per_channel(context, fitted):
    with torch.no_grad():
        first = context.network.first_stage(to_input(context.pool.images(range(24)), "cpu"))
        features = torch.cat([first.features[task.name] for task in context.tasks], dim=1)
        standardised = fitted["embedding"].standardised(features)
    spread, means = features.std(dim=(0, 2, 3)), standardised.mean(dim=(0, 2, 3))
    near = standardised.abs().amax(dim=(0, 2, 3)) < FARTHEST  # nothing was cut off
    least = FLOOR * spread.median()
    expected = torch.where(spread > least, torch.ones(len(spread)), spread / least)
    torch.testing.assert_close(means[near], torch.zeros(int(near.sum())), rtol=0, atol=2e-2)
    spreads = standardised.std(dim=(0, 2, 3))
    torch.testing.assert_close(spreads[near], expected[near], rtol=2e-2, atol=2e-2)
    assert near.any()


def test_task_features_are_means_over_the_image(context, together):
    with torch.no_grad():
        first = context.network.first_stage(to_input(context.pool.images([4]), "cpu"))
    maps = [channel for task in context.tasks for channel in first.features[task.name][0].tolist()]
    expected = [sum(map(sum, rows)) / (len(rows) * len(rows[0])) for rows in maps]
    np.testing.assert_allclose(together["task_features"][4], expected, rtol=1e-3, atol=1e-5)


def test_the_frozen_feature_is_the_one_of_the_pool(context, together):
    assert np.array_equal(together["frozen"], context.frozen)
    with pytest.raises(ValueError, match="not at hand"):
        describe(replace(context, frozen=None), {"frozen": SIGNALS["frozen"]}, {}, quiet)
