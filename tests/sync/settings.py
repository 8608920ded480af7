"""Settings of the nodes that tests of the exchange start: the agreement, and a feature in which agencies just talk."""

from sinergi.node.settings import *  # noqa: F403
from sinergi.node.settings import INSTALLED_APPS as _APPS

FEATURES = ["sinergi.features.agreement", "tests.sync.chatter"]
INSTALLED_APPS = [
    *(app for app in _APPS if not app.startswith("sinergi.features.")),
    *FEATURES,
]
ROOT_URLCONF = "tests.sync.urls"
