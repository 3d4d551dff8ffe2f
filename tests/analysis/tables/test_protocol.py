"""How numbers came about, in words."""

from mtal.analysis.tables.protocol import budget_text, differences, measured_on
from mtal.config import Config
from mtal.runs.store.run_facts import RunFacts
from tests.runs.made_run import made_course


def test_validation_images_without_labels_are_counted():
    assert measured_on(RunFacts()) == ""
    assert measured_on(RunFacts(validation=("a", "b"), measured={"semseg": 2, "depth": 2})) == ""
    assert (
        measured_on(RunFacts(validation=("a", "b"), measured={"semseg": 2, "depth": 1}))
        == " (2 with semseg, 1 with depth)"
    )


def test_budget():
    simulated = Config(cycles=4, start_percent=5, step_percent=2.5)
    assert budget_text(simulated) == "5 % at random, + 2.5 % per cycle → 12.5 % of the pool"
    assert (
        budget_text(Config(start="labelled", step_percent=5))
        == "all that is labelled, then + 5 % of the pool per cycle"
    )
    set_alone = Config(start="set", start_set="first walk", step_percent=5)
    assert budget_text(set_alone) == "the set first walk, then + 5 % of the pool per cycle"
    covered = simulated.model_copy(update={"start": "coverage", "start_set": "first walk"})
    assert budget_text(covered) == (
        "5 % by coverage (cluster medoids) with the set first walk, + 2.5 % per cycle → 12.5 % of "
        "the pool"
    )
    with_rules = simulated.model_copy(
        update={"label_budget": 3000, "plateau_percent": 2.5, "plateau_cycles": 1}
    )
    assert budget_text(with_rules) == (
        "5 % at random, + 2.5 % per cycle → at most 12.5 % of the pool, ends at 3,000 task labels "
        "or when the loss falls by less than 2.5 % over 1 cycle"
    )


def test_settings_that_differ_stand_in_a_table_and_where_runs_compute_does_not(tmp_path):
    configs = [
        Config(cycles=2),
        Config(cycles=2, seed=1, committee="mean"),
        Config(cycles=2, seed=2, device="cpu"),
    ]
    runs = [made_course(tmp_path, config, [5.0]) for config in configs]
    table = differences(runs)
    plain = {
        name: [str(getattr(config, name)) for config in configs]
        for name in Config.model_fields
        if name != "device" and len({str(getattr(config, name)) for config in configs}) > 1
    }
    assert {name: table.loc[name].tolist() for name in table.index} == plain
    assert list(plain) == ["committee", "seed"]
    assert list(table.columns) == [run.name for run in runs]
    assert differences(runs[:1]).empty
    assert differences([]).empty
