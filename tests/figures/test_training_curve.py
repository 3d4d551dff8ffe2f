"""Training curves: the chosen cycle stands out, the axis fits, the failure is marked."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from mtal.figures.training_curve import is_steep, training_curve


def rows(cycles=(0, 1, 2), low=0.5, total=40):
    steps = np.arange(1, total + 1)
    losses = low + np.exp(-steps / 9)
    return pd.concat(
        [
            pd.DataFrame(
                {"cycle": number, "step": steps, "total": total, "loss": losses, "smoothed": losses}
            )
            for number in cycles
        ],
        ignore_index=True,
    )


def test_it_is_a_figure_of_plotly_with_all_numbers():
    table = rows()
    figure = go.Figure(training_curve(table, 2, "m", "view"))
    assert [trace.name for trace in figure.data] == ["cycle 0", "cycle 1", "as reported", "cycle 2"]
    for trace in figure.data:
        assert list(trace.y) == table.loc[table["cycle"] == 0, "loss"].tolist()
    assert figure.layout.xaxis.title.text == "Step"
    assert figure.layout.yaxis.title.text == "Training loss (m)"


@pytest.mark.parametrize("cycle", [0, 1, 2])
def test_the_chosen_cycle_is_drawn_last_and_thickest(cycle):
    lines = [
        trace for trace in training_curve(rows(), cycle, "", "view")["data"] if "line" in trace
    ]
    assert lines[-1]["name"] == f"cycle {cycle}"
    assert lines[-1]["line"]["width"] > 1.5 * max(line["line"]["width"] for line in lines[:-1])


def test_the_axis_is_logarithmic_only_where_losses_fall_steeply():
    assert not is_steep(rows(low=0.9))
    assert is_steep(rows(low=0.01))
    assert not is_steep(rows(low=-0.5))
    wide = training_curve(rows(low=0.01), 2, "", "view")["layout"]
    assert wide["yaxis"]["type"] == "log"
    # a zoom on one kind of axis means nothing on the other
    assert (
        wide["uirevision"] != training_curve(rows(low=0.9), 2, "", "view")["layout"]["uirevision"]
    )


def test_a_running_training_leaves_room_for_the_steps_to_come():
    table = rows(cycles=[0])
    chart = training_curve(table[table["step"] < 9], 0, "", "view")
    assert chart["layout"]["xaxis"]["range"] == [0, 40]


@pytest.mark.parametrize(("step", "side"), [(5, "left"), (38, "right")])
def test_the_end_of_a_failed_training_is_marked_with_its_reason(step, side):
    layout = training_curve(rows(), 2, "", "view", (step, "a <b> c"))["layout"]
    assert layout["shapes"][-1]["x0"] == layout["shapes"][-1]["x1"] == step
    assert layout["annotations"][-1]["text"] == f"a &lt;b&gt; c, step {step}"
    assert layout["annotations"][-1]["xanchor"] == side


def test_one_cycle_alone_and_one_point_alone_can_be_drawn():
    assert len(training_curve(rows(cycles=[3]), 3, "", "view")["data"]) == 2
    assert len(training_curve(rows(cycles=[3], total=1), 3, "", "view")["data"]) == 2
