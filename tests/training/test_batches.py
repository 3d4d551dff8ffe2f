"""Batches hold what is labelled, once per epoch, and are read ahead without changing."""

import threading
from concurrent.futures import Future

import numpy as np
import pytest
import torch

from mtal.datasets.dataset import DataError
from mtal.training.batches import Waiting, read_ahead, torch_generator
from tests.training.contexts import small_context

PATIENCE_S = 30


class TestLabelledBatches:
    def test_an_epoch_takes_every_labelled_image_once_but_an_incomplete_batch(self):
        context = small_context(labelled=10)
        batches = list(context.batches.epoch(torch_generator([0])))
        indices = np.concatenate([batch.indices for batch in batches])
        assert len(batches) == context.batches.steps == 2
        assert len(set(indices.tolist())) == len(indices) == 8
        assert set(indices.tolist()) <= set(range(10))

    def test_fewer_images_than_a_batch_are_one_batch(self):
        context = small_context(labelled=3)
        assert [len(batch.indices) for batch in context.batches.epoch(torch_generator([0]))] == [3]

    @pytest.mark.parametrize(("labelled", "size"), [(10, 4), (3, 3)])
    def test_a_stream_gives_so_many_batches_and_begins_anew_after_every_epoch(self, labelled, size):
        batches = small_context(labelled=labelled).batches
        drawn = [batch.indices for batch in batches.stream(5, torch_generator([0]))]
        assert [len(indices) for indices in drawn] == [size] * 5
        generator = torch_generator([0])
        epochs = [batch.indices for _ in range(5) for batch in batches.epoch(generator)]
        np.testing.assert_array_equal(drawn, epochs[:5])


class TestReadAhead:
    def test_batches_come_in_their_order_and_the_bits_are_the_same(self):
        batches = small_context(augment=True).batches
        generator = torch_generator([3])
        plain = [batch for _ in range(3) for batch in batches.epoch(generator)]
        early = list(batches.stream(3 * batches.steps, torch_generator([3])))
        assert len(plain) == len(early) == 3 * batches.steps
        for expected, batch in zip(plain, early, strict=True):
            np.testing.assert_array_equal(batch.indices, expected.indices)
            assert torch.equal(batch.inputs, expected.inputs)
            assert set(batch.targets) == set(expected.targets)
            for name, target in expected.targets.items():
                assert torch.equal(batch.targets[name], target)

    def test_the_next_batch_is_made_while_this_one_is_learned_from(self):
        events = [threading.Event() for _ in range(3)]

        def batches():
            for number, event in enumerate(events):
                event.set()
                yield number

        for number in read_ahead(batches(), Waiting()):
            if number < 2:
                assert events[number + 1].wait(
                    PATIENCE_S
                )  # it comes though nobody asked for it yet
        assert all(event.is_set() for event in events)

    def test_only_time_without_a_batch_is_counted(self, monkeypatch):
        """The clock moves by 10 s when a batch is waited for, by 1000 s when it is learned from."""
        now = [0.0]
        original = Future.result

        def result(self, timeout=None):
            now[0] += 10
            return original(self, timeout)

        monkeypatch.setattr(Future, "result", result)
        monkeypatch.setattr("mtal.training.batches.time.perf_counter", lambda: now[0])
        waiting = Waiting()
        for _ in read_ahead(iter(range(3)), waiting):
            now[0] += 1000
        assert waiting.seconds == 40  # three batches, and the end

    def test_an_error_in_a_batch_is_raised_where_it_is_learned_from(self):
        def broken():
            yield 1
            raise DataError("0007.png is gone")

        batches = read_ahead(broken(), Waiting())
        assert next(batches) == 1
        with pytest.raises(DataError, match=r"0007\.png"):
            next(batches)

    def test_stopping_in_the_middle_leaves_no_thread_behind(self):
        before = threading.active_count()
        batches = read_ahead(iter(range(100)), Waiting())
        assert next(batches) == 0
        batches.close()
        assert threading.active_count() == before
