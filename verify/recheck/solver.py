"""One solver in a process of its own, which can be stopped: `python solver.py NAME SECONDS [OPTION=VALUE ...] < QUERY`.

The seconds are of processor time, so that what a solver finds does not depend on how busy the machine is. Prints the
solver's name and version, and on the next line its answer.
"""

import sys

MAX_MEMORY = 4 << 30  # bytes


def limit(seconds: int) -> None:
    """Where the system can do it, end a query that takes too much time, and make one that eats the memory fail."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = MAX_MEMORY if hard == resource.RLIM_INFINITY else min(MAX_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def ask(name: str, options: list[str], text: str) -> tuple[str, str]:
    """The solver's name with its version, and its answer."""
    if name == "z3":
        import z3

        checker = z3.Solver()
        checker.from_string(text)
        return f"z3 {z3.get_version_string()} (same solver as the kernel)", str(checker.check())
    import cvc5

    solver = cvc5.Solver(cvc5.TermManager())
    for option in options:
        solver.setOption(*option.split("="))
    parser, answer = cvc5.InputParser(solver), ""
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "query")
    while not (command := parser.nextCommand()).isNull():
        answer += str(command.invoke(solver, parser.getSymbolManager()))
    return f"cvc5 {'.'.join(str(cvc5.__version__).split('.')[:2])}", answer.strip()


if __name__ == "__main__":
    limit(int(sys.argv[2]))
    print(*ask(sys.argv[1], sys.argv[3:], sys.stdin.read()), sep="\n")
