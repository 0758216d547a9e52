import hooklab.sender


def test_every_public_name_exists_and_the_list_is_in_order():
    names = hooklab.sender.__all__
    assert all(hasattr(hooklab.sender, name) for name in names)
    assert sorted(names) == [
        "Answer",
        "Attempt",
        "Carrier",
        "Clerk",
        "Delivery",
        "Event",
        "NOT_GIVEN",
        "SCHEDULE",
        "TIMEOUT",
        "VIAS",
        "backend_api",
        "crowd",
        "delay_after",
        "headers",
        "new_secret",
        "primary_address",
        "retry_delays",
        "sign",
    ]
