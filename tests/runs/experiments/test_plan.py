"""Cells of a plan: each run once, without settings that a strategy ignores; additions combine."""

import itertools

import pytest

from mtal.config import Config, ConfigError
from mtal.runs.experiments.plan import (
    ALL_LABELS,
    Cell,
    ablation,
    expand,
    grid,
    missing_cells,
    one_at_a_time,
    reference_cells,
    spread_over_devices,
    unique_cells,
    variant_label,
)

SETTINGS_USED = {
    "random": frozenset(),
    "ours": frozenset({"committee", "embedding"}),
    "entropy": frozenset({"across"}),
}
BASE = {"cycles": 3, "epochs": 7}


def keys(cells):
    return [(cell.strategy, cell.variant, cell.seed) for cell in cells]


def test_every_strategy_and_seed_seed_by_seed():
    cells = expand(BASE, ["random", "ours"], [4, 0], {}, SETTINGS_USED)
    assert keys(cells) == [("random", "", 4), ("ours", "", 4), ("random", "", 0), ("ours", "", 0)]
    assert [cell.config for cell in cells] == [
        Config(**BASE, strategy=cell.strategy, seed=cell.seed) for cell in cells
    ]
    assert [cell.run_name for cell in cells] == [cell.config.name for cell in cells]


def test_settings_of_selection_are_left_out_where_they_change_nothing():
    variants = {
        "committee=mean": {"committee": "mean"},
        "embedding=64": {"embedding": 64},
        "across=mean": {"across": "mean"},
    }
    cells = expand(BASE, ["random", "ours", "entropy"], [0], variants, SETTINGS_USED)
    assert keys(cells) == [
        ("random", "", 0),
        ("ours", "", 0),
        ("entropy", "", 0),
        ("ours", "committee=mean", 0),
        ("ours", "embedding=64", 0),
        ("entropy", "across=mean", 0),
    ]
    assert cells[3].config == Config(**BASE, strategy="ours", committee="mean")


def test_other_settings_count_for_everyone():
    cells = expand(
        BASE,
        ["random", "ours"],
        [0],
        {"short": {"epochs": 2}, "picking=top": {"picking": "top"}},
        SETTINGS_USED,
    )
    assert keys(cells) == [
        (strategy, variant, 0)
        for variant in ("", "short", "picking=top")
        for strategy in ("random", "ours")
    ]
    assert [cell.config.epochs for cell in cells] == [7, 7, 2, 2, 7, 7]


def test_a_label_says_what_counts_for_the_strategy():
    values = {"epochs": [2, 3], "committee": ["mean", "min"]}
    cells = expand(BASE, ["random", "ours"], [0], grid(BASE, values), SETTINGS_USED)
    assert [cell.variant for cell in cells if cell.strategy == "random"] == [
        "",
        "epochs=2",
        "epochs=3",
    ]
    assert [cell.variant for cell in cells if cell.strategy == "ours"] == [
        "",
        *(
            f"epochs={epochs}, committee={committee}"
            for epochs, committee in itertools.product(*values.values())
        ),
    ]
    variants = {"mine": {"epochs": 2, "committee": "mean"}, "other": {"committee": "mean"}}
    assert keys(expand(BASE, ["random", "ours"], [0], variants, SETTINGS_USED)) == [
        ("random", "", 0),
        ("ours", "", 0),
        ("random", "mine", 0),
        ("ours", "mine", 0),
        ("ours", "other", 0),
    ]


def test_a_value_that_the_plan_has_anyway_is_the_plain_run():
    cells = expand(
        BASE, ["ours"], [0], one_at_a_time(BASE, {"committee": ["max", "mean"]}), SETTINGS_USED
    )
    assert keys(cells) == [("ours", "", 0), ("ours", "committee=mean", 0)]


def test_machine_settings_make_no_second_run():
    assert len(unique_cells([Cell("", Config(threads=1)), Cell("x", Config(threads=2))])) == 1


def test_one_at_a_time_and_grid():
    values = {"committee": ["mean", "min"], "epochs": [2]}
    assert one_at_a_time(BASE, values) == {
        "committee=mean": {"committee": "mean"},
        "committee=min": {"committee": "min"},
        "epochs=2": {"epochs": 2},
    }
    assert list(grid(BASE, values)) == ["epochs=2, committee=mean", "epochs=2, committee=min"]
    assert grid(BASE, {}) == {"": {}}
    assert one_at_a_time(BASE, {}) == {}
    assert list(
        one_at_a_time(
            {},
            {"sample_weights": [True, False], "size": ["96x128"], "tasks": [["depth", "semseg"]]},
        )
    ) == ["sample_weights=scores", "sample_weights=off", "size=96x128", "tasks=depth+semseg"]
    assert (
        variant_label({"with_final": True, "step_percent": 2.5})
        == "with_final=true, step_percent=2.5"
    )


def test_settings_that_vary_together_make_a_grid_and_the_others_do_not():
    values = {"committee": ["mean", "min"], "embedding": [64, 128], "diversity": ["cosine"]}
    assert list(ablation(BASE, values, ["embedding", "diversity", "lr"])) == [
        "committee=mean",
        "committee=min",
        "embedding=64, diversity=cosine",
        "embedding=128, diversity=cosine",
    ]
    assert ablation(BASE, values) == one_at_a_time(BASE, values)
    assert ablation(BASE, values, values) == grid(BASE, values)
    assert ablation(BASE, {}) == {}


def test_random_is_trained_with_weights_too_but_not_twice_without():
    """Strategies without weights of their own: auto means off."""
    used = SETTINGS_USED | {"ours": frozenset({"sample_weights"})}
    values = {"sample_weights": ["auto", "off", "ordered", "scores"]}
    for plain in ("auto", "off"):
        base = {**BASE, "sample_weights": plain}
        cells = expand(base, ["random", "ours"], [0], one_at_a_time(base, values), used)
        assert [cell.config.sample_weights for cell in cells if cell.strategy == "random"] == [
            *(plain, "ordered", "scores")
        ]
        assert {cell.config.sample_weights for cell in cells if cell.strategy == "ours"} == {
            *values["sample_weights"]
        }
    base = {**BASE, "sample_weights": "ordered"}
    cells = expand(base, ["random"], [0], one_at_a_time(base, {"sample_weights": ["off"]}), used)
    assert [cell.config.sample_weights for cell in cells] == ["ordered", "off"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"seed": [1]}, "--seeds"),
        ({"strategy": ["random"]}, "--strategies"),
        ({"threads": [1]}, "where a run computes"),
        ({"comittee": ["max"]}, "did you mean 'committee'"),
        ({"committee": ["median"]}, "committee"),
        ({"cycles": [99]}, "cycles"),
    ],
)
def test_what_cannot_be_varied_is_named(values, words):
    for make in (one_at_a_time, grid):
        with pytest.raises(ConfigError, match=words):
            make(BASE, values)


def test_a_value_is_judged_together_with_the_other_settings():
    assert one_at_a_time({"step_percent": 1}, {"cycles": [50]})
    assert grid({}, {"step_percent": [1], "cycles": [50]})


def test_an_unknown_strategy_is_named():
    with pytest.raises(ConfigError, match=r"no strategy called 'our' \(did you mean 'ours'\?\)"):
        expand(BASE, ["our"], [0], {}, SETTINGS_USED)


class TestSpread:
    CELLS = expand(BASE, ["random", "ours", "entropy"], [0], {}, SETTINGS_USED)

    def test_runs_take_devices_in_turn_and_stay_the_same_runs(self):
        apart = spread_over_devices(self.CELLS, ["cpu:0", "cpu:1"])
        assert [cell.config.device for cell in apart] == ["cpu:0", "cpu:1", "cpu:0"]
        assert [cell.run_name for cell in apart] == [cell.run_name for cell in self.CELLS]
        assert spread_over_devices(self.CELLS, []) == self.CELLS

    def test_additions_take_the_devices_of_the_plan(self):
        added = missing_cells(
            spread_over_devices(self.CELLS, ["cpu:0", "cpu:1"]), [], [1], {}, SETTINGS_USED
        )
        assert [cell.config.device for cell in added] == ["cpu:0", "cpu:1", "cpu:0"]

    def test_devices_are_no_part_of_a_variant(self):
        variants = grid(BASE, {"committee": ["mean"], "epochs": [2]})
        cells = spread_over_devices(
            expand(BASE, ["ours"], [0], variants, SETTINGS_USED), ["cpu:0", "cpu:1"]
        )
        assert keys(missing_cells(cells, ["entropy"], [], {}, SETTINGS_USED)) == [
            ("entropy", "", 0),
            ("entropy", "epochs=2", 0),
        ]

    def test_a_device_that_cannot_be_is_named(self):
        with pytest.raises(ConfigError, match="device"):
            spread_over_devices(self.CELLS, ["gpu"])


class TestMore:
    cells = expand(
        BASE | {"committee": "min"},
        ["random", "ours"],
        [0, 1],
        one_at_a_time(BASE, {"committee": ["mean"], "epochs": [2]}),
        SETTINGS_USED,
    )

    def added(self, strategies=(), seeds=(), variants=None):
        new = missing_cells(self.cells, strategies, seeds, variants or {}, SETTINGS_USED)
        assert not {cell.run_name for cell in new} & {cell.run_name for cell in self.cells}
        return new

    def test_nothing(self):
        assert (
            self.added() == self.added(["ours"], [0, 1], {"": {}, "epochs=2": {"epochs": 2}}) == []
        )

    def test_seeds_repeat_all_that_is_there(self):
        new = self.added(seeds=[5])
        assert keys(new) == [
            (strategy, variant, 5) for strategy, variant, seed in keys(self.cells) if seed == 0
        ]
        assert [cell.config for cell in new] == [
            Config(**cell.config.model_dump() | {"seed": 5})
            for cell in self.cells
            if cell.seed == 0
        ]

    def test_a_seed_must_be_one(self):
        with pytest.raises(ConfigError, match="seed"):
            self.added(seeds=[-1])

    def test_a_strategy_joins_all_seeds_and_the_variants_that_it_heeds(self):
        new = self.added(["entropy"])
        assert keys(new) == [
            ("entropy", variant, seed) for seed in (0, 1) for variant in ("", "epochs=2")
        ]
        assert new[1].config == Config(**BASE | {"epochs": 2}, committee="min", strategy="entropy")

    def test_a_variant_joins_all_strategies_and_seeds(self):
        new = self.added(variants=one_at_a_time(BASE, {"embedding": [64]}))
        assert keys(new) == [("ours", "embedding=64", 0), ("ours", "embedding=64", 1)]
        assert new[0].config == Config(**BASE, committee="min", embedding=64, strategy="ours")

    def test_all_at_once_is_combined(self):
        new = self.added(["entropy"], [2], {"lr=0.1": {"lr": 0.1}})
        assert (
            len(new) == len(set(keys(new))) == 3 * 3 * 3 + 3 - len(self.cells)
        )  # ours has one variant more, for 3 seeds
        assert ("entropy", "lr=0.1", 2) in keys(new)

    def test_a_grid_grows_too(self):
        cells = expand(
            BASE,
            ["random", "ours"],
            [0],
            grid(BASE, {"committee": ["mean", "min"], "epochs": [2, 3]}),
            SETTINGS_USED,
        )
        new = missing_cells(cells, ["entropy"], [1], {}, SETTINGS_USED)
        assert keys(new) == [
            *[(strategy, variant, 1) for strategy, variant, _ in keys(cells)],
            *[
                ("entropy", variant, seed)
                for seed in (0, 1)
                for variant in ("", "epochs=2", "epochs=3")
            ],
        ]

    def test_a_plan_without_plain_runs_can_have_more_seeds_only(self):
        cells = [cell for cell in self.cells if cell.variant]
        assert keys(missing_cells(cells, [], [3], {}, {})) == [
            (strategy, variant, 3) for strategy, variant, seed in keys(cells) if seed == 0
        ]
        for strategies, variants in ((["entropy"], {}), ([], {"lr=0.1": {"lr": 0.1}})):
            with pytest.raises(ConfigError, match="no run of the plain settings"):
                missing_cells(cells, strategies, [], variants, SETTINGS_USED)


def test_the_reference_on_all_labels_is_a_run_per_seed_and_no_strategy():
    cells = expand(BASE | {"label_budget": 500}, ["ours", "random"], [0, 1], {}, SETTINGS_USED)
    whole = reference_cells(cells)
    assert keys(whole) == [("random", ALL_LABELS, 0), ("random", ALL_LABELS, 1)]
    assert {
        (cell.config.start_percent, cell.config.cycles, cell.config.label_budget) for cell in whole
    } == {(100, 1, 0)}
    assert reference_cells([*cells, *whole]) == []
    wider = missing_cells([*cells, *whole], ["entropy"], [2], {}, SETTINGS_USED)
    # no strategy gets it as a variant
    assert {key[:2] for key in keys(wider) if key[2] < 2} == {("entropy", "")}
    # more references
    assert [key for key in keys(wider) if key[1] == ALL_LABELS] == [("random", ALL_LABELS, 2)]
