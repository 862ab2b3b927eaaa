"""Every failure becomes problem+json, also those that the framework finds."""

from __future__ import annotations

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.intake import problems
from bot.intake.problems import FieldError, Kind, Problem, ProblemFound
from reviewers.errors import ReviewError

log = structlog.get_logger()

_BY_STATUS = {kind.status: kind for kind in reversed(problems.KINDS)}


def answer_failures(app: FastAPI) -> None:
    """Register one translation for each sort of failure."""
    app.add_exception_handler(ProblemFound, _found)
    app.add_exception_handler(ReviewError, _of_subject)
    app.add_exception_handler(RequestValidationError, _of_parameters)
    app.add_exception_handler(HTTPException, _of_framework)
    app.add_exception_handler(Exception, _unforeseen)


def _found(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemFound)
    return problems.answer(error.problem)


def _of_subject(_: Request, error: Exception) -> Response:
    assert isinstance(error, ReviewError)
    return problems.answer(problems.of(error))


def _of_parameters(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [FieldError(field=str(each["loc"][-1]), message=each["msg"]) for each in error.errors()]
    return problems.answer(problems.invalid(found))


def _of_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _BY_STATUS.get(error.status_code, Kind("http", error.status_code, error.detail))
    if error.status_code == 404:
        kind = problems.NOT_FOUND
    detail = f"{request.method} {request.url.path} is not offered here. /docs lists what is."
    return problems.answer(Problem(kind=kind, detail=detail, headers=error.headers or {}))


def _unforeseen(request: Request, error: Exception) -> Response:
    """The traceback goes to the log; the caller learns that it is not the caller's fault."""
    log.error("request_failed", method=request.method, path=request.url.path, exc_info=error)
    detail = "It is not your request's fault. Trying again is harmless: an output id is stored once."
    return problems.answer(Problem(kind=problems.INTERNAL, detail=detail))
