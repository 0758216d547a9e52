"""What Clerk writes to people: e-mails, text messages and the waitlist.

Shapes: clerk/openapi-specs, webhooks/2025-04-15.yml, schemas EmailEventPayload, SmsEventPayload
and WaitlistEntry. The first two carry one-time codes in clear: that is Clerk's doing, and the
reason why a receiver must not keep or log them.
"""

from datetime import datetime
from typing import Any

from hooklab.sender.users import NewId, User

_APP = {
    "domain_name": "accounts.example.com",
    "logo_image_url": None,
    "logo_url": None,
    "name": "Hooklab",
    "url": "https://accounts.example.com",
}
_THEME = {
    "button_text_color": "#ffffff",
    "primary_color": "#335bf1",
    "show_clerk_branding": True,
}
# 555-0100 to 555-0199 are kept for fiction in every North American area.
_FROM_NUMBER = "+12025550100"
_CODE_SLUG = "verification_code"


def email(
    user: User, entry: dict[str, Any], new_id: NewId, at: datetime, *, slug: str, code: str
) -> dict[str, Any]:
    """Return the data of `email.created`, for the address `entry` of a user."""
    requested_at = at.strftime("%d %B %Y, %H:%M UTC")
    subject, text, html, secret = _wording(slug, code)
    return {
        "body": f"<!DOCTYPE html>\n<html><body>{html}</body></html>",
        "body_plain": f"{text}\n\nIt was requested at {requested_at}.\n",
        "data": {"app": _APP, "requested_at": requested_at, "theme": _THEME} | secret,
        "delivered_by_clerk": True,
        "email_address_id": entry["id"],
        "from_email_name": "notifications",
        "id": new_id("ema"),
        "object": "email",
        "reply_to_email_name": None,
        "slug": slug,
        "status": "queued",
        "subject": subject,
        "to_email_address": entry["email_address"],
        "user_id": user["id"],
    }


def _wording(slug: str, code: str) -> tuple[str, str, str, dict[str, str]]:
    if slug == _CODE_SLUG:
        return (
            f"{code} is your verification code",
            f"{code} is your OTP code for Hooklab.\n\nDo not share this with anyone.",
            f"<h1>Verification code</h1><p><b>{code}</b></p>",
            {"otp_code": code},
        )
    title = slug.replace("_", " ").capitalize()
    return title, f"{title}: news about your Hooklab account.", f"<h1>{title}</h1>", {}


def sms(user: User, number: dict[str, Any], new_id: NewId, at: int, *, code: str) -> dict[str, Any]:
    """Return the data of `sms.created`, a verification code for the phone `number` of a user."""
    return {
        # The specification's schema and its example name this time differently.
        "created_at": at,
        "created_at_ms": at,
        "data": {"app": _APP, "otp_code": code},
        "delivered_by_clerk": True,
        "from_phone_number": _FROM_NUMBER,
        "id": new_id("sms"),
        "message": f"{code} is your verification code for Hooklab.",
        "object": "sms_message",
        "phone_number_id": number["id"],
        "slug": _CODE_SLUG,
        "status": "queued",
        "to_phone_number": number["phone_number"],
        "user_id": user["id"],
    }


def waitlist_entry(address: str, new_id: NewId, at: int) -> dict[str, Any]:
    """Return the data of `waitlistEntry.created`."""
    return {
        "created_at": at,
        "email_address": address,
        "id": new_id("wle"),
        "invitation": None,
        "is_locked": False,
        "object": "waitlist_entry",
        "status": "pending",
        "updated_at": at,
    }


def invitation(address: str, new_id: NewId, at: int) -> dict[str, Any]:
    """Return the invitation of somebody who has left the waitlist."""
    return {
        "created_at": at,
        "email_address": address,
        "id": new_id("inv"),
        "object": "invitation",
        "public_metadata": {},
        "revoked": False,
        "status": "pending",
        "updated_at": at,
    }
