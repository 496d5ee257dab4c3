"""The one TLS context of the program."""

import functools
import ssl


@functools.cache
def tls_context(ca_file: str | None = None) -> ssl.SSLContext:
    """Load the trusted authorities, once; it takes tens of milliseconds, so call it in a thread.

    Args:
        ca_file: A PEM file to trust instead of the bundled authorities.

    Raises:
        OSError: the file cannot be read, or holds no certificate.
    """
    import certifi

    return ssl.create_default_context(cafile=ca_file or certifi.where())


@functools.cache
def no_tls_context() -> ssl.SSLContext:
    """Return a context that trusts nobody, for clients that only speak plain HTTP."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
