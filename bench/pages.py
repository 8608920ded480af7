"""Pages and raw paths of a node beside a bare Django page under the same kind of server.

Needs wrk (Debian package `wrk`). Traffic goes to loopback only and stops by itself. Figures are ratios to the probes
taken before and after: on a shared machine the absolute numbers say little.
"""

from __future__ import annotations

import json
import platform
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

RESULT = Path(__file__).parent / "results" / "pages.json"
SECONDS = 4
PASSES = 3

BARE = """
import sys
from django.conf import settings
settings.configure(ROOT_URLCONF="bare", SECRET_KEY="x" * 50, ALLOWED_HOSTS=["*"], MIDDLEWARE=[])
import django
django.setup()
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("", lambda request: HttpResponse("bare"))]
application = get_wsgi_application()
if __name__ == "__main__":
    from granian import Granian
    from granian.constants import Interfaces
    Granian("bare:application", port=int(sys.argv[1]), interface=Interfaces.WSGI, blocking_threads=4, workers=1,
            websockets=False, log_enabled=False).serve()
"""


def main() -> None:
    """Measure, print ratios, write the result."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bare.py").write_text(BARE)
        (folder / "node").mkdir()
        bare_port, node_port = _free_port(), _free_port()
        sinergi = str(Path(sys.executable).with_name("sinergi"))
        children = [
            subprocess.Popen([sys.executable, "bare.py", str(bare_port)], cwd=folder),
            subprocess.Popen([sinergi, "--data", str(folder / "node"), "serve", "--port", str(node_port)]),
        ]
        try:
            bare, node = f"http://127.0.0.1:{bare_port}/", f"http://127.0.0.1:{node_port}"
            _wait(bare)
            _wait(f"{node}/healthz")
            before = _probe()
            rates: dict[str, list[float]] = {"bare_django": [], "healthz": [], "sign_in_page": [], "static_file": []}
            for _ in range(PASSES):
                # In turns, so that whatever else the machine does hits all alike.
                rates["bare_django"].append(_rate(bare))
                rates["healthz"].append(_rate(f"{node}/healthz"))
                rates["sign_in_page"].append(_rate(f"{node}/masuk/"))
                rates["static_file"].append(_rate(f"{node}/static/web/tokens.css"))
            after = _probe()
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(40)
    medians = {what: statistics.median(measured) for what, measured in rates.items()}
    ratios = {what: round(rate / medians["bare_django"], 3) for what, rate in medians.items()}
    for what, rate in medians.items():
        print(f"{what:<14} {rate:>10.0f} /s   {ratios[what]:>7.3f} of a bare Django page")
    result = {
        "bench": "pages",
        "python": platform.python_version(),
        "per_second": rates,
        "median": medians,
        "ratio_to_bare_django": ratios,
        "probe_sha256_mb_s": {"before": before, "after": after},
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n")


def _rate(url: str) -> float:
    said = subprocess.run(
        ["wrk", "-t1", "-c32", f"-d{SECONDS}s", url], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"bench: {url} did not always answer 200\n{said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found.group(1))


def _probe() -> float:
    """How fast this machine is at this moment: SHA-256 in MB/s on one core."""
    import hashlib

    block = bytes(1_000_000)
    started = time.perf_counter()
    for _ in range(200):
        hashlib.sha256(block).digest()
    return round(200 / (time.perf_counter() - started), 1)


def _free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def _wait(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"bench: nothing answered at {url}")


if __name__ == "__main__":
    main()
