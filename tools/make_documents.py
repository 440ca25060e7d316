"""Write the pages of docs/ that are made from the tables: rights and life cycles. Run it from the project's root."""

import os
import tempfile
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "luoshi.settings"
os.environ["LUOSHI_HOME"] = tempfile.mkdtemp()
os.environ["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"

import django

django.setup()

from luoshi.people.documents import pages  # noqa: E402

for name, text in pages().items():
    Path("docs", name).write_text(text, "utf-8")
