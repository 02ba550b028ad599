"""One check, from proposal to result. This runs in a worker process; whatever goes wrong here costs this check alone."""

from __future__ import annotations

import hashlib
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from verify import expressions, recheck
from verify.arithmetic import to_json
from verify.decide import claims, families, instances
from verify.decide.verdict import universal_scope
from verify.errors import VerifyError
from verify.evidence import CheckResult, Claim, Drawing, Family, Observation, Step
from verify.plain import plain, plain_instance
from verify.run.describe import obligation_latex
from verify.statement import Check, Statement

if TYPE_CHECKING:
    from verify.search.engine import Finding


def seed_of(seed: int, statement: str, check: str) -> int:
    """The seed of a check: it depends on the run's seed and on names, never on the order of the run."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{statement}:{check}".encode()).digest()[:8], "big") >> 1


def run_check(statement: Statement, check: Check, *, seed: int, bits: int) -> CheckResult:
    """Run one check and have its certificates replayed by the independent checker."""
    own_seed = seed_of(seed, statement.id, check.name)
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        result = _RUNNERS[check.kind](statement, check, own_seed, bits)
    except MemoryError:
        result = CheckResult(
            check.name, check.kind, "error", "ran out of memory: raise --memory or make the check smaller"
        )
    except VerifyError as error:
        result = CheckResult(check.name, check.kind, "error", str(error))
    except (Exception, SystemExit) as error:  # a check that leaves has failed
        frame = traceback.extract_tb(error.__traceback__)[-1]
        message = f"{type(error).__name__}: {error} (raised at {frame.filename.rpartition('/')[2]}:{frame.lineno})"
        result = CheckResult(check.name, check.kind, "error", message)
    result.drops = check.drops
    result.seed = own_seed
    replay(statement, result)
    result.seconds = time.perf_counter() - wall
    result.cpu_seconds = time.process_time() - cpu
    result.peak_mb = _peak_megabytes()
    return result


def _peak_megabytes() -> float:
    try:
        import resource
    except ImportError:  # no such module on Windows
        return 0.0
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def replay(statement: Statement, result: CheckResult) -> None:
    """The kernel's certificates must convince the rechecker, or the check has failed."""
    if not result.certificates:
        return
    try:
        known = {claims.digest(certificate): certificate for certificate in result.certificates}
    except (TypeError, ValueError) as error:
        result.outcome, result.message, result.certificates = "error", f"a certificate is no plain JSON: {error}", []
        return
    accepted: list[str] = []
    statuses = set()
    findings: dict[str, recheck.Finding] = {}
    for sha256, certificate in known.items():
        finding = findings[sha256] = recheck.replay(certificate, statement.form, known, findings)
        statuses.add(finding.status)
        if finding.status == "rejected":
            result.message = f"{certificate['kind']}: {finding.reason}"
        accepted.append(finding.checker)
    result.recheck = next(s for s in ("rejected", "not-replayed", "accepted") if s in statuses)
    result.details["replayed_by"] = sorted(set(accepted))


def _proposals(check: Check, *arguments: Any) -> Iterator[Any]:
    proposed = check.function(*arguments)
    if isinstance(proposed, Iterable) and not isinstance(proposed, (Mapping, str)):
        yield from proposed
    else:
        yield proposed


# ---- one runner for each kind of check ---------------------------------------------------------------------------


def _proof(statement: Statement, check: Check, seed: int, bits: int) -> CheckResult:
    best: CheckResult | None = None
    proposals = list(_proposals(check))
    for proposal in proposals:
        if not isinstance(proposal, Claim):
            raise VerifyError(f"{statement.id}: a proof yields Claim, not {type(proposal).__name__}")
    for proposal in proposals:
        decision = claims.decide_claim(statement, proposal)
        if decision.truth is True and decision.certificate is not None:
            scope = {"kind": "universal", "text": universal_scope(statement)}
            witness = proposal.by == "smt" or not statement.assumptions
            return CheckResult(
                check.name, check.kind, "proved", decision.reason, scope,
                certificates=[decision.certificate], details={"witness": witness},
            )  # fmt: skip
        best = CheckResult(check.name, check.kind, "inconclusive", decision.reason)
        if decision.truth is False and decision.counterexample is not None:
            best.message = f"{decision.reason}: {decision.counterexample}"
            judgement = instances.judge(statement, decision.counterexample, bits=bits)
            if judgement.verdict == "false":
                return _refuted(statement, check, judgement, "the solver found a counterexample")
    return best or CheckResult(check.name, check.kind, "inconclusive", "the proof yields nothing")


def _refuted(statement: Statement, check: Check, judgement: instances.Judgement, message: str) -> CheckResult:
    found = instances.certificates(statement, judgement, "counterexample")
    scope = {"kind": "instances", "text": "a certified counterexample"}
    details = {"counterexamples": [{"raw": dict(judgement.evaluation.raw), "values": found[0]["values"]}]}
    shown = expressions.text(dict(judgement.evaluation.raw))
    message = f"{message}: {shown if len(shown) <= 300 else shown[:300] + '...'}"
    return CheckResult(check.name, check.kind, "refuted", message, scope, certificates=found, details=details)


def _argument(statement: Statement, check: Check, seed: int, bits: int) -> CheckResult:
    steps = list(_proposals(check))
    if not all(isinstance(step, Step) for step in steps):
        raise VerifyError(f"{statement.id}: an argument yields Steps")
    decision, discharged = claims.decide_argument(statement, steps)
    if decision.truth is not True or decision.certificate is None:
        return CheckResult(check.name, check.kind, "inconclusive", decision.reason)
    if statement.quantifier != "for-all":
        return CheckResult(
            check.name, check.kind, "inconclusive", "an argument establishes statements for all instances only"
        )
    hashes = iter(discharged)
    written = []
    for step in steps:
        obligations = []
        for obligation in step.obligations:
            certificate = next(hashes)
            obligations.append(
                {
                    "kind": certificate["kind"],
                    "sha256": claims.digest(certificate),
                    "latex": obligation_latex(obligation),
                }
            )
        written.append({"text": step.text, "obligations": obligations, "cites": list(step.cites)})
    scope = {"kind": "universal", "text": f"{universal_scope(statement)}; by the written argument"}
    return CheckResult(
        check.name, check.kind, "reduced", decision.reason, scope,
        certificates=[*_distinct(discharged), decision.certificate], details={"argument": written},
    )  # fmt: skip


def _distinct(certificates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({claims.digest(certificate): certificate for certificate in certificates}.values())


def _certificate(statement: Statement, check: Check, seed: int, bits: int) -> CheckResult:
    found: list[dict[str, Any]] = []
    count = 0
    for proposal in _proposals(check):
        judgement = instances.judge(statement, plain_instance(statement, proposal), bits=bits)
        count += 1
        if judgement.verdict == "false" and statement.quantifier == "for-all":
            return _refuted(statement, check, judgement, f"instance {count} is a counterexample")
        if judgement.verdict != "true":
            why = {
                "outside": f"does not meet {', '.join(judgement.evaluation.broken)}",
                "false": "does not have the claimed property",
                "undecided": f"is undecided at {judgement.bits} bits: {_undecided(judgement)}",
            }[judgement.verdict]
            outcome = "inconclusive" if judgement.verdict == "undecided" else "error"
            return CheckResult(check.name, check.kind, outcome, f"instance {count} {why}")
        found += instances.certificates(statement, judgement, "case")
    if not count:
        return CheckResult(check.name, check.kind, "inconclusive", "the check yields no instance")
    noun = "instance" if count == 1 else "instances"
    text = (
        f"exhibited by {count} {noun}" if statement.quantifier == "exists" else f"{count} {noun}, nothing beyond them"
    )
    return CheckResult(
        check.name, check.kind, "certified", f"{count} {noun} decided", {"kind": "instances", "text": text},
        certificates=_distinct(found), details={"witness": True, "instances": count},
    )  # fmt: skip


def _undecided(judgement: instances.Judgement) -> str:
    names = [name for name, truth in judgement.evaluation.assumptions.items() if truth is None]
    return ", ".join(names or ["the claim"])


def _exhaustive(statement: Statement, check: Check, seed: int, bits: int) -> CheckResult:
    if statement.quantifier != "for-all":
        return CheckResult(
            check.name, check.kind, "inconclusive", "a family establishes statements for all instances only"
        )
    found: list[dict[str, Any]] = []
    texts: list[str] = []
    tallies: list[Any] = []
    for proposal in _proposals(check):
        if not isinstance(proposal, Family):
            raise VerifyError(f"{statement.id}: an exhaustive check yields Family, not {type(proposal).__name__}")
        family = Family(
            plain_instance(statement, proposal.template),
            {k: plain(v) for k, v in proposal.axes.items()},
            proposal.tally,
        )
        decision, judgement = families.decide(statement, family, bits=bits)
        if decision.truth is False and judgement is not None:
            return _refuted(statement, check, judgement, decision.reason)
        if decision.truth is not True or decision.certificate is None:
            return CheckResult(check.name, check.kind, "inconclusive", decision.reason)
        found.append(decision.certificate)
        texts.append(decision.reason)
        tallies.append(decision.certificate["tally"])
    if not found:
        return CheckResult(check.name, check.kind, "inconclusive", "the check yields no family")
    return CheckResult(
        check.name, check.kind, "exhausted", "; ".join(texts), {"kind": "family", "text": "; ".join(texts)},
        certificates=found, details={"witness": True, "tallies": tallies},
    )  # fmt: skip


def _control(statement: Statement, check: Check, seed: int, bits: int) -> CheckResult:
    found: list[dict[str, Any]] = []
    shown: list[dict[str, Any]] = []
    message = "the control yields no instance"
    for proposal in _proposals(check):
        judgement = instances.judge(statement, plain_instance(statement, proposal), bits=bits)
        assert check.drops is not None
        bit, message = instances.bites(judgement, check.drops)
        if not bit:
            if judgement.verdict == "false" and statement.quantifier == "for-all":
                return _refuted(statement, check, judgement, "a control that meets all assumptions refutes the claim")
            return CheckResult(check.name, check.kind, "not-bitten", message)
        certificates = instances.certificates(statement, judgement, "control", check.drops)
        shown.append({"raw": certificates[0]["raw"], "values": certificates[0]["values"]})
        found += certificates
    if not found:
        return CheckResult(check.name, check.kind, "not-bitten", message)
    text = "1 instance" if len(shown) == 1 else f"{len(shown)} instances"
    return CheckResult(
        check.name, check.kind, "bit", message, {"kind": "instances", "text": text},
        certificates=_distinct(found), details={"controls": shown},
    )  # fmt: skip


def _search(statement: Statement, check: Check, seed: int, bits: int) -> CheckResult:
    if statement.quantifier != "for-all":
        return CheckResult(check.name, check.kind, "inconclusive", "a search is for statements for all instances only")
    from verify.search.engine import falsify

    trials = int(check.options["trials"])
    return result_of_search(check, falsify(statement, check=check, trials=trials, seed=seed, bits=bits))


def result_of_search(check: Check, finding: Finding) -> CheckResult:
    """What a search came to, as the result of its check."""
    found = finding.counterexample
    summary = {
        **finding.account.summary(), "failures": int(found is not None), "seed": finding.seed,
        "distribution": check.options["distribution"],
    }  # fmt: skip
    trials, met, different = (summary[key] for key in ("trials", "met", "different"))
    details: dict[str, Any] = {"search": summary, "witness": met > 0}
    if found is not None:
        shown = {"raw": found.raw, "values": found.values, "choices": found.choices}
        how = {"found_by": found.found_by, "round": found.round, "steps": found.steps, "minimal": found.minimal}
        details["counterexamples"] = [{**shown, **how}]
        text = expressions.text(found.raw)
        message = f"the search found a counterexample: {text if len(text) <= 300 else text[:300] + '...'}"
        scope = {"kind": "instances", "text": "a certified counterexample"}
        certificates = found.certificates
        return CheckResult(
            check.name, check.kind, "refuted", message, scope, certificates=certificates, details=details
        )
    if not met:
        return CheckResult(
            check.name, check.kind, "inconclusive", f"none of {trials} draws met the assumptions", details=details
        )
    message = f"no counterexample in {trials} draws, {met} of which met the assumptions ({different} different ones)"
    if summary["screened"]:
        message += f", and in {summary['screened']} trials in floats"
    return CheckResult(
        check.name, check.kind, "supported", message, {"kind": "instances", "text": message}, details=details
    )


def _experiment(statement: Statement, check: Check, seed: int, bits: int) -> CheckResult:
    observation = check.function(seed)
    if not isinstance(observation, Observation):
        raise VerifyError(f"{statement.id}: an experiment returns an Observation, not {type(observation).__name__}")
    outcome = "observed" if observation.agrees else "inconclusive"
    scope = {"kind": "instances", "text": f"one experiment, with the seed {seed}"}
    data = {
        str(key): to_json(value) if not isinstance(value, float) else value for key, value in observation.data.items()
    }
    return CheckResult(check.name, check.kind, outcome, observation.text, scope, details={"data": data})


def _figure(statement: Statement, check: Check, seed: int, bits: int) -> CheckResult:
    drawing = check.function()
    if not isinstance(drawing, Drawing):
        raise VerifyError(f"{statement.id}: a figure returns a Drawing, not {type(drawing).__name__}")
    details = {"svg": drawing.svg, "title": drawing.title, "caption": drawing.caption}
    return CheckResult(check.name, check.kind, "done", details=details)


_RUNNERS: dict[str, Callable[[Statement, Check, int, int], CheckResult]] = {
    "proof": _proof,
    "argument": _argument,
    "certificate": _certificate,
    "exhaustive": _exhaustive,
    "control": _control,
    "search": _search,
    "experiment": _experiment,
    "figure": _figure,
}
