"""Slack over signed HTTP: Bolt behind /slack/events of the same server as the API."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI, Request
from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.responses import Response

PATH = "/slack/events"
THREADS = 40  # Bolt's own handler would hold up the event loop, and with it every other request, until the ack


def mount(api: FastAPI, slack: App) -> None:
    """Take interactions, commands and events at one address; Bolt verifies each signature."""
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="slack")

    async def receive(request: Request) -> Response:
        bolt_request = to_bolt_request(request, await request.body())
        answer = await asyncio.get_running_loop().run_in_executor(threads, slack.dispatch, bolt_request)
        return to_starlette_response(answer)

    api.add_api_route(PATH, receive, methods=["POST"], include_in_schema=False, response_model=None)
