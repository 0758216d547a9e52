"""Clerk's Backend API on the wire."""

import json

import pytest

from hooklab.world import ClerkApi, Setup


@pytest.fixture
def asked():
    return []


@pytest.fixture
def api(clock, asked):
    def handler(*arguments):
        asked.append(arguments)
        return (404, {"x-kit": "yes"}, {"errors": []}) if "nobody" in arguments[1] else ANSWER

    with ClerkApi(Setup("clerk_api", clock), handler) as api:
        yield api


ANSWER = (200, {}, [{"id": "user_1"}])


def test_the_handler_is_asked_and_its_answer_carried(api, call, asked):
    status, headers, body = call(
        api,
        "GET",
        "/v1/users?limit=2&user_id=a&user_id=b",
        headers={"Authorization": "Bearer sk_x"},
    )
    assert (status, json.loads(body)) == (200, [{"id": "user_1"}])
    assert headers["content-type"] == "application/json"
    ((method, path, query, received),) = asked
    assert (method, path) == ("GET", "/v1/users")
    assert query == {"limit": ["2"], "user_id": ["a", "b"]}
    assert received["authorization"] == "Bearer sk_x"


def test_an_error_of_the_handler_is_no_work_done(api, call):
    status, headers, body = call(api, "GET", "/v1/users/nobody")
    assert (status, headers["x-kit"], body) == (404, "yes", b'{"errors": []}')
    assert not api.calls[0].done


def test_an_answer_without_a_body_has_none(clock, call):
    with ClerkApi(Setup("clerk_api", clock), lambda *_: (204, {}, None)) as api:
        assert call(api, "DELETE", "/v1/users/user_1")[::2] == (204, b"")


def test_a_failure_has_the_shape_of_clerks_errors(api, call, asked):
    api.fail(status=429, retry_after=10)
    status, headers, body = call(api, "GET", "/v1/users")
    assert (status, headers["retry-after"]) == (429, "10")
    assert json.loads(body)["errors"][0]["code"] == "too_many_requests"
    assert not asked
