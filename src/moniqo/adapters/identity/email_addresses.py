"""Canonical e-mail addresses by email-validator."""

from moniqo.domain.identity.credentials import Email
from moniqo.domain.shared.errors import Invalid


class ValidatedEmailAddresses:
    """See `EmailAddresses`. No name server is asked: whether mail arrives, only mail tells."""

    def canonical(self, text: str) -> Email:
        """See `EmailAddresses`."""
        from email_validator import validate_email

        try:
            found = validate_email(
                text,
                check_deliverability=False,
                allow_smtputf8=False,
                test_environment=True,
                strict=True,
            )
            return Email(f"{found.local_part}@{found.ascii_domain}")
        except ValueError as error:
            raise Invalid.field("email", "must be an e-mail address") from error
