"""One solver in a process of its own, which can be stopped: `python solver.py NAME SECONDS [OPTION=VALUE ...] < QUERY`.

The seconds are of processor time, so that what a solver finds does not depend on how busy the machine is. Prints the solver's name and version, and on the next line its answer.
"""

import sys

MAX_MEMORY = 4 << 30  # bytes


def ask_cvc5(text: str, options: list[str]) -> tuple[str, str]:
    """cvc5's version and answer."""
    import cvc5

    manager = cvc5.TermManager()
    solver = cvc5.Solver(manager)
    for option in options:
        solver.setOption(*option.split("="))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "query")
    answer = ""
    while not (command := parser.nextCommand()).isNull():
        answer += str(command.invoke(solver, parser.getSymbolManager()))
    return f"cvc5 {'.'.join(str(cvc5.__version__).split('.')[:2])}", answer.strip()


def ask_z3(text: str, options: list[str]) -> tuple[str, str]:
    """z3's version and answer."""
    import z3

    solver = z3.Solver()
    solver.from_string(text)
    return f"z3 {z3.get_version_string()} (same solver as the kernel)", str(solver.check())


def limit(seconds: int) -> None:
    """Where the system can do it, end a query that takes too much time, and make one that eats the memory fail alone."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = MAX_MEMORY if hard == resource.RLIM_INFINITY else min(MAX_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


if __name__ == "__main__":
    limit(int(sys.argv[2]))
    ask = {"cvc5": ask_cvc5, "z3": ask_z3}[sys.argv[1]]
    print(*ask(sys.stdin.read(), sys.argv[3:]), sep="\n")
