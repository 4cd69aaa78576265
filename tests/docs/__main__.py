"""``python -m tests.docs [PAGE…]``: write anew what is made in the documentation, and what its examples print."""

from __future__ import annotations

import sys

from tests.docs.making import MADE, made
from tests.docs.page import DOCS, is_alive, pages
from tests.docs.workshop import rerun

wanted = set(sys.argv[1:])
for name in MADE:
    (DOCS / name).touch()
for path in pages():
    if wanted and path.stem not in wanted:
        continue
    before = path.read_text(encoding="utf-8")
    text = made(path.name, before)
    if is_alive(text):
        text = rerun(path.stem, text)
    if text != before:
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.name}")
