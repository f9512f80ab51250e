"""``python -m service.cli``: the same as the command ``foliotrace``."""

from service.cli import main

main(prog_name="foliotrace")
