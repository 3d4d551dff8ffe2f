"""Several runs side by side: which belong together, what they are called, their curves, tables and protocol."""
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mtal.config import MACHINE_FIELDS, REPEAT_FIELDS, SELECTION, Config
from mtal.figures.curves import AXES, PUBLISHED_NOTE, learning_curve, over_seeds
from mtal.figures.published import for_task, published
from mtal.runs.run import LOSS, Run
from mtal.runs.status import Status
from mtal.ui import loaders
from mtal.ui.cards import short_title
from mtal.ui.causes import cause
from mtal.ui.words import beginning_text, budget_text, decimals, fixed, measured_on, plain

FREE = MACHINE_FIELDS | REPEAT_FIELDS | {"strategy", "projection"}  # what runs of one comparison may differ in
ALONE = "n=1: one seed gives no error estimate."
BANDS = "Bands: mean ± standard deviation over seeds, only where there are at least two; thin lines: single seeds."
USUAL_PUBLISHED = ("Random", "PartAL", "Ours")


def family(runs: Sequence[Run]) -> list[Run]:
    """The finished and living runs that differ from the newest one in strategy and seed only."""
    usable = [run for run in runs if run.status is Status.FINISHED or run.status.alive]
    if not usable:
        return []
    like = usable[0].config.changed(FREE)
    return [run for run in usable if run.config.changed(FREE) == like]


def titles(runs: Sequence[Run]) -> dict[str, str]:
    """Group -> strategy and the settings in which it differs from the others: all of them for data, network, training and
    budget, those of the selection only against groups of the same strategy."""
    groups = {run.config.group: run for run in runs}
    found = {}
    for group, run in groups.items():
        same = [other.config for other in groups.values() if other.config.strategy == run.config.strategy]
        differing = [name for name in Config.model_fields if name not in FREE
                     and _differs(name, same if _section(name) == SELECTION else [other.config for other in groups.values()])]
        told = ", ".join(f"{name}={getattr(run.config, name)}" for name in differing)
        title = str(run.facts.get("strategy_title", run.config.strategy))
        found[group] = f"{title} [{told}]" if told else title
    return found


def curve_rows(runs: Sequence[Run]) -> pd.DataFrame:
    """The metrics of all runs. Columns as in `Run.metrics`, and run, seed, group, title (of the group), name (of the task),
    strategy, variant, dataset."""
    names, variants = titles(runs), _variants(runs)
    frames = [loaders.metrics(run).rename(columns={"title": "name"}).assign(
        run=run.name, seed=run.config.seed, group=run.config.group, title=names[run.config.group], strategy=run.config.strategy,
        variant=variants[run.config.group], dataset=run.config.dataset) for run in runs]
    frames = [frame for frame in frames if not frame.empty]
    if not frames:
        return pd.DataFrame()
    rows = pd.concat(frames, ignore_index=True)
    return rows.assign(value=rows["value"].astype(float))   # a metric without a value (no valid pixel) is None on disk


def say_no_points(runs: Sequence[Run]) -> None:
    """Why there is no curve yet, and whether one will come by itself; runs that ended without a cycle, with the cause."""
    if any(run.status.alive for run in runs):
        st.info("None of these runs has a complete cycle yet. The first points appear here by themselves.",
                icon=":material/hourglass_empty:")
    else:
        st.info("None of these runs has a complete cycle, and none is running: there is no point to draw.",
                icon=":material/hourglass_disabled:")
    for run in runs:
        if run.status.resumable:
            st.page_link("pages/run.py", label=f"{short_title(run)}: {run.status.value}, {cause(run).title}",
                         icon=":material/timeline:", query_params={"run": run.name})


def choose_published(x: str) -> list[str]:
    """The methods of the paper to lay over the curves; none unless switched on."""
    on = st.toggle("Published curves", key="curves.published", disabled=x != "percent")
    if x != "percent":
        st.caption(f"The paper's results are per percent of the labels: choose the axis “{AXES['percent']}”.")
    if not on or x != "percent":
        return []
    methods = published()["method"].unique().tolist()
    return st.multiselect("Published methods", methods, default=USUAL_PUBLISHED, key="curves.methods")


def show_chart(rows: pd.DataFrame, task: str, x: str, methods: Sequence[str], legend: bool, page: str, thin: bool = True) -> None:
    """One task's curve and its table. `rows` as in `curve_rows`, of one data set; `thin`: a line for every seed too."""
    mine = rows[rows["task"] == task]
    first = mine.iloc[0]
    printed = for_task(published(), str(first["dataset"]), task) if methods else None
    printed = printed[printed["method"].isin(methods)] if printed is not None else None
    st.markdown(f"**{plain(str(first['name']))}**")
    found = over_seeds(mine, x)
    told = message(found, str(first["name"]))
    figure = learning_curve(mine, x, str(first["axis"]), f"{page}.{first['dataset']}.{task}", printed, legend, thin)
    st.plotly_chart(figure, key=f"{page}.{first['dataset']}.{task}", alt=told)
    if methods and (printed is None or printed.empty):
        st.caption("The paper has no numbers for this task and data set.")
    with st.expander("Numbers"):
        st.dataframe(table(found, x), key=f"{page}.table.{first['dataset']}.{task}", hide_index=True, alt=told)


def table(found: pd.DataFrame, x: str) -> pd.DataFrame:
    """Mean, std and n per group and cycle, for people. `found` as `over_seeds` gives it."""
    shown = found.drop(columns=["group", "variant", "strategy"]).rename(columns={"title": "strategy", "x": AXES[x]})
    places = decimals(found["mean"])
    return shown.assign(mean=[fixed(mean, places) for mean in shown["mean"]],
                        std=["" if n < 2 else fixed(std, places) for std, n in zip(shown["std"], shown["n"], strict=True)])


def message(found: pd.DataFrame, name: str) -> str:
    """What the last points say, for those who cannot see the chart. `found` as `over_seeds` gives it."""
    last = found.groupby("group", sort=False).tail(1)
    means = [fixed(mean, decimals(found["mean"])) for mean in last["mean"]]
    return f"{name}, last values: " + "; ".join(
        f"{row.title} {mean} at {row.x:.5g} (n={row.n})" for row, mean in zip(last.itertuples(index=False), means, strict=True))


def show_remarks(rows: pd.DataFrame, methods: Sequence[str]) -> None:
    """What must be known to read the bands and the published lines, and where seeds can be added."""
    seeds = rows.groupby("group")["run"].nunique()
    alone = rows[rows["group"].isin(seeds[seeds < 2].index)].drop_duplicates("group")
    if not alone.empty:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(ALONE, width="content")
            for row in alone.itertuples(index=False):
                st.page_link("pages/launch.py", label=f"Add seeds: {plain(str(row.title))}", icon=":material/add:",
                             query_params={"like": str(row.run)})
    if (seeds > 1).any():
        st.caption(BANDS)
    if methods:
        st.caption(f"Dashed lines: the paper's printed numbers, {PUBLISHED_NOTE}. A reference, not a competitor: its "
                   "backbone and schedule are not documented, nor is its loss (compare the shape only), and the depth error that "
                   "it prints as mse is read as RMSE in metres.")
    warn_about_starts(rows)


def warn_about_starts(rows: pd.DataFrame) -> None:
    """Curves of one seed that do not begin with as many labelled images say little about each other."""
    starts = rows[rows["cycle"] == 0].groupby(["dataset", "seed"])["images"].nunique()
    if (starts > 1).any():
        st.warning("These runs do not start with the same number of labelled images, so their curves are not comparable.",
                   icon=":material/warning:")


def show_protocol(runs: Sequence[Run]) -> None:
    """How these numbers came about, what benchmark papers miss most: what differs, a column per group, then the rest."""
    names = titles(runs)
    columns = {names[run.config.group]: _protocol(run) for run in runs}
    seeds: dict[str, list[int]] = {}
    for run in runs:
        seeds.setdefault(names[run.config.group], []).append(run.config.seed)
    for title, column in columns.items():
        column["seeds"] = ", ".join(str(seed) for seed in sorted(seeds[title]))
    rows = pd.DataFrame(columns)
    same = rows.nunique(axis=1) == 1
    if not same.all():
        st.table(rows[~same].map(plain).rename(columns=plain))
    st.table(rows[same].iloc[:, :1].set_axis(["the same for all" if len(columns) > 1 else "value"], axis=1).map(plain))
    notes = {f"{task.title}, {task.metric}": task.note for run in runs for task in run.tasks if task.note}
    for note in dict.fromkeys(str(run.facts["dataset_note"]) for run in runs if run.facts.get("dataset_note")):
        if not any(note in told for told in notes.values()):
            st.caption(plain(note))
    for title, note in notes.items():
        st.caption(f"{plain(title)}: {plain(note)}")


def _protocol(run: Run) -> dict[str, str]:
    config, facts = run.config, run.facts
    return {
        "data": f"{facts.get('dataset_title', config.dataset)}, {config.size_text} px",
        "pool / validation images": f"{len(facts.get('pool', []))} / {len(facts.get('validation', []))}" + measured_on(facts),
        "start, step": f"{budget_text(config)}, {'at most ' * config.may_end_early}{config.cycles} cycles",
        "network": f"{config.network}, {config.backbone}, {config.channels} channels",
        "start of training": beginning_text(config),
        "training": f"{config.epochs} epochs, batch {config.batch}, Adam {config.lr:g}",
        "sample weights": config.sample_weights,
        "evaluated": "network after the last epoch, whole validation split",
        "precision": str(facts.get("precision", "")),
        "versions": ", ".join(f"{name} {version}" for name, version in facts.get("versions", {}).items()),
    }


def _variants(runs: Sequence[Run]) -> dict[str, int]:
    """Group -> 0, 1, ... among the groups of one strategy; the one closest to the defaults keeps the strategy's own look."""
    by_strategy: dict[str, dict[str, int]] = {}
    for run in runs:
        by_strategy.setdefault(run.config.strategy, {})[run.config.group] = len(run.config.changed(FREE))
    return {group: place for groups in by_strategy.values()
            for place, group in enumerate(sorted(groups, key=lambda group: (groups[group], group)))}


def _section(name: str) -> str:
    extra = Config.model_fields[name].json_schema_extra
    return str(extra["section"]) if isinstance(extra, dict) else ""


def _differs(name: str, configs: Sequence[Config]) -> bool:
    return any(getattr(config, name) != getattr(configs[0], name) for config in configs)


def tasks_in_order(rows: pd.DataFrame) -> list[str]:
    """The multi-task loss first, then the tasks."""
    return [LOSS, *[str(task) for task in rows["task"].unique() if task != LOSS]]
