"""How a command that makes millions of values runs."""

import gc


def few_collections() -> None:
    """Look for cycles among new values more rarely: bulk work makes none, and a third of reading went into looking.

    What has been loaded so far stays for good and is not looked through any more.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
