"""The comparison of pictures on the Inspect page: layers, tasks, scales and ground truth."""

from tests.app.page_contents import address, comparison, picks, texts


def html(app) -> str:
    """All HTML of a page."""
    return "\n".join(element.proto.body for element in app.get("html"))


def test_the_comparison_has_every_picture_of_the_task_that_drives(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0")
    image = picks(run, 0)[0]
    data, names = comparison(app), run.pictures(0, image)
    task = data["name"].rpartition("/")[2]
    assert data["name"] == f"{run.name}/0/{image}/{task}"
    expected = {
        name
        for name in names
        if name == "image"
        or (name.startswith(f"{task}.") and ".gapself." not in name and not name.endswith(".truth"))
    }
    assert {
        layer["src"].split("?")[0].rpartition("/")[2].removesuffix(".png")
        for layer in data["layers"]
    } == expected
    assert data["below"] == "image"
    assert data["above"].startswith("gap.")
    assert all(layer["alt"] for layer in data["layers"])
    assert app.button(key=f"inspect.task.{task}").proto.type == "primary"


def test_the_next_images_are_fetched_ahead(open_page, made_store):
    run = made_store("finished")
    order = picks(run, 0)
    ahead = comparison(open_page("inspect", run=run.name, cycle="0"))["next"]
    assert [int(following["pictures"]["image"].split("/")[3]) for following in ahead] == order[1:3]
    assert [following["key"] for following in ahead] == ["j", ""]
    assert all(
        f"/{image}.jpg" in following["pictures"]["thumb"]
        for image, following in zip(order[1:3], ahead, strict=True)
    )


def test_what_is_shown_ahead_is_what_the_page_then_shows(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0")
    ahead = comparison(app)["next"][0]
    app.button(key="inspect.next").click().run()
    data = comparison(app)
    pictures = {layer["id"]: layer["src"] for layer in data["layers"]}
    assert {name: data[name] for name in ("name", "label", "below", "above")} == {
        name: ahead[name] for name in ("name", "label", "below", "above")
    }
    assert pictures == {id_: src for id_, src in ahead["pictures"].items() if id_ != "thumb"}
    assert [following["key"] for following in data["next"]] == ["j", "", "k"]


def test_a_task_is_taken_by_button_and_stands_in_the_address(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0")
    for number, task in enumerate(run.tasks, 1):
        button = app.button(key=f"inspect.task.{task.name}")
        assert button.proto.shortcut == str(number)
        button.click().run()
        assert comparison(app)["name"].endswith(f"/{task.name}")
        assert address(app)["task"] == task.name
    assert comparison(open_page("inspect", **address(app)))["name"] == comparison(app)["name"]


def test_the_layers_in_the_address_are_shown(open_page, made_store):
    run = made_store("finished")
    data = comparison(
        open_page("inspect", run=run.name, cycle="0", task="depth", below="initial", above="final")
    )
    assert (data["below"], data["above"]) == ("initial", "final")
    data = comparison(
        open_page("inspect", run=run.name, cycle="0", task="depth", below="gone", above="gone")
    )
    assert {data["below"], data["above"]} <= {layer["id"] for layer in data["layers"]}


def test_an_unknown_task_is_told(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0", task="gone")
    assert "no task `gone`" in texts(app)
    assert comparison(app)


def test_each_scale_has_its_own_pictures_and_numbers(open_page, made_store):
    run = made_store("finished")
    for scale, kind, legend in (
        ("whole pool", ".gap.", "over all drawn images"),
        ("this image", ".gapself.", "this image&#x27;s own"),
    ):
        app = open_page("inspect", run=run.name, cycle="0", scale=scale)
        gaps = [layer for layer in comparison(app)["layers"] if layer["id"].startswith("gap.")]
        assert gaps
        assert all(kind in layer["src"] and legend in layer["legend"] for layer in gaps)


def test_values_can_be_read_where_the_run_stored_them(open_page, made_store):
    run = made_store("finished")
    data = comparison(open_page("inspect", run=run.name, cycle="0", task="depth"))
    stored = run.maps(0, picks(run, 0)[0])
    names = {name.partition(".")[2] for name in stored if name.startswith("depth.")}
    assert set(data["values"]) == names - {"truth"}
    if not stored:
        assert "older" in data["without"]


def test_the_ground_truth_is_hidden_until_it_is_revealed(open_page, made_store):
    run = made_store("finished")
    if not any(name.endswith(".truth") for name in run.pictures(0, picks(run, 0)[0])):
        assert "no pictures of the ground truth" in texts(
            open_page("inspect", run=run.name, cycle="0")
        )
        return
    app = open_page("inspect", run=run.name, cycle="0", task="depth")
    assert "truth" not in {layer["id"] for layer in comparison(app)["layers"]}
    assert ".truth" not in html(app)
    app.segmented_control(key="inspect.truth").set_value("revealed").run()
    assert "truth" in {layer["id"] for layer in comparison(app)["layers"]}
    assert address(app)["truth"] == "revealed"


def test_a_run_that_labels_for_real_says_why_there_is_no_truth(open_page, made_store):
    run = made_store("finished", start="labelled")
    for picture in run.picture(0, picks(run, 0)[0], "image").parent.glob("*.truth.png"):
        picture.unlink()
    assert "labels for real" in texts(open_page("inspect", run=run.name, cycle="0"))


def test_strips_show_all_tasks_and_fetch_pictures_when_they_are_seen(open_page, made_store):
    run = made_store("finished")
    app = open_page("inspect", run=run.name, cycle="0")
    names = [
        name
        for name in run.pictures(0, picks(run, 0)[0])
        if not {"gapself", "truth", "image"} & set(name.split("."))
    ]
    body = next(
        element.proto.body for element in app.get("html") if 'class="strips"' in element.proto.body
    )
    assert body.count("<img ") == body.count('loading="lazy"') == body.count("alt=") == len(names)
