"""What is wrong with a file that says it is a picture."""


class Unsound(Exception):
    """The file is broken, or made to exhaust whoever reads it."""
