"""The text of ``verify show``."""

from __future__ import annotations

import json
import os
from typing import Any


def last_verdict(output: str, row: dict[str, Any]) -> str:
    """The verdict of the latest run below a folder that had the statement, in one line."""
    try:
        runs = [os.path.join(entry.path, "report.json") for entry in os.scandir(output) if entry.is_dir()]
        latest = sorted((path for path in runs if os.path.isfile(path)), key=os.path.getmtime, reverse=True)
    except OSError:
        latest = []
    for path in latest[:20]:
        try:
            with open(path, encoding="utf-8") as file:
                report = json.load(file)
            for entry in report["statements"]:
                if entry["id"] == row["id"]:
                    same = entry["statement_sha256"] == row["statement_sha256"]
                    note = "" if same else " (of an earlier form of the statement)"
                    return f"{entry['outcome']}{note}: {entry['scope']['text'] or entry.get('reason', '')} [{path}]"
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return f"never run (no report below {output}/ has it)"


def shown(row: dict[str, Any], style: str, verdict: str) -> str:
    """A statement as text: ``unicode``, ``latex`` or ``json``."""
    if style == "json":
        return json.dumps({**row, "last_verdict": verdict}, indent=1, ensure_ascii=False)
    source = row["source"]
    lines = [
        f"{row['id']}: {row['title']}",
        "",
        row["summary"],
        "",
        f"source     {_published(source)}",
        f"           {source['status']}",
        f"variant    {row['variant']}" + (f", paired with {row['pair']}" if row["pair"] else ""),
        f"declared   {row['declared']}",
        f"verdict    {verdict}",
    ]
    if row["rests_on"]:
        lines.append(f"rests on   {', '.join(row['rests_on'])}")
    lines += ["", f"symbols ({row['quantifier']})"]
    for symbol in row["symbols"]:
        lines.append(f"  {symbol['name']} ({symbol['sort']}): {symbol['meaning']}")
        if definition := symbol["definition" if style == "latex" else "unicode"]:
            first, *more = definition.splitlines()
            lines += [f"      := {first}", *(f"         {line}" for line in more)]
    lines += ["", "assumptions"]
    for number, assumption in enumerate(row["assumptions"], start=1):
        lines.append(f"  A{number} {assumption['name']}: {assumption['text']}")
        lines += _block(assumption[style])
    lines += ["", "claim", *_block(row[style]["claim"]), "", "checks"]
    for check in row["checks"]:
        drops = f", without {check['drops']}" if check["drops"] else ""
        lines.append(f"  {check['name']} ({check['kind']}{drops}; {check['budget']})")
    return "\n".join(lines)


def _published(source: dict[str, Any]) -> str:
    if not source["year"]:
        return "none"
    return f"{source['authors']}: {source['title']} ({source['year']}), arXiv:{source['arxiv']}, {source['where']}"


def _block(text: str) -> list[str]:
    return [f"      {line}" for line in text.splitlines()]
