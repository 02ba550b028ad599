"""A report of an imagined run: true in its mathematics, invented in its hashes and times."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

import pytest

Json = dict[str, Any]

PAPER = {
    "authors": "Jing Yan, Kang You, Zhezhi He, Yaoyu Zhang",
    "title": "Determinism in the Undetermined: Deterministic Output in Charge-Conserving Continuous-Time Neuromorphic "
    "Systems with Temporal Stochasticity",
    "year": 2026,
    "arxiv": "2603.15987",
    "where": "abstract",
    "status": "claim read in the abstract; statement and proof derived",
    "bibtex": "@article{yan2026determinism,\n  title = {Determinism in the Undetermined},\n"
    "  author = {Yan, Jing and You, Kang and He, Zhezhi and Zhang, Yaoyu},\n  year = {2026},\n"
    "  eprint = {2603.15987},\n  archivePrefix = {arXiv}\n}",
}

# Two drawings with the same identifiers inside, as matplotlib writes them.
FIGURE = """<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"
  "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="320pt" height="200pt" viewBox="0 0 320 200"
 xmlns="http://www.w3.org/2000/svg" version="1.1">
 <metadata><creator>none</creator></metadata>
 <defs><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style></defs>
 <g id="figure_1"><g id="axes_1">
  <rect x="40" y="15" width="265" height="150" style="fill: #ffffff; stroke: #000000"/>
  <g clip-path="url(#p1)"><path d="M40 150 L90 150 L90 113 L150 113 L150 75 L215 75 L215 40 L340 40"
   style="fill: none; stroke: #1f77b4; stroke-width: 2"/>
  <use xlink:href="#m1" x="90" y="113" style="fill: #d62728"/></g>
  <text x="172" y="190" style="font: 12px sans-serif; text-anchor: middle">COLOUR</text>
 </g></g>
 <defs><path id="m1" d="M0 4 L4 -4 L-4 -4 z"/>
  <clipPath id="p1"><rect x="40" y="15" width="265" height="150"/></clipPath></defs>
</svg>
"""


def digest(value: Any) -> str:
    """The hash of JSON data as certificates and statements have it."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def symbol(
    name: str, sort: str, meaning: str, latex: str, origin: str = "parameter", definition: str | None = None
) -> Json:
    return {
        "name": name,
        "sort": sort,
        "meaning": meaning,
        "latex": latex,
        "origin": origin,
        "definition": definition,
    }


def assumption(name: str, text: str, latex: str, control: str | None) -> Json:
    return {"name": name, "text": text, "latex": latex, "necessary": control is not None, "control": control}


def check(name: str, kind: str, outcome: str, scope: str, seconds: float = 0.12, **more: Any) -> Json:
    return {
        "name": name,
        "kind": kind,
        "outcome": outcome,
        "scope": scope,
        "seconds": seconds,
        "cpu_seconds": round(0.94 * seconds, 4),
        "peak_mb": 84,
        "seed": 20260316,
        "message": "",
        "certificates": [],
        "recheck": None,
        "details": {},
    } | more


def control(drops: str, name: str, note: str, raw: Json, values: Json, bit: bool = True) -> Json:
    return {"assumption": drops, "check": name, "bit": bit, "note": note, "raw": raw, "values": values}


def statement(identifier: str, title: str, declared: str, outcome: str, scope: tuple[str, str], **more: Any) -> Json:
    canonical = {
        "id": identifier,
        "quantifier": "for-all",
        "symbols": [
            {"name": entry["name"], "sort": entry["sort"], "origin": [entry["origin"]]}
            for entry in more.get("symbols", [])
        ],
        "assumptions": [
            {"name": entry["name"], "expr": ["sym", entry["name"]]} for entry in more.get("assumptions", [])
        ],
        "claim": more.pop("claim", ["true"]),
    }
    certificates = []
    for entry in more.get("checks", []):
        for index in range(entry.pop("made", 0)):
            sha256 = digest([identifier, entry["name"], index])
            entry["certificates"].append(sha256)
            kind = {"proof": "smt", "argument": "argument", "exhaustive": "family"}.get(entry["kind"], "instance")
            path = f"certificates/{identifier}/{sha256[:12]}.json"
            certificates.append({"kind": kind, "path": path, "sha256": sha256, "bytes": 412 + 977 * index})
    return {
        "id": identifier,
        "title": title,
        "area": "charge conservation",
        "variant": "derived",
        "pair": None,
        "source": PAPER,
        "summary": "",
        "declared": declared,
        "outcome": outcome,
        "meets": declared == outcome,
        "scope": {"kind": scope[0], "text": scope[1]},
        "weakest_ancestor": None,
        "rests_on": [],
        "statement": canonical,
        "statement_sha256": digest(canonical),
        "latex": {"claim": more.pop("latex", "")},
        "symbols": [],
        "assumptions": [],
        "argument": [],
        "checks": [],
        "certificates": certificates,
        "controls": [],
        "counterexamples": [],
        "searches": [],
        "figures": [],
    } | more


def neuron() -> Json:
    return statement(
        "single-neuron-terminal",
        "A neuron at rest has fired the clipped floor of its charge",
        "proved",
        "proved",
        ("universal", "all real V0, Q; theta > 0; all integers S_min <= S_0 <= S_max"),
        summary="Where a charge-conserving neuron comes to rest depends on the total charge alone.",
        latex=r"\left(\neg \left(V \geq \theta \wedge S < S_{max}\right) \wedge \neg \left(V < 0 "
        r"\wedge S > S_{min}\right)\right) \Leftrightarrow S = "
        r"\max\left(S_{min}, \min\left(\left\lfloor{A}\right\rfloor, S_{max}\right)\right)",
        claim=["iff", ["and", ["sym", "V"]], ["eq", ["sym", "S"], ["floor", ["sym", "A"]]]],
        symbols=[
            symbol("theta", "positive", "threshold", r"\theta"),
            symbol("V_0", "real", "initial potential", "V_{0}"),
            symbol("Q", "real", "total charge received", "Q"),
            symbol("S_min", "integer", "lower bound of the count", "S_{min}"),
            symbol("S_max", "integer", "upper bound of the count", "S_{max}"),
            symbol("S", "integer", "net number of spikes", "S"),
            symbol("A", "real", "charge in thresholds", "A", "defined", r"\frac{V_{0} + \theta S_{0} + Q}{\theta}"),
            symbol("V", "real", "potential", "V", "defined", r"\theta \left(A - S\right)"),
        ],
        assumptions=[
            assumption(
                "bounds", "the count lies within its bounds", r"S_{min} \leq S \wedge S \leq S_{max}", "outside"
            ),
            assumption(
                "subtractive", "a spike takes exactly one threshold", r"V = \theta \left(A - S\right)", "overshoot"
            ),
        ],
        checks=[
            check("rest_iff_clipped_floor", "proof", "proved", "all parameters", 0.41, made=1, recheck="accepted"),
            check("outside", "control", "bit", "1 instance", 0.002, made=1, recheck="accepted"),
            check("overshoot", "control", "bit", "1 instance", 0.003, made=1, recheck="accepted"),
            check("staircase", "figure", "done", "", 0.6),
        ],
        controls=[
            control(
                "bounds",
                "outside",
                "A neuron that starts outside its bounds rests where it is",
                {"theta": "1", "V_0": "0", "Q": "0", "S_min": "1", "S_max": "3", "S": "0"},
                {"A": "0", "V": "0", "bounds": False, "subtractive": True, "claim": False},
            ),
            control(
                "subtractive",
                "overshoot",
                "Firing level 3/2, but 1 is subtracted",
                {"theta": "1", "V_0": "0", "Q": "5/4", "S_min": "0", "S_max": "3", "S": "0"},
                {"A": "5/4", "V": "5/4", "bounds": True, "subtractive": False, "claim": False},
            ),
        ],
        figures=[
            {
                "name": "staircase",
                "title": "The count at rest is a quantized ReLU",
                "caption": "Count at rest against the total charge, theta = 1, bounds [0, 3], 10,000 random orders.",
                "path": "figures/single-neuron-terminal/staircase.svg",
            },
            {
                "name": "residual",
                "title": "Potential at rest",
                "caption": "What is left of the charge after the last spike.",
                "path": "figures/single-neuron-terminal/residual.svg",
            },
        ],
    )


def acyclic() -> Json:
    def obligation(latex: str) -> Json:
        return {"kind": "smt", "sha256": digest(latex), "latex": latex}

    loop = {"weights": [["1"]], "threshold": ["1"], "potential": ["0"], "lower": [0], "upper": [1]}
    entry = statement(
        "dag-timing-invariance",
        "Without cycles, timing cannot change where a network comes to rest",
        "reduced",
        "reduced",
        ("universal", "all acyclic networks, all finite lists of events, all fair runs"),
        summary="Delays, jitter and order of spikes do not matter in an acyclic charge-conserving network.",
        latex=r"\operatorname{outcomes}{\left(n,e,s \right)} = \left\{\operatorname{formula}{\left(n,e \right)}"
        r"\right\} \wedge \neg \operatorname{livelock}{\left(n,e,s \right)}",
        rests_on=["single-neuron-terminal", "locc-invariant"],
        weakest_ancestor="proved",
        symbols=[
            symbol("n", "network", "a spiking network", "n"),
            symbol("e", "events", "external charges, each delivered once", "e"),
            symbol("s", "choice", "how spikes travel", "s"),
            symbol(
                "outcomes",
                "tuple",
                "counts in which a run can end",
                r"\mathcal{R}",
                "computed",
                "spiking.outcomes(n, e, s)",
            ),
        ],
        assumptions=[
            assumption(
                "acyclic", "no spike can return to its sender", r"\operatorname{acyclic}{\left(n \right)}", "self_loop"
            ),
            assumption("finite-events", "finitely many events", r"\left|{e}\right| < \infty", None),
        ],
        argument=[
            {
                "text": "At rest nothing is in flight, so the lemma on single neurons applies to neuron i with the "
                "charge that its predecessors sent; by induction along a topological order every count is determined.",
                "obligations": [
                    obligation(
                        r"\left(V \geq \theta \wedge S < S_{max}\right) \Rightarrow S < \max\left(S_{min}, "
                        r"\min\left(\left\lfloor{A}\right\rfloor, S_{max}\right)\right)"
                    ),
                ],
                "cites": ["single-neuron-terminal"],
            },
            {
                "text": "Every spike lowers the ranking function by at least one, and no delivery raises it. Hence "
                "every fair run is finite.",
                "obligations": [
                    obligation(
                        r"\left\lfloor{A + x}\right\rfloor - \left\lfloor{A}\right\rfloor "
                        r"\leq \left\lceil{x}\right\rceil"
                    ),
                    obligation(
                        r"\left|{x}\right| = \begin{cases} x & \text{for}\: x > 0 \\- x & \text{otherwise} \end{cases}"
                    ),
                ],
                "cites": ["Newman's lemma", "clip is 1-Lipschitz"],
            },
        ],
        checks=[
            check("termination", "argument", "reduced", "3 obligations", 0.92, made=1, recheck="accepted"),
            check("small_dags", "exhaustive", "exhausted", "145 networks, n <= 4", 12.31, made=1, recheck="accepted"),
            check("self_loop", "control", "bit", "1 instance", 0.02, made=1, recheck="accepted"),
            check(
                "random_schedules",
                "search",
                "supported",
                "200 trials, 180 met the assumptions",
                3.5,
                details={"batches": 4, "seconds per batch": [0.8, 0.9, 0.9, 0.9]},
            ),
        ],
        controls=[
            control(
                "acyclic",
                "self_loop",
                "One neuron, self-weight 1, events +1 and -1: it may rest at 0 or at 1",
                {"n": loop, "e": [[0, "1"], [0, "-1"]], "s": "instant"},
                {"outcomes": [["0"], ["1"]], "formula": None, "livelock": False},
            )
        ],
        searches=[
            {
                "check": "random_schedules",
                "trials": 200,
                "met": 180,
                "failures": 0,
                "bound95": 0.0165,
                "seed": 20260316,
                "distribution": "acyclic networks, n <= 4, weights in {-1, -1/2, 1/2, 1}, uniform enabled action",
            }
        ],
    )
    for step in entry["argument"]:
        for item in step["obligations"]:
            path = f"certificates/dag-timing-invariance/{item['sha256'][:12]}.json"
            entry["certificates"].append({"kind": "smt", "path": path, "sha256": item["sha256"], "bytes": 1893})
    return entry


def quantized() -> list[Json]:
    raw = {
        "q": {
            "layers": [{"weights": [["1"]], "bias": ["0"], "step": "1", "lower": -2, "upper": 1}],
            "input": ["1/2"],
            "tie": "half-even",
        }
    }
    published = statement(
        "quantized-correspondence-half-even",
        "Spiking networks equal quantized networks that round half to even",
        "refuted",
        "refuted",
        ("instances", "1 counterexample, in exact arithmetic"),
        variant="as-published",
        pair="quantized-correspondence",
        summary="False at ties: a neuron that starts at half a threshold rounds half up.",
        latex=r"\operatorname{codes}{\left(q \right)} = \operatorname{formula}"
        r"{\left(\operatorname{network}{\left(q \right)},\operatorname{events}{\left(q \right)} \right)}",
        symbols=[symbol("q", "quantized", "a quantized network with its input", "q")],
        checks=[check("tie", "certificate", "refuted", "1 instance", 0.004, made=1, recheck="accepted")],
        counterexamples=[{"check": "tie", "raw": raw, "values": {"codes": ["0"], "formula": ["1"], "claim": False}}],
    )
    corrected = statement(
        "quantized-correspondence",
        "Spiking networks equal quantized networks that round half up",
        "exhausted",
        "exhausted",
        ("family", "812 cases: 2 layers, steps 1/2 and 1, codes of 2 bits, inputs -2 to 2 in steps of 1/4"),
        variant="corrected",
        pair="quantized-correspondence-half-even",
        summary="With ties rounded up, the codes agree in every case of the family.",
        latex=r"q_{tie} = up \Rightarrow \operatorname{codes}{\left(q \right)} = "
        r"\operatorname{formula}{\left(\operatorname{network}{\left(q \right)},"
        r"\operatorname{events}{\left(q \right)} \right)}",
        rests_on=["dag-timing-invariance", "half-threshold-rounding"],
        weakest_ancestor="reduced",
        checks=[check("grid", "exhaustive", "exhausted", "812 cases", 4.2, made=1, recheck="accepted")],
    )
    return [published, corrected]


def others() -> list[Json]:
    return [
        statement(
            "locc-invariant",
            "No charge is lost or made",
            "proved",
            "proved",
            ("universal", "all parameters"),
            latex=r"V_{i} + \theta_{i} S_{i} - E_{i} - \sum_{j=1}^{n} W_{ij} \left(S_{j} - f_{ij}\right) = c_{i}",
            checks=[check("each_move", "proof", "proved", "all parameters", 0.08, made=1, recheck="accepted")],
        ),
        statement(
            "half-threshold-rounding",
            "Half a threshold at the start rounds half up",
            "proved",
            "proved",
            ("universal", "all real x"),
            latex=r"\left\lfloor{x + \frac{1}{2}}\right\rfloor - x \leq \frac{1}{2}",
            rests_on=["single-neuron-terminal"],
            weakest_ancestor="proved",
            checks=[check("ties", "proof", "proved", "all real x", 0.02, made=1, recheck="accepted")],
        ),
        statement(
            "glitch-ladder",
            "Glitches can grow exponentially with depth",
            "certified",
            "certified",
            ("instances", "4 instances: k = 1, 2, 3, 4"),
            latex=r"\max_{r} \left|{r}\right| = 1 + 3 \left(2^{k} - 1\right)",
            checks=[check("ladders", "certificate", "certified", "4 instances", 1.9, made=4, recheck="accepted")],
        ),
        statement(
            "monotone-bracket",
            "Rest lies between two linear solutions",
            "supported",
            "supported",
            ("instances", "3000 random instances"),
            latex=r"\left(I - W\right)^{-1} \left(a - 1\right) < S^{\star} \leq \left(I - W\right)^{-1} a",
            checks=[check("random", "search", "supported", "3000 trials", 6.4)],
            searches=[
                {
                    "check": "random",
                    "trials": 3000,
                    "met": 2911,
                    "failures": 0,
                    "bound95": 0.00103,
                    "seed": 20260317,
                    "distribution": "nonnegative 3 x 3 matrices of spectral radius below 1",
                }
            ],
        ),
        statement(
            "dag-spike-count",
            "The least number of spikes is the sum of the counts",
            "reduced",
            "vacuous",
            ("none", ""),
            latex=r"\operatorname{min}_{spikes}{\left(n,e,s \right)} = \sum_{i=1}^{n} \left|{S_{i}}\right|",
            rests_on=["dag-timing-invariance"],
            weakest_ancestor="reduced",
            assumptions=[
                assumption(
                    "acyclic", "no spike can return to its sender", r"\operatorname{acyclic}{\left(n \right)}", "loop"
                )
            ],
            checks=[
                check(
                    "loop", "control", "not-bitten", "1 instance", 0.01, message="the claim holds at this instance too"
                ),
                check("exploration", "exhaustive", "error", "", 60.0, message="out of time: 60 s\nTraceback: ..."),
            ],
            controls=[
                control("acyclic", "loop", "", {"n": {"weights": [["0"]]}}, {"acyclic": True, "claim": True}, bit=False)
            ],
        ),
    ]


def build() -> Json:
    published, corrected = quantized()
    rest = others()
    statements = [neuron(), rest[0], rest[1], acyclic(), published, corrected, *rest[2:]]
    summary: dict[str, int] = {}
    for entry in statements:
        summary[entry["outcome"]] = summary.get(entry["outcome"], 0) + 1
    return {
        "schema_version": "1.0",
        "package": {"name": "deeptheorems", "version": "0.1.0"},
        "run": "2026-03-20-standard",
        "created": "2026-03-20T09:41:07+00:00",
        "command": "python -m verify all --budget standard --seed 20260316 --jobs 2",
        "environment": {
            "python": "3.11.7",
            "platform": "Linux-6.1-x86_64",
            "packages": {"python-flint": "0.9.0", "sympy": "1.14.0", "z3-solver": "5.4.0.0", "cvc5": None},
            "cpu_count": 2,
        },
        "seed": 20260316,
        "budget": "standard",
        "precision": 128,
        "jobs": 2,
        "seconds": 94.3,
        "cpu_seconds": 171.2,
        "exit_code": 3,
        "self_test": {
            "passed": True,
            "probes": [
                {"name": "smt: x > 0 implies x > 1", "expected": "refused", "outcome": "refused", "passed": True},
                {"name": "smt: x > 1 implies x > 0", "expected": "accepted", "outcome": "accepted", "passed": True},
                {"name": "instance: a value changed", "expected": "rejected", "outcome": "rejected", "passed": True},
            ],
        },
        "summary": summary,
        "errors": [],
        "statements": statements,
    }


@pytest.fixture
def sample() -> Json:
    """A report with one statement of nearly every kind; one falls short."""
    return copy.deepcopy(build())


@pytest.fixture
def figures() -> dict[str, str]:
    """The drawings of `sample`."""
    return {
        "figures/single-neuron-terminal/staircase.svg": FIGURE.replace("COLOUR", "total charge Q"),
        "figures/single-neuron-terminal/residual.svg": FIGURE.replace("COLOUR", "Q - theta S").replace(
            "#1f77b4", "#d55e00"
        ),
    }


@pytest.fixture
def clean(sample: Json) -> Json:
    """A report of which nothing bad can be said."""
    keep = {"single-neuron-terminal", "locc-invariant", "half-threshold-rounding", "dag-timing-invariance"}
    sample["statements"] = [entry for entry in sample["statements"] if entry["id"] in keep]
    sample["summary"] = {"proved": 3, "reduced": 1}
    sample["exit_code"] = 0
    return sample
