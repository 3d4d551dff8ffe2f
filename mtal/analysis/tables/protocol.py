"""How numbers came about, which benchmark papers often leave out, and how settings differ."""

from collections.abc import Sequence

import pandas as pd

from mtal.analysis.numbers import count
from mtal.analysis.tables.run_groups import differs, on_all_labels, runs_with_cycles, titles
from mtal.config import MACHINE_FIELDS, SHARES_OF_POOL, Config
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import RunFacts

COVERED_BY = {"clusters": "cluster medoids", "k-centre": "k-centre", "typiclust": "TypiClust"}

COMPARED_IN = {  # embedding_source -> on screen, where the setting's word says too little
    "auto": "the space that each strategy's paper uses",
    "frozen": "the frozen feature, whatever a strategy's paper uses",
}


def protocol(runs: Sequence[Run]) -> pd.DataFrame:
    """List the facts of `runs_with_cycles`: a row per fact, a column per line, by its title.

    Runs of a line differ in the seed only. Where they differ in a fact, such as the versions, the
    cell holds all values.
    """
    counted = runs_with_cycles(runs)
    names, curves = titles(counted), [run for run in counted if not on_all_labels(run.config)]
    lines: dict[str, list[Run]] = {}
    for run in curves or counted:
        lines.setdefault(names[run.config.group], []).append(run)
    columns = {}
    for title, members in lines.items():
        seeds = sorted(run.config.seed for run in members)
        columns[title] = _joined_facts(members) | {"seeds": ", ".join(map(str, seeds))}
    return pd.DataFrame(columns)


def notes(runs: Sequence[Run]) -> list[str]:
    """List the notes on the data and the metrics, each once."""
    metrics = {
        f"{task.title}, {task.metric}": task.note for run in runs for task in run.tasks if task.note
    }
    data = dict.fromkeys(run.facts.dataset_note for run in runs if run.facts.dataset_note)
    only_data = [note for note in data if not any(note in text for text in metrics.values())]
    return [*only_data, *(f"{title}: {note}" for title, note in metrics.items())]


def differences(runs: Sequence[Run]) -> pd.DataFrame:
    """List the settings in which any two runs differ: a row per setting, a column per run.

    Where they compute does not count.
    """
    configs = [run.config for run in runs]
    names = [
        name
        for name in Config.model_fields
        if name not in MACHINE_FIELDS and configs and differs(name, configs)
    ]
    columns = {run.name: [str(getattr(run.config, name)) for name in names] for run in runs}
    return pd.DataFrame(columns, index=names)


def beginning_text(config: Config) -> str:
    """Say what each cycle's training begins with."""
    if config.weights:
        weights = "a weights file"
    elif config.pretrained:
        weights = "ImageNet weights"
    else:
        weights = "random weights"
    if config.backbone_frozen:
        from_last = "from cycle to cycle" if config.finetune else "anew each cycle"
        return f"heads {from_last}, backbone frozen at {weights}"
    if config.finetune:
        return f"{weights}, fine-tuned from cycle to cycle"
    return f"anew from {weights} each cycle"


def network_text(config: Config) -> str:
    """`padnet, efficientnet_lite0`, and whether the backbone is frozen."""
    return f"{config.network}, {config.backbone}{', frozen' if config.backbone_frozen else ''}"


def length_text(config: Config) -> str:
    """How long a training is: `360 steps`, `1 epoch`."""
    return count(config.steps, "step") if config.steps else count(config.epochs, "epoch")


def start_text(config: Config) -> str:
    """Say what is labelled before the first cycle: `10 % at random`."""
    if config.start == "labelled":
        return "all that is labelled"
    if config.start == "set":
        return f"the set {config.start_set}"
    chosen = "at random"
    if config.start == "coverage":
        chosen = f"by coverage ({COVERED_BY[config.start_coverage]})"
    with_set = f" with the set {config.start_set}" if config.start_set else ""
    return f"{config.start_percent:g} % {chosen}{with_set}"


def budget_text(config: Config) -> str:
    """Say what is labelled at the start and per cycle, and the rules that may end a run early."""
    if config.start in SHARES_OF_POOL:
        end = config.start_percent + config.step_percent * (config.cycles - 1)
        budget = (
            f"{start_text(config)}, + {config.step_percent:g} % per cycle → "
            f"{_at_most(config)}{end:g} % of the pool"
        )
    else:
        budget = f"{start_text(config)}, then + {config.step_percent:g} % of the pool per cycle"
    rules = []
    if config.label_budget:
        rules.append(f"at {count(config.label_budget, 'task label')}")
    if config.plateau_percent:
        cycles = count(config.plateau_cycles, "cycle")
        rules.append(f"when the loss falls by less than {config.plateau_percent:g} % over {cycles}")
    return f"{budget}, ends {' or '.join(rules)}" if rules else budget


def measured_on(facts: RunFacts) -> str:
    """` (6 with semseg, 4 with depth)`: validation images with a usable label of each task.

    "" where all have one.
    """
    numbers, images = facts.measured, len(facts.validation)
    if not set(numbers.values()) - {images}:
        return ""
    return f" ({', '.join(f'{number} with {task}' for task, number in numbers.items())})"


def _at_most(config: Config) -> str:
    return "at most " if config.may_end_early else ""


def _joined_facts(runs: Sequence[Run]) -> dict[str, str]:
    """Facts of the runs whose worker has written them, else of the first; several by `;`."""
    facts = [_facts(run) for run in runs if run.facts.written] or [_facts(runs[0])]
    values = {name: dict.fromkeys(of_run[name] for of_run in facts) for name in facts[0]}
    return {name: "; ".join(different) for name, different in values.items()}


def _facts(run: Run) -> dict[str, str]:
    config, facts = run.config, run.facts
    images = f"{len(facts.pool)} / {len(facts.validation)}{measured_on(facts)}"
    return {
        "data": f"{run.dataset_title}, {config.size_text} px",
        "pool / validation images": images,
        "start, step": f"{budget_text(config)}, {_at_most(config)}{config.cycles} cycles",
        "network": f"{network_text(config)}, {config.channels} channels",
        "start of training": beginning_text(config),
        "training": f"{length_text(config)}, batch {config.batch}, Adam {config.lr:g}",
        "images compared in": COMPARED_IN.get(config.embedding_source, config.embedding_source),
        "sample weights": config.sample_weights,
        "evaluated": "network after the last step, whole validation split",
        "precision": str(facts.precision),
        "versions": ", ".join(f"{name} {version}" for name, version in facts.versions.items()),
    }
