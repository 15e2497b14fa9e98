"""Phone numbers by the data of libphonenumber."""

from moniqo.domain.identity.user import PhoneNumber
from moniqo.domain.shared.errors import Invalid, Unavailable


class LibraryPhoneNumbers:
    """See `PhoneNumbers`. Raises `Unavailable` where the extra `phone` is not installed."""

    def canonical(self, number: PhoneNumber) -> PhoneNumber:
        """See `PhoneNumbers`."""
        try:
            import phonenumbers
        except ImportError as error:
            message = "Phone numbers cannot be checked here: the extra `phone` is not installed."
            raise Unavailable(message) from error
        code = f"+{number.country_code.removeprefix('+')}"
        try:
            parsed = phonenumbers.parse(code + number.mobile_number)
        except phonenumbers.NumberParseException as error:
            raise Invalid.field("phone_number", "must have a country's calling code") from error
        if not phonenumbers.is_valid_number(parsed) or code != f"+{parsed.country_code}":
            raise Invalid.field("phone_number", "must be a number of that country")
        return PhoneNumber(code, number.mobile_number)
