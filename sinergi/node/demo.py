"""`sinergi demo`: the agencies of the demo on one machine, made once, served until Ctrl-C.

This process makes what is missing, starts one child per node, lets the story be acted over the running nodes, writes
`demo.json` (mode 0600) and prints addresses and logins.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sinergi.kernel.arguments import Arguments
from sinergi.kernel.errors import Refused
from sinergi.node import lock
from sinergi.node.story import stage
from sinergi.node.story.people import OFFICES, PARTIES
from sinergi.node.supervise import Nodes, Place, stop_like_ctrl_c

NOTE = "demo.json"
UNFINISHED = "unfinished"


def run(argv: list[str], data: Path) -> int:
    """Serve the demo. Raises Refused when a port or the folder is taken, or an agency is unknown."""
    parser = Arguments(prog="sinergi demo", description="Layani instansi demo di mesin ini.")
    parser.add_argument("--port", type=int, default=8001, help="nomor pintu pertama (bawaan 8001)")
    parser.add_argument("--data", type=Path, default=Path("var/demo"), help="folder (bawaan var/demo)")
    parser.add_argument("--fresh", action="store_true", help="buang data demo dan mulai dari awal")
    parser.add_argument("--agencies", default="", help="hanya ini, dipisah koma: " + ", ".join(OFFICES))
    asked = parser.parse_args(argv)
    names = [name for name in asked.agencies.replace(",", " ").split() if name] or list(PARTIES)
    unknown = [name for name in names if name not in OFFICES]
    if unknown:
        raise Refused(f"Demo tidak punya instansi “{unknown[0]}”; yang ada: {', '.join(OFFICES)}.", code="N-14")
    if not 1 <= asked.port <= 65536 - len(OFFICES):
        raise Refused("Nomor pintu pertama adalah bilangan 1024 sampai 65530.", code="N-08")
    folder = asked.data.resolve()
    # An agency keeps its port whichever others are served: its partners have been told the address.
    places = [
        Place(name=name, data=folder / name, port=asked.port + number)
        for number, name in enumerate(OFFICES)
        if name in names
    ]
    stop_like_ctrl_c()
    try:
        _serve(folder, places, fresh=asked.fresh)
    except KeyboardInterrupt:
        print("\nberhenti")
    return 0


def _serve(folder: Path, places: list[Place], *, fresh: bool) -> None:
    _make_folder(folder)
    with lock.held(folder):
        for place in places:
            _check_free(place)
        if fresh:
            _clear(folder)
        _begin(folder, places)
        with ThreadPoolExecutor() as at_once:
            for made in [at_once.submit(_make, place) for place in places if not stage.is_made(place)]:
                made.result()
        with Nodes(places) as nodes:
            stage.play(places)
            described: list[dict[str, object]] = [
                {
                    "agency": place.name,
                    "name": OFFICES[place.name].name,
                    "url": place.url,
                    "data": str(place.data),
                    "users": stage.logins(place),
                }
                for place in places
            ]
            (folder / UNFINISHED).unlink(missing_ok=True)
            _write(folder / NOTE, json.dumps({"nodes": described}, indent=1, ensure_ascii=False))
            _announce(described)
            nodes.wait()


def _make(place: Place) -> None:
    print(f"membuat {OFFICES[place.name].name} …", flush=True)
    stage.make(place)


def _make_folder(folder: Path) -> None:
    """Only an empty folder, or one this demo made, is used: `--fresh` deletes what is in it."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "demo").is_file():
        raise Refused(f"{folder} berisi hal lain; pilih folder kosong dengan --data.", code="N-15")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "demo").touch(mode=0o600)


def _begin(folder: Path, places: list[Place]) -> None:
    """Mark a first start as unfinished until the story has been told; one that was cut off begins from nothing.

    Nobody has used what such a start left behind, and half an act cannot be taken up again: its moments are past. It
    is a first start only in a folder without any agency: a later one that adds agencies throws nothing away.
    """
    mark = folder / UNFINISHED
    if mark.exists():
        print("Permulaan yang terputus dibuang; demo dibuat dari awal.", flush=True)
        _clear(folder)
    if not any((folder / name).exists() for name in OFFICES):
        mark.touch()


def _clear(folder: Path) -> None:
    (folder / NOTE).unlink(missing_ok=True)
    for name in OFFICES:
        if (folder / name).is_dir():
            shutil.rmtree(folder / name)


def _check_free(place: Place) -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", place.port))
        except OSError as error:
            raise Refused(f"Pintu {place.port} sudah dipakai; pilih yang lain dengan --port.", code="N-02") from error


def _write(path: Path, text: str) -> None:
    """Whole and readable by its owner only, from its first byte on: it holds logins."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def _announce(nodes: list[dict[str, object]]) -> None:
    print("\nDemo Sinergi. LATIHAN: orang dan kejadiannya rekaan\n")
    for node in nodes:
        print(f"  {node['name']}\n    {node['url']}")
        users = node["users"]
        assert isinstance(users, list)  # written a few lines above
        for user in users:
            print(f"    {user['username']:<16} {user['password']:<20} {user['role']}")
        print()
    print("Ctrl-C menghentikan semua.", flush=True)
