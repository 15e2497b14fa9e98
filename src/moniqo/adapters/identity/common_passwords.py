"""The commonest passwords, from the frequency lists of the zxcvbn project."""

from functools import cache

from moniqo.domain.identity.credentials import Password


@cache
def _commonest() -> frozenset[str]:
    # The 30,000 commonest of leaked passwords. Those that are even commoner as names or words
    # stand in the lists of these instead, so all lists together are what is needed.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(word for words in FREQUENCY_LISTS.values() for word in words)


class ZxcvbnCommonPasswords:
    """See `CommonPasswords`. The lists are read when the first password is checked."""

    def holds(self, password: Password) -> bool:
        """See `CommonPasswords`."""
        return password.value.lower() in _commonest()
