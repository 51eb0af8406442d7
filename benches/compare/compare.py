"""The same seven workloads in polars, DuckDB, pandas and deskmetrics: same data, same answers, medians and ratios.

    python compare.py                     # everything, 5 million tickets, one thread
    python compare.py --tickets 200000 --runs 3 --only w1 w5
    python compare.py --threads 2

Engines take turns within a run, so that a slow moment of the machine hits all of them. Before anything is timed, all
answers must agree. One thread is measured in processor time, which other processes change little, several in wall time.
"""

import argparse
import importlib
import math
import os
import statistics
import subprocess
import sys
import time

WORKLOADS = {
    "w1": "w1_surveys",
    "w2": "w2_surveys_by_week",
    "w3": "w3_times_by_team",
    "w4": "w4_business_hours",
    "w5": "w5_sla",
    "w6": "w6_first_contact",
    "w7": "w7_volume_and_backlog",
}
ENGINES = ["polars", "duckdb", "pandas", "deskmetrics"]


def main() -> None:
    arguments = parse()
    os.environ["COMPARE_THREADS"] = str(arguments.threads)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-arguments.threads :])
    from data import Data
    from engines import Frames

    if arguments.peak_of:
        return peak(Frames(Data(arguments.tickets)), *arguments.peak_of.split(":"))
    frames = Frames(Data(arguments.tickets))
    print(f"{arguments.tickets:,} tickets, {arguments.threads} thread(s), medians of {arguments.runs} interleaved runs")
    print("| | " + " | ".join(arguments.engines) + " | best other / deskmetrics |")
    print("|---|" + "---|" * (len(arguments.engines) + 1))
    for name in arguments.only:
        module = importlib.import_module(WORKLOADS[name])
        times = measure(frames, module, arguments)
        row = [f"{statistics.median(times[engine]) * 1000:,.0f} ms" for engine in arguments.engines]
        if arguments.memory:
            peaks = [peak_in_own_process(arguments, name, engine) for engine in arguments.engines]
            row = [f"{text}, {megabytes:,.0f} MB" for text, megabytes in zip(row, peaks)]
        print(f"| {name.upper()} | " + " | ".join(row) + f" | {ratio(times)} |", flush=True)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=5_000_000, help="tickets, and as many surveys")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--memory", action="store_true", help="also the peak memory above the data, each in a process of its own")
    parser.add_argument("--peak-of", help=argparse.SUPPRESS)
    return parser.parse_args()


def measure(frames, module, arguments) -> dict[str, list[float]]:
    """Checks that all engines agree, then times them in turn."""
    run = {engine: getattr(module, f"by_{engine}") for engine in arguments.engines}
    reference = None
    for engine, function in run.items():
        answer = summary(module, function(frames))
        if reference is None:
            reference = (engine, answer)
        agree(module.__name__, *reference, engine, answer)
    times = {engine: [] for engine in run}
    clock = time.process_time if arguments.threads == 1 else time.perf_counter
    for _ in range(arguments.runs):
        for engine, function in run.items():
            start = clock()
            function(frames)
            times[engine].append(clock() - start)
    return times


def summary(module, answer) -> dict:
    """An answer as a mapping from group to numbers."""
    return answer if isinstance(answer, dict) else module.summary(answer)


def agree(workload: str, one: str, expected: dict, other: str, found: dict) -> None:
    if expected.keys() != found.keys():
        odd = sorted(map(str, expected.keys() ^ found.keys()))[:5]
        sys.exit(f"{workload}: {one} and {other} have other groups, such as {', '.join(odd)}")
    for group, values in expected.items():
        same = len(values) == len(found[group]) and all(map(alike, values, found[group]))
        if not same:
            sys.exit(f"{workload}: {group} is {values} for {one} and {found[group]} for {other}")


def alike(one, other) -> bool:
    missing = [value is None or math.isnan(value) for value in (one, other)]
    if any(missing):
        return all(missing)
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def ratio(times) -> str:
    others = [statistics.median(runs) for engine, runs in times.items() if engine != "deskmetrics"]
    if "deskmetrics" not in times or not others:
        return ""
    return f"{min(others) / statistics.median(times['deskmetrics']):.1f}"


def peak_in_own_process(arguments, name: str, engine: str) -> float:
    command = [sys.executable, __file__, "--tickets", str(arguments.tickets), "--threads", str(arguments.threads)]
    result = subprocess.run([*command, "--peak-of", f"{name}:{engine}"], check=True, capture_output=True, text=True)
    return float(result.stdout)


def peak(frames, name: str, engine: str) -> None:
    """Prints by how many megabytes the memory of this process grew at most while the workload ran.

    The engine gets its own form of the data first; the high-water mark is then set back (Linux).
    """
    module = importlib.import_module(WORKLOADS[name])
    for table in module.TABLES:
        getattr(frames, "arrow" if engine == "deskmetrics" else engine)(table)
    before = status("VmRSS")
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
    getattr(module, f"by_{engine}")(frames)
    print((status("VmHWM") - before) / 1024)


def status(key: str) -> int:
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(f"{key}:"))


if __name__ == "__main__":
    main()
