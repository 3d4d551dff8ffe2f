"""The paper's printed numbers: all there, and with the known areas under the curve."""

import numpy as np
import pytest

from mtal.analysis.tables.published import COLUMNS, for_task, published_values


def test_ten_tables_of_seven_methods_and_five_budgets():
    rows = published_values()
    assert len(rows) == 10 * 7 * 5
    assert (rows.groupby(["table", "method"]).size() == 5).all()
    assert set(rows["labelled_percent"]) == {20, 30, 40, 50, 60}
    assert (rows["spread"] > 0).all()


@pytest.mark.parametrize(
    ("dataset", "task", "area"),
    [
        ("nyud", "loss", (7.750, 7.975, 8.588)),
        ("nyud", "semseg", (29.862, 28.975, 26.112)),
        ("nyud", "depth", (0.712, 0.734, 0.836)),
        ("nyud", "normals", (22.650, 23.100, 26.600)),
        ("pascal", "edge", (71.000, 70.050, 67.500)),
        ("pascal", "human_parts", (57.112, 56.000, 53.075)),
        ("pascal", "saliency", (64.175, 63.825, 60.862)),
    ],
)
def test_areas_under_the_curves(dataset, task, area):
    rows = for_task(published_values(), dataset, task)
    for method, expected in zip(("Ours", "PartAL", "Random"), area, strict=True):
        curve = rows[rows["method"] == method]
        height = np.trapezoid(curve["mean"], curve["labelled_percent"]) / 40
        assert height == pytest.approx(expected, abs=6e-4)


def test_other_data_sets_have_no_rows():
    assert for_task(published_values(), "drawn", "depth").empty


def test_another_layout_is_refused(tmp_path):
    file = tmp_path / "published.csv"
    file.write_text("table,labelled_percent,mean,spread\n3,20,1,1\n")
    with pytest.raises(ValueError, match=COLUMNS[1]):
        published_values(file)
