"""Expo's push service, which carries notifications to Apple and Google."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hooklab.world import credentials
from hooklab.world.calls import Call, Refused, Reply, reason
from hooklab.world.http_service import HttpService
from hooklab.world.records import Records
from hooklab.world.service import Setup

SEND = "/--/api/v2/push/send"
RECEIPTS = "/--/api/v2/push/getReceipts"

# docs.expo.dev/push-notifications/sending-notifications names the limits and the codes of errors.
# Unsure: the words of the messages, and VALIDATION_ERROR, which is seen in answers only.
MOST_NOTIFICATIONS = 100
MOST_RECEIPTS = 1000
CODES = {401: "UNAUTHORIZED", 429: "TOO_MANY_REQUESTS"}


@dataclass(frozen=True)
class Notification:
    """A notification that Expo took for one device.

    Args:
        id: of its ticket, for the receipt.
        to: the device's token.
        title, body: empty when absent.
        data: what the app on the device is given.
        received_at: by the virtual clock.
    """

    id: str
    to: str
    title: str
    body: str
    data: Mapping[str, Any] = field(repr=False)
    received_at: datetime


class Push(HttpService):
    """Expo's API v2 with the project's access token required ("enhanced security").

    Every well-formed token belongs to a device until `unregister()` says otherwise; its ticket is
    then an error `DeviceNotRegistered`, with the token in `details.expoPushToken`. A repeat is
    notified again: there is no idempotency key. The receipt of whatever was taken is "ok", unless
    the device is gone by then.
    """

    def __init__(self, setup: Setup, seed: int) -> None:
        super().__init__(setup)
        self.notifications: Records[Notification] = Records(setup.deadline)
        self.unregistered: set[str] = set()
        self._chance = credentials.chance(setup.name, seed)
        self.access_token = credentials.word(self._chance, 40)

    def new_token(self) -> str:
        """The token of a new device."""
        return f"ExponentPushToken[{credentials.word(self._chance, 22)}]"

    def unregister(self, token: str) -> None:
        """Let the device be gone: the app was removed, or notifications were switched off."""
        self.unregistered.add(token)

    def answer(self, call: Call) -> Reply:
        """Send notifications, or tell what became of them."""
        if call.path not in (SEND, RECEIPTS):
            return self.refusal(404)
        if call.method != "POST":
            return self.refusal(405)
        if credentials.bearer(call) != self.access_token:
            return self.refusal(401)
        if call.path == RECEIPTS:
            return self._receipts(call)
        return self._send(call)

    def refusal(self, status: int) -> Reply:
        """An error of the whole request."""
        code = CODES.get(status) or reason(status).upper().replace(" ", "_")
        return _refused(code, reason(status), status).reply

    def _send(self, call: Call) -> Reply:
        sent = call.json
        messages = sent if isinstance(sent, list) else [sent]
        addressed = [(to, message) for message in messages for to in _recipients(message)]
        if len(addressed) > MOST_NOTIFICATIONS:
            raise _refused("PUSH_TOO_MANY_NOTIFICATIONS", "At most 100 notifications a request.")
        tickets = [self._notify(to, message, call.received_at) for to, message in addressed]
        single = isinstance(sent, dict) and isinstance(sent["to"], str)
        return Reply.json({"data": tickets[0] if single else tickets})

    def _notify(self, to: str, message: dict[str, Any], now: datetime) -> dict[str, Any]:
        """The ticket of one notification."""
        if to in self.unregistered:
            return _gone(to)
        notification = Notification(
            id=str(uuid.UUID(int=self._chance.getrandbits(128), version=4)),
            to=to,
            title=message.get("title") or "",
            body=message.get("body") or "",
            data=message.get("data") or {},
            received_at=now,
        )
        self.notifications.add(notification)
        self.tell(notification)
        return {"status": "ok", "id": notification.id}

    def _receipts(self, call: Call) -> Reply:
        ids = call.json.get("ids") if isinstance(call.json, dict) else None
        if not isinstance(ids, list):
            raise _invalid('"ids" must be an array')
        if len(ids) > MOST_RECEIPTS:
            raise _refused("PUSH_TOO_MANY_RECEIPTS", "At most 1000 receipts a request.")
        receipts = {
            each.id: _gone(each.to) if each.to in self.unregistered else {"status": "ok"}
            for each in self.notifications
            if each.id in ids
        }
        return Reply.json({"data": receipts})


def _recipients(message: Any) -> list[str]:
    """The tokens that `message` is for, if it can be sent at all."""
    if not isinstance(message, dict):
        raise _invalid("a message must be an object")
    to = message.get("to")
    tokens = to if isinstance(to, list) else [to]
    for token in tokens:
        if not _is_token(token):
            raise _invalid(f'"{token}" is not a valid Expo push token')
    for name, kind in (("title", str), ("body", str), ("data", dict)):
        if not isinstance(message.get(name), kind | None):
            raise _invalid(f'"{name}" is of the wrong type')
    return [str(token) for token in tokens]


def _is_token(token: Any) -> bool:
    return (
        isinstance(token, str)
        and token.startswith(("ExponentPushToken[", "ExpoPushToken["))
        and token.endswith("]")
    )


def _gone(token: str) -> dict[str, Any]:
    return {
        "status": "error",
        "message": f'"{token}" is not a registered push notification recipient',
        "details": {"error": "DeviceNotRegistered", "expoPushToken": token},
    }


def _invalid(message: str) -> Refused:
    return _refused("VALIDATION_ERROR", message)


def _refused(code: str, message: str, status: int = 400) -> Refused:
    return Refused(Reply.json({"errors": [{"code": code, "message": message}]}, status))
