"""Every kind of certificate: a good one is accepted, one that was tampered with is rejected."""

import copy
from typing import Any

import handmade as h
import pytest

from verify.recheck import certificate_sha256, replay, statement_sha256
from verify.recheck.definitions import spiking
from verify.recheck.replay import KINDS

GOOD = {
    "smt": (h.SQUARES_SMT, h.SQUARES),
    "case": (h.SQUARES_CASE, h.SQUARES),
    "control": (h.SQUARES_CONTROL, h.SQUARES),
    "counterexample": (h.COUNTEREXAMPLE, h.FALSE),
    "family": (h.SQUARES_FAMILY, h.SQUARES),
    "identity": (h.IDENTITY, h.IDENTITIES),
    "smt obligation": (h.OBLIGATION_SMT, h.SQUARES),
    "identity obligation": (h.OBLIGATION_IDENTITY, h.SQUARES),
    "enumeration": (h.OBLIGATION_GRID, h.SQUARES),
    "argument": (h.ARGUMENT, h.SQUARES),
    "spiking case": (h.SPIKING_CASE, h.SPIKING),
    "spiking control": (h.SPIKING_CONTROL, h.SPIKING),
    "exploration": (h.EXPLORATION, h.SPIKING),
    "cyclic exploration": (h.CYCLIC_EXPLORATION, h.SPIKING),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_certificates_are_accepted(name: str) -> None:
    given, of = GOOD[name]
    before = copy.deepcopy((given, of))
    assert h.accepted(given, of, h.OBLIGATIONS).checker
    assert before == (given, of)


def test_every_kind_has_a_good_example() -> None:
    elsewhere = {"inertia", "rank", "roots", "zero"}  # in files of their own
    assert {given["kind"] for given, _ in GOOD.values()} == set(KINDS) - elsewhere


@pytest.mark.parametrize("name", GOOD)
def test_missing_unknown_and_foreign_keys_are_rejected(name: str) -> None:
    given, of = GOOD[name]
    for key in given:
        h.rejected({k: v for k, v in given.items() if k != key}, of, h.OBLIGATIONS)
    h.rejected({**given, "note": "trust me"}, of, h.OBLIGATIONS)
    h.rejected({**given, "statement_sha256": "0" * 64}, of, h.OBLIGATIONS)
    h.rejected(given, {**of, "id": "another"}, h.OBLIGATIONS)
    h.rejected(given, h.IDENTITIES if of is not h.IDENTITIES else h.SQUARES, h.OBLIGATIONS)


WRONG: list[Any] = [None, True, 1.5, "x", "1/0", [], {}, [[]], [{}], -7, float("nan")]


@pytest.mark.parametrize("name", GOOD)
def test_values_of_a_wrong_type_are_rejected_in_every_place(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spiking, "MAX_STATES", 1000)
    given, of = GOOD[name]

    def places(data: Any, path: tuple[Any, ...] = ()) -> Any:
        if path:
            yield path
        items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
        for key, value in items:
            yield from places(value, (*path, key))

    def at(path: tuple[Any, ...]) -> Any:
        value: Any = given
        for key in path:
            value = value[key]
        return value

    harmless = 0
    for path in places(given):
        for value in WRONG:
            if value is at(path) or (path[-1] == "text" and isinstance(value, str)):
                continue
            finding = replay(h.changed(given, list(path), value), of, {certificate_sha256(c): c for c in h.OBLIGATIONS})
            # Some changes keep the certificate right (no citation, another true hypothesis); none may crash the replay,
            # and none of a wrong type may pass.
            assert finding.reason
            harmless += finding.status == "accepted"
            assert not (finding.status == "accepted" and isinstance(value, float)), path
    assert harmless <= 12


SMT: list[tuple[list[Any], Any]] = [
    (["target"], "obligations"),
    (["symbols", 0, 1], "positive"),
    (["symbols"], [["x", "real"], ["z", "real"]]),
    (["hypotheses", 0], ["le", h.num(2), h.X]),
    (["hypotheses"], []),
    (["hypotheses"], [["le", h.ONE, h.X], ["le", h.num(2), h.X]]),
    (["conclusion"], ["le", h.num(3), ["pow", ["add", h.ONE, h.X], h.num(2)]]),
    (["conclusion"], ["true"]),
    (["model", "x"], "1/2"),
    (["model"], {}),
    (["model"], {"x": "2", "y": "3"}),
]


@pytest.mark.parametrize(("path", "value"), SMT)
def test_tampered_implications(path: list[Any], value: Any) -> None:
    h.rejected(h.changed(h.SQUARES_SMT, path, value), h.SQUARES)


OBLIGATION: list[tuple[list[Any], Any]] = [
    (["symbols", 0, 1], "network"),
    (["symbols", 2, 1], "boolean"),
    (["symbols", 1, 0], "n"),
    (["hypotheses"], [["le", h.ONE, h.sym("n")], h.sym("p")]),  # the conclusion does not follow any more
    (["hypotheses", 2], ["false"]),  # no model
    (["conclusion"], ["lt", ["floor", h.sym("t")], h.num(0)]),
    (["conclusion"], ["le", h.sym("unknown"), h.num(0)]),
    (["model", "n"], "1/2"),
    (["model", "n"], "-1"),
    (["model", "p"], "true"),
    (["model", "t"], "0"),
]


@pytest.mark.parametrize(("path", "value"), OBLIGATION)
def test_tampered_obligations(path: list[Any], value: Any) -> None:
    h.rejected(h.changed(h.OBLIGATION_SMT, path, value), h.SQUARES)


def test_implications_without_hypotheses_still_need_a_model_of_the_sorts() -> None:
    of = h.statement([h.parameter("x", "positive")], {}, ["lt", h.num(0), h.X])
    given = h.certificate(
        "smt", of, target="claim", symbols=[["x", "positive"]], hypotheses=[], conclusion=of["claim"], model={"x": "1"}
    )
    h.accepted(given, of)
    h.rejected(h.changed(given, ["model", "x"], "0"), of)
    h.rejected(h.changed(given, ["model"], {}), of)


def test_a_claim_about_computed_symbols_is_no_implication() -> None:
    symbols = [h.parameter("x", "real"), h.computed("c", "tuple", "sets.singleton", "x")]
    of = h.statement(symbols, {}, ["le", h.X, h.X])
    given = h.certificate(
        "smt", of, target="claim", symbols=[["x", "real"]], hypotheses=[], conclusion=of["claim"], model={"x": "1"}
    )
    h.rejected(given, of)


def test_nothing_certifies_a_claim_that_is_true_by_itself() -> None:
    of = h.statement([h.parameter("x", "real")], {}, ["true"])
    h.rejected(h.case(of, {"x": "1"}), of)


INSTANCE: list[tuple[list[Any], Any]] = [
    (["role"], "control"),
    (["role"], "counterexample"),
    (["role"], "hearsay"),
    (["drops"], "large"),
    (["raw", "x"], "5/2"),
    (["raw", "x"], "0"),
    (["raw", "x"], None),
    (["raw"], {"x": "3/2", "z": "1"}),
    (["values", "y"], "10/4"),
    (["values", "y"], 2),
    (["values", "y"], None),
    (["values", "y"], {"lo": "2", "hi": "3"}),
    (["values"], {}),
    (["assumptions", "large"], False),
    (["assumptions", "large"], 1),
    (["assumptions"], {}),
    (["claim"], False),
    (["claim"], None),
    (["claim"], 1),
]


@pytest.mark.parametrize(("path", "value"), INSTANCE)
def test_tampered_instances(path: list[Any], value: Any) -> None:
    h.rejected(h.changed(h.SQUARES_CASE, path, value), h.SQUARES)


SPIKING_CHANGES: list[tuple[list[Any], Any]] = [
    (["raw", "semantics"], "instantly"),
    (["raw", "fair"], False),
    (["raw", "fair"], 1),
    (["raw", "n", "weights", 2, 1], "1"),
    (["raw", "n", "upper", 0], 1),
    (["raw", "n", "threshold"], ["1", "1"]),
    (["raw", "n", "colour"], "red"),
    (["raw", "e"], [[0, "1"]]),
    (["raw", "e", 0, 0], 3),
    (["raw", "e", 0], [0, "1", "always"]),
    (["values", "ends"], [["2", "2", "1"]]),
    (["values", "ends"], [["2", "2", "0"], ["2", "2", "1"]]),
    (["values", "ends", 0, 0], 2),
    (["values", "formula"], ["2", "2", "1"]),
    (["values", "acyclic"], "true"),
    (["values", "most"], "7"),
]


@pytest.mark.parametrize(("path", "value"), SPIKING_CHANGES)
def test_tampered_spiking_instances(path: list[Any], value: Any) -> None:
    h.rejected(h.changed(h.SPIKING_CASE, path, value), h.SPIKING)


def test_controls_must_drop_exactly_the_assumption_that_they_name() -> None:
    symbols = [h.parameter("x", "integer")]
    assumptions = {"low": ["le", h.num(0), h.X], "high": ["le", h.X, h.num(9)]}
    of = h.statement(symbols, assumptions, ["le", ["pow", h.X, h.num(2)], h.num(81)])

    def control(drops: Any, x: int, low: bool, high: bool, claim: bool) -> h.Data:
        held = {"low": low, "high": high}
        raw = {"x": str(x)}
        return h.certificate(
            "instance", of, role="control", drops=drops, raw=raw, values={}, assumptions=held, claim=claim
        )

    h.accepted(control("high", 10, True, False, False), of)
    h.accepted(control("low", -10, False, True, False), of)
    h.rejected(control("low", 10, True, False, False), of)
    h.rejected(control("low", -5, False, True, True), of)
    h.rejected(control("low", 5, True, True, True), of)
    h.rejected(control(None, 10, True, False, False), of)
    h.rejected(control("other", 10, True, False, False), of)


def test_an_undecided_claim_is_neither_case_nor_counterexample_nor_control() -> None:
    symbols = [h.parameter("x", "real")]
    of = h.statement(symbols, {"unit": ["eq", h.X, h.ONE]}, ["eq", ["exp", ["log", h.X]], h.X])
    for role, x, unit in (("case", "1", True), ("counterexample", "1", True), ("control", "2", False)):
        for claim in (True, False, None):
            drops = "unit" if role == "control" else None
            held = {"unit": unit}
            given = h.certificate(
                "instance", of, role=role, drops=drops, raw={"x": x}, values={}, assumptions=held, claim=claim
            )
            h.rejected(given, of)


def test_enclosures_must_overlap_and_be_ordered() -> None:
    symbols = [h.parameter("x", "real"), h.defined("y", "real", ["exp", h.X])]
    of = h.statement(symbols, {}, ["lt", h.sym("y"), h.num(3)])
    given = h.case(of, {"x": "1"})
    for value in ({"lo": "2718/1000", "hi": "2719/1000"}, {"lo": "-9", "hi": "9"}):
        h.accepted({**given, "values": {"y": value}}, of)
    for value in (
        {"lo": "2719/1000", "hi": "2718/1000"},
        {"lo": "2", "hi": "27182/10000"},
        {"lo": "2"},
        {"lo": "2", "hi": "3", "mid": "2"},
        "3",
        None,
    ):
        h.rejected({**given, "values": {"y": value}}, of)


def test_the_precision_is_raised_until_a_relation_is_decided() -> None:
    close = "1" + "0" * 100
    claim = ["lt", ["exp", h.X], ["exp", ["add", ["pow", h.num(close), h.num(-1)], h.X]]]
    of = h.statement([h.parameter("x", "real")], {}, claim)
    h.accepted(h.case(of, {"x": "1"}), of)


FAMILY: list[tuple[list[Any], Any]] = [
    (["template"], {"x": ["axis", "Y"]}),
    (["template"], {"x": "2"}),
    (["template"], {"x": ["axis", "X"], "z": "1"}),
    (["axes", 0, 1], ["0", "1", "3/2"]),
    (["axes", 0, 1], ["0", "1", "3/2", "3/2"]),
    (["axes", 0, 1], ["0", "1", "2", "-4"]),
    (["axes", 0, 1], ["0", "-4"]),
    (["axes", 0, 1], []),
    (["axes"], [["X", ["0", "1", "3/2", "-4"]], ["X", ["0"]]]),
    (["axes"], [["X", ["0", "1", "3/2", "-4"]], ["Y", ["0", "1"]]]),
    (["axes"], [["X", ["0", "1", "3/2", "-4"]], ["Y", ["0"]]]),
    (["count"], 5),
    (["count"], True),
    (["outside"], 1),
    (["tally", "quantities"], []),
    (["tally", "quantities"], ["z"]),
    (["tally", "counts", 0, 1], 2),
    (["tally", "counts", 0, 0], ["5/2"]),
    (["tally", "counts"], [[["5/2"], 1], [["2"], 1]]),
    (["tally", "counts"], []),
    (["tally"], {"quantities": [], "counts": [[[], 2]]}),
]


@pytest.mark.parametrize(("path", "value"), FAMILY)
def test_tampered_families(path: list[Any], value: Any) -> None:
    h.rejected(h.changed(h.SQUARES_FAMILY, path, value), h.SQUARES)


def test_families_reject_a_failing_case_an_empty_inside_and_a_huge_product() -> None:
    given = h.certificate(
        "family",
        h.FALSE,
        template={"x": ["axis", "X"]},
        axes=[["X", ["2", "0"]]],
        count=2,
        outside=1,
        tally={"quantities": [], "counts": []},
    )
    h.accepted(given, h.FALSE)
    h.rejected({**given, "axes": [["X", ["2", "1"]]], "outside": 0}, h.FALSE)
    h.rejected({**given, "axes": [["X", ["0", "-1"]]], "outside": 2}, h.FALSE)
    values = [str(k) for k in range(100)]
    axes = [["X", ["2", "0"]], *([f"A{k}", values] for k in range(40))]
    assert "more than" in h.rejected({**given, "axes": axes}, h.FALSE).reason


def test_a_family_of_networks_is_counted_with_its_tally() -> None:
    given = h.certificate(
        "family",
        h.SPIKING,
        template={
            "n": h.network(2, [(0, 1, 1)], [0, 0], 0, 1) | {"weights": [["0", ["axis", "back"]], [["axis", "w"], "0"]]},
            "e": [[0, ["axis", "charge"]]],
            "semantics": ["axis", "semantics"],
            "fair": True,
        },
        axes=[
            ["back", ["0", "-1"]],
            ["w", ["1", "-1"]],
            ["charge", ["1", "1/2"]],
            ["semantics", ["instant", "delayed"]],
        ],
        count=16,
        outside=8,
        tally={
            "quantities": ["semantics", "most"],
            "counts": [
                [["delayed", "0"], 2],
                [["delayed", "1"], 1],
                [["delayed", "2"], 1],
                [["instant", "0"], 2],
                [["instant", "1"], 1],
                [["instant", "2"], 1],
            ],
        },
    )
    h.accepted(given, h.SPIKING)
    h.rejected(h.changed(given, ["tally", "counts", 1, 1], 2), h.SPIKING)
    h.rejected(h.changed(given, ["axes", 3, 1], ["instant", "eager"]), h.SPIKING)


IDENTITY: list[tuple[list[Any], Any]] = [
    (["equations"], [h.FRACTIONS]),
    (["equations"], []),
    (["equations"], [h.SQUARE, h.SQUARE]),
    (["equations", 1, 1], ["add", ["pow", h.X, h.num(2)], ["pow", h.sym("y"), h.num(2)]]),
    (["equations", 0], [h.X, h.X]),
    (["target"], "other"),
]


@pytest.mark.parametrize(("path", "value"), IDENTITY)
def test_tampered_identities(path: list[Any], value: Any) -> None:
    h.rejected(h.changed(h.IDENTITY, path, value), h.IDENTITIES)


def test_false_identities_and_zero_denominators_are_rejected() -> None:
    for equation in (
        [["pow", h.X, h.num(2)], ["mul", h.X, h.num(2)]],
        [["pow", ["add", h.X, ["mul", h.MINUS, h.X]], h.MINUS], h.ONE],
        [["exp", h.X], ["exp", h.X]],
        [["pow", h.X, h.sym("y")], ["pow", h.X, h.sym("y")]],
        [["pow", h.X, h.num("1/2")], ["pow", h.X, h.num("1/2")]],
        [["lt", h.X, h.X], ["lt", h.X, h.X]],
    ):
        h.rejected(h.certificate("identity", h.SQUARES, target="obligation", equations=[equation]), h.SQUARES)
    claim = ["or", ["eq", *h.SQUARE], ["lt", h.X, h.X]]
    of = h.statement([h.parameter("x", "real"), h.parameter("y", "real")], {}, claim)
    h.rejected(h.certificate("identity", of, target="claim", equations=[h.SQUARE]), of)


GRID: list[tuple[list[Any], Any]] = [
    (["target"], "claim"),
    (["axes", 0, 1], ["-1", "0", "1"]),
    (["axes", 0, 1], ["1", "0", "1/2"]),
    (["axes", 0, 1], ["-1", "0", "-2"]),
    (["axes", 0, 1], ["-1", "1/2", "2/4"]),
    (["axes", 2, 1], [True, True]),
    (["axes", 1, 0], "a"),
    (["hypotheses"], [["lt", h.num(0), h.sym("a")]]),
    (["hypotheses"], [["le", h.num(0), h.sym("b")], h.sym("d")]),
    (["conclusion"], ["lt", h.sym("b"), h.sym("a")]),
    (["conclusion"], ["true"]),
    (["count"], 11),
    (["outside"], 9),
]


@pytest.mark.parametrize(("path", "value"), GRID)
def test_tampered_enumerations(path: list[Any], value: Any) -> None:
    h.rejected(h.changed(h.OBLIGATION_GRID, path, value), h.SQUARES)


def test_arguments_rest_on_valid_obligations_of_the_same_statement() -> None:
    h.rejected(h.ARGUMENT, h.SQUARES, h.OBLIGATIONS[1:])
    h.rejected(h.changed(h.ARGUMENT, ["steps"], []), h.SQUARES)
    h.rejected(h.changed(h.ARGUMENT, ["steps"], [{"text": "Trust me.", "obligations": [], "cites": []}]), h.SQUARES)
    h.rejected(h.changed(h.ARGUMENT, ["steps", 0, "extra"], "x"), h.SQUARES, h.OBLIGATIONS)
    h.rejected(h.changed(h.ARGUMENT, ["steps", 0, "obligations", 0], "0" * 64), h.SQUARES, h.OBLIGATIONS)

    def argument(*others: h.Data) -> h.Data:
        hashes = [certificate_sha256(other) for other in others]
        return h.certificate("argument", h.SQUARES, steps=[{"text": "", "obligations": hashes, "cites": []}])

    wrong = h.changed(h.OBLIGATION_GRID, ["count"], 13)
    foreign = {**h.OBLIGATION_IDENTITY, "statement_sha256": statement_sha256(h.FALSE)}
    for other in (wrong, foreign, h.SQUARES_SMT, h.SQUARES_CASE, h.ARGUMENT):
        h.rejected(argument(other), h.SQUARES, (other,))
    # a mapping that files a certificate under a hash that is not its own
    good = certificate_sha256(h.OBLIGATION_SMT)
    assert replay(argument(h.OBLIGATION_SMT), h.SQUARES, {good: h.OBLIGATION_IDENTITY}).status == "rejected"


def test_an_argument_over_an_obligation_that_no_solver_decides_is_not_replayed() -> None:
    hard = h.certificate(
        "smt",
        h.SQUARES,
        target="obligation",
        symbols=[["x", "real"]],
        hypotheses=[],
        conclusion=["lt", h.num(0), ["exp", h.X]],
        model={"x": "0"},
    )
    assert replay(hard, h.SQUARES).status == "not-replayed"
    given = h.certificate(
        "argument", h.SQUARES, steps=[{"text": "by force", "obligations": [certificate_sha256(hard)], "cites": []}]
    )
    assert replay(given, h.SQUARES, {certificate_sha256(hard): hard}).status == "not-replayed"


EXPLORATION: list[tuple[list[Any], Any]] = [
    (["network", "weights", 0, 0], "2"),
    (["events", 0, 1], "2"),
    (["semantics"], "delayed"),
    (["semantics"], "eager"),
    (["states"], 7),
    (["edges"], 5),
    (["rest", 0, "counts"], ["1"]),
    (["rest", 0, "potentials"], ["1"]),
    (["rest", 0, "path"], [["event", 1]]),
    (["rest", 0, "path"], [["event", 1], ["event", 1], ["event", 0]]),
    (["rest", 0, "path"], [["event", 1], ["fire", 0, -1], ["event", 0]]),
    (["rest", 0, "path"], [["event", 0], ["fire", 0, 1], ["event", 1]]),
    (["rest"], []),
    (["rest"], [h.EXPLORATION["rest"][1], h.EXPLORATION["rest"][0]]),
    (["rest"], [h.EXPLORATION["rest"][0]]),
    (["rest"], [*h.EXPLORATION["rest"], h.EXPLORATION["rest"][1]]),
    (["ranking"], None),
    (["ranking"], [1, 0, 3, 2, 0]),
    (["ranking"], [1, 0, 4, 2, 0, 1]),
    (["livelock"], {"entry": [], "walk": [["event", 0]]}),
]


@pytest.mark.parametrize(("path", "value"), EXPLORATION)
def test_tampered_explorations(path: list[Any], value: Any) -> None:
    h.rejected(h.changed(h.EXPLORATION, path, value), h.SPIKING)


CYCLIC: list[tuple[list[Any], Any]] = [
    (["ranking"], [0] * 13),
    (["livelock"], None),
    (["livelock", "walk"], []),
    (["livelock", "walk"], h.CYCLIC_EXPLORATION["livelock"]["walk"][:2]),
    (["livelock", "walk"], h.CYCLIC_EXPLORATION["livelock"]["walk"][::-1]),
    (["livelock", "entry"], [["event", 0]]),
    (["livelock", "entry"], [["event", 2]]),
    (["livelock", "entry"], []),
    # without the second event, which stays pending, the walk is closed and not fair
    (["livelock", "entry"], [["event", 0], ["fire", 0, 1]]),
]


@pytest.mark.parametrize(("path", "value"), CYCLIC)
def test_tampered_livelocks(path: list[Any], value: Any) -> None:
    h.rejected(h.changed(h.CYCLIC_EXPLORATION, path, value), h.SPIKING)


def test_a_walk_that_owes_an_action_is_not_fair() -> None:
    # The loop of two excitatory neurons with a third that is always ready to fire: its spike is owed.
    net = h.network(2, [(0, 0, 1)], [0, 1], 0, 1)
    events = [[0, "1"], [0, "-1"]]
    of = h.SPIKING
    fair = h.certificate(
        "exploration",
        of,
        network=net,
        events=events,
        semantics="delayed",
        states=26,
        edges=49,
        rest=[],
        ranking=None,
        livelock={
            "entry": [["fire", 1, 1], ["event", 0], ["fire", 0, 1], ["event", 1], ["fire", 0, -1]],
            "walk": h.CYCLIC_EXPLORATION["livelock"]["walk"],
        },
    )
    fair["rest"] = [
        {"counts": ["0", "1"], "potentials": ["0", "0"], "path": [["fire", 1, 1], ["event", 1], ["event", 0]]},
        {
            "counts": ["1", "1"],
            "potentials": ["0", "0"],
            "path": [["fire", 1, 1], ["event", 0], ["fire", 0, 1], ["token", 0, 0, 1], ["event", 1]],
        },
    ]
    h.accepted(fair, of)
    unfair = h.changed(fair, ["livelock", "entry"], fair["livelock"]["entry"][1:])
    assert "not fair" in h.rejected(unfair, of).reason


def test_exists_statements_are_certified_by_a_case_and_by_nothing_stronger() -> None:
    of = {**h.SQUARES, "quantifier": "exists"}
    for given in (h.SQUARES_SMT, h.SQUARES_FAMILY, h.OBLIGATION_IDENTITY, h.ARGUMENT, h.OBLIGATION_GRID):
        h.rejected({**given, "statement_sha256": statement_sha256(of)}, of, h.OBLIGATIONS)
    h.accepted({**h.SQUARES_CASE, "statement_sha256": statement_sha256(of)}, of)
    of = {**h.FALSE, "quantifier": "exists"}
    h.rejected({**h.COUNTEREXAMPLE, "statement_sha256": statement_sha256(of)}, of)
