"""Writing down on the follow-up page what was filed and answered, with the receipt or reply as it came."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from starlette.responses import RedirectResponse, Response

from evidence import config as settings
from evidence import ids
from evidence.followup import ANSWERS, STEP_LABELS
from exports.defang import file_name
from review import correspondence, decisions
from review import followup as tracking
from review.correspondence import Entry
from review.desk.visit import Visit

STEPS = {step: STEP_LABELS[step] for step in ("filed", "accepted", "refused", "handled", "reply")}


def page(visit: Visit) -> Response:
    """Where every confirmed lead stands, what waits for a person, how well it goes; `?lead=` opens the form for one."""
    asked = visit.request.query_params
    about = visit.store.lead(asked["lead"]) if asked.get("lead") else None
    return visit.page("followup.html", f=tracking.page(visit.store, settings.load(visit.home), asked.get("show", "all")),
                      filters=tracking.FILTERS, about=about, steps=STEPS)


def write(visit: Visit) -> Response:
    """One letter about one lead; whoever is logged in stands for it."""
    lead, form = visit.store.lead(visit.named("lead")), visit.form
    step = form.get("step", "")
    if step not in STEPS or step not in {"filed", *ANSWERS}:
        raise decisions.MoveRefused("没有选登记什么")
    entry = Entry(form.get("agency", ""), step, visit.person.name, form.get("day", "").strip(), form.get("number", ""),
                  form.get("note", ""))
    upload = getattr(visit.request.state, "upload", None)
    folder = visit.home.scratch / f"upload-{ids.new_id()}"
    try:
        if upload is not None:
            entry = replace(entry, file=_laid_down(folder, *upload))
        correspondence.record(visit.store, settings.load(visit.home), lead, entry)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return RedirectResponse("/followup", 303)


def _laid_down(folder: Path, name: str, data: bytes) -> Path:
    folder.mkdir(parents=True)
    path = folder / file_name(name, 80)
    path.write_bytes(data)
    return path
