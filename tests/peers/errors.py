"""The one error of the peers."""


class PeerError(RuntimeError):
    """A peer could not be installed, did not start, or refused what a test gave it."""
