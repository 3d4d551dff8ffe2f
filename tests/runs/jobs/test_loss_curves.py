"""Loss curves read as reports come: short, with no loss lost, and the last start only."""

import json
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mtal.runs.jobs.loss_curves import POINTS, LossReader, read_losses, steps_per_point
from mtal.runs.jobs.progress import append
from mtal.runs.paths import RunPaths


def row(done, total, loss=None, cycle=0, stage="train"):
    begun = {"t": 1000.0 + done, "cycle": cycle, "stage": stage, "done": done, "total": total}
    return begun if loss is None else begun | {"loss": loss}


def training(total, cycle=0, stage="train", every=1):
    """The reports of a whole training, its losses 1/step."""
    steps = [step for step in range(1, total + 1) if step % every == 0 or step == total]
    first = [row(0, total, None, cycle, stage)]
    return [*first, *(row(step, total, {"depth": 1 / step}, cycle, stage) for step in steps)]


def written(path, rows):
    path.write_text("".join(json.dumps(one_row) + "\n" for one_row in rows))
    return path


def slow_points(rows):
    """The points of one training, all lines looked at together: (last step, mean loss)."""
    points, before = {}, 0
    for report in rows:
        done, width = report["done"], steps_per_point(report["total"])
        if done:
            points.setdefault((done - 1) // width, []).append(
                (done, report["loss"]["depth"], done - before)
            )
        before = done
    return [
        (
            lines[-1][0],
            sum(loss * weight for _, loss, weight in lines) / sum(weight for *_, weight in lines),
        )
        for lines in points.values()
    ]


@given(some.integers(1, 900), some.integers(1, 40), some.lists(some.integers(0, 40000), max_size=6))
def test_in_pieces_it_is_what_it_is_at_once(total, every, cuts):
    rows = training(total, every=every)
    content = "".join(json.dumps(one_row) + "\n" for one_row in rows).encode()
    ends = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lines")
        reader = LossReader(path)
        for start, end in pairwise(ends):
            with path.open("ab") as file:
                file.write(content[start:end])
            curves = reader.read()
    (curve,) = curves
    expected = slow_points(rows)
    assert curve.steps == [step for step, _ in expected]
    assert [losses["depth"] for losses in curve.losses] == pytest.approx(
        [loss for _, loss in expected]
    )
    assert curve.ended
    assert curve.total == total
    assert len(curve.steps) <= POINTS


def test_a_training_that_begins_again_replaces_its_curve(tmp_path):
    rows = [*training(30)[:21], row(0, 1, stage="load"), *training(30)[:6]]
    (curve,) = LossReader(written(tmp_path / "lines", rows)).read()
    assert (curve.steps, curve.ended) == ([1, 2, 3, 4, 5], False)


def test_every_stage_and_cycle_with_losses_has_a_curve(tmp_path):
    rows = [
        *(row(done, 8, stage="evaluate") for done in (0, 8)),
        *training(4),
        *training(6, stage="pairs"),
        *training(5, cycle=1),
    ]
    curves = LossReader(written(tmp_path / "lines", rows)).read()
    assert [(curve.cycle, curve.stage, len(curve.steps)) for curve in curves] == [
        (0, "train", 4),
        (0, "pairs", 6),
        (1, "train", 5),
    ]


def test_a_stage_may_count_its_steps_after_it_has_begun(tmp_path):
    rows = [row(0, 1), *training(1000)]
    (curve,) = LossReader(written(tmp_path / "lines", rows)).read()
    assert (curve.total, len(curve.steps)) == (1000, POINTS)


def test_no_file_no_curve_and_no_losses_no_curve(tmp_path):
    paths = RunPaths(tmp_path)
    assert read_losses(paths) == ()
    append(paths.progress, 0, "train", 3, 9)
    assert read_losses(paths) == ()


def test_values_that_are_not_finite_are_left_out(tmp_path):
    rows = [row(1, 2, {"depth": 1.0, "semseg": float("nan")}), row(2, 2, {"depth": 3.0})]
    (curve,) = LossReader(written(tmp_path / "lines", rows)).read()
    assert curve.losses == [{"depth": 1.0}, {"depth": 3.0}]


def test_a_curve_does_not_change_when_more_is_read(tmp_path):
    path = written(tmp_path / "lines", training(2000)[:7])
    reader = LossReader(path)
    (before,) = reader.read()
    kept = (list(before.steps), before.losses)
    written(path, training(2000)[:8])
    assert reader.read()[0].losses != kept[1]
    assert (before.steps, before.losses) == kept


def test_a_huge_file_is_read_once_and_then_only_what_is_new(tmp_path):
    path = written(tmp_path / "lines", training(100_000))
    reader = LossReader(path)
    reader.read()
    began = time.perf_counter()
    for _ in range(10):
        (curve,) = reader.read()
    assert (time.perf_counter() - began) / 10 < 0.02
    assert len(curve.steps) == POINTS
