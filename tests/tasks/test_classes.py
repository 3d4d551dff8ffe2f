"""Loss, IoU and distances of class tasks against plain loops."""

import math

import numpy as np
import pytest
import torch

from mtal.tasks.classes import class_problem, present_iou_percent
from mtal.tasks.human_parts import human_parts
from mtal.tasks.semseg import semseg
from mtal.tasks.task import IGNORE
from tests.tasks.samples import random_label, random_output, random_target, stack

TASK = semseg(("floor", "wall", "bed", "lamp", "other"))


def softmax(logits):
    powers = [math.exp(logit - max(logits)) for logit in logits]
    return [power / sum(powers) for power in powers]


def by_hand(output, other, pixel_distance):
    """(B, H, W) of a function of two lists of probabilities, pixel by pixel."""
    distances = torch.empty(len(output), *output.shape[2:])
    for b, y, x in np.ndindex(*distances.shape):
        p, q = (softmax(maps[b, :, y, x].tolist()) for maps in (output, other))
        distances[b, y, x] = pixel_distance(p, q)
    return distances


def js(p, q):
    middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)]

    def kl(probabilities):
        pairs = zip(probabilities, middle, strict=True)
        return sum(a * math.log(a / mean) for a, mean in pairs)

    return (kl(p) + kl(q)) / 2


SLOW = {
    "js": js,
    "ce": lambda p, q: -sum(b * math.log(a) for a, b in zip(p, q, strict=True)),
    "tv": lambda p, q: sum(abs(a - b) for a, b in zip(p, q, strict=True)) / 2,
    "changed": lambda p, q: float(p.index(max(p)) != q.index(max(q))),
}


@pytest.mark.parametrize("name", SLOW)
def test_distances_equal_plain_loops(name):
    a, b = random_output(TASK, seed=1), random_output(TASK, seed=2)
    torch.testing.assert_close(
        TASK.distance(name).pixels(a, b), by_hand(a, b, SLOW[name]), atol=1e-5, rtol=1e-5
    )


def test_the_bounds_are_reached_by_sure_opposites():
    a, b = torch.zeros(1, 5, 1, 1), torch.zeros(1, 5, 1, 1)
    a[0, 0], b[0, 1] = 1e4, 1e4
    assert TASK.distance("js").pixels(a, b).item() == pytest.approx(math.log(2), abs=2e-6)
    assert TASK.distance("tv").pixels(a, b).item() == 1
    assert TASK.distance("changed").pixels(a, b).item() == 1
    assert TASK.distance("ce").pixels(a, b).item() == pytest.approx(1e4)


def test_cross_entropy_takes_the_logarithm_of_the_reference():
    """-sum R log Y: a sure reference that errs costs much, a sure other one little."""
    sure, unsure = torch.tensor([9.0, 0.0]).view(1, 2, 1, 1), torch.zeros(1, 2, 1, 1)
    assert TASK.distance("ce").pixels(sure, unsure) > TASK.distance("ce").pixels(unsure, sure)
    assert TASK.distance("ce").pixels(unsure, sure).item() == pytest.approx(math.log(2))


def test_distances_do_not_see_a_constant_added_to_all_logits():
    a, b = random_output(TASK, seed=1), random_output(TASK, seed=2)
    for distance in TASK.distances:
        torch.testing.assert_close(
            distance.pixels(a + 3, b - 5), distance.pixels(a, b), atol=1e-5, rtol=1e-5
        )


def test_loss_equals_plain_loops():
    output, target = random_output(TASK), random_target(TASK)
    for image in range(3):
        surprises = [
            -math.log(softmax(output[image, :, y, x].tolist())[target[image, 0, y, x]])
            for y in range(6)
            for x in range(8)
            if target[image, 0, y, x] != IGNORE
        ]
        assert TASK.loss(output, target)[image].item() == pytest.approx(
            sum(surprises) / len(surprises), rel=1e-5
        )


def test_iou_equals_plain_loops():
    output, target = random_output(TASK), random_target(TASK)
    predicted = output.argmax(1)
    ious = []
    for class_id in range(5):
        both = either = 0
        for b, y, x in np.ndindex(3, 6, 8):
            if target[b, 0, y, x] != IGNORE:
                pair = int(target[b, 0, y, x]) == class_id, int(predicted[b, y, x]) == class_id
                both, either = both + all(pair), either + any(pair)
        ious.append(both / either)
    counts = TASK.metric.counts(output, target)
    assert counts.shape == (3, 5, 3)
    assert TASK.metric.value(counts.sum(0)) == pytest.approx(100 * sum(ious) / 5)


def test_absent_classes_count_zero_in_the_set_but_not_in_one_image():
    target = torch.zeros(1, 1, 2, 2, dtype=torch.uint8)
    output = torch.zeros(1, 5, 2, 2)
    output[:, 0] = 5
    counts = TASK.metric.counts(output, target)[0]
    assert TASK.metric.value(counts) == pytest.approx(20)
    assert present_iou_percent(counts) == 100
    assert TASK.metric.image_value is present_iou_percent


def test_class_ids_of_forty_classes():
    many = semseg([f"class {number}" for number in range(40)], weight=3, note="40 classes.")
    assert many.weight == 3
    assert many.metric.note.endswith("40 classes.")
    label = random_label(many, np.random.default_rng(0), 40, 40)
    assert many.problem(label) == ""
    colours = np.unique(many.colour(label).reshape(-1, 3), axis=0)
    assert len(colours) == len(np.unique(label))
    value = many.decode(random_output(many, height=40, width=40))
    assert value.max() > 35
    assert (value == random_output(many, height=40, width=40).argmax(1)).all()


def test_class_problem_says_how_many_and_what_is_right():
    label = np.array([[0, 1, 7, 7, IGNORE]], dtype=np.uint8)
    assert class_problem(label, 8) == ""
    assert class_problem(label, 7).startswith("class 7 occurs (2 pixels")
    assert "0 to 6" in class_problem(label, 7)
    assert class_problem(label.astype(np.int64) - 3, 8).startswith("class -3")


@pytest.mark.parametrize("count", [0, 1, 256])
def test_too_few_or_too_many_classes(count):
    with pytest.raises(ValueError, match="2 to 255"):
        semseg([str(number) for number in range(count)])


class TestHumanParts:
    PARTS = human_parts()

    def labels(self):
        rng = np.random.default_rng(0)
        person = random_label(self.PARTS, rng)
        nobody = np.zeros_like(person)
        turned = nobody.copy()
        turned[0] = IGNORE  # the border of a rotated image
        return stack(person, nobody, turned, np.full_like(person, IGNORE))

    def test_images_without_a_person_count_nowhere(self):
        target, output = self.labels(), random_output(self.PARTS, images=4)
        assert self.PARTS.has_label(target).tolist() == [True, False, False, False]
        assert self.PARTS.loss(output, target)[1:].tolist() == [0, 0, 0]
        assert self.PARTS.metric.counts(output, target).flatten(1).any(1).tolist() == [
            True,
            False,
            False,
            False,
        ]

    def test_with_a_person_background_counts(self):
        target = self.labels()[:1]
        assert self.PARTS.valid(target).sum() == (target != IGNORE).sum()
        assert (target == 0).any()

    def test_background_is_black(self):
        assert self.PARTS.legend[0] == ("background", (0, 0, 0))
