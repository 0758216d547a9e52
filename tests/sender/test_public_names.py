import hooklab.sender


def test_every_public_name_exists_and_the_list_is_in_order():
    names = hooklab.sender.__all__
    assert all(hasattr(hooklab.sender, name) for name in names)
    assert sorted(names) == [
        "Attempt",
        "Carrier",
        "Clerk",
        "ClerkEvent",
        "EXAMPLE_DAY",
        "Message",
        "NOT_GIVEN",
        "Response",
        "SAMPLES",
        "SCHEDULE",
        "TIMEOUT",
        "VIAS",
        "as_example",
        "backend_api",
        "carry",
        "crowd",
        "delay_after",
        "headers",
        "new_secret",
        "primary_address",
        "retry_delays",
        "sign",
    ]
