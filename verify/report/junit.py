"""The report as JUnit XML, for continuous integration: a suite for each statement, a case for each of its checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verify.report.view import Json, StatementView, build

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def render_junit(report: Json) -> str:
    """The report as a JUnit XML document.

    A statement's case `verdict` fails if the statement did not reach its declared level. A check that crashed is an
    error; one that refuted (unless that is declared), was vacuous, did not bite, or whose certificate was rejected is a
    failure; an inconclusive one is skipped, because the verdict decides whether that matters. The suite `run` holds the
    self-test's probes and the errors outside any check.
    """
    from xml.etree import ElementTree

    page = build(report)
    root = ElementTree.Element("testsuites", name=page.data["package"]["name"] or "verify")
    suites = [_run_suite(page.data), *(_suite(view, page.data["created"]) for view in page.statements)]
    root.extend(suites)
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.set("time", _time(page.data["seconds"]))
    ElementTree.indent(root, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _run_suite(data: Json) -> Element:
    from xml.etree.ElementTree import Element

    suite = Element("testsuite", name="run", timestamp=data["created"], time="0.000")
    for probe in data["self_test"]["probes"]:
        case = _case(suite, "run.self-test", probe["name"], 0.0)
        if not probe["passed"]:
            _mark(case, "failure", f"expected {probe['expected']}, was {probe['outcome']}", "self-test")
    case = _case(suite, "run", "self-test", 0.0)
    if not data["self_test"]["passed"]:
        _mark(case, "failure", "the soundness self-test did not pass: no verdict can be relied on", "self-test")
    for error in data["errors"]:
        case = _case(suite, "run.errors", error["where"] or "run", 0.0)
        _mark(case, "error", error["message"], "error")
    return _counted(suite)


def _suite(view: StatementView, created: str) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    data = view.data
    suite = Element("testsuite", name=view.id, timestamp=created, time=_time(view.seconds))
    properties = SubElement(suite, "properties")
    for name in ("declared", "outcome", "variant", "statement_sha256"):
        SubElement(properties, "property", name=name, value=str(data[name]))
    SubElement(properties, "property", name="scope", value=data["scope"]["text"])
    for check in data["checks"]:
        case = _case(suite, view.id, check["name"], check["seconds"])
        kind, why = _judge(check, data["declared"])
        if kind:
            _mark(case, kind, f"{why}: {check['message']}" if check["message"] else why, check["outcome"])
        recheck = f"recheck: {check['recheck']}" if check["recheck"] else ""
        said = [f"{check['kind']}: {check['outcome']}", check["scope"], recheck]
        SubElement(case, "system-out").text = "\n".join(line for line in said if line)
    case = _case(suite, view.id, "verdict", 0.0)
    if not data["meets"]:
        kind = "error" if view.outcome == "error" else "failure"
        _mark(case, kind, f"declared {data['declared']}, reached {view.outcome}", view.outcome)
    SubElement(case, "system-out").text = view.verdict
    return _counted(suite)


def _judge(check: Json, declared: str) -> tuple[str, str]:
    outcome = check["outcome"]
    if outcome == "error":
        return "error", "the check crashed or met its limits"
    if check["recheck"] == "rejected":
        return "failure", "the independent checker rejected a certificate"
    if outcome == "refuted" and declared != "refuted":
        return "failure", "a counterexample was found"
    if outcome == "not-bitten":
        return "failure", "the control did not bite"
    if outcome == "vacuous":
        return "failure", "the check would have passed a false statement too"
    if outcome == "inconclusive":
        return "skipped", "inconclusive"
    return "", ""


def _case(suite: Element, classname: str, name: str, seconds: float | None) -> Element:
    from xml.etree.ElementTree import SubElement

    return SubElement(suite, "testcase", classname=classname, name=name or "unnamed", time=_time(seconds))


def _mark(case: Element, kind: str, message: str, sort: str) -> None:
    from xml.etree.ElementTree import SubElement

    first = message.strip().splitlines()[0] if message.strip() else sort
    entry = SubElement(case, kind, message=first[:500])
    if kind != "skipped":
        entry.set("type", sort)
        entry.text = message


def _counted(suite: Element) -> Element:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    return suite


def _time(seconds: float | None) -> str:
    return f"{seconds or 0.0:.3f}"
