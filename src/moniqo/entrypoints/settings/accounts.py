"""Settings of what guards accounts."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta


@dataclass(frozen=True, slots=True)
class Accounts:
    """How long what belongs to accounts lasts, and how often what guards them may be tried."""

    session_max_days: Annotated[
        int, Meta(ge=1, le=365, description="Longest life of a session, however often refreshed.")
    ] = 30
    refresh_grace_seconds: Annotated[
        int, Meta(ge=0, le=300, description="How long a refresh token that was used may repeat.")
    ] = 10
    max_sessions_per_user: Annotated[
        int, Meta(ge=1, le=100_000, description="Live sessions of a user; the oldest gives way.")
    ] = 100
    lockout_attempts: Annotated[
        int, Meta(ge=1, description="Wrong passwords that lock an account's sign-in.")
    ] = 5
    lockout_window_minutes: Annotated[
        int, Meta(ge=1, le=1440, description="Within what time they count together.")
    ] = 15
    lockout_minutes: Annotated[
        int, Meta(ge=1, le=1440, description="The first lock; each further one is twice as long.")
    ] = 15
    lockout_max_minutes: Annotated[int, Meta(ge=1, le=10_080, description="The longest lock.")] = 60
    sign_in_failures_per_ip: Annotated[
        int, Meta(ge=1, description="Refused sign-ins of one address within 15 minutes.")
    ] = 30
    refreshes_per_hour: Annotated[int, Meta(ge=1, description="Refreshes of one session.")] = 10
    password_changes_per_hour: Annotated[
        int, Meta(ge=1, description="Attempts of one user to change the password.")
    ] = 3
    mails_per_address_per_hour: Annotated[
        int, Meta(ge=1, description="Mails that strangers can have sent to one address.")
    ] = 3
    mails_per_ip_per_hour: Annotated[
        int, Meta(ge=1, description="Mails that one IP address can have sent.")
    ] = 20
    verify_link_hours: Annotated[
        int, Meta(ge=1, le=720, description="Life of a link that verifies an address.")
    ] = 24
    reset_link_minutes: Annotated[
        int, Meta(ge=5, le=1440, description="Life of a link that resets a password.")
    ] = 60
    email_change_link_hours: Annotated[
        int, Meta(ge=1, le=720, description="Life of a link that confirms a new address.")
    ] = 24
