"""One image: why it was picked or not, what its tasks say, what the network saw, and what it is close to."""
import streamlit as st

from mtal.figures.scores import score_distribution
from mtal.ui import cards, evidence, gallery, inputs, live, loaders, sentences, stepper
from mtal.ui.words import code, plain

st.title("Inspect", anchor=False)
left, right = st.columns([3, 1])
with left:
    run = inputs.choose_run("inspect")
live.watch(run, "inspect", cards.progress_lines)
cycle = inputs.choose_cycle(run, "inspect", picked_only=True, where=right)
pool = loaders.pool(run, cycle)
image = stepper.choose_image(run, cycle, pool, "inspect")
row = pool.iloc[image]

picture, words = st.columns([1, 3])
with picture:
    gallery.show_thumbnail(run, str(row["id"]))
with words:
    earlier = stepper.labelled_since(run, cycle, image) if row["labelled"] else ""
    sentence = sentences.why(pool, image, cycle, run.config, str(run.facts.get("strategy_title", run.config.strategy)), earlier,
                             stepper.tasks_bought(run, cycle, image) if row["picked"] else ())
    st.markdown(f"##### {code(str(row['id']))} (number {image})")
    st.markdown(plain(sentence))
    evidence.show_other_rules(pool, image)
evidence.suggest_describing(run, cycle, pool)

evidence.show_bars(run, cycle, image, pool)
evidence.show_strips(run, cycle, image)
evidence.show_neighbours(run, cycle, image, pool)
if "score" in pool and row["open"]:
    st.subheader("Among the pool", anchor=False)
    st.plotly_chart(score_distribution(pool, f"{run.name}/{cycle}", float(row["score"])), key="inspect.scores",
                    alt="Histogram of the scores of the unlabelled pool, with the cut-off and this image")
