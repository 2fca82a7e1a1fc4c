"""Ends with 0 when the atlas of this container is ready: the health check of compose.yaml."""

import sys
from urllib.error import URLError
from urllib.request import urlopen

try:
    urlopen("http://127.0.0.1:8000/readyz", timeout=4).close()
except (URLError, OSError) as fault:
    sys.exit(f"not ready: {fault}")
