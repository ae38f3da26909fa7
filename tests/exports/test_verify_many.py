"""Two hundred whole packages as they are built raise no alarm, here and by the verifier inside them run isolated."""

import json
import subprocess
import sys

import pytest

from evidence.records import Contact
from exports import package, pdf
from exports.verify import verify

PAGES = ("<p>低压电工操作证，免考、包过</p>", "", "<p>姓名：赵六六 证号T110105194912310021</p>", "<html><body>\r\n\r\n</body></html>", "x" * 200_000,
         "<p>电话 139 0000 5678，微信 a_b_c</p>", "\x00\ufeff<p>焊工</p>", "<p>" + "证" * 70_000)
RECIPIENTS = ("wangxinban", "tongguanju", "gongan", "sousuo")
RUN = """
import json, pathlib, runpy, sys
ours = runpy.run_path(sys.argv[1])
assert not [m for m in sys.modules if m.split(".")[0] not in sys.stdlib_module_names | {"__main__"}]
for line in sys.stdin:
    claims = ours["verify_package"](pathlib.Path(line.strip()))
    print(json.dumps([list(c) for c in claims], ensure_ascii=True))
"""


@pytest.fixture(scope="module")
def built(lasting, tmp_path_factory):
    """Fifty leads of every shape for four recipients each; without PDF, as on a machine without a Chinese font."""
    families, pdf._families = pdf._families, lambda: frozenset({"DejaVu Sans"})
    out, leads = tmp_path_factory.mktemp("many"), []
    try:
        with lasting.store.transaction():
            lasting.source("so360")
            for n in range(50):
                kind = ("ad", "fake_site")[n % 2]
                lead = lasting.lead(f"h{n}.example", kind=kind, html=PAGES[n % len(PAGES)], captures=n % 10 == 0,
                                    contacts=(Contact("wechat", f"bz_{n}xx"),))
                lasting.release(lead)
                if n % 3 == 0:
                    lasting.fact(f"h{n}.example", "whois", {"registrar": "某公司", "found": True}, raw=f"Registrar: 某公司\r\n{'x' * n}\x00")
                if n % 4 == 0:
                    lasting.check(lead, "down")
                leads.append(lead)
        lasting.seal()
        yield [package.build(lasting.store, lasting.vault, lead, code, out, lasting.config) for lead in leads for code in RECIPIENTS]
    finally:
        pdf._families = families


def test_two_hundred_untouched_packages_raise_no_alarm_and_the_verifier_inside_agrees(built):
    assert len(built) == 200
    said = [verify(one.zip, one.manifest_sha256) for one in built]
    assert [c for claims in said for c in claims if c.state != "verified"] == []
    assert all(len(claims) > 20 for claims in said)
    done = subprocess.run([sys.executable, "-I", "-S", "-c", RUN, str(built[0].path / "verify.py")],
                          input="\n".join(str(one.zip) for one in built), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    alone = [json.loads(line) for line in done.stdout.splitlines()]
    assert alone == [[list(c) for c in verify(one.zip)] for one in built]


def test_folders_raise_no_alarm_either(built):
    assert [c for one in built[::10] for c in verify(one.path) if c.state != "verified"] == []
