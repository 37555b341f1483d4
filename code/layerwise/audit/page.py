"""The audit as part of a page: a table that stands whole without JavaScript, and files that the page carries itself."""

import html
import re
from base64 import b64encode

import pandas as pd
from IPython.display import HTML

HEADS = ("The source says", "Verdict", "We find", "Evidence")


def audit_table(table: pd.DataFrame) -> HTML:
    """All claims as an HTML table, a row each, which ``audit.js`` beside the pages makes sortable and filterable.

    Parameters
    ----------
    table : DataFrame
        Of :func:`layerwise.audit.audit`. The row of a claim can be linked to as ``#claim-NAME``.
    """
    heads = "".join(f'<th scope="col">{head}</th>' for head in HEADS)
    rows = "\n".join(_row(str(name), claim) for name, claim in table.iterrows())
    return HTML(
        f'<table class="audit"><thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>\n'
        '<script src="_static/audit.js"></script>'
    )


def _row(name: str, claim: pd.Series) -> str:
    chapter, _, place = claim["evidence"].partition("#")
    link = f'<a href="{chapter}.html{"#" if place else ""}{place}">{chapter}</a>'
    count = f" ({claim['rows']} rows)" if claim["rows"] > 1 else ""
    cause = f"<small>same cause as {claim['cause']}</small>" if claim["cause"] != name else ""
    cells = (
        f"{_text(claim['says'])}<small>{html.escape(claim['where'])}{count}</small>",
        claim["verdict"] + cause,
        f"{_text(claim['ours'])}<small>{_text(claim['reason'])}</small>",
        f"{link}<small><code>layerwise audit {name}</code></small>",
    )
    marks = "".join(f' data-{key}="{html.escape(claim[key])}"' for key in ("verdict", "kind", "chapter"))
    body = "".join(f'<td data-head="{head}">{cell}</td>' for head, cell in zip(HEADS, cells, strict=True))
    return f'<tr id="claim-{name}"{marks}>{body}</tr>'


def _text(text: str) -> str:
    r"""Text as HTML, with ``$...$`` as the pages' MathJax finds it."""
    return re.sub(r"\$([^$]+)\$", r'<span class="math notranslate nohighlight">\\(\1\\)</span>', html.escape(text))


def download(name: str, text: str) -> HTML:
    """A link that saves a text as a file; the page carries it, and so has it without a server."""
    content = b64encode(text.encode()).decode()
    size = f"{len(text.encode()) / 1000:,.0f} kB"
    return HTML(f'<p><a download="{name}" href="data:text/plain;base64,{content}">{name}</a> ({size})</p>')
