"""What is said about pictures."""
import pytest

from mtal.runs.run import TaskFacts
from mtal.ui.evidence import legend_html


def task(unit: str, *legend: tuple[str, str]) -> TaskFacts:
    return TaskFacts("t", "T", "m", "m", "", "lower", 1.0, "d", "", "", unit, legend)


def test_the_colours_of_a_scale_are_one_bar_and_the_rest_patches():
    shown = legend_html(task("m", ("0 m", "#000001"), ("5 m", "#000002"), ("10 m or more", "#000003"),
                             ("not measured", "#000004")))
    assert "linear-gradient(to right, #000001, #000002, #000003)" in shown
    assert shown.count("<i ") == 1
    assert all(text in shown for text in ("0 m", "10 m or more", "not measured"))


@pytest.mark.parametrize("legend", [(("wall", "#000001"), ("3d printer", "#000002")), ()])
def test_classes_have_a_patch_each(legend):
    shown = legend_html(task("", *legend))
    assert "gradient" not in shown
    assert shown.count("<i ") == len(legend)
