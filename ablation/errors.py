"""The one exception that a user's mistake raises."""


class UsageError(Exception):
    """A mistake of the user: what was expected, what was received, and what to do, in a sentence.

    Programs end with exit code 2 and this sentence, without a traceback.
    """
