"""Clerk's Backend API on the wire."""

import json

import httpx
import pytest

from hooklab.services import Settings
from hooklab.services.clerk_api import clerk_api_client
from hooklab.world import ClerkApi, Setup, World


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


def test_a_list_that_leaves_people_out_is_a_200(call, clock):
    def handler(_method, path, *_rest):
        people = [{"id": "user_1"}, {"id": "user_2"}]
        return 200, {}, people if path == "/v1/users" else people[1]

    with ClerkApi(Setup("clerk_api", clock), handler) as api:
        api.leave_out(["user_2"])
        status, _headers, body = call(api, "GET", "/v1/users")
        assert (status, json.loads(body)) == (200, [{"id": "user_1"}])
        assert json.loads(call(api, "GET", "/v1/users/user_2")[2]) == {"id": "user_2"}
        api.recover()
        assert len(json.loads(call(api, "GET", "/v1/users")[2])) == 2


def test_the_client_brings_the_key_of_the_settings(world):
    settings = Settings(
        clerk_secret_key=world.clerk_api.secret_key, clerk_api_url=world.clerk_api.url
    )
    with clerk_api_client(settings) as client:
        answer = client.get("/v1/users", params={"user_id": ["a", "b"]})
    assert answer.json() == {"path": "/v1/users"}
    assert world.clerk_api.calls[0].query == {"user_id": ["a", "b"]}


def test_the_client_tries_once(world):
    settings = Settings(
        clerk_secret_key=world.clerk_api.secret_key, clerk_api_url=world.clerk_api.url
    )
    world.clerk_api.fail(status=503)
    with clerk_api_client(settings) as client:
        assert client.get("/v1/users").status_code == 503
        world.clerk_api.fail(drop=True)
        with pytest.raises(httpx.TransportError):
            client.get("/v1/users")
    assert len(world.clerk_api.calls) == 2


def test_the_key_of_another_instance_opens_nothing(clock, world, call):
    key = world.clerk_api.secret_key
    with World(clock, seed=8, backend_api=lambda *_request: (200, {}, [])) as other:
        assert other.clerk_api.secret_key != key
        status, _, body = call(
            other.clerk_api, "GET", "/v1/users", headers={"Authorization": f"Bearer {key}"}
        )
    assert (status, json.loads(body)["errors"][0]["code"]) == (401, "clerk_key_invalid")


def test_what_is_no_key_at_all_is_left_to_the_handler(world, call):
    assert call(world.clerk_api, "GET", "/v1/users")[0] == 200
