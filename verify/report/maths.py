"""LaTeX to MathML, fit to be put into a page.

The converter's tree is not trusted: only known elements and attributes are kept, and all text is escaped again. What it
does not understand is shown as the LaTeX itself, in `<code>`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape, unescape
from typing import Any

_ELEMENTS = re.compile(
    "math|mrow|mi|mn|mo|mtext|mspace|msub|msup|msubsup|mfrac|msqrt|mroot|mtable|mtr|mtd|mover|munder|"
    "munderover|mpadded|mphantom|mstyle"
)
_ATTRIBUTES = re.compile(
    "stretchy|fence|form|separator|columnalign|rowspacing|columnspacing|width|height|depth|linethickness|"
    "accent|lspace|rspace|maxsize|minsize|symmetric|largeop|movablelimits|displaystyle|scriptlevel"
)
_TOKEN = re.compile(
    r"\\(?:begin|end|text\w*|math(?:rm|it|bf|sf|tt|bb|cal|frak|scr)|operatorname\*?|color|style|href)\s*\{[^{}]*\}"
    r"|\\[a-zA-Z]+|\\.|(?P<word>[a-zA-Z]{3,})",
    re.DOTALL,
)
_PLAIN = re.compile(r"[\w.%+\- ]*")
_NAMES = frozenset("∞∅∂∇⊤⊥′″‴ℵ°…⋯")  # symbols that stand for a thing, not for an operation
_LOGIC = frozenset("⇒⟹⇔⟺∧∨")
_BREAKS = _LOGIC | frozenset("=≠<>≤≥⩽⩾∈⊆⊂")  # a line may begin with these
_SIGNS = frozenset("−-+±")
_CLOSING = frozenset(")]}⌋⌉⟩!′")
_TALL = frozenset({"mfrac", "mtable", "munderover", "mroot", "msqrt"})
_LONG = 20  # characters within brackets beyond which they may be broken over lines


class _Unreadable(ValueError):
    """The converter let LaTeX through that it does not know."""


@dataclass
class _Node:
    tag: str
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[_Node] = field(default_factory=list)

    def length(self) -> int:
        return len(self.text) + sum(child.length() for child in self.children)

    def tall(self) -> bool:
        return self.tag in _TALL or any(child.tall() for child in self.children)

    def write(self) -> str:
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
        inner = escape(self.text) + "".join(child.write() for child in self.children)
        return f"<{self.tag}{attributes}>{inner}</{self.tag}>"


@lru_cache(maxsize=8192)
def typeset(latex: str, display: bool = False) -> str:
    """`latex` as HTML: inline `<math>`, or with `display` a `<div class="formula">` whose lines may break.

    What cannot be converted comes back as escaped `<code>`; nothing in `latex` can become markup of the page.
    """
    if not latex.strip():
        return ""
    try:
        rows = _rows(_tree(latex))
    except Exception:  # the converter raises its own errors, and plain IndexErrors too
        return f'<code class="latex">{escape(latex)}</code>'
    if not display:
        return f"<math>{_Node('mrow', children=rows).write()}</math>"
    parts = (f'<math displaystyle="true">{_Node("mrow", children=part).write()}</math>' for part in _break(rows))
    return f'<div class="formula">{"<wbr>".join(parts)}</div>'


def _tree(latex: str) -> _Node:
    from latex2mathml.converter import convert_to_element

    # Environments for alignment are unknown to the converter; a matrix is the same picture.
    known = re.sub(r"\\(begin|end)\{(?:aligned|align\*?|gathered|split)\}", r"\\\1{matrix}", latex)
    return _read(convert_to_element(_words(known)))


def _opens(node: _Node) -> bool:
    """Whether what follows `node` is the beginning of a term, so that a minus there is a sign."""
    return node.tag == "mo" and node.attributes.get("form") != "postfix" and node.text not in _CLOSING


def _words(latex: str) -> str:
    """Three letters or more in a row are a word (`count`, `S_{max}`); in a product, sympy puts spaces between."""

    def wrap(match: re.Match[str]) -> str:
        if match["word"] is None:
            return match[0]
        face = "mathrm" if latex[: match.start()].rstrip("{").endswith("_") else "mathit"
        return rf"\{face}{{{match['word']}}}"

    return _TOKEN.sub(wrap, latex)


def _read(element: Any) -> _Node:
    if not _ELEMENTS.fullmatch(element.tag):
        raise _Unreadable(element.tag)
    node = _Node(element.tag, unescape(element.text or ""))
    for name, value in element.attrib.items():
        if _ATTRIBUTES.fullmatch(name) and _PLAIN.fullmatch(value):
            node.attributes[name] = value
    variant = element.attrib.get("mathvariant", "")
    if variant in {"bold", "italic", "bold-italic", "monospace"}:
        node.attributes["class"] = f"math-{variant}"
    if node.tag == "mtext":
        node.text = node.text.replace(r"\_", "_")
    elif "\\" in node.text or node.text == "&":
        raise _Unreadable(node.text)
    node.children = _join(element.tag, [(_read(child), child.attrib.get("mathvariant", "")) for child in element])
    if node.tag in {"mi", "mo"}:
        _sort_out(node)
    for before, child in zip([None, *node.children], node.children, strict=False):
        if child.tag == "mo" and child.text in _SIGNS and (before is None or _opens(before)):
            child.attributes["form"] = "prefix"
    return node


def _join(parent: str, children: list[tuple[_Node, str]]) -> list[_Node]:
    """Letters of one word (`\\mathrm{...}`) come as separate identifiers: put them together again."""
    if parent not in {"mrow", "math", "mtd"}:
        return [child for child, _ in children]
    joined: list[_Node] = []
    before = ""
    for child, variant in children:
        if joined and variant and variant == before and child.tag in {"mi", "mo"} and joined[-1].tag in {"mi", "mo"}:
            joined[-1].tag = "mi"
            joined[-1].text += child.text
        else:
            joined.append(child)
        before = variant
    return _apart(joined)


def _apart(row: list[_Node]) -> list[_Node]:
    """A thin space between two factors, one of which is a word: `2 count` is not to be read as `2count`."""
    spaced: list[_Node] = []
    for node in row:
        if spaced and any(_is_word(a) and _is_factor(b) for a, b in ((node, spaced[-1]), (spaced[-1], node))):
            spaced.append(_Node("mspace", attributes={"width": "0.167em"}))
        spaced.append(node)
    return spaced


def _is_factor(node: _Node) -> bool:
    if node.tag in {"mrow", "msub", "msup", "msubsup"}:
        return bool(node.children) and _is_factor(node.children[0])
    return node.tag in {"mi", "mn", "mfrac", "msqrt", "mroot"}


def _is_word(node: _Node) -> bool:
    if node.tag in {"mrow", "msub", "msup", "msubsup"}:
        return bool(node.children) and _is_word(node.children[0])
    return node.tag == "mi" and len(node.text) > 1


def _sort_out(node: _Node) -> None:
    """Words are identifiers, symbols are operators; the converter confuses some of them, and the spacing suffers."""
    text = node.text
    if node.tag == "mo" and len(text) > 1 and text.replace(" ", "").isalpha():
        node.tag = "mi"
    elif node.tag == "mi" and len(text) == 1 and text not in _NAMES and unicodedata.category(text)[0] in "SP":
        node.tag = "mo"
    if text == "¬":
        node.attributes.update(form="prefix", lspace="0", rspace="0.1em")


def _rows(node: _Node) -> list[_Node]:
    children = node.children
    while len(children) == 1 and children[0].tag in {"mrow", "math"} and not children[0].attributes:
        children = children[0].children
    return [
        child
        for index, child in enumerate(children)
        if child.tag != "mspace" or not any(_logic(near) for near in children[max(0, index - 1) : index + 2])
    ]


def _logic(node: _Node) -> bool:
    return node.tag == "mo" and node.text in _LOGIC


def _break(row: list[_Node]) -> list[list[_Node]]:
    """A row in pieces that a browser may put on lines of their own: before a relation, after a comma."""
    pieces: list[list[_Node]] = [[]]
    for child in _flatten(row):
        if child.tag == "mo" and child.text in _BREAKS and pieces[-1]:
            child.attributes["form"] = "infix"
            pieces.append([])
        pieces[-1].append(child)
        if child.tag == "mo" and child.text == ",":
            pieces.append([])
    return [piece for piece in pieces if piece]


def _flatten(row: list[_Node]) -> list[_Node]:
    """Long brackets are opened, so that what they hold can be broken too; they keep a fixed height from then on."""
    flat: list[_Node] = []
    for child in row:
        fenced = child.tag == "mrow" and len(child.children) > 2 and "fence" in child.children[0].attributes
        tall = fenced and child.tall()
        if fenced and child.length() > (4 if tall else 1) * _LONG:
            first, *inner, last = child.children
            for fence in (first, last) if last.tag == "mo" else (first,):
                fence.attributes.update({"minsize": "2.4em"} if tall else {"stretchy": "false"})
            flat.extend([first, *_flatten(inner), last])
        else:
            flat.append(child)
    return flat
