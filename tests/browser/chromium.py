"""The browser of every test.

Chromium without its windows: the same engine, and it makes a new seat for a third of what the whole browser takes.
Where it is not packaged, the whole one.
"""

from shutil import which

CHROMIUM = which("chromium-headless-shell") or "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
# The map draws with WebGL, here by the processor.
WITH_MAPS = [*ARGUMENTS, "--enable-unsafe-swiftshader", "--use-angle=swiftshader", "--disable-gpu-compositing"]
