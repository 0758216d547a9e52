import pytest

from hooklab.sender import backend_api, crowd

KEY = {"authorization": "Bearer sk_test_x"}


@pytest.fixture
def ask(clerk):
    def ask(path, method="GET", headers=KEY, **query):
        listed = {
            name: value if isinstance(value, list) else [value] for name, value in query.items()
        }
        status, _, body = backend_api(clerk, method, path, listed, headers)
        return status, body

    return ask


@pytest.fixture
def people(clerk, clock):
    """Thirty users, a second apart, oldest first."""
    for number in range(30):
        clock.advance(seconds=1)
        clerk.user_created(email=f"user{number:02}@example.com", external_id=f"ext-{number}")
    return clerk.users


def ids(users):
    return [user["id"] for user in users]


def test_ten_users_come_newest_first_when_nothing_is_asked(ask, people):
    assert ask("/v1/users") == (200, people[:-11:-1])


def test_five_hundred_is_the_most(ask, people):
    assert ask("/v1/users", limit="500")[1] == people[::-1]
    for limit in ("0", "501", "many"):
        status, body = ask("/v1/users", limit=limit)
        assert (status, body["errors"][0]["meta"]) == (422, {"param_name": "limit"})


def test_pages_by_offset_cover_everybody_once(ask, people):
    pages = [
        ask("/v1/users", limit="8", offset=str(offset), order_by="+created_at")[1]
        for offset in (0, 8, 16, 24, 32)
    ]
    assert [len(page) for page in pages] == [8, 8, 8, 6, 0]
    assert [user for page in pages for user in page] == people


@pytest.mark.parametrize("order", ["+created_at", "-created_at"])
def test_the_cursor_covers_everybody_though_users_come_and_go(ask, clerk, clock, people, order):
    page = ask("/v1/users", limit="7", order_by=order)[1]
    seen = ids(page)
    while len(page) == 7:  # a shorter page is the last
        clock.advance(seconds=1)
        clerk.user_created()
        clerk.user_deleted(page[0])
        cursor = page[-1]["id"]
        page = ask("/v1/users", limit="7", order_by=order, starting_after=cursor)[1]
        seen += ids(page)
    assert len(seen) == len(set(seen))
    assert set(ids(people)) <= set(seen)


def test_the_cursor_holds_among_users_of_the_same_millisecond(ask, clerk):
    crowd(clerk, 20)
    first = ask("/v1/users", limit="12")[1]
    second = ask("/v1/users", limit="12", starting_after=first[-1]["id"])[1]
    assert len(set(ids(first + second))) == 20


@pytest.mark.parametrize(
    "query",
    [
        {"offset": "5"},
        {"order_by": "-updated_at"},
        {"starting_after": "user_gone"},
    ],
    ids=["with an offset", "in another order", "unknown user"],
)
def test_a_cursor_is_refused_where_it_makes_no_sense(ask, people, query):
    assert ask("/v1/users", **{"starting_after": people[3]["id"], **query})[0] == 422


def test_order_by_other_fields_puts_the_unknown_last_when_ascending(ask, clerk):
    for name in ("Bo", None, "Ada"):
        clerk.user_created(first_name=name)
    names = [user["first_name"] for user in ask("/v1/users", order_by="first_name")[1]]
    assert names == ["Ada", "Bo", None]
    names = [user["first_name"] for user in ask("/v1/users", order_by="-first_name")[1]]
    assert names == [None, "Bo", "Ada"]


def test_an_unescaped_plus_is_understood(ask, people):
    assert ask("/v1/users", order_by=" created_at")[1] == people[:10]


@pytest.mark.parametrize("order", ["password", "", "--created_at"])
def test_an_unknown_order_is_refused(ask, people, order):
    assert ask("/v1/users", order_by=order)[0] == 422


@pytest.mark.parametrize(
    "order", ["email_address", "web3wallet", "phone_number", "username", "last_sign_in_at"]
)
def test_every_order_takes_every_user(ask, clerk, order):
    crowd(clerk, 20)
    assert len(ask("/v1/users", order_by=order, limit="500")[1]) == 20


def test_filters_by_id_include_and_exclude(ask, people):
    one, two = people[0]["id"], people[1]["id"]
    assert ids(ask("/v1/users", user_id=[one, f"+{two}"])[1]) == [two, one]
    others = ask("/v1/users", user_id=f"-{one}", limit="500")[1]
    assert ids(others) == ids(people[:0:-1])
    assert ask("/v1/users", user_id="user_gone")[1] == []
    assert ask("/v1/users", user_id=["user_x"] * 101)[0] == 422


def test_filters_by_address_look_at_every_address(ask, clerk, people):
    clerk.user_updated(people[4], email="fresh@example.com")
    for address in ("user04@example.com", "fresh@example.com"):
        assert ids(ask("/v1/users", email_address=address)[1]) == [people[4]["id"]]
    assert ids(ask("/v1/users", external_id="ext-4")[1]) == [people[4]["id"]]


def test_filters_by_creation_leave_the_moment_itself_out(ask, people):
    moment = str(people[10]["created_at"])
    after = ask("/v1/users", created_at_after=moment, limit="500")[1]
    before = ask("/v1/users", created_at_before=moment, limit="500")[1]
    assert (after, before) == (people[:10:-1], people[9::-1])


def test_a_filter_that_is_not_simulated_is_refused_and_not_ignored(ask, people):
    status, body = ask("/v1/users", organization_id="org_1")
    assert (status, body["errors"][0]["code"]) == (422, "form_param_unknown")


def test_the_count_is_of_everybody_or_of_a_filter(ask, people):
    assert ask("/v1/users/count") == (200, {"object": "total_count", "total_count": 30})
    moment = str(people[10]["created_at"])
    assert ask("/v1/users/count", created_at_before=moment)[1]["total_count"] == 10


def test_one_user_is_as_the_directory_has_them(ask, people):
    assert ask(f"/v1/users/{people[3]['id']}") == (200, people[3])


def test_an_unknown_user_is_not_found_in_clerks_words(ask):
    status, body = ask("/v1/users/user_gone")
    assert (status, body["errors"][0]["code"]) == (404, "resource_not_found")
    assert {"message", "long_message", "code"} <= body["errors"][0].keys()


def test_a_deletion_is_done_once_and_makes_its_event(ask, clerk, people):
    path = f"/v1/users/{people[3]['id']}"
    status, body = ask(path, method="DELETE")
    assert (status, body["deleted"], body["id"]) == (200, True, people[3]["id"])
    assert (clerk.events[-1].type, clerk.events[-1].data) == ("user.deleted", body)
    assert ask(path, method="DELETE")[0] == ask(path)[0] == 404
    assert len(clerk.events) == 31


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "sk_test_x"}, {"Authorization": "Bearer pk_test_x"}],
    ids=["no key", "no scheme", "publishable key"],
)
def test_without_a_secret_key_nothing_is_told(ask, people, headers):
    status, body = ask("/v1/users", headers=headers)
    assert status == 401
    assert body["errors"]


def test_the_rest_of_clerks_api_is_not_simulated(ask, people):
    assert ask("/v1/organizations")[0] == 404
    assert ask("/v1/users", method="POST")[0] == 404


def test_an_answer_is_a_copy(ask, clerk, people):
    ask("/v1/users")[1][0]["public_metadata"]["plan"] = "gold"
    ask(f"/v1/users/{people[3]['id']}")[1]["public_metadata"]["plan"] = "gold"
    assert clerk.users == people
