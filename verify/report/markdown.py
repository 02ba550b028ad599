"""The report as Markdown, for code hosts and plain-text readers; formulas are LaTeX, as such hosts typeset them."""

from __future__ import annotations

from collections.abc import Iterable

from verify.report import levels
from verify.report.page import safe_path
from verify.report.text import compact_json, duration, in_digits, markdown, markdown_block, markdown_code, number, size
from verify.report.view import Json, Page, Remark, StatementView, build, count


def render_markdown(report: Json) -> str:
    """The report as GitHub-flavoured Markdown. Strings of the report are escaped and stay literal text."""
    page = build(report)
    lines = [*_head(page), *_attention(page)]
    if page.single:
        lines += _statement(page.single, page)
        lines += _discrepancies(page) if page.discrepancies else []
    else:
        lines += [*_table(page), *_legend(), *_discrepancies(page)]
        for view in page.statements:
            lines += _statement(view, page)
    return "\n".join(lines).rstrip() + "\n"


def _head(page: Page) -> list[str]:
    data = page.data
    environment = data["environment"]
    probes = data["self_test"]["probes"]
    packages = ", ".join(f"{name} {version or 'absent'}" for name, version in environment["packages"].items())
    totals = page.totals
    return [
        f"# Report of the run {markdown(data['run'] or '(unnamed)')}",
        "",
        f"{count(len(page.statements), 'statement')}, **{page.met} as declared**. "
        + ", ".join(f"{level.mark} {level.name}: {number_of}" for level, number_of in page.counts)
        + ("." if page.counts else ""),
        "",
        f"- Self-test: {'passed' if data['self_test']['passed'] else '**not passed**'} "
        f"({sum(bool(probe['passed']) for probe in probes)} of {len(probes)} probes behaved as they must)",
        f"- Independent checker: {totals['accepted']} checks accepted, {totals['rejected']} rejected, "
        f"{totals['not-replayed']} not replayed",
        f"- Controls that bit: {totals['bitten']} of {totals['controls']}; assumptions shown to be necessary: "
        f"{totals['necessary']} of {totals['assumptions']}",
        f"- Package {markdown(data['package']['name'])} {markdown(data['package']['version'])}, "
        f"{markdown(data['created'])}, seed {data['seed']}, budget {markdown(str(data['budget']))}, "
        f"{data['precision']} bits, {data['jobs']} jobs, "
        f"{duration(data['seconds'])} ({duration(data['cpu_seconds'])} of processor time)",
        f"- Python {markdown(environment['python'])} on {markdown(environment['platform'])}; {markdown(packages)}",
        "",
        "Make this report again:",
        "",
        markdown_block(data["command"] or "-"),
        "",
        "Replay its certificates, from the folder of this file:",
        "",
        markdown_block("python -m verify recheck ./report.json"),
        "",
    ]


def _attention(page: Page) -> list[str]:
    lines = ["## Refuted, weak or broken", ""]
    for title, remarks in (
        ("Failures", page.failures),
        ("Weak points", page.weak),
        ("Refuted, as declared", page.refuted),
    ):
        if remarks:
            lines += [f"**{title}**", "", *(_remark(remark) for remark in remarks), ""]
        elif not page.single:
            lines += [f"{title}: nothing.", ""]
    return lines if len(lines) > 2 else []


def _remark(remark: Remark) -> str:
    where = f"{markdown_code(remark.statement.id)}: " if remark.statement else ""
    return f"- {where}{markdown(remark.text)}"


def _table(page: Page) -> list[str]:
    lines = [
        "## Statements",
        "",
        "| Statement | Declared → outcome | Scope | Variant | Controls | Recheck | Time |",
        "| --- | --- | --- | --- | --- | --- | ---: |",
    ]
    for view in page.statements:
        data = view.data
        outcome = f"{data['declared']} → {levels.mark(view.outcome)} **{view.outcome}**"
        ancestor = data["weakest_ancestor"]
        if ancestor and levels.weaker(ancestor, view.outcome):
            outcome += f" (rests on {ancestor})"
        cells = (
            f"{markdown_code(view.id, cell=True)}<br>{markdown(data['title'])}",
            outcome + ("" if data["meets"] else " ✗ falls short"),
            markdown(data["scope"]["text"] or data["scope"]["kind"]),
            markdown(data["variant"]),
            f"{view.controls_bitten}/{view.controls_total} bit" if view.controls_total else "none",
            "–" if view.recheck == "none" else view.recheck,
            duration(view.seconds),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def _legend() -> list[str]:
    lines = ["## What the levels mean", "", "| Level | It means | It does not mean |", "| --- | --- | --- |"]
    lines += [
        f"| {level.mark} **{level.name}** | {markdown(level.means)} | {markdown(level.does_not_mean)} |"
        for level in levels.LEVELS
    ]
    return [*lines, ""]


def _discrepancies(page: Page) -> list[str]:
    lines = ["## Published and corrected", ""]
    if not page.discrepancies:
        return [*lines, "None in this run.", ""]
    for entry in page.discrepancies:
        for role, view in (("As published", entry.published), ("Corrected", entry.corrected)):
            if view is None:
                absent = f"{markdown_code(entry.absent)} is not in this run." if entry.absent else "not in this run."
                lines += [f"**{role}**: {absent}", ""]
                continue
            lines += [
                f"**{role}**, {levels.mark(view.outcome)} {view.outcome}: {markdown_code(view.id)}, "
                f"{markdown(view.data['title'])}",
                "",
                *_maths_block(view.data["latex"]["claim"]),
            ]
            if view is entry.published and view.data["counterexamples"]:
                raw = view.data["counterexamples"][0]["raw"]
                lines += ["Counterexample:", "", markdown_block(compact_json(raw, limit=1500), "json"), ""]
    return lines


def _maths_block(latex: str) -> list[str]:
    return [markdown_block(latex, "math"), ""] if latex.strip() else []


def _inline_maths(latex: str) -> str:
    line = " ".join(latex.split())
    if not line:
        return ""
    return markdown_code(line) if "`" in line else f"$`{line}`$"


def _statement(view: StatementView, page: Page) -> list[str]:
    data = view.data
    lines = [
        f"## {markdown_code(view.id)} {markdown(data['title'])}",
        "",
        *([markdown(data["summary"]), ""] if data["summary"] else []),
        f"**{levels.mark(view.outcome)} {view.outcome}** (declared {data['declared']}). {markdown(view.verdict)}"
        + (f" ({markdown(data['reason'])})" if data["reason"] else ""),
        "",
        f"Scope ({markdown(data['scope']['kind'])}): {markdown(data['scope']['text'] or '–')}",
        "",
    ]
    if data["rests_on"]:
        names = ", ".join(
            markdown_code(name) + ("" if page.find(name) else " (not in this run)") for name in data["rests_on"]
        )
        weakest = f" (weakest level among them: {data['weakest_ancestor']})" if data["weakest_ancestor"] else ""
        lines += [f"Rests on {names}{weakest}.", ""]
    lines += _claim(data)
    if page.single:
        lines += _counterexamples(data)
        lines += ["### Symbols", ""] if data["symbols"] else []
    lines += _symbols(data)
    lines += _assumptions(view)
    lines += _argument(data)
    lines += _checks(data)
    lines += [] if page.single else _counterexamples(data)
    lines += _controls(data)
    for search in data["searches"]:
        lines.append(f"- {_search(search)}")
    lines += [""] if data["searches"] else []
    for figure in data["figures"]:
        if safe_path(figure["path"]):
            lines += [
                f"![{markdown(figure['title'])}]({safe_path(figure['path'])})",
                "",
                markdown(figure["caption"]),
                "",
            ]
    return [*lines, *_certificates(data), *_source(data)]


def _claim(data: Json) -> list[str]:
    exists = data["statement"].get("quantifier") == "exists"
    that = ", among those that meet the assumptions" if data["assumptions"] else ""
    lines = ["### Claim", "", f"{'For some instance' if exists else 'For every instance'}{that}:", ""]
    return lines + _maths_block(data["latex"]["claim"])


def _symbols(data: Json) -> list[str]:
    lines: list[str] = []
    for symbol in data["symbols"]:
        definition = symbol["definition"] or ""
        shown = ""
        if definition:
            shown = f" = {_inline_maths(definition) if symbol['origin'] == 'defined' else markdown_code(definition)}"
        name = _inline_maths(symbol["latex"]) or markdown_code(symbol["name"])
        lines.append(f"- {name} ({markdown(symbol['sort'])}): {markdown(symbol['meaning'])}{shown}")
    return [*lines, ""] if data["symbols"] else lines


def _assumptions(view: StatementView) -> list[str]:
    lines = ["### Assumptions", ""]
    if not view.assumptions:
        return [*lines, "None.", ""]
    for entry in view.assumptions:
        mark = {"shown": "●", "failed": "✗", "unshown": "○"}[entry["mark"]]
        control = f" ({markdown_code(entry['control'])})" if entry["control"] else ""
        words = f"{markdown(entry['words'])}{control}"
        formula = _inline_maths(entry["latex"])
        parts = [f"{mark} **{markdown(entry['name'])}**: {markdown(entry['text'])}", formula, f"*{words}*"]
        lines.append("- " + " – ".join(part for part in parts if part))
    return [*lines, ""]


def _argument(data: Json) -> list[str]:
    if not data["argument"]:
        return []
    lines = [
        "### Argument",
        "",
        "The text is not machine-checked; each obligation under it was discharged by machine.",
        "",
    ]
    for index, step in enumerate(data["argument"], start=1):
        lines.append(f"{index}. {markdown(step['text'])}")
        for obligation in step["obligations"]:
            kind = f"{markdown(obligation['kind'])} {markdown_code(obligation['sha256'][:12])}"
            lines.append(f"   - {kind}: {_inline_maths(obligation['latex'])}")
        if step["cites"]:
            lines.append(f"   - uses: {markdown('; '.join(step['cites']))}")
    return [*lines, ""]


def _checks(data: Json) -> list[str]:
    lines = ["### Checks", ""]
    if not data["checks"]:
        return [*lines, "None.", ""]
    lines += [
        "| Check | Kind | Outcome | Scope | Recheck | Time | Message |",
        "| --- | --- | --- | --- | --- | ---: | --- |",
    ]
    for check in data["checks"]:
        cells = (
            markdown_code(check["name"], cell=True),
            markdown(check["kind"]),
            f"{levels.mark(check['outcome'])} {markdown(check['outcome'])}",
            markdown(check["scope"]),
            markdown(check["recheck"] or "–"),
            duration(check["seconds"]),
            markdown(check["message"]),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def _counterexamples(data: Json) -> list[str]:
    lines: list[str] = []
    for example in data["counterexamples"]:
        lines += [f"### Counterexample ({markdown_code(example['check'])})", "", *_instance(example)]
        if example["python"]:
            lines += ["As Python:", "", markdown_block(example["python"], "python"), ""]
    return lines


def _controls(data: Json) -> list[str]:
    lines = ["### Controls", ""] if data["controls"] else []
    for control in data["controls"]:
        bit = "bit" if control["bit"] else "**did not bite**"
        note = f" {markdown(control['note'])}" if control["note"] else ""
        lines += [
            f"Without **{markdown(control['assumption'])}** ({markdown_code(control['check'])}): {bit}.{note}",
            "",
        ]
        lines += _instance(control)
    return lines


def _instance(entry: Json) -> list[str]:
    blocks: Iterable[str] = (compact_json(part) for part in (entry["raw"], in_digits(entry["values"])) if part)
    lines: list[str] = []
    for block in blocks:
        lines += [markdown_block(block, "json"), ""]
    return (
        [*lines, "(±: decimals that cover an enclosure; report.json has its ends.)", ""] if entry["enclosed"] else lines
    )


def _search(search: Json) -> str:
    text = f"Search {markdown_code(search['check'])}: {search['counted']} (seed {search['seed']})."
    if search["distribution"]:
        text += f" Drawn from: {markdown(search['distribution'])}."
    if search["empty"]:
        text += " No instance met the assumptions, so this search says nothing."
    elif search["bound95"] is not None:
        share = number(100 * search["bound95"])
        text += f" With 95% confidence, less than {share}% of this distribution are counterexamples."
    if search["screened"]:
        text += f" Besides, {search['screened']} trials in floats and {search['descended']} of local optimisation."
    if search["smallest_margin"] is not None:
        text += f" The smallest margin seen is {number(search['smallest_margin'])}."
    text += "".join(f" Warning: {markdown(warning)}." for warning in search["warnings"])
    return text


def _certificates(data: Json) -> list[str]:
    lines = ["### Certificates", ""]
    if not data["certificates"]:
        return [*lines, "None: this verdict cannot be replayed by the independent checker.", ""]
    lines += ["| Kind | Size | SHA-256 | File |", "| --- | ---: | --- | --- |"]
    for certificate in data["certificates"]:
        path = safe_path(certificate["path"])
        place = f"[file]({path})" if path else "in report.json" if certificate["inline"] is not None else "–"
        lines.append(
            f"| {markdown(certificate['kind'])} | {size(certificate['bytes'])} | "
            f"{markdown_code(certificate['sha256'], cell=True)} | {place} |"
        )
    return [*lines, ""]


def _source(data: Json) -> list[str]:
    source = data["source"]
    parts = [source["authors"], source["title"], str(source["year"] or ""), source["where"]]
    if source["arxiv"]:
        parts.append(f"arXiv:{source['arxiv']}")
    lines = ["### Source", "", markdown(", ".join(part for part in parts if part)) or "No source given.", ""]
    if source["status"]:
        lines += [f"What was read: {markdown(source['status'])}", ""]
    if source["bibtex"]:
        lines += [markdown_block(source["bibtex"], "bibtex"), ""]
    return [*lines, f"Statement SHA-256: {markdown_code(data['statement_sha256'])}", ""]
