"""What a device calls itself, in words for its owner."""

_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_LONGEST = 40


def device_of(user_agent: str) -> str:
    """`Firefox on Linux`; for what is no browser the name that it gives itself.

    The order of the tables decides: browsers name those, too, that they are like.
    """
    program = next((name for sign, name in _PROGRAMS if sign in user_agent), None)
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), None)
    if program and system:
        return f"{program} on {system}"
    return program or user_agent.split("/", maxsplit=1)[0].strip()[:_LONGEST] or "Unknown device"
