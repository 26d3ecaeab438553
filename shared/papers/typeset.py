"""A process of its own that typesets one document: template and data in at standard input, the PDF out at standard output.

Typst keeps what it has laid out in memory (some 170 MB for a list of 2,000 lines) and gives nothing back: in a process of its
own that ends with it, and a template that never ends can be ended. It is started by `pdf.py` as a file, so it imports nothing
of ChiTra.
"""

from __future__ import annotations

import json
import sys

import typst


def main() -> int:
    """0 with the PDF written; 3 with what is wrong with the template, on standard error."""
    job = json.load(sys.stdin)
    fonts = typst.Fonts(font_paths=[job["fonts"]])
    try:
        pdf = typst.compile(
            job["template"].encode(),
            font_paths=fonts,
            format="pdf",
            sys_inputs={"data": json.dumps(job["data"], ensure_ascii=False)},
            timestamp=job["timestamp"],
            pdf_tags=False,
        )
    except typst.TypstError as error:
        sys.stderr.write(error.diagnostic)
        return 3
    assert isinstance(pdf, bytes)
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
