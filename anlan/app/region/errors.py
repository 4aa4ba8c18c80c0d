"""What a region build refuses, with its remedy."""


class RegionSourceError(RuntimeError):
    """A package that the region is read from is missing or has another content than expected."""
