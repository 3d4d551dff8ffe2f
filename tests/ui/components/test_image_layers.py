"""Layers in the order of reading, values that come back as they were, and legends with numbers."""

from base64 import b64decode

import numpy as np
import pytest

from mtal.runs.store.run_facts import TaskFacts
from mtal.ui.components.image_layers import (
    OWN_SCALE,
    POOL_SCALE,
    class_shares,
    colours,
    layers,
    own_top,
    packed,
    scale_bar,
    values_of,
)

NAMES = ["image"] + [
    f"{task}.{rest}"
    for task, others in (("semseg", ("depth", "normals")), ("depth", ("semseg", "normals")))
    for rest in (
        "initial",
        *(f"from.{other}" for other in others),
        "final",
        "truth",
        *(f"{gap}.{other}" for gap in ("gap", "gapself") for other in others),
    )
]


def task(classes: tuple[str, ...] = (), unit: str = "", *legend: tuple[str, str]) -> TaskFacts:
    return TaskFacts(
        name="t",
        title="T",
        metric="m",
        axis="m",
        unit="",
        better="lower",
        weight=1.0,
        distance="distance",
        distance_unit="nats",
        note="",
        value_unit=unit,
        legend=legend,
        classes=classes,
    )


def test_layers_come_in_the_order_of_reading():
    rows = layers(NAMES, "semseg", POOL_SCALE, truth=True)
    assert [layer.id for layer in rows] == [
        "image",
        "initial",
        "from.depth",
        "from.normals",
        "final",
        "truth",
        "gap.depth",
        "gap.normals",
    ]
    assert [layer.picture for layer in layers(NAMES, "depth", OWN_SCALE, False)][
        -1
    ] == "depth.gapself.normals"


def test_the_truth_is_not_among_them_unless_it_was_asked_for():
    assert not [
        layer
        for layer in layers(NAMES, "semseg", POOL_SCALE, truth=False)
        if "truth" in layer.picture
    ]


def test_only_pictures_that_are_there():
    assert [
        layer.id
        for layer in layers(["image", "semseg.initial", "semseg.final"], "semseg", POOL_SCALE, True)
    ] == ["image", "initial", "final"]
    assert layers([], "semseg", POOL_SCALE, True) == []


def test_the_final_prediction_in_a_committee_is_one_layer():
    names = ["image", "semseg.initial", "semseg.from.final", "semseg.final", "semseg.gap.final"]
    assert [layer.id for layer in layers(names, "semseg", POOL_SCALE, False)] == [
        "image",
        "initial",
        "final",
        "gap.final",
    ]


def back(values: dict) -> np.ndarray:
    """Codes that the browser reads."""
    codes = np.frombuffer(b64decode(values["data"]), np.uint8 if values["bits"] == 8 else "<u2")
    return (
        codes.reshape(*values["shape"], -1).squeeze(-1)
        if values["kind"] != "vector"
        else codes.reshape(*values["shape"], 3)
    )


@pytest.mark.parametrize("seed", range(5))
def test_numbers_come_back_to_three_digits_of_the_range(seed):
    random = np.random.default_rng(seed)
    values = random.uniform(0, 10, (7, 5)).astype(np.float32)
    values[0, 0] = np.nan
    pack = packed(values, task(unit="m"), is_gap=False)
    codes = back(pack)
    assert codes[0, 0] == 65535
    read = pack["low"] + codes * pack["step"]
    assert np.allclose(
        read.ravel()[1:], values.ravel()[1:], atol=(np.nanmax(values) - np.nanmin(values)) / 60_000
    )
    assert pack["unit"] == "m"
    assert packed(values, task(unit="m"), is_gap=True)["unit"] == "nats"


@pytest.mark.parametrize("values", [np.full((2, 3), 4.0), np.full((2, 3), np.nan)])
def test_constant_and_unknown_maps_are_no_special_case(values):
    pack = packed(values, task(unit="m"), is_gap=False)
    read = np.where(back(pack) == 65535, np.nan, pack["low"] + back(pack) * pack["step"])
    assert np.array_equal(read, values, equal_nan=True)


def test_classes_come_back_and_what_is_no_class_is_unlabelled():
    values = np.array([[0, 1, 2], [255, 3, 1]], np.uint8)
    pack = packed(values, task(("wall", "floor", "chair")), is_gap=False)
    assert back(pack).tolist() == [[0, 1, 2], [255, 255, 1]]
    assert pack["classes"] == ["wall", "floor", "chair"]


def test_directions_come_back_to_a_hundredth():
    random = np.random.default_rng(0)
    values = random.normal(size=(4, 6, 3))
    values /= np.linalg.norm(values, axis=2, keepdims=True)
    assert np.allclose(
        (back(packed(values, task(), False)).astype(float) - 127) / 127, values, atol=0.005
    )


def test_values_of_the_layers_that_have_some():
    shown = layers(["image", "t.initial", "t.final", "t.truth"], "t", POOL_SCALE, True)
    depth = np.array([[0.0, 2.0]], np.float32)
    values = values_of({"t.initial": depth, "t.truth": depth}, task(unit="m"), shown)
    assert set(values) == {"initial", "truth"}
    assert back(values["truth"]).tolist() == [
        [65535, 0]
    ]  # 0 m is not measured in a label, and a value in a prediction
    assert back(values["initial"])[0, 0] == 0


def test_zero_directions_and_unknown_saliency_are_unknown_in_a_label():
    shown = layers(["image", "t.truth"], "t", POOL_SCALE, True)
    normals = values_of({"t.truth": np.zeros((1, 2, 3), np.float32)}, task(), shown)["truth"]
    assert (back(normals) == 255).all()
    saliency = values_of({"t.truth": np.array([[0, 1, 255]], np.uint8)}, task(), shown)["truth"]
    assert (back(saliency) == 65535).tolist() == [[False, False, True]]


def test_shares_of_classes_add_up():
    random = np.random.default_rng(1)
    maps = [random.integers(0, 5, (8, 9)), random.integers(2, 7, (8, 9))]
    shares = class_shares(maps, 7)
    assert sum(shares.values()) == pytest.approx(1)
    for number, share in shares.items():
        assert share == pytest.approx(np.mean([np.mean(labels == number) for labels in maps]))


def test_a_legend_names_the_classes_that_are_there_the_most_frequent_first():
    html = colours(
        task(
            ("wall", "floor", "chair"),
            "",
            ("wall", "#000001"),
            ("floor", "#000002"),
            ("chair", "#000003"),
        ),
        [np.array([[1, 1, 1], [0, 1, 255]])],
    )
    assert html.index("floor") < html.index("wall")
    assert "chair" not in html


def test_a_class_of_few_pixels_is_counted():
    values = np.zeros((100, 100), np.uint8)
    values[0, 0] = 1
    assert "1 more with less than" in colours(
        task(("wall", "floor"), "", ("wall", "#1"), ("floor", "#2")), [values]
    )


def test_the_scale_of_disagreement_has_numbers_and_the_unit():
    html = scale_bar(0.5, "nats", "Disagreement <b>")
    for text in ("0 nats", "0.250", "0.500 nats or more", "&lt;b&gt;"):
        assert text in html
    assert own_top(np.zeros((3, 3))) == 1.0
    assert own_top(np.arange(101, dtype=float)) == pytest.approx(99)
