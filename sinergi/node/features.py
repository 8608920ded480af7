"""The one list of features. A feature that is not named here does not exist for the node."""

FEATURES = [
    "sinergi.features.stages",
    "sinergi.features.agreement",
    "sinergi.features.letters",
    "sinergi.features.obligations",
    "sinergi.features.places",
    "sinergi.features.security",
    "sinergi.features.risk",
    "sinergi.features.people",
    "sinergi.features.guard",
    "sinergi.features.orders",
    "sinergi.features.standing_duties",
    "sinergi.features.data",
    "sinergi.features.rights",
    "sinergi.features.breaches",
    "sinergi.features.exchange",
    "sinergi.features.oversight",
    "sinergi.features.reminders",
    "sinergi.features.retention",
    "sinergi.features.home",
]
