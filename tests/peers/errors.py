"""The errors of the peers."""


class PeerError(RuntimeError):
    """A peer did not start, or refused what a test gave it."""


class NotInstalled(PeerError):
    """A peer could not be installed: a package index or a system package is out of reach."""
