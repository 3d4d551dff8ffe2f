"""What is said about pictures."""

import numpy as np
import pytest

from mtal.runs.store.run_facts import TaskFacts
from mtal.ui.components.image_layers import OWN_SCALE, POOL_SCALE, colours, layers
from mtal.ui.inspect.predictions import legends


def task(unit: str, *legend: tuple[str, str]) -> TaskFacts:
    return TaskFacts(
        name="t",
        title="T",
        metric="m",
        axis="m",
        unit="",
        better="lower",
        weight=1.0,
        distance="d",
        distance_unit="nats",
        note="",
        value_unit=unit,
        legend=legend,
    )


def test_the_colours_of_a_scale_are_one_bar_and_the_rest_patches():
    shown = colours(
        task(
            "m",
            ("0 m", "#000001"),
            ("5 m", "#000002"),
            ("10 m or more", "#000003"),
            ("not measured", "#000004"),
        )
    )
    assert "linear-gradient(to right, #000001, #000002, #000003)" in shown
    assert shown.count("<i ") == 1
    assert all(text in shown for text in ("0 m", "10 m or more", "not measured"))


@pytest.mark.parametrize("legend", [(("wall", "#000001"), ("3d printer", "#000002")), ()])
def test_classes_have_a_patch_each(legend):
    shown = colours(task("", *legend))
    assert "gradient" not in shown
    assert shown.count("<i ") == len(legend)


def test_long_legends_are_folded_where_nobody_knows_which_classes_are_there():
    many = task("", *((f"class {number}", "#000001") for number in range(40)))
    shown = layers(["image", "t.initial"], "t", POOL_SCALE, False)
    assert "<details>" in legends(many, shown, {}, POOL_SCALE, {})["initial"]
    assert "image" not in legends(many, shown, {}, POOL_SCALE, {})


def test_each_scale_of_disagreement_has_its_own_numbers():
    shown = layers(["image", "t.from.u", "t.gap.u", "t.gapself.u"], "t", POOL_SCALE, False)
    maps = {"t.gap.u": np.arange(101, dtype=np.float32).reshape(1, 101)}
    pool = legends(task("m"), shown, maps, POOL_SCALE, {"t": 0.5})["gap.u"]
    own = legends(task("m"), shown, maps, OWN_SCALE, {"t": 0.5})["gap.u"]
    assert "0.500 nats or more" in pool
    assert "all drawn images" in pool
    assert "99.0 nats or more" in own
    assert "this image&#x27;s own" in own
