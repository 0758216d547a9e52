"""Given: the routes of the administration. Nothing to write here."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BeforeValidator
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from . import stats
from .access import require_admin
from .page import HERE, View, render
from .replay import NotReplayable, is_proven, proof, replay
from .settings import Settings
from .stats import Filter

LARGEST_FORM = 10_000

YEARS = range(2000, 2100)


def day(given: str | None) -> date | None:
    """The day in a query; an empty field of a form arrives as an empty text, and is no day."""
    found = date.fromisoformat(given) if given else None
    if found and found.year not in YEARS:
        raise ValueError("no webhook is of that year")
    return found


Day = Annotated[date | None, BeforeValidator(day)]
Word = Annotated[str | None, BeforeValidator(lambda given: given or None)]


@dataclass(frozen=True)
class Asked:
    """What a request wants to see."""

    chosen: Filter
    limit: int
    after: str | None


def routes(engine: Engine, settings: Settings) -> APIRouter:
    """The statistics, the page and the replay; each only for whoever has the token."""
    router = APIRouter()
    is_admin = Depends(require_admin(settings))
    question = Depends(reader(ZoneInfo(settings.monitoring_time_zone)))

    @router.get("/api/webhooks/stats", dependencies=[is_admin])
    def statistics(wanted: Annotated[Asked, question]) -> dict[str, Any]:
        """The figures, and a part of the list."""
        with Session(engine) as session:
            figures, part = look(session, wanted)
            listed = [
                row.model_dump(exclude={"id"}) | {"received_at": row.received_at.isoformat()}
                for row in part.deliveries
            ]
        return figures | {"deliveries": listed, "next": part.next}

    @router.get("/admin/webhooks", dependencies=[is_admin], response_class=HTMLResponse)
    def page(wanted: Annotated[Asked, question], replayed: Word = None) -> HTMLResponse:
        """The same for people."""
        with Session(engine) as session:
            figures, part = look(session, wanted)
            view = View(
                figures=figures,
                part=part,
                types=stats.types(session),
                chosen=wanted.chosen,
                after=wanted.after,
                replayed=replayed,
                limit_percent=settings.failure_alert_percent,
                proof=proof(settings),
                language=settings.app_language,
            )
            nonce = secrets.token_urlsafe(16)
            return HTMLResponse(render(view, nonce), headers=page_headers(nonce))

    @router.post("/admin/webhooks/{svix_id}/replay")
    async def again(
        svix_id: str, request: Request, actor: Annotated[str, is_admin]
    ) -> RedirectResponse:
        """Handle a failed message once more, for one of the page's own forms."""
        fields = await form_fields(request)
        if not is_proven(settings, fields.get("proof", "")):
            raise HTTPException(403, "this comes from no form of ours")
        try:
            handled = await run_in_threadpool(replay, engine, settings, svix_id, actor)
        except NotReplayable as reason:
            raise HTTPException(409, str(reason)) from None
        # After a POST, a GET: who reloads the page replays nothing.
        outcome = "done" if handled else "failed"
        return RedirectResponse(f"{HERE}?replayed={outcome}", status_code=303)

    return router


def reader(zone: ZoneInfo) -> Callable[..., Asked]:
    """A dependency that reads the query of a request; what makes no sense is answered 422."""

    def read(
        start: Annotated[Day, Query(alias="from")] = None,
        end: Annotated[Day, Query(alias="to")] = None,
        type_: Annotated[Word, Query(alias="type")] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        after: Word = None,
    ) -> Asked:
        return Asked(Filter(start, end, type_, zone), limit, after)

    return read


def look(session: Session, wanted: Asked) -> tuple[dict[str, Any], stats.Slice]:
    """The figures and the part of the list; a cursor that never was one is answered 400."""
    try:
        part = stats.deliveries(session, wanted.chosen, wanted.limit, wanted.after)
    except ValueError:
        raise HTTPException(400, "this is no cursor") from None
    return stats.figures(session, wanted.chosen), part


def page_headers(nonce: str) -> dict[str, str]:
    """What the page may do: run its own script, ask this site, and be in nobody's frame."""
    # In a frame of another site, a click meant for that site would land on a button of ours.
    allowed = (
        "default-src 'none'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
        "img-src data:"
    )
    return {"content-security-policy": allowed, "cache-control": "no-store"}


async def form_fields(request: Request) -> dict[str, str]:
    """The fields of a form as browsers send it; a body that is none has no fields."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise HTTPException(413, "the form is too large")
    try:
        return {name: values[0] for name, values in parse_qs(body.decode("ascii")).items()}
    except ValueError:
        return {}
