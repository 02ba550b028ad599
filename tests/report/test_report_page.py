"""The HTML page: what it says, and that nothing in a report can become markup."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from verify import evidence, report
from verify.report import levels
from verify.report.page import safe_path
from verify.report.view import build

Json = dict[str, Any]
VOID = {"meta", "br", "wbr", "link", "img", "hr", "input"}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\" onclick='x' | `a` \x00\x1b\ud800 &amp; ]]> -->"


class Page(HTMLParser):
    """Reads a page and complains about tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.tags if "id" in attributes]


def poison(value: Any) -> Any:
    """Report data in which every free string is hostile; words that the schema fixes stay."""
    fixed = {
        "declared",
        "outcome",
        "kind",
        "variant",
        "expected",
        "recheck",
        "schema_version",
        "weakest_ancestor",
        "origin",
    }
    if isinstance(value, dict):
        return {k: v if k in fixed or k.endswith("sha256") else poison(v) for k, v in value.items()}
    if isinstance(value, list):
        return [poison(entry) for entry in value]
    return HOSTILE + value if isinstance(value, str) else value


def test_levels_are_those_of_the_engine() -> None:
    assert levels.NAMES == evidence.OUTCOMES
    for first in levels.NAMES:
        for second in levels.NAMES:
            assert levels.weaker(first, second) == (first != second and evidence.weakest([first, second]) == first)


def test_first_screen(sample: Json, figures: dict[str, str]) -> None:
    text = Page(report.render_html(sample, figures)).text
    for words in (
        "9 statements, 8 as declared , 1 not",
        "controls that bit: 3 of 4",
        "assumptions shown to be necessary: 3 of 5",
        "3 of 3 probes",
        "python -m verify all --budget standard --seed 20260316 --jobs 2",
        "python -m verify recheck ./report.json",
        "python-flint 0.9.0",
        "cvc5 absent",
        "dag-spike-count : declared reduced, found vacuous",
        "check exploration ended in an error: out of time: 60 s",
        "the control loop did not bite",
        "monotone-bracket : only supported, and no more was declared",
    ):
        assert words in text, words


def test_nothing_bad_is_said_of_a_clean_run(clean: Json, figures: dict[str, str]) -> None:
    text = Page(report.render_html(clean, figures)).text
    for words in (
        "Failures: nothing.",
        "Weak points: nothing.",
        "Refuted, as declared: nothing.",
        "Published and corrected None in this run.",
        "4 as declared .",
    ):
        assert words in text, words
    assert "falls short" not in text


def test_it_never_claims_more_than_the_level(sample: Json, figures: dict[str, str]) -> None:
    text = Page(report.render_html(sample, figures)).text
    assert "The argument itself is not machine-checked" in text
    assert "Rigorous for these instances only" in text
    assert "Nothing is said outside it" in text
    assert "Numbers or a search agree with the claim. Nothing is proved." in text
    assert "less than 1.65% of this distribution" in text
    assert "rests on a statement whose outcome is reduced" not in text  # exhausted is weaker than reduced already
    sample["statements"][3]["weakest_ancestor"] = "supported"
    assert "rests on a statement whose outcome is supported" in Page(report.render_html(sample, figures)).text


def test_a_failed_self_test_is_the_first_thing_said(clean: Json, figures: dict[str, str]) -> None:
    clean["self_test"]["passed"] = False
    assert "no verdict of this run can be relied on" in Page(report.render_html(clean, figures)).text


def test_published_and_corrected_stand_side_by_side(sample: Json, figures: dict[str, str]) -> None:
    (pair,) = build(sample).discrepancies
    assert pair.published is not None
    assert pair.corrected is not None
    assert (pair.published.outcome, pair.corrected.outcome) == ("refuted", "exhausted")
    text = Page(report.render_html(sample, figures)).text
    section = text[text.index("Published and corrected") : text.index("How the statements rest")]
    assert '"tie": "half-even"' in section
    sample["statements"] = [s for s in sample["statements"] if s["variant"] != "corrected"]
    assert "quantized-correspondence is not in this run" in Page(report.render_html(sample, figures)).text


def test_an_unexpected_refutation_is_a_failure(clean: Json, figures: dict[str, str]) -> None:
    clean["statements"][0].update(outcome="refuted", meets=False)
    page = build(clean)
    assert [remark.text for remark in page.failures] == ["declared proved, but refuted by a counterexample"]
    assert not page.refuted


def test_necessity_follows_the_control_and_not_the_word(sample: Json) -> None:
    page = build(sample)
    marks = {view.id: [entry["mark"] for entry in view.assumptions] for view in page.statements}
    assert marks["single-neuron-terminal"] == ["shown", "shown"]
    assert marks["dag-timing-invariance"] == ["shown", "unshown"]
    assert marks["dag-spike-count"] == ["failed"]


def test_a_control_with_several_instances_counts_once(sample: Json) -> None:
    entry = sample["statements"][0]
    entry["controls"].append(dict(entry["controls"][0]))
    view = build(sample).statements[0]
    assert (view.controls_bitten, view.controls_total) == (2, 2)
    entry["controls"][-1]["bit"] = False
    view = build(sample).statements[0]
    assert (view.controls_bitten, view.controls_total) == (1, 2)


def test_a_control_that_the_checker_rejected_shows_nothing(sample: Json, figures: dict[str, str]) -> None:
    sample["statements"][0]["checks"][1]["recheck"] = "rejected"
    page = build(sample)
    view = page.statements[0]
    assert [entry["mark"] for entry in view.assumptions] == ["failed", "shown"]
    assert (view.controls_bitten, view.controls_total) == (1, 2)
    remarks = [remark.text for remark in page.failures if remark.statement is view]
    assert remarks == ["the independent checker rejected a certificate of outside"]
    assert "bit, but rejected by the checker" in Page(report.render_html(sample, figures)).text


def test_who_replayed_and_what_need_not_be_said_twice(clean: Json, figures: dict[str, str]) -> None:
    proof, outside = clean["statements"][0]["checks"][:2]
    proof.update(details={"replayed_by": ["", "cvc5 1.4"]}, message="all parameters")
    outside.update(message="without 'bounds' the claim is false")
    clean["statements"][0]["controls"][0]["note"] = outside["message"]
    text = Page(report.render_html(clean, figures)).text
    assert "accepted by cvc5 1.4" in text
    assert "replayed_by" not in text
    assert "without 'bounds'" not in text


def refuted(sample: Json) -> Json:
    """The report of a search for a counterexample of one statement."""
    (entry,) = (entry for entry in sample["statements"] if entry["id"] == "quantized-correspondence-half-even")
    ends = {"lo": "247366235658160845832195442766472714709/425", "hi": "247366235658160845832195442766472714710/425"}
    entry["counterexamples"][0]["values"]["loss"] = ends
    entry["searches"] = [
        {"check": "tie", "trials": 1, "met": 0, "failures": 1, "bound95": 0.95, "seed": 0, "distribution": "ties",
         "smallest_margin": -3.0, "warnings": ["1 of 1 draws are undecided"]}
    ]  # fmt: skip
    entry.update(pair=None, variant="derived", declared="supported", meets=False)
    return {**sample, "statements": [entry], "errors": []}


def test_a_single_statement_comes_first(sample: Json, figures: dict[str, str]) -> None:
    page = Page(report.render_html(refuted(sample), figures))
    places = [
        page.text.index(words)
        for words in ("Environment", "declared supported, but", "Claim", "Counterexample", "Checks", "All probes")
    ]
    assert places == sorted(places)
    for words in ("Published and corrected", "How the statements rest", "nothing.", "all statements"):
        assert words not in page.text, words
    ids = page.ids()
    assert {link[1:] for _, a in page.tags if (link := a.get("href") or "").startswith("#")} <= set(ids)
    sample["self_test"]["passed"] = False
    text = Page(report.render_html(refuted(sample), figures)).text
    assert text.index("no verdict of this run can be relied on") < text.index("Claim")
    two = {**sample, "statements": sample["statements"][:2]}
    assert text.index("Claim") < text.index("What the levels mean")
    assert "all statements" in Page(report.render_html(two, figures)).text


def test_a_search_that_found_something_has_no_warnings(sample: Json, figures: dict[str, str]) -> None:
    data = refuted(sample)
    for text in (Page(report.render_html(data, figures)).text, report.render_markdown(data)):
        assert "1 counterexample in 1 trial (seed 0)" in text
        for words in ("says nothing.", "undecided", "smallest margin", "95%"):
            assert words not in text.replace("Undecided", ""), words
    data["statements"][0]["searches"][0]["trials"] = 0
    assert "1 counterexample, found before any trial" in report.render_markdown(data)
    data["statements"][0]["searches"][0].update(trials=1, failures=0)
    for text in (Page(report.render_html(data, figures)).text, report.render_markdown(data)):
        assert "0 counterexamples in 1 trial, of which 0 met the assumptions" in text
        assert "so this search says nothing" in text
        assert "1 of 1 draws are undecided" in text


def test_enclosures_in_decimals_and_instances_as_code(sample: Json, figures: dict[str, str]) -> None:
    data = refuted(sample)
    html, markdown = report.render_html(data, figures), report.render_markdown(data)
    for text in (Page(html).text, markdown):
        assert '"loss": "5.82038201548614e+35 ± ' in text
        assert "24736623565816084583219544276647271470" not in text
        assert "raw = {'q': {'layers':" in text
    assert html.count("its exact ends are in report.json") == 1
    data["statements"][0]["counterexamples"][0]["raw"] = {"x": "1" * 30_000}
    assert "raw = {" not in report.render_html(data, figures)


def test_ids_are_unique_and_links_have_targets(sample: Json, figures: dict[str, str]) -> None:
    first = sample["statements"][0]
    for key in ("checks", "controls", "certificates"):
        first[key] += [dict(entry) for entry in first[key]]
    sample["statements"].append({**first, "id": "Single neuron terminal"})
    page = Page(report.render_html(sample, figures))
    ids = page.ids()
    assert len(ids) == len(set(ids))
    links = {attributes["href"] or "" for _, attributes in page.tags if "href" in attributes}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    for name, attributes in page.tags:
        for reference in re.findall(r"url\(#([^)]+)\)", " ".join(value or "" for value in attributes.values())):
            assert reference in ids, (name, reference)


def test_nothing_runs_and_nothing_is_loaded(sample: Json, figures: dict[str, str]) -> None:
    page = Page(report.render_html(sample, figures))
    for tag, attributes in page.tags:
        assert tag not in {"script", "iframe", "object", "embed", "link", "base", "form"}
        assert not any(name.startswith("on") for name in attributes)
        assert not (attributes.get("src") or "").startswith("http")
    downloads = [attributes["href"] for _, attributes in page.tags if "download" in attributes]
    assert sample["statements"][0]["certificates"][0]["path"] in downloads


def test_hostile_strings_stay_text(sample: Json, figures: dict[str, str]) -> None:
    sample["statements"][0]["source"]["arxiv"] = "javascript:alert(1)"
    html = report.render_html(poison(sample), figures)
    assert "\x00" not in html
    assert "\x1b" not in html
    html.encode()
    page = Page(html)
    assert "<script>alert(1)</script>" in page.text
    harmless = {"content", "href", "id", "class", "aria-label", "data-label", "style", "title"}
    for tag, attributes in page.tags:
        assert tag not in {"script", "img"}
        assert not any(name.startswith("on") for name in attributes)
        assert not (attributes.get("href") or "").startswith(("javascript", "//", "<"))
        assert all("alert" not in (value or "") for name, value in attributes.items() if name not in harmless)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../x.json", "a/../../x", "javascript:alert(1)", "\\\\host\\x", "", None]
)
def test_only_paths_below_the_report_become_links(path: str | None) -> None:
    assert safe_path(path) == ""


def test_missing_parts_are_no_obstacle() -> None:
    bare = {
        "statements": [{"id": "x"}, {"id": "y", "checks": [{"name": "c"}], "figures": [{"name": "f"}], "source": None}]
    }
    page = Page(report.render_html(bare, {}))
    assert "is not part of this report" in page.text
    assert "No check is attached to this statement" in page.text
    assert Page(report.render_html({}, {})).text.count("No statement was selected") == 1


def test_rests_on_in_a_circle_or_outside_the_run(sample: Json, figures: dict[str, str]) -> None:
    sample["statements"][0]["rests_on"] = ["dag-timing-invariance", "single-neuron-terminal", "elsewhere"]
    page = Page(report.render_html(sample, figures))
    assert "elsewhere: not in this run" in page.text


def test_forty_statements_take_little_time(sample: Json, figures: dict[str, str]) -> None:
    pattern = sample["statements"]
    sample["statements"] = [{**entry, "id": f"{entry['id']}-{index}"} for index in range(5) for entry in pattern][:40]
    began = time.process_time()
    report.render_html(sample, figures)
    assert time.process_time() - began < 1.5


@pytest.mark.slow
def test_a_browser_shows_the_page(sample: Json, figures: dict[str, str], tmp_path: Path) -> None:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert browser, "no Chromium found: install chromium, or leave the slow suite out"
    report.write(sample, figures, str(tmp_path / "run"))
    command = (
        f"{browser} --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
        "--disable-background-networking --disable-component-update --disable-sync "
        f"--user-data-dir={tmp_path / 'profile'}"
    ).split()
    address = (tmp_path / "run" / "report.html").as_uri()
    picture = tmp_path / "page.png"
    shot = [*command, f"--screenshot={picture}", "--window-size=1400,2000", address]
    subprocess.run(shot, check=True, capture_output=True, timeout=120)
    data = picture.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert len(data) > 20_000, "the page is all but blank"
    dumped = subprocess.run([*command, "--dump-dom", address], check=True, capture_output=True, timeout=120)
    dom = dumped.stdout.decode()
    assert dom.count('<section class="statement"') == len(sample["statements"])
    assert dom.count("</math>") > 20
    assert "<mi>outcomes</mi>" in dom
