"""JSON of an answer that is not what a check expects: the check is lost, and the grader goes on."""

import pytest

from hooklab.grading.failure import CheckFailed
from hooklab.grading.logs import Logs
from hooklab.grading.response import AppResponse
from hooklab.strange_json import DEEPEST, read_json


def nested(depth):
    return "[" * depth + "]" * depth


def below(frames, function):
    """Call `function` with so many frames on the stack."""
    return function() if frames == 0 else below(frames - 1, function)


def response(body):
    return AppResponse(status=200, text=body)


@pytest.mark.parametrize("depth", [DEEPEST + 1, 900, 100_000])
def test_what_is_nested_too_deeply_is_no_json(depth):
    with pytest.raises(ValueError, match="deeply"):
        read_json(nested(depth))
    with pytest.raises(CheckFailed):
        _ = response(nested(depth)).json
    assert Logs(lambda: f'{{"a": {nested(depth)}}}', lambda: None).lines == []


def test_what_is_read_can_be_shown_and_compared():
    value = read_json(nested(DEEPEST))
    assert below(500, lambda: repr(value)) == nested(DEEPEST)
    assert below(500, lambda: value == read_json(nested(DEEPEST)))


@pytest.mark.parametrize("body", ["[]", "null", '"id"', "{}", '{"id": null}', '{"id": [1]}'])
def test_a_value_that_is_not_there_loses_the_check(body):
    with pytest.raises(CheckFailed, match="“id”"):
        response(body).value("id")


@pytest.mark.parametrize(("body", "value"), [('{"id": 7}', 7), ('{"id": "a"}', "a")])
def test_a_text_or_a_number_is_a_value(body, value):
    assert response(body).value("id") == value
