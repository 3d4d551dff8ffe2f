"""The auto-encoder: statistics of the whole pool, features computed once, when it stops."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mtal.models import autoencoder
from mtal.models.autoencoder import AutoEncoder
from mtal.signals import embedding, pool_features
from mtal.signals.embedding import EMBEDDING, Embedder, fit, has_levelled_off, used_dimensions
from mtal.signals.pool_features import ChannelStatistics, Computed, Stored, predicted_features
from mtal.signals.standardise import FARTHEST
from tests.training.contexts import quiet, small_context


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    """An eighth of the paper's widths."""
    monkeypatch.setattr(autoencoder, "WIDTHS", (16, 32, 64, 128))


def test_statistics_are_those_of_all_pixels():
    features = torch.randn(7, 3, 4, 5).double() * torch.tensor([1, 2, 30]).view(1, 3, 1, 1) + 4
    statistics = ChannelStatistics()
    for part in features.split(3):
        statistics.add(part)
    pixels = [[float(x) for x in features[:, channel].flatten()] for channel in range(3)]
    means = [sum(values) / len(values) for values in pixels]
    spreads = [
        (sum((x - mean) ** 2 for x in values) / len(values)) ** 0.5
        for values, mean in zip(pixels, means, strict=True)
    ]
    torch.testing.assert_close(statistics.mean(), torch.tensor(means), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(statistics.spread(), torch.tensor(spreads), rtol=1e-5, atol=1e-6)


class TestDeadChannel:
    """A channel that is dead in a sample of the pool, and alive in a few other images."""

    SAMPLE = 256

    @pytest.fixture
    def features(self):
        torch.manual_seed(0)
        features = torch.randn(300, 8, 2, 2)
        features[:, 3] = 0
        features[-2:, 3] = 0.5
        return features

    def share_of_loss(self, mean, spread, features, limit):
        """Of the channel, in the loss of a code that knows nothing."""
        scaled = ((features - mean.view(1, -1, 1, 1)) / spread.view(1, -1, 1, 1)).clamp(
            -limit, limit
        )
        squares = scaled.square().sum(dim=(0, 2, 3))
        return float(squares[3] / squares.sum())

    def test_twin_of_the_fault(self, features):
        sample = features[: self.SAMPLE]
        mean, spread = sample.mean(dim=(0, 2, 3)), sample.std(dim=(0, 2, 3)).clamp(min=1e-6)
        assert self.share_of_loss(mean, spread, features, np.inf) > 0.999

    def test_it_no_longer_owns_the_loss(self, features):
        statistics = ChannelStatistics()
        statistics.add(features)
        mean, spread = statistics.mean(), statistics.spread()
        assert self.share_of_loss(mean, spread, features, FARTHEST) < 1 / 8

    def test_no_standardised_value_is_far(self):
        embedder = Embedder(
            AutoEncoder(1, (4, 4), 2), torch.zeros(1, 1, 1, 1), torch.full((1, 1, 1, 1), 1e-6)
        )
        assert embedder.standardised(torch.ones(1, 1, 4, 4)).max() == FARTHEST


class TestPoolFeatures:
    def kept(self, context):
        return pool_features.pool_features(context, quiet, 1).kept

    def test_each_is_computed_once(self, monkeypatch):
        context = small_context("embedding_epochs=3")
        seen, original = [], pool_features.predicted_features

        def counted(context, indices):
            seen.extend(indices)
            return original(context, indices)

        monkeypatch.setattr(pool_features, "predicted_features", counted)
        fit(context, quiet)
        assert sorted(seen) == sorted([0, *range(24)])  # the first tells their form

    def test_in_memory_on_disk_and_computed_anew_alike(self, monkeypatch, tmp_path):
        context = replace(small_context(), folder=tmp_path)
        indices = np.array([5, 0, 23])
        in_memory = self.kept(context)
        monkeypatch.setattr(pool_features, "MEMORY_BYTES", 0)
        on_disk = self.kept(context)
        monkeypatch.setattr(pool_features, "MOST_OF_DISK", 0)
        anew = self.kept(context)
        assert isinstance(in_memory, Stored)
        assert not isinstance(in_memory.rows, np.memmap)
        assert isinstance(on_disk, Stored)
        assert isinstance(on_disk.rows, np.memmap)
        assert isinstance(anew, Computed)
        assert not list(tmp_path.iterdir())  # the file has no name
        exact = predicted_features(context, indices).float()
        for kept in (in_memory, on_disk, anew):
            torch.testing.assert_close(kept.of(indices).float(), exact, rtol=2**-8, atol=1e-6)
        assert torch.equal(in_memory.of(indices), on_disk.of(indices))


class TestStopping:
    @pytest.mark.parametrize(
        ("losses", "expected"),
        [
            ([], False),
            ([1.0, 1.0], False),  # two epochs say nothing yet
            ([1.0, 0.9, 0.98], False),
            ([1.0, 0.9, 0.995], True),
            ([1.0, 0.5, 0.496], False),
            ([1.0, 0.5, 0.496, 0.497], True),
            ([1.0, 2.0, 3.0], True),
        ],
    )
    def test_when_it_no_longer_improves(self, losses, expected):
        assert has_levelled_off(losses) is expected

    def test_it_stops_early_and_says_so(self, monkeypatch):
        monkeypatch.setattr(embedding, "LEAST_GAIN", 1.0)  # nothing is enough
        reports = []
        context = small_context("embedding_epochs=9")
        module = fit(context, lambda done, total, loss=None: reports.append((done, total)))
        assert EMBEDDING.fit_facts(module)["epochs"] == 3
        units = EMBEDDING.units(context.config, 24, 8)
        assert reports[-1] == (units, units)


class TestExplainedVariance:
    def test_is_what_the_formula_says(self):
        context = small_context("embedding_epochs=2")
        module = fit(context, quiet)
        features = predicted_features(context, np.arange(24)).bfloat16()
        with torch.inference_mode():
            standardised = module.standardised(features).double()
            restored = module.autoencoder(standardised.float()).double()
        missed = float((standardised - restored).square().mean())
        expected = 1 - missed / float(standardised.square().mean())
        facts = EMBEDDING.fit_facts(module)
        assert facts["explained_variance"] == pytest.approx(expected, abs=1e-4)

    def test_grows_with_training(self):
        short, long = (
            EMBEDDING.fit_facts(fit(small_context(f"embedding_epochs={epochs}"), quiet))
            for epochs in (1, 30)
        )
        assert long["explained_variance"] > short["explained_variance"]
        assert long["explained_variance"] <= 1


class TestUsedDimensions:
    def test_is_what_the_formula_says(self):
        codes = np.random.default_rng(0).normal(size=(60, 5)) * (1, 2, 3, 0.1, 5) + 7
        variances = np.linalg.svd(codes - codes.mean(0), compute_uv=False) ** 2
        shares = [float(v) / float(variances.sum()) for v in variances]
        expected = np.exp(-sum(share * np.log(share) for share in shares))
        assert used_dimensions(codes) == pytest.approx(expected)

    def test_of_codes_in_all_directions_on_a_line_and_in_a_point(self):
        everywhere = np.concatenate([np.eye(4), -np.eye(4)])
        assert used_dimensions(everywhere) == pytest.approx(4)
        assert used_dimensions(np.outer(np.arange(9), np.ones(4))) == pytest.approx(1)
        assert used_dimensions(np.ones((9, 4))) == 0

    def test_it_is_told(self):
        facts = EMBEDDING.fit_facts(fit(small_context("embedding_epochs=1"), quiet))
        assert 1 <= facts["dimensions"] <= 16


class TestGoingOn:
    def test_from_the_weights_of_the_cycle_before(self):
        context = small_context("embedding_epochs=1", "embedding_lr=1e-9")
        before = fit(small_context("embedding_epochs=2"), quiet).state_dict()
        module = fit(replace(context, earlier={"embedding": before}), quiet)
        assert EMBEDDING.fit_facts(module)["goes_on"] is True
        for name, weights in module.autoencoder.named_parameters():
            torch.testing.assert_close(weights, before[f"autoencoder.{name}"], atol=1e-6, rtol=0)

    def test_with_the_statistics_of_its_own_network(self):
        context = small_context("embedding_epochs=1")
        before = fit(context, quiet).state_dict()
        wrong = before | {"mean": before["mean"] + 5}
        module = fit(replace(context, earlier={"embedding": wrong}), quiet)
        assert torch.equal(module.mean, before["mean"])

    def test_else_from_random_weights(self):
        module = fit(small_context("embedding_epochs=1"), quiet)
        assert EMBEDDING.fit_facts(module)["goes_on"] is False
