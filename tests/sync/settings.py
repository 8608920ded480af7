"""Settings of the nodes that tests of the exchange start: agreements, erasing, and a feature in which agencies talk."""

from sinergi.node.settings import *  # noqa: F403
from sinergi.node.settings import INSTALLED_APPS as _APPS

FEATURES = ["sinergi.features.agreement", "sinergi.features.rights", "tests.sync.chatter"]
INSTALLED_APPS = [
    *(app for app in _APPS if not app.startswith("sinergi.features.")),
    *FEATURES,
]
ROOT_URLCONF = "tests.sync.urls"
