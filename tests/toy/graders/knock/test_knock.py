"""What the door must do."""

import pytest


def test_it_answers(lab):
    lab.app.get("/knock?name=Ada").expect("2xx")


@pytest.mark.parametrize("name", ["Ada", "Grace"])
def test_it_greets_by_name(lab, name):
    greeting = str(lab.app.get(f"/knock?name={name}").value("greeting"))
    lab.require(
        name in greeting, en=f"a greeting for {name}", fr=f"un salut pour {name}", got=greeting
    )


def test_nobody_is_refused(lab):
    lab.app.get("/knock").expect("4xx")
