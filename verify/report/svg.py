"""Figures made fit to stand inside a page: no scripts, nothing loaded from elsewhere, identifiers of their own."""

from __future__ import annotations

import re
from html import escape
from typing import Any

_ELEMENTS = re.compile(
    "svg|g|path|rect|circle|ellipse|line|polyline|polygon|text|tspan|textPath|defs|clipPath|use|symbol|"
    "linearGradient|radialGradient|stop|pattern|marker|mask|title|desc|style|image"
)
_DROPPED = frozenset({"metadata"})
_REFERENCE = re.compile(r"url\(\s*(['\"]?)([^)'\"]*)\1\s*\)")
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
_XLINK = "{http://www.w3.org/1999/xlink}href"


class UnsafeFigure(ValueError):
    """A figure holds something that a report must not: a script, an event handler, a reference to elsewhere.

    The message names it. Draw the figure without it; matplotlib's SVG backend writes none of these.
    """


def inline_svg(text: str, prefix: str, label: str = "") -> str:
    """The SVG document `text` as one `<svg>` element for an HTML page.

    Every identifier gets `prefix`, style rules apply inside this figure only, the size becomes a natural width that
    shrinks with the page, and `label` is what a screen reader says.

    Raises:
        UnsafeFigure: if it is not well-formed, or holds scripts, event handlers, foreign elements, outside references.
    """
    from xml.etree import ElementTree

    body = re.sub(r"<!DOCTYPE[^>\[]*>", "", text, count=1)
    if "<!ENTITY" in body or "<!DOCTYPE" in body:
        raise UnsafeFigure("the figure declares entities; write it without a document type")
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as problem:
        raise UnsafeFigure(f"the figure is not well-formed SVG: {problem}") from problem
    if _local(root.tag) != "svg":
        raise UnsafeFigure(f"the figure's root is <{_local(root.tag)}>, not <svg>")
    width, height = _pixels(root.get("width")), _pixels(root.get("height"))
    if root.get("viewBox") is None and width and height:
        root.set("viewBox", f"0 0 {width:g} {height:g}")
    root.attrib.pop("width", None)
    root.attrib.pop("height", None)
    root.set("id", "root")
    root.set("role", "img")
    if label:
        root.set("aria-label", label)
    if width:
        root.set("style", f"{root.get('style', '')};max-width:{width:.0f}px".lstrip(";"))
    parts: list[str] = []
    _write(root, prefix, parts)
    return "".join(parts)


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def _pixels(value: str | None) -> float:
    match = re.fullmatch(r"\s*([\d.]+)\s*([a-z]*)\s*", value or "")
    return float(match[1]) * _PIXELS.get(match[2], 0.0) if match else 0.0


def _write(element: Any, prefix: str, parts: list[str]) -> None:
    name = _local(element.tag)
    if name in _DROPPED:
        return
    if not _ELEMENTS.fullmatch(name):
        raise UnsafeFigure(f"the figure holds <{name}>, which a report does not show")
    parts.append(f"<{name}")
    for key, value in element.attrib.items():
        attribute = _attribute(name, key, value, prefix)
        if attribute is not None:
            parts.append(f' {attribute[0]}="{escape(attribute[1])}"')
    parts.append(">")
    if name == "style":
        parts.append(_rules(element.text or "", prefix))
    else:
        if element.text:
            parts.append(escape(element.text, quote=False))
        for child in element:
            _write(child, prefix, parts)
            if child.tail:
                parts.append(escape(child.tail, quote=False))
    parts.append(f"</{name}>")


def _attribute(element: str, key: str, value: str, prefix: str) -> tuple[str, str] | None:
    name = _local(key)
    if name.lower().startswith("on"):
        raise UnsafeFigure(f"<{element}> has the event handler {name}")
    if name == "href":
        if value.startswith("#"):
            return "href", f"#{prefix}{value[1:]}"
        if element == "image" and re.match(r"data:image/(png|jpeg);base64,", value):
            return "href", value
        raise UnsafeFigure(f"<{element}> refers to {value[:60]!r}, outside the figure")
    if key.startswith("{") and key != _XLINK:
        return (f"xml:{name}", value) if "XML/1998" in key and name == "space" else None
    if name == "id":
        return name, prefix + value
    if name in {"aria-labelledby", "aria-describedby"}:
        return name, " ".join(prefix + part for part in value.split())
    return name, _declarations(value, prefix) if "(" in value or "\\" in value else value


def _declarations(text: str, prefix: str) -> str:
    def own(match: re.Match[str]) -> str:
        target = match[2].strip()
        if not target.startswith("#"):
            raise UnsafeFigure(f"a style refers to {target[:60]!r}, outside the figure")
        return f"url(#{prefix}{target[1:]})"

    rewritten = _REFERENCE.sub(own, text)
    if re.search(r"url\((?!#)|javascript:|expression\(|@import|\\", rewritten, re.IGNORECASE):
        raise UnsafeFigure("a style reaches outside the figure")
    return rewritten


def _rules(text: str, prefix: str) -> str:
    """Style rules with every selector confined to this figure."""
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    if "@" in bare or "<" in bare:
        raise UnsafeFigure("the figure's style sheet holds at-rules or markup")
    rules = []
    for selectors, declarations in re.findall(r"([^{}]+)\{([^{}]*)\}", bare):
        confined = []
        for selector in selectors.split(","):
            own = re.sub(r"#(?=[\w-])", f"#{prefix}", selector.strip())
            confined.append(f"#{prefix}root {own}")
        rules.append(f"{', '.join(confined)} {{{_declarations(declarations.strip(), prefix)}}}")
    return "\n".join(rules)
