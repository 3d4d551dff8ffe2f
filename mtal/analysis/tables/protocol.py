"""How numbers came about, in words: what benchmark papers miss most. And the settings in which runs differ."""

from collections.abc import Sequence

import pandas as pd

from mtal.analysis.tables.run_groups import begun, differs, on_all_labels, titles
from mtal.config import MACHINE_FIELDS, Config
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import RunFacts


def protocol(runs: Sequence[Run]) -> pd.DataFrame:
    """A row per fact, a column per line (runs that differ in the seed only) of `begun` runs, by their titles. Where the runs of
    a line differ, such as in versions, all that they say stands there."""
    counted = begun(runs)
    names, curves = titles(counted), [run for run in counted if not on_all_labels(run.config)]
    groups: dict[str, list[Run]] = {}
    for run in curves or counted:
        groups.setdefault(names[run.config.group], []).append(run)
    return pd.DataFrame(
        {
            title: _shared(members)
            | {"seeds": ", ".join(str(seed) for seed in sorted(run.config.seed for run in members))}
            for title, members in groups.items()
        }
    )


def notes(runs: Sequence[Run]) -> list[str]:
    """What must be known of the data and the metrics, each once."""
    metrics = {
        f"{task.title}, {task.metric}": task.note for run in runs for task in run.tasks if task.note
    }
    data = [
        note
        for note in dict.fromkeys(run.facts.dataset_note for run in runs if run.facts.dataset_note)
        if not any(note in told for told in metrics.values())
    ]
    return [*data, *(f"{title}: {note}" for title, note in metrics.items())]


def differences(runs: Sequence[Run]) -> pd.DataFrame:
    """A row per setting in which any two runs differ, a column per run, by their names. Where they compute does not count."""
    configs = [run.config for run in runs]
    names = [
        name
        for name in Config.model_fields
        if name not in MACHINE_FIELDS and configs and differs(name, configs)
    ]
    return pd.DataFrame(
        {run.name: [str(getattr(run.config, name)) for name in names] for run in runs}, index=names
    )


def beginning_text(config: Config) -> str:
    """What each cycle's training begins with."""
    weights = (
        "a weights file"
        if config.weights
        else "ImageNet weights"
        if config.pretrained
        else "random weights"
    )
    return (
        f"{weights}, fine-tuned from cycle to cycle"
        if config.finetune
        else f"anew from {weights} each cycle"
    )


def budget_text(config: Config) -> str:
    """What is labelled at the start, what each cycle adds, and the rules that may end it before."""
    if config.start == "labelled":
        grows = f"all that is labelled, then + {config.step_percent:g} % of the pool per cycle"
    else:
        end = config.start_percent + config.step_percent * (config.cycles - 1)
        grows = (
            f"{config.start_percent:g} % at random, + {config.step_percent:g} % per cycle → "
            f"{'at most ' * config.may_end_early}{end:g} % of the pool"
        )
    rules = (
        [f"at {config.label_budget:,} task label{'s' * (config.label_budget != 1)}"]
        if config.label_budget
        else []
    )
    if config.plateau_percent:
        over = f"{config.plateau_cycles:,} cycle{'s' * (config.plateau_cycles != 1)}"
        rules.append(f"when the loss falls by less than {config.plateau_percent:g} % over {over}")
    return f"{grows}, ends {' or '.join(rules)}" if rules else grows


def measured_on(facts: RunFacts) -> str:
    """How many validation images have a usable label of each task, where some have not: ` (6 with semseg, 4 with depth)`."""
    found, images = facts.measured, len(facts.validation)
    return (
        f" ({', '.join(f'{number} with {task}' for task, number in found.items())})"
        if set(found.values()) - {images}
        else ""
    )


def _shared(runs: Sequence[Run]) -> dict[str, str]:
    """`_facts` of those whose worker has written down what it found, else of the first; different words with a `;` between."""
    known = [_facts(run) for run in runs if run.facts.written] or [_facts(runs[0])]
    return {name: "; ".join(dict.fromkeys(facts[name] for facts in known)) for name in known[0]}


def _facts(run: Run) -> dict[str, str]:
    config, facts = run.config, run.facts
    return {
        "data": f"{run.dataset_title}, {config.size_text} px",
        "pool / validation images": f"{len(facts.pool)} / {len(facts.validation)}"
        + measured_on(facts),
        "start, step": f"{budget_text(config)}, {'at most ' * config.may_end_early}{config.cycles} cycles",
        "network": f"{config.network}, {config.backbone}, {config.channels} channels",
        "start of training": beginning_text(config),
        "training": f"{config.epochs} epochs, batch {config.batch}, Adam {config.lr:g}",
        "sample weights": config.sample_weights,
        "evaluated": "network after the last epoch, whole validation split",
        "precision": str(facts.precision),
        "versions": ", ".join(f"{name} {version}" for name, version in facts.versions.items()),
    }
