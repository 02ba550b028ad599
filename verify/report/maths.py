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
_PLAIN = re.compile(r"[\w.%+\- ]*")
_NAMES = frozenset("∞∅∂∇⊤⊥′″‴ℵ°…⋯")  # symbols that stand for a thing, not for an operation
_LOGIC = frozenset("⇒⟹⇔⟺∧∨")
_BREAKS = _LOGIC | frozenset("=≠<>≤≥⩽⩾∈⊆⊂")  # a line may begin with these
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
    return _read(convert_to_element(known))


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
    elif node.tag in {"msub", "msubsup"}:
        _upright_index(node)
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
    return joined


def _sort_out(node: _Node) -> None:
    """Words are identifiers, symbols are operators; the converter confuses some of them, and the spacing suffers."""
    text = node.text
    if node.tag == "mo" and len(text) > 1 and text.replace(" ", "").isalpha():
        node.tag = "mi"
    elif node.tag == "mi" and len(text) == 1 and text not in _NAMES and unicodedata.category(text)[0] in "SP":
        node.tag = "mo"
    if text == "¬":
        node.attributes.update(form="prefix", lspace="0", rspace="0.1em")


def _upright_index(node: _Node) -> None:
    """An index of three letters or more is a word (`S_{max}`), not a product."""
    index = node.children[1] if len(node.children) > 1 else None
    if index is not None and index.tag == "mrow" and len(index.children) >= 3:
        letters = [child.text for child in index.children if child.tag == "mi" and not child.attributes]
        if len(letters) == len(index.children) and all(len(letter) == 1 and letter.isascii() for letter in letters):
            node.children[1] = _Node("mi", "".join(letters))


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
    """Long brackets without tall contents are opened, so that what they hold can be broken too."""
    flat: list[_Node] = []
    for child in row:
        fenced = child.tag == "mrow" and len(child.children) > 2 and "fence" in child.children[0].attributes
        if fenced and child.length() > _LONG and not child.tall():
            first, *inner, last = child.children
            for fence in (first, last):
                fence.attributes["stretchy"] = "false"
            flat.extend([first, *_flatten(inner), last])
        else:
            flat.append(child)
    return flat
