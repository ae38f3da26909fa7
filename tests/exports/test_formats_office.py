"""An office program opens what we write; needs LibreOffice and poppler, skipped without them."""

import shutil
import subprocess

import pytest

from exports import formats
from exports.daily import export_daily
from exports.order import Order

pytestmark = pytest.mark.skipif(not (shutil.which("soffice") and shutil.which("pdftotext")),
                                reason="LibreOffice (soffice) and pdftotext are not installed: nothing to open the files with")


@pytest.fixture(scope="module")
def opened(full, tmp_path_factory):
    """Every office file of ours as the text LibreOffice shows, by file name."""
    folder = tmp_path_factory.mktemp("office")
    made = list(export_daily(full.store, full.vault, full.run, full.day, folder, full.config).values())
    for name, fields in (("bulletin_docx", {"period": "2026Q4"}), ("batch", {"agency": "wangxinban", "leads": (full.leads["released"],)})):
        path = folder / formats.get(name).file
        formats.get(name).write(Order(full.store, full.vault, full.config, full.day, folder, **fields), path)
        made.append(path)
    texts = {}
    for suffix in (".xlsx", ".docx"):
        office, out = [str(p) for p in made if p.suffix == suffix], folder / suffix[1:]
        subprocess.run(["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf", "--outdir",
                        str(out), *office], check=True, capture_output=True, timeout=150)
        for path in out.iterdir():
            texts[path.stem + suffix] = subprocess.run(["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True,
                                                       text=True).stdout
    return texts


@pytest.mark.parametrize(("name", "words"), [
    ("daily.xlsx", ["sogou", "banzheng[.]example"]), ("daily.docx", ["一、覆盖情况", "banzheng[.]example"]),
    ("bulletin.docx", ["一、总体情况", "四、典型案例"]), ("batch.xlsx", ["http://fangcha.example/", "举报单位"])])
def test_an_office_program_shows_what_was_written(opened, name, words):
    for word in words:
        assert word in opened[name].replace("\n", " ") or word in opened[name].replace(" ", "")
