"""Why webhooks fail in the field: what the dashboard shows, the cause, and the remedy.

The one source for `hooklab doctor` and for the page of the course.
"""

from dataclasses import dataclass
from typing import Literal

from hooklab.texts import _

Name = Literal[
    "quoted",
    "failing",
    "gateway",
    "refused",
    "model",
    "slash",
    "redirect",
    "login",
    "not_found",
    "method",
    "slow",
    "clock",
    "rewritten",
    "open",
    "uncaught",
    "echo",
]


@dataclass(frozen=True)
class Cause:
    """One thing that goes wrong, in the language in use.

    Attributes:
        symptom: how people search for it.
        shown: what the log of attempts in Clerk's dashboard, which is Svix's, shows.
        cause: what is wrong.
        remedy: what to do.
        page: where the course teaches it, from the top of `course/<language>/`, with the heading.
    """

    symptom: str
    shown: str
    cause: str
    remedy: str
    page: str


def causes() -> dict[Name, Cause]:
    """Every cause by its name, the commonest symptoms first."""
    bytes_ = _("module-2-endpoint.md#verify-the-bytes-before-you-read-them")
    answers = _("lessons/answer_and_repeat.md#your-answer-decides-what-svix-does-next")
    secret = _("module-2-endpoint.md#refuse-to-start-with-a-bad-secret")
    return {
        "refused": Cause(
            _("400 or 401 at every attempt"),
            _("Failed, 400 or 401, for every message."),
            _("The app verifies with another secret: each endpoint of each instance has its own."),
            _(
                "Copy the signing secret of this endpoint to CLERK_WEBHOOK_SIGNING_SECRET, "
                "and restart the app."
            ),
            secret,
        ),
        "quoted": Cause(
            _("“Incorrect padding”, or a right secret that does not match"),
            _("Failed, 400, 401 or 500, although the secret looks right."),
            _(
                "The secret has quotes, blanks or “v1,” around it. python-dotenv takes the quotes "
                "away; docker --env-file and many hosts keep them."
            ),
            _("Write CLERK_WEBHOOK_SIGNING_SECRET=whsec_… with nothing around the secret."),
            secret,
        ),
        "rewritten": Cause(
            _("“No matching signature found” for some messages only"),
            _("Succeeded for some messages; Failed, 400 or 401, for those with accents in them."),
            _("The body is parsed and written again before it is verified: its bytes differ."),
            _(
                "Verify what `await request.body()` gives, then parse it; let no middleware "
                "change it."
            ),
            bytes_,
        ),
        "clock": Cause(
            _("“Message timestamp too old” or “too new”"),
            _("Failed, 400 or 401, with the right secret."),
            _("The two clocks differ by more than five minutes, and the library refuses that."),
            _("Let NTP set the clock of the server, and look at the clock of this machine too."),
            _("module-2-endpoint.md#a-delivery-carries-three-timestamps-and-they-differ"),
        ),
        "model": Cause(
            _("422"),
            _("Failed, 422, and below it the names of your fields."),
            _("FastAPI checks a body model, or a header, in the route's arguments before you do."),
            _("Take `request: Request` alone, verify its body, then parse it."),
            bytes_,
        ),
        "login": Cause(
            _("401, 403 or a sign-in page"),
            _("Failed, 401, 403, 404 or 307; or Succeeded, with the HTML of a sign-in page."),
            _("A login stands in front of the route, and Svix is never signed in."),
            _(
                "Make the route public, in the middleware and at the host: the signature is its "
                "login."
            ),
            _("module-2-endpoint.md#a-signed-delivery-is-a-body-and-three-headers"),
        ),
        "slash": Cause(
            _("307 or 308, and a slash"),
            _("Failed, 307 or 308: Svix follows no redirect."),
            _("The address and the route differ by the slash at the end."),
            _("Give the endpoint in the dashboard the address exactly as the route has it."),
            answers,
        ),
        "redirect": Cause(
            _("301, 302, 307 or 308 to another address"),
            _("Failed, with the code of the redirect: Svix follows none."),
            _("The address leads on, to https, to www or to another host."),
            _("Give the endpoint in the dashboard the final address."),
            answers,
        ),
        "not_found": Cause(
            _("404"),
            _("Failed, 404 Not Found."),
            _("No route has this path, or an older version of the app is running."),
            _(
                "Compare the endpoint's path with the route's, prefix and letters, and restart the "
                "app where it runs."
            ),
            answers,
        ),
        "method": Cause(
            _("405"),
            _("Failed, 405 Method Not Allowed."),
            _("The path exists, and takes no POST."),
            _("Declare the route with `@app.post`."),
            answers,
        ),
        "failing": Cause(
            _("500, or the connection breaks"),
            _("Failed, with the code or without any; the next attempt comes 5 s later."),
            _("The delivery has reached your code, which raised an exception or refused it."),
            _(
                "Read the app's log. Answer 2xx once the event is stored, and to what you do not "
                "know."
            ),
            answers,
        ),
        "gateway": Cause(
            _("502, 503 or 504"),
            _("Failed, with the code and the page of the proxy or the tunnel."),
            _("The proxy or the tunnel answers; the app behind it does not."),
            _("Start the app, and compare its port with the one that the tunnel leads to."),
            _("module-5-production.md#what-a-host-has-to-give-you"),
        ),
        "slow": Cause(
            _("No answer, after 15 s"),
            _("Failed after 15 s, without a code; the work goes on, and is done again."),
            _("The app works before it answers: mail, other services, large queries."),
            _("Store the event, answer 2xx, and do the work afterwards."),
            answers,
        ),
        "open": Cause(
            _("Nothing fails, no matter who sends"),
            _("Succeeded: nothing there shows that anyone may write to the app."),
            _("The app does not verify the signature."),
            _("Verify before anything else, and answer 400 or 401 to what does not match."),
            bytes_,
        ),
        "uncaught": Cause(
            _("500 for a wrong signature"),
            _("Failed, 500, where a 400 or 401 belongs."),
            _("What the verification raises is not caught."),
            _("Catch WebhookVerificationError and ValueError, and answer 400 or 401."),
            bytes_,
        ),
        "echo": Cause(
            _("Personal data in the log of attempts"),
            _("The reply, for everyone who may see the dashboard."),
            _("The reply repeats what was sent, tells the secret or shows a traceback."),
            _("Answer without a body, or with one word."),
            _("lessons/answer_and_repeat.md#log-what-happened-not-to-whom"),
        ),
    }
