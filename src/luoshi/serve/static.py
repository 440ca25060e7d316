"""The static files as served: collected into the home, each with a gzipped twin beside it."""

from pathlib import Path


def collect(folder: Path) -> None:
    """Fill the folder anew; the web processes are not running yet."""
    from django.core.management import call_command
    from whitenoise.compress import Compressor

    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    compressor = Compressor(use_brotli=False, quiet=True)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and compressor.should_compress(path.name):
            compressor.compress(str(path))
