"""Formulas and figures: what converts, what falls back, what is refused."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from verify.report.maths import typeset
from verify.report.svg import UnsafeFigure, inline_svg

FORMULAS = [
    r"\left(V \geq \theta \wedge S < S_{max}\right) \Rightarrow S < \max\left(S_{min}, "
    r"\min\left(\left\lfloor{A}\right\rfloor, S_{max}\right)\right)",
    r"\begin{cases} x & \text{for}\: x > 0 \\- x & \text{otherwise} \end{cases}",
    r"A \Leftrightarrow \neg B",
    r"\operatorname{outcomes}{\left(n,e \right)} = \left\{S^{*}\right\}",
    r"\mathrm{no\_self\_loops} \vee \left|{x}\right| \neq \sqrt{2}",
    r"\left(a \wedge b\right) \;\Rightarrow\; \forall x \in \mathbb{Z}\colon x^{2} \geq 0",
    r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
    r"\left[\begin{matrix}1 & 2\\3 & 4\end{matrix}\right]",
]


@pytest.mark.parametrize("latex", FORMULAS)
@pytest.mark.parametrize("display", [False, True])
def test_formulas_become_well_formed_mathml(latex: str, display: bool) -> None:
    html = typeset(latex, display)
    assert "<math" in html
    assert "<code" not in html
    ElementTree.fromstring(html.replace("<wbr>", "<wbr/>"))


def test_words_are_identifiers_and_not_strings_of_letters() -> None:
    assert "<mi>outcomes</mi>" in typeset(r"\operatorname{outcomes}\left(n\right)")
    assert "<mi>no_self_loops</mi>" in typeset(r"\mathrm{no\_self\_loops}")
    assert "<mi>max</mi>" in typeset("S_{max}")
    assert '<mi class="math-italic">count</mi>' in typeset(r"\theta \left(a - count\right)")
    assert "<mi>a</mi><mi>b</mi><mi>c</mi>" in typeset("a b c")
    assert "count" in typeset(r"\text{if count}")
    assert "<mi>i</mi><mi>j</mi>" in typeset("W_{ij}")
    assert "<mo" in typeset(r"\neg B")


def test_factors_do_not_run_together() -> None:
    space = '<mspace width="0.167em"></mspace>'
    assert f"<mn>2</mn>{space}<mrow><mi>negative</mi>" in typeset(r"2 \mathrm{negative}")
    for latex in (
        "count depth",
        r"\mathrm{loss}^{2} x",
        r"2 \operatorname{rank} + 1",
        r"x \log x",
        r"\beta_{1} loss_{2}",
    ):
        assert space in typeset(latex), latex
    for latex in ("2 x", "W_{ij}", "S_{max}", r"\max\left(a, b\right)", r"loss \leq 2", r"\beta_{1} g_{1}", r"-loss"):
        assert space not in typeset(latex), latex


def test_a_minus_is_a_sign_where_a_term_begins() -> None:
    assert 'form="prefix">−' in typeset("-1")
    assert typeset("a = -1").count("prefix") == 1
    assert 'form="prefix">−' in typeset(r"f{\left(x,-y \right)}")
    assert "prefix" not in typeset("a - 1")
    assert typeset(r"\left(a\right) - 1").count("prefix") == 1  # the bracket's own


def test_long_brackets_are_opened_so_that_lines_can_break() -> None:
    cases = r"\begin{cases} x & \text{for}\: x > 0 \\- x & \text{otherwise} \end{cases}"
    long = r" \wedge ".join(f"a_{{{index}}} = {cases}" for index in range(9))
    assert typeset(rf"\neg \left({long}\right)", display=True).count("<math") > 9
    assert typeset(r"\neg \left(a \wedge b\right)", display=True).count("<math") == 1


def test_what_is_not_understood_is_shown_as_it_is() -> None:
    for latex in (r"\frac{", r"\left(", r"\unknown{x}", r"\frac{<b>}{"):
        html = typeset(latex)
        assert html.startswith("<code")
        assert "<b>" not in html
    assert typeset("  ") == ""


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<img src=x onerror=alert(1)>}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(//x)}{y}",
        r"\text{&lt;script&gt;}",
        "<script>alert(1)</script>",
        r'\color{red" onclick="alert(1)}x',
    ],
)
def test_latex_cannot_become_markup_of_the_page(latex: str) -> None:
    root = ElementTree.fromstring(typeset(latex))
    for element in root.iter():
        assert element.tag in {"math", "mrow", "mi", "mo", "mn", "mtext", "mstyle", "code"}
        assert set(element.attrib) <= {"stretchy", "fence", "form", "class", "lspace", "rspace"}


def test_a_figure_keeps_to_itself(figures: dict[str, str]) -> None:
    one, two = (inline_svg(text, f"f{index}--", "a <label>") for index, text in enumerate(figures.values()))
    for svg, prefix in ((one, "f0--"), (two, "f1--")):
        root = ElementTree.fromstring(svg.replace("xml:space", "space"))
        assert {element.get("id", prefix)[: len(prefix)] for element in root.iter()} == {prefix}
        assert f"url(#{prefix}p1)" in svg
        assert f'href="#{prefix}m1"' in svg
        assert f"#{prefix}root *" in svg
        assert "metadata" not in svg
        assert "<!DOCTYPE" not in svg
        assert root.get("aria-label") == "a <label>"
        assert root.get("width") is None
        assert root.get("viewBox") == "0 0 320 200"


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">{}</svg>'


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<rect onclick="alert(1)"/>',
        '<g ONLOAD="alert(1)"/>',
        "<foreignObject><p>x</p></foreignObject>",
        '<a href="https://example.org"><text>x</text></a>',
        '<use xlink:href="https://example.org/x.svg#a"/>',
        '<image href="https://example.org/x.png"/>',
        '<image href="data:image/svg+xml;base64,AAAA"/>',
        '<rect style="fill: url(https://example.org)"/>',
        '<rect fill="url(//example.org)"/>',
        '<rect style="fill: u\\72l(https://example.org)"/>',
        "<style>@import 'x.css';</style>",
        "<style>rect{fill:url(http://example.org)}</style>",
        "<animate attributeName='href'/>",
        "<unclosed>",
    ],
)
def test_figures_with_active_or_outside_contents_are_refused(inside: str) -> None:
    with pytest.raises(UnsafeFigure):
        inline_svg(SVG.format(inside), "f--")


def test_entities_and_other_documents_are_refused() -> None:
    with pytest.raises(UnsafeFigure, match="entities"):
        inline_svg('<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("<text>&a;</text>"), "f--")
    with pytest.raises(UnsafeFigure, match="root"):
        inline_svg("<html/>", "f--")


def test_size_without_a_view_box() -> None:
    svg = inline_svg(SVG.format("<rect/>"), "f--")
    assert 'viewBox="0 0 9 9"' in svg
    assert "max-width:9px" in svg


def test_matplotlib_figures_pass() -> None:
    import io

    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    axes.plot([0, 1, 2], [0, 1, 4], marker="o", label="x")
    axes.legend()
    axes.imshow([[0, 1], [1, 0]])
    out = io.StringIO()
    figure.savefig(out, format="svg")
    svg = inline_svg(out.getvalue(), "f--")
    assert svg.startswith("<svg")
    ElementTree.fromstring(svg)
