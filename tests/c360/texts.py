"""Finds the texts of templates: those that can be translated, and those that cannot."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

SPOKEN = {"alt", "aria-label", "aria-description", "placeholder", "title", "data-label"}
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "gettext_noop"}
TRANSLATE = re.compile(r"""{%\s*translate\s+(["'])(.*?)\1""")
BLOCK = re.compile(r"{%\s*blocktranslate\b.*?%}(.*?){%\s*endblocktranslate\s*%}", re.DOTALL)
UNSAID = re.compile(  # remarks, and blocks that are names of classes
    r"{#.*?#}|{%\s*comment\b.*?endcomment\s*%}"
    r"|{%\s*block (?:wide|bodyclass)\s*%}.*?{%\s*endblock\b.*?%}(?!})",
    re.DOTALL,
)
LOGIC = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)


def bare_texts(source: str) -> list[str]:
    """Words in a template that people would read in English whatever their language."""
    said = LOGIC.sub("\ue000", BLOCK.sub("", UNSAID.sub("", source)))
    reader = _Reader()
    reader.feed(said)
    reader.close()
    return [text for text in reader.found if re.search(r"[^\W\d_]{2}", text)]


def translatable_texts(path: Path) -> Iterator[str]:
    """What `{% translate %}` and blocks say, as the catalogue has it; of plurals the first."""
    source = path.read_text("utf-8")
    yield from (found[1].replace("%", "%%") for found in TRANSLATE.findall(source))
    for block in BLOCK.findall(source):
        one = block.partition("{% plural %}")[0].replace("%", "%%")
        yield re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", one)


def said_by(path: Path) -> Iterator[str]:
    """The texts in calls of gettext and its kin; of plurals the first."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(text)), *_]):
                if name in GETTEXT:
                    yield text


class _Reader(HTMLParser):
    """Collects texts, and attributes that are read out; code and keys are neither."""

    QUIET = {"code", "kbd", "script", "style", "svg"}

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.quiet = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.quiet += tag in self.QUIET
        self.found += [_words(value) for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self.quiet -= tag in self.QUIET

    def handle_data(self, data: str) -> None:
        if not self.quiet:
            self.found += map(_words, data.split("\ue000"))


def _words(text: str) -> str:
    return " ".join(text.replace("\ue000", " ").split())
