"""Which colour of a palette is a provider's: the same one in every run."""

import zlib


def provider_number(name: str, count: int) -> int:
    """Choose a provider's place in a palette: stable over runs and machines.

    Args:
        name: The user's name for the provider.
        count: How many places there are.
    """
    return zlib.crc32(name.encode("utf-8", "replace")) % count
