"""A posted form that carries one file: bounded before it is taken in."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

MAX_UPLOAD = 20 * 1024 * 1024
TOO_LONG = {"too_long": "1"}


async def upload_of(request: Request) -> dict[str, str]:
    """The fields of a posted form that carries a file; the file's bytes stay in `request.state.upload` as (name, bytes).

    A body that does not say its length, or is over `MAX_UPLOAD`, reads as too long before it is taken in.
    """
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > MAX_UPLOAD:
        return TOO_LONG
    found: dict[str, str] = {}
    request.state.upload = None
    try:
        async with request.form(max_files=1, max_fields=20) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    request.state.upload = (value.filename or "", await value.read()) if value.filename else None
                else:
                    found[name] = value
    except HTTPException:  # not readable as a form: then it has no fields, and so no token
        return {}
    return found
