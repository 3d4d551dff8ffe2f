"""The name in the sidebar: remembered by the browser, stored with decisions and sets."""

import getpass

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mtal.ui import identity as module


@pytest.fixture
def cookies(monkeypatch):
    """The cookies that the browser sends; a test fills them."""
    sent: dict[str, str] = {}
    monkeypatch.setattr(type(st.context), "cookies", property(lambda self: sent))
    return sent


def shown(app: AppTest) -> str:
    return app.sidebar.text_input(key=module.KEY).value


def scripts(app: AppTest) -> list[str]:
    return [
        element.proto.body for element in app.get("html") if "document.cookie" in element.proto.body
    ]


def test_without_a_word_it_is_the_user_of_the_system(open_page):
    app = open_page("home")
    assert shown(app) == getpass.getuser()
    assert not scripts(app)


def test_a_system_that_knows_no_name_is_no_reason_to_fail(open_page, monkeypatch):
    def unknown() -> str:
        raise OSError("no name for this number")

    monkeypatch.setattr(getpass, "getuser", unknown)
    assert shown(open_page("home")) == "somebody"


def test_a_name_lasts_over_pages_and_is_handed_to_the_browser(open_page):
    app = open_page("home")
    app.sidebar.text_input(key=module.KEY).set_value("Ann Böhm; path=/x").run()
    [script] = scripts(app)
    assert "mtal_who=Ann%20B%C3%B6hm%3B%20path%3D%2Fx; path=/;" in script
    assert shown(app.switch_page("pages/help.py").run()) == "Ann Böhm; path=/x"


def test_who_changes_their_mind_is_remembered_by_the_last_name(open_page, cookies):
    cookies[module.COOKIE] = "Ann"
    app = open_page("home")
    for name in ("Bo", "Ann"):
        app.sidebar.text_input(key=module.KEY).set_value(name).run()
        assert f"mtal_who={name};" in scripts(app)[0]
    app.sidebar.text_input(key=module.KEY).set_value("").run()
    assert f"mtal_who={getpass.getuser()};" in scripts(app)[0]


def test_a_browser_that_remembers_is_believed(open_page, cookies):
    cookies[module.COOKIE] = "Ann%20B%C3%B6hm"
    app = open_page("home")
    assert shown(app) == "Ann Böhm"
    assert not scripts(app)  # it knows already


@pytest.mark.parametrize("sent", ["", "%20%20", "x" * 5000, "%ff%00<script>"])
def test_any_cookie_gives_a_usable_name(open_page, cookies, sent):
    cookies[module.COOKIE] = sent
    app = open_page("home")
    assert not app.exception
    assert 0 < len(shown(app)) <= 100


def test_who_asks_without_the_field_gets_the_same(cookies):
    cookies[module.COOKIE] = "Bo"
    assert module.who() == "Bo"
