"""Which stages of a cycle a strategy cannot do without, and which of them it has for itself."""

from mtal.acquisition.registry import STRATEGIES
from mtal.engine.cycle import run_cycles
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.run_facts import needed_stages
from mtal.signals.registry import SIGNALS


def test_nothing_is_shared_where_only_the_needed_is_measured():
    for strategy in STRATEGIES.values():
        stages = needed_stages(strategy, strategy.signals(), strategy.signals())
        assert all(stages.values())
        assert {"train", "pick"} <= set(stages)
        predicted = [name for name in strategy.signals() if SIGNALS[name].predicts]
        assert ("score" in stages) == bool(predicted)
        assert ("feature" in stages) == ("frozen" in strategy.signals())
        assert ("guess" in stages) == strategy.pseudo_labels


def test_where_everything_is_measured_each_strategy_counts_its_own():
    def stages(name: str) -> dict[str, bool]:
        strategy = STRATEGIES[name]
        return needed_stages(strategy, strategy.signals(), tuple(SIGNALS))

    assert stages("random") == {"train": False, "pick": True}
    assert stages("ours") == {
        "train": False,
        "pick": True,
        "pairs": True,
        "embedding": True,
        "score": False,
    }
    assert stages("core-set") == {"train": False, "pick": True, "score": False}
    assert stages("ll4al")["train"]  # its loss modules are its own


def test_a_run_that_was_killed_after_its_last_cycle_leaves_no_weights_behind(finished_run):
    weights = finished_run.paths.fitted_weights("embedding", 2)
    weights.parent.mkdir(exist_ok=True)
    weights.touch()
    assert run_cycles(finished_run, StageTimer(finished_run, 0)) == ""
    assert not weights.parent.exists()
