"""What holds for every test."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "support.backend_summary",
    "support.groups",
    "support.server_fixtures",
    "support.traced",
]

# A busy machine is no fault of the code, so no example is refused for taking long. The gate
# plays the same examples every time; whoever works on the code plays new ones.
settings.register_profile(
    "suite",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("suite")
