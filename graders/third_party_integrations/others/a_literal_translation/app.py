"""Exercise third_party_integrations: four services learn of users. Given: nothing to write here."""

import hmac
from typing import Annotated

import httpx
from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse
from sqlmodel import Session, SQLModel

from hooklab.services import Settings, make_engine
from hooklab.services.intercom import intercom_client
from hooklab.services.mailchimp import mailchimp_client
from hooklab.services.segment import segment_client
from hooklab.webhooks import Event, read_event

from .models import User


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve."""
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> JSONResponse:
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type == "user.created":
            await handle_user_created(event)
        return JSONResponse({"success": True})

    async def handle_user_created(event: Event) -> None:
        data = event.data
        addresses = data["email_addresses"]
        email = addresses[0]["email_address"] if addresses else None

        # Create the user in the database.
        with Session(engine) as session:
            session.add(User(clerk_id=data["id"], email=email, first_name=data["first_name"]))
            session.commit()

        # Tell Slack.
        async with httpx.AsyncClient() as client:
            await client.post(
                settings.slack_webhook_url.get_secret_value(),
                json={
                    "text": "🎉 Nouvelle inscription !",
                    "blocks": [
                        {
                            "type": "section",
                            "text": {
                                "type": "mrkdwn",
                                "text": f"*Nouvel utilisateur :*\n• Email: {email}\n"
                                f"• Nom: {data['first_name']} {data['last_name']}",
                            },
                        },
                        {
                            "type": "actions",
                            "elements": [
                                {
                                    "type": "button",
                                    "text": {"type": "plain_text", "text": "Voir dans Clerk"},
                                    "url": f"https://dashboard.clerk.com/users/{data['id']}",
                                }
                            ],
                        },
                    ],
                },
            )

        # --8<-- [start:first_version]
        # Add new users to the e-mail list, automatically.
        if email:
            mailchimp_client(settings).lists.add_list_member(
                settings.mailchimp_list_id, {"email_address": email, "status": "subscribed"}
            )

        # Make a customer profile for support.
        name = f"{data['first_name']} {data['last_name']}"
        intercom_client(settings).contacts.create(
            request={"role": "user", "external_id": data["id"], "email": email, "name": name}
        )

        # Send the event to analytics.
        segment_client(settings).track(
            user_id=data["id"],
            event="User Signed Up",
            properties={"email": email, "metadata": data["public_metadata"]},
            # --8<-- [end:first_version]
        )

    @app.post("/internal/cron")
    def cron(authorization: Annotated[str, Header()] = "") -> dict[str, bool]:
        wanted = f"Bearer {settings.cron_secret.get_secret_value()}"
        if not hmac.compare_digest(authorization.encode(), wanted.encode()):
            raise HTTPException(401, "not for you")
        return {"success": True}

    return app
