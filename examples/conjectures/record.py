"""Write what `verify check` prints for each conjecture beside it: python examples/conjectures/record.py [NAME ...]"""

import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROUNDS = {"dual_zeros_six": 50, "four_lines": 40, "sigmoid_zeros": 40, "six_lines": 25, "tanh_minors": 30}
"""For those that are not refuted; the others end when they are."""


def command(name: str) -> list[str]:
    """The command line that is recorded, without the interpreter."""
    rounds = ["--budget", str(ROUNDS[name])] if name in ROUNDS else []
    return ["-m", "verify", "check", f"examples/conjectures/{name}.py", *rounds]


def printed(name: str) -> str:
    """What it prints, in a folder of its own, so that nothing is replayed from earlier searches."""
    with tempfile.TemporaryDirectory() as folder:
        line = [sys.executable, *command(name), "--save", f"{folder}/kept"]
        done = subprocess.run(line, cwd=FOLDER.parents[1], capture_output=True, text=True, check=False)
        text = f"$ python {' '.join(command(name))}\n{done.stdout}{done.stderr}"
    return text.replace(f" --save {folder}/kept", "").replace(f"{folder}/kept", "examples/conjectures/.verify")


def names() -> list[str]:
    """The conjectures of this folder."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.name != Path(__file__).name)


if __name__ == "__main__":
    for name in sys.argv[1:] or names():
        text = printed(name)
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")
        print(name, next(line for line in text.splitlines() if line.isupper()))
