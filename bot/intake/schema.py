"""The OpenAPI document: the shapes of `wire` and `answers`, with examples that are tested against them."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.intake import answers, figures, limits, problems, wire

SINGLE: dict[str, Any] = {
    "output_id": "chat-2026-11-23-0001",
    "prompt": "What does it cost to take out cash in Thailand?",
    "completion": "A cash withdrawal abroad costs € 2.00.",
    "model": "helpdesk-8b",
    "model_version": "2026-11-03",
    "tags": ["fees"],
    "passages": [
        {
            "text": "Cash withdrawal outside the euro area: € 3.50 per withdrawal.",
            "title": "Card fees 2026",
            "address": "https://help.meridian.example/fees",
        }
    ],
    "latency_ms": 840,
    "usage": {"prompt_tokens": 412, "completion_tokens": 11},
    "created_at": "2026-11-23T14:02:00Z",
    "metadata": {"customer_group": "private"},
    "hold": True,
}
CHAT: dict[str, Any] = {
    "output_id": "chat-2026-11-23-0002",
    "prompt": [
        {"role": "system", "content": "You answer questions about cards."},
        {"role": "user", "content": "What is my daily limit?"},
    ],
    "completion": "Your daily limit is € 500.",
    "model": "helpdesk-8b",
    "passages": ["Daily limit for cash withdrawals: € 500."],
    "token_logprobs": [-0.01, -0.22, -0.05],
}
RECEIPT = {"output_id": "chat-2026-11-23-0001", "number": 4821, "received_at": "2026-11-23T14:02:01Z"}
BATCH_ANSWER = {
    "results": [
        {"status": "received", **RECEIPT},
        {
            "output_id": "chat-2026-11-23-0002",
            "status": "invalid",
            "problem": {
                "type": "/docs#problem-invalid",
                "title": "A field breaks a rule",
                "status": 422,
                "detail": "passages[0].text: is empty",
                "errors": [{"field": "passages[0].text", "message": "is empty"}],
            },
        },
    ]
}
_RELEASE: dict[str, Any] = {
    "output_id": "chat-2026-11-23-0001",
    "reasons": [],
    "note": "",
    "held_since": "2026-11-23T14:02:01Z",
    "deadline": "2026-11-23T14:12:01Z",
    "on_timeout": "refuse",
    "recalled_at": None,
}
_OPEN = {"final": False, "may_be_sent": False, "verified": False, "text": None, "notice": "", "decided_at": None}
_DECIDED = {
    "final": True,
    "may_be_sent": True,
    "verified": True,
    "notice": "Checked by a person on 23 Nov.",
    "decided_at": "2026-11-23T14:06:40Z",
}
_REFUSED = _DECIDED | {"may_be_sent": False, "verified": False, "text": None, "notice": ""}
_UNSEEN = _DECIDED | {
    "verified": False,
    "notice": "Not checked by a person. Of 100 answers here about 8 are wrong (6 to 10, last 4 weeks).",
}
RELEASES: dict[str, dict[str, Any]] = {
    "held": _RELEASE | _OPEN | {"state": "held"},
    "approved": _RELEASE | _DECIDED | {"state": "approved", "text": "A cash withdrawal abroad costs € 2.00."},
    "edited": _RELEASE | _DECIDED | {"state": "edited", "text": "A cash withdrawal abroad costs € 3.50."},
    "rejected": _RELEASE
    | _REFUSED
    | {"state": "rejected", "reasons": ["contradicts"], "note": "The fee table says € 3.50."},
    "timed out, policy refuse": _RELEASE | _REFUSED | {"state": "timed_out"},
    "timed out, policy release": _RELEASE
    | _UNSEEN
    | {"state": "timed_out", "on_timeout": "release", "text": "A cash withdrawal abroad costs € 2.00."},
    "released": _RELEASE | _UNSEEN | {"state": "released", "text": "A cash withdrawal abroad costs € 3.50."},
    "approved, then recalled": _RELEASE
    | _REFUSED
    | {
        "state": "approved",
        "text": "A cash withdrawal abroad costs € 2.00.",
        "recalled_at": "2026-11-23T14:31:12Z",
    },
}

_MEBIBYTES = limits.IntakeSettings().max_body_bytes // limits.MEBIBYTE
INTAKE_TEXT = f"""Send one output, or `{{"outputs": [...]}}` with 1 to {limits.MAX_BATCH}. The answer comes after the
commit.

Sending the same body again under the same id is harmless and gets the same answer: order of keys, white space and
fields with their default value do not matter. Another body under the same id is a conflict (409).
In a batch each output gets its own result (`received`, `same`, `conflict` or `invalid`), in order; one bad output
spoils no other.

Limits: completion {limits.MAX_COMPLETION:,} characters; prompt {limits.MAX_PROMPT:,} in all turns;
{limits.MAX_PASSAGES} passages of {limits.MAX_PASSAGE:,} characters, {limits.MAX_PASSAGES_TEXT:,} together;
{limits.MAX_TAGS} tags; metadata {limits.MAX_METADATA_BYTES:,} bytes and {limits.MAX_METADATA_DEPTH} levels;
a body {_MEBIBYTES} MiB."""

RELEASE_TEXT = f"""For outputs sent with `"hold": true`. With `wait` (up to {limits.MAX_WAIT_SECONDS:g} seconds) the
answer comes as soon as people have decided, else after that time with the state `held`: ask again.

States: `held` → `approved` | `edited` | `rejected` | `timed_out` | `released`. Every state but `held` is final and
never changes.
`approved` and `edited` may be sent (`text`); `rejected` may not, and says why (`reasons`, `note`).
`timed_out` means that nobody decided by the deadline; it is no verdict. The policy says what follows (`on_timeout`):
`release`: `text` may be sent, not verified; `refuse`: nothing is sent; `hold`: it stays `held` until somebody decides.
`released`: it left at once, not verified, since few answers of so low a risk are wrong, as reviews of the last weeks
proved; only where the route says so. People may still look at it.
`recalled_at` is set when people change their mind after it was final: take back what was sent. From then on
`may_be_sent` and `verified` are false and `notice` is empty; `state` and `text` still say what you were told before.
Once people say again just what you were told, such as after a mistaken Undo, `recalled_at` is null again and all else
as before.
`notice` is a sentence for the reader of the text: whether a person checked it, or how often answers of its route are
wrong, and that this one seems likelier to be where its own risk lies above that.
Look at `may_be_sent` and `text` alone if you do not want to tell the states apart."""

STATS_TEXT = """The share of wrong outputs among all of a period, reviewed or not, estimated from the reviews, each
weighted for the way it was picked, and corrected for reviewers' errors where enough is known of them.

Every number comes with its interval, its n, its method and its period. Where there is too little data the value is
null, and `too_few` says what is found and what is needed; it is never 0 and never left out. `sensitivity` and
`specificity` say how many wrong outputs people's decisions find and how many right ones they pass; where one person
decided all of them, `note` says so in place of a number. `anchoring` says what the machine's marks do to what reviewers
find. `release` says which outputs may leave without review so that at most `limit` of them are wrong, with the
confidence, and what would prove more."""

DIGEST_TEXT = """The digest of a week from Monday to Monday where the team is: the one that was stored when the week was
over, else one made now. What moved against the four weeks before and how sure that is, what did not, of what too little
was seen to say either, which outputs show it, and whether to retrain.

JSON is one object with `route`, else a list of one object a route; `title` and `text` tell each in words."""

_SHAPES: tuple[type[BaseModel], ...] = (
    wire.OutputIn,
    answers.ReceiptAnswer,
    answers.BatchAnswer,
    answers.StoryAnswer,
    answers.ReleaseAnswer,
    figures.StatsAnswer,
    answers.ProblemAnswer,
)


def describe(app: FastAPI) -> None:
    """Make `app.openapi()` answer the document; it is made once, when somebody asks."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI documents this as the way to extend it


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title="Whetstone",
        version="1",
        summary="Hand in outputs of your model, and learn what people decided.",
        description="Authorise with `Authorization: Bearer wst_…`; `whetstone token create NAME` makes a token. "
        "Errors are application/problem+json (RFC 9457) and name the field.",
        routes=app.routes,
    )
    _, shapes = models_json_schema(
        [(shape, "serialization" if shape is not wire.OutputIn else "validation") for shape in _SHAPES],
        ref_template="#/components/schemas/{model}",
    )
    schemas = shapes["$defs"] | {"BatchIn": _batch_shape()}
    document["components"] = {
        "schemas": schemas,
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A token that starts wst_"}},
    }
    paths = document["paths"]
    _describe_intake(paths["/v1/outputs"]["post"])
    _describe_story(paths["/v1/outputs/{output_id}"]["get"])
    _describe_release(paths["/v1/outputs/{output_id}/release"]["get"])
    _describe_stats(paths["/v1/stats"]["get"])
    _describe_digest(paths["/v1/digests/{week}"]["get"])
    for path in ("/healthz", "/readyz", "/metrics"):
        paths[path]["get"]["responses"] = {"200": {"description": "Yes." if path != "/metrics" else "Text format."}}
    paths["/readyz"]["get"]["responses"]["503"] = _problem(problems.BUSY)
    return document


def _batch_shape() -> dict[str, Any]:
    items = {"$ref": "#/components/schemas/OutputIn"}
    outputs = {"type": "array", "items": items, "minItems": 1, "maxItems": limits.MAX_BATCH}
    return {
        "type": "object",
        "title": "BatchIn",
        "description": "Several outputs in one request.",
        "properties": {"outputs": outputs},
        "required": ["outputs"],
        "additionalProperties": False,
    }


def _describe_intake(operation: dict[str, Any]) -> None:
    operation["description"] = INTAKE_TEXT
    operation["requestBody"] = {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"anyOf": [_ref("OutputIn"), _ref("BatchIn")]},
                "examples": {
                    "one": {"summary": "One output, held", "value": SINGLE},
                    "batch": {"summary": "A batch", "value": {"outputs": [CHAT]}},
                },
            }
        },
    }
    taken = _ok("Committed.", {"anyOf": [_ref("ReceiptAnswer"), _ref("BatchAnswer")]})
    taken["content"]["application/json"]["examples"] = {"one": {"value": RECEIPT}, "batch": {"value": BATCH_ANSWER}}
    kinds = (problems.NOT_JSON, problems.TOO_SLOW, problems.CONFLICT, problems.TOO_LARGE, problems.MEDIA_TYPE)
    _secure(operation, {"202": taken}, *kinds)


def _describe_story(operation: dict[str, Any]) -> None:
    operation["description"] = "A part that has not happened yet is null."
    _secure(operation, {"200": _ok("What is known.", _ref("StoryAnswer"))}, problems.UNKNOWN_OUTPUT)


def _describe_release(operation: dict[str, Any]) -> None:
    operation["description"] = RELEASE_TEXT
    told = _ok("As it stands.", _ref("ReleaseAnswer"))
    told["content"]["application/json"]["examples"] = {name: {"value": value} for name, value in RELEASES.items()}
    _secure(operation, {"200": told}, problems.UNKNOWN_OUTPUT, problems.NOT_HELD)


def _describe_stats(operation: dict[str, Any]) -> None:
    operation["description"] = STATS_TEXT
    told = _ok("As the verdicts have it now.", _ref("StatsAnswer"))
    told["content"]["application/json"]["examples"] = {"a route": {"value": figures.EXAMPLE}}
    _secure(operation, {"200": told})


def _describe_digest(operation: dict[str, Any]) -> None:
    operation["description"] = DIGEST_TEXT
    one: dict[str, Any] = {"type": "object", "required": ["week", "route", "headline", "findings", "title", "text"]}
    told = _ok("What it came to.", {"anyOf": [one, {"type": "array", "items": one}]})
    for kind in ("text/markdown", "text/html"):
        told["content"][kind] = {"schema": {"type": "string"}}
    _secure(operation, {"200": told})


def _secure(operation: dict[str, Any], answered: dict[str, Any], *kinds: problems.Kind) -> None:
    operation["security"] = [{"token": []}]
    everywhere = (problems.UNAUTHORISED, problems.INVALID, problems.INTERNAL, problems.BUSY)
    refused = {str(kind.status): _problem(kind) for kind in (*kinds, *everywhere)}
    operation["responses"] = answered | dict(sorted(refused.items()))


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _ok(words: str, shape: dict[str, Any]) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": shape}}}


def _problem(kind: problems.Kind) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "description": f"{kind.title}.",
        "content": {"application/problem+json": {"schema": _ref("ProblemAnswer")}},
    }
    headers = {problems.UNAUTHORISED: "WWW-Authenticate", problems.BUSY: "Retry-After"}
    if kind in headers:
        shown["headers"] = {headers[kind]: {"schema": {"type": "string"}}}
    return shown
