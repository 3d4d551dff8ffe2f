"""Steps of a training and its learning rates."""

import pytest

from mtal.config import Config
from mtal.training.schedule import Schedule, by_epochs, network_schedule


def test_by_epochs_the_rate_falls_once_an_epoch_to_the_bit():
    schedule = by_epochs(images=29, batch_size=4, epochs=9)
    assert schedule.steps == 63
    for step in range(63):
        assert schedule.factor(step) == (1 - step // 7 / 9) ** 0.9


def test_by_steps_it_falls_in_every_step():
    schedule = network_schedule(Config(steps=50, epochs=3), images=1000)
    assert schedule == Schedule(50)
    assert [schedule.factor(step) for step in (0, 1, 49)] == pytest.approx(
        [1, (49 / 50) ** 0.9, (1 / 50) ** 0.9]
    )


@pytest.mark.parametrize(("images", "steps"), [(0, 3), (3, 3), (8, 3), (16, 6), (23, 6)])
def test_without_steps_the_epochs_count(images, steps):
    assert network_schedule(Config(epochs=3, batch=8), images).steps == steps
