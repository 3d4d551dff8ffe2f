"""One image of the pool: why it was picked or not, its pictures, scores, ranks and origin."""

import pandas as pd
import streamlit as st

from mtal.analysis.text.counterfactuals import verdict
from mtal.analysis.text.pick_reason import ImageHistory, PoolCycle, pick_reason
from mtal.figures.scores import score_bins, score_distribution
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components import image_navigator, image_table
from mtal.ui.components.chart import show_figure
from mtal.ui.components.describe_hint import suggest_describing
from mtal.ui.guard import guarded
from mtal.ui.inspect import (
    counterfactuals,
    loss_history,
    neighbours,
    predictions,
    provenance,
    render_request,
    review,
    task_scores,
)
from mtal.ui.text import code, plain


@st.fragment(key="inspect.image")
@guarded
def show_image(run: Run, cycle: int) -> None:
    """Draw all sections of the image in the address, the reason first.

    A fragment: a step to another image draws this part of the page alone anew.
    """
    pool = loaders.pool(run, cycle)
    steps = image_navigator.choose_image(run, cycle, pool, "inspect")
    image = steps.image
    rules = counterfactuals.all_rules(run, cycle, image, pool)
    _show_why(run, cycle, image, pool, rules)
    st.subheader("What the network saw", anchor=False)
    if image in loaders.drawn(run, cycle):
        predictions.show_predictions(run, cycle, image, pool, steps.coming)
    else:
        render_request.show_render_request(run, cycle, image)
    suggest_describing(run, cycle, pool)
    task_scores.show_bars(run, cycle, image, pool)
    counterfactuals.show_ranks(run, cycle, image, pool, rules)
    neighbours.show_neighbours(run, cycle, image, pool)
    loss_history.show_loss_history(run, cycle, image, pool)
    neighbours.show_near_misses(run, cycle, pool)
    _show_distribution(run, cycle, image, pool)
    provenance.show_provenance(run, cycle, image)


def _show_why(run: Run, cycle: int, image: int, pool: pd.DataFrame, rules: pd.DataFrame) -> None:
    """Thumbnail, the sentence that gives the reason, the verdict over other rules, and review."""
    row = pool.iloc[image]
    left, right = st.columns([1, 4])
    with left:
        st.html(image_table.thumbnail_html(run, image))
    with right:
        scored = PoolCycle(pool, cycle, run.config, run.strategy_title)
        sentence = pick_reason(scored, image, _history(run, cycle, image, row))
        st.markdown(f"##### {code(str(row['id']))} (number {image})")
        st.markdown(plain(sentence))
        st.markdown(plain(verdict(rules, bool(row["picked"]))))
        if row["open"]:
            review.show_review(run, cycle, str(row["id"]), bool(row["picked"]))


def _history(run: Run, cycle: int, image: int, row: pd.Series) -> ImageHistory:
    """Collect what the pool's row does not tell."""
    return ImageHistory(
        earlier=image_navigator.labelled_since(run, cycle, image) if row["labelled"] else "",
        acquired_tasks=image_navigator.tasks_acquired(run, cycle, image) if row["picked"] else (),
        rejected=image in run.applied_reviews(cycle).get("rejected", ()),
    )


def _show_distribution(run: Run, cycle: int, image: int, pool: pd.DataFrame) -> None:
    """Histogram of the pool's scores with this image marked, folded away."""
    row = pool.iloc[image]
    if "score" not in pool or not row["open"]:
        return
    with st.expander(
        "Its score among the pool",
        key="inspect.scores.open",
        icon=":material/bar_chart:",
        on_change="rerun",
    ) as box:
        if box.open:
            show_figure(
                score_distribution(pool, f"{run.name}/{cycle}", float(row["score"])),
                score_bins(pool),
                f"{run.name}-scores-{cycle}",
                f"{row['id']} among the scores of cycle {cycle} · {run.name}",
                "inspect.scores",
                "Histogram of the scores of the unlabelled pool, with the cut-off and this image",
            )
