"""Documents that are made from the code: `python -m tests.references` writes them."""
