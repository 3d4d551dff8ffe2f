"""UserError: what a person can mend, so that its message is enough and no traceback is shown.

Imports nothing, since workers that wait for their device import it.
"""


class UserError(ValueError):
    """A setting, a file or a folder that cannot be used; the message says what to do about it."""
