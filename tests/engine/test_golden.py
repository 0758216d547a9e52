"""Messages that are kept: what differs from run to run is folded in them."""

import pytest

from hooklab.authoring import golden


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("user_3AkOf0uL4aci4AeDNoHyQcLGBMt, user_3AkOf0uL4aci4AeDNoHyQcLGBMt", "user_1, user_1"),
        ("msg_3AkOf0kqsSEpPSXmtotU6ud28Ue, msg_3AkOewHrEx6C5nHdqCGOdpaBwaB", "msg_1, msg_2"),
        ("svix-id …Xhtfyw, …paBwaB, …Xhtfyw", "svix-id …1, …2, …1"),
        ("http://127.0.0.1:45123/x and localhost:8025", "http://localhost:1/x and localhost:2"),
        ("09:00:00 then 09:00:05", "hh:mm:01 then hh:mm:02"),
        ("2026-03-10T09:00:00Z, 1773133199984", "time-1, time-1"),
        ("after 0.51 s, in 12.3 ms, 3 times", "after 1 s, in 2 ms, 3 times"),
        ("https://app-01af3c.example.com", "https://app-1.example.com"),
        (
            '  {"to": "b", "id": "msg_3AkOf0kqsSEpPSXmtotU6ud28Ue"}\n'
            '  {"to": "a", "id": "msg_3AkOewHrEx6C5nHdqCGOdpaBwaB"}\n',
            '  {"to": "a", "id": "msg_1"}\n  {"to": "b", "id": "msg_2"}\n',
        ),
        ("svix-signature: v1,Cz2U/+… → v1,made", "svix-signature: v1,1… → v1,made"),
        ("./a.py:57, ./b.py:9, ./a.py:57", "./a.py:1, ./b.py:2, ./a.py:1"),
        (
            '  {"b": 1}\n  [… 3 lines like this …]\n  {"a": 1}\n',
            '  [… 3 lines like this …]\n  {"a": 1}\n  {"b": 1}\n',
        ),
        ('x → 200 {"b":1,"a":{"d":1,"c":2}}\n', 'x → 200 {"a":{"c":2,"d":1},"b":1}\n'),
        ('x → 200 {"b":1,"a":{"d":1… cut', 'x → 200 {"b":1,"a":{"d":1… cut'),
        ("    call(1 / 0)\n         ~~^~~\nZeroDiv", "    call(1 / 0)\nZeroDiv"),
    ],
)
def test_what_differs_from_run_to_run_is_folded(text, folded):
    assert golden.fold(text) == folded
