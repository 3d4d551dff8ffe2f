"""How numbers came about, in words."""
from mtal.config import Config
from mtal.runs.protocol import budget_text, measured_on


def test_validation_images_without_labels_are_told():
    assert measured_on({}) == ""
    assert measured_on({"validation": ["a", "b"], "measured": {"semseg": 2, "depth": 2}}) == ""
    assert measured_on({"validation": ["a", "b"], "measured": {"semseg": 2, "depth": 1}}) == " (2 with semseg, 1 with depth)"


def test_budget():
    simulated = Config(cycles=4, start_percent=5, step_percent=2.5)
    assert budget_text(simulated) == "5 % at random, + 2.5 % per cycle → 12.5 % of the pool"
    assert budget_text(Config(start="labelled", step_percent=5)) == "all that is labelled, then + 5 % of the pool per cycle"
    with_rules = simulated.model_copy(update={"label_budget": 3000, "plateau_percent": 2.5, "plateau_cycles": 1})
    assert budget_text(with_rules) == ("5 % at random, + 2.5 % per cycle → at most 12.5 % of the pool, ends at 3,000 task labels "
                                       "or when the loss falls by less than 2.5 % over 1 cycle")
