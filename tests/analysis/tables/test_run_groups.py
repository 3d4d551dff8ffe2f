"""Lines of a comparison against plain loops over the files of the runs."""

import numpy as np
import pandas as pd
import pytest

from mtal.analysis.tables.run_groups import (
    acquired_images,
    curve_rows,
    family,
    measured,
    split_all_labels,
    tasks_in_order,
    titles,
    with_costs,
)
from mtal.config import Config
from mtal.runs.files import read_json
from tests.runs.made_run import TASKS, made_course, made_run

BASE = Config(cycles=4, start_percent=10, step_percent=15)


def like(**settings) -> Config:
    return BASE.model_copy(update=settings)


def course(store, config=BASE, losses=(5.0, 4.0, 3.0, 2.5), outcome="finished", **facts):
    return made_course(store, config, losses, outcome, **facts)


class TestMeasured:
    def test_hours_until_it_was_measured(self, tmp_path):
        run = course(tmp_path)
        rows = measured(run)
        for number in range(run.cycles_done()):
            earlier = sum(
                sum(read_json(run.cycle(before).metrics)["seconds"].values())
                for before in range(number)
            )
            own = read_json(run.cycle(number).metrics)["seconds"]
            # Not the pick, which comes after the measurement.
            hours = (earlier + own["train"] + own["evaluate"]) / 3600
            assert rows.loc[rows["cycle"] == number, "hours"].unique() == pytest.approx([hours])

    def test_acquired_labels_per_task_equal_the_plain_loop(self, tmp_path):
        run = made_run(tmp_path)
        pick = run.cycle(0).pick
        np.save(pick, np.load(pick)[:-2])  # single labels: of the last image the first task alone
        rows = measured(run)
        for number in range(run.cycles_done()):
            owned = {(image, task) for image in run.facts.start for task in range(len(TASKS))}
            for before in range(number):
                owned |= {(int(image), int(task)) for image, task in run.acquired(before)}
            for column, task in enumerate(TASKS):
                counts = rows.loc[rows["cycle"] == number, f"acquired.{task}"].unique()
                assert counts.tolist() == [sum(pair[1] == column for pair in owned)]

    def test_a_run_without_a_cycle_has_no_rows(self, tmp_path):
        assert measured(course(tmp_path, losses=())).empty
        assert curve_rows([course(tmp_path, losses=())]).empty
        assert acquired_images(course(tmp_path, losses=())).empty


class TestTitles:
    def test_one_line_per_group_named_by_what_differs(self, tmp_path):
        runs = [
            course(tmp_path, like(**settings))
            for settings in (
                {},
                {"seed": 1},
                {"committee": "mean"},
                {"strategy": "random"},
                {"strategy": "random", "seed": 1},
            )
        ]
        names = titles(runs)
        assert len(names) == 3
        assert names[runs[0].config.group] == "Ours [committee=max]"
        assert names[runs[2].config.group] == "Ours [committee=mean]"
        # The committee is no setting that tells strategies apart.
        assert names[runs[3].config.group] == "Ours"

    def test_settings_of_training_are_named_in_every_line(self, tmp_path):
        runs = [course(tmp_path, like(epochs=5)), course(tmp_path, like(strategy="random"))]
        assert sorted(titles(runs).values()) == ["Ours [epochs=100]", "Ours [epochs=5]"]

    def test_rows_carry_the_variant_that_is_closest_to_the_defaults_as_0(self, tmp_path):
        rows = curve_rows(
            [course(tmp_path, like(committee="mean", across="mean")), course(tmp_path)]
        )
        assert (
            rows.groupby("title")["variant"]
            .first()
            .sort_values()
            .index[0]
            .startswith("Ours [committee=max")
        )
        assert sorted(rows["variant"].unique()) == [0, 1]

    def test_a_metric_without_a_value_is_nan(self, tmp_path):
        run = course(tmp_path)
        assert pd.isna(
            curve_rows([run], lambda run: measured(run).assign(value=None))["value"]
        ).all()


def test_a_family_differs_in_strategy_and_seed_only(tmp_path):
    runs = [
        course(tmp_path, like(**settings), outcome=outcome)
        for settings, outcome in (
            ({}, "finished"),
            ({"seed": 1}, "finished"),
            ({"strategy": "random"}, "finished"),
            ({"epochs": 5}, "finished"),
            ({"seed": 2}, "failed"),
        )
    ]
    assert family(runs) == runs[:3]
    assert family(runs[4:]) == []


class TestCosts:
    def test_equals_the_plain_loop_and_an_unknown_price_is_one(self, tmp_path):
        rows = measured(course(tmp_path))
        priced = with_costs(rows, {"semseg": 2.0, "depth": 0.0})
        for _, row in priced.iterrows():
            assert row["cost"] == pytest.approx(
                2 * row["acquired.semseg"] + row["acquired.normals"]
            )

    def test_a_task_that_a_run_lacks_costs_nothing(self):
        assert with_costs(pd.DataFrame({"acquired.edge": [3.0, np.nan]}), {})["cost"].tolist() == [
            3.0,
            0.0,
        ]


def test_runs_on_all_labels_are_no_curves(tmp_path):
    to_the_end = course(tmp_path, like(cycles=4, start_percent=25, step_percent=25))
    full = course(tmp_path, like(cycles=1, start_percent=100, step_percent=5), [2.0])
    point = course(tmp_path, like(cycles=1, start_percent=50), [3.0])
    curves, whole = split_all_labels(curve_rows([to_the_end, full, point]))
    assert set(curves["run"]) == {to_the_end.name, point.name}
    assert set(whole["run"]) == {full.name}
    assert split_all_labels(curve_rows([]))[1].empty


def test_acquired_images_are_those_of_the_picks(tmp_path):
    run = course(tmp_path)
    table = acquired_images(run)
    for number in range(run.cycles_done()):
        images = sorted({run.facts.pool[image] for image, _ in run.acquired(number)})
        assert sorted(table.loc[table["cycle"] == number, "id"]) == images
    assert tasks_in_order(measured(run)) == ["loss", *TASKS]
