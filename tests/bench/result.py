"""What came out: the rows, as JSON and as tables."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

WIDTH = 185


@dataclass
class Row:
    """One tool at one work in one shell; None is what was not measured."""

    shell: str
    tool: str
    work: str
    microseconds: float
    spread: float
    processes: float | None = None
    file_calls: float | None = None
    starts: float | None = None

    @property
    def told(self) -> bool:
        """Whether it can be told from noise."""
        return self.microseconds > self.spread


@dataclass(frozen=True)
class Asked:
    """What is to be measured, and where: projects below `root`, tools fetched into `fetched`, or `given`.

    With `processor`, what is measured is the shell's own processor time.
    """

    root: Path
    tools: Sequence[str]
    shells: Sequence[str]
    rounds: int
    fetched: Path
    given: Mapping[str, Path]
    processor: bool = False


@dataclass
class Result:
    command: str
    versions: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def find(self, shell: str, tool: str, work: str) -> Row | None:
        wanted = (shell, tool, work)
        return next((row for row in self.rows if (row.shell, row.tool, row.work) == wanted), None)

    def write(self, path: Path, works: list[str]) -> None:
        """As JSON, the rows of these works. Less than nothing is noise, and written as 0."""
        rows = [
            {key: max(0.0, value) if key == "microseconds" else value for key, value in asdict(row).items()}
            for row in self.rows
            if row.work in works and row.tool in self.versions
        ]
        whole = {
            "machine": machine(),
            "versions": self.versions,
            "not here": self.missing,
            "command": self.command,
            "rows": [{key: _plain(value) for key, value in row.items() if value is not None} for row in rows],
        }
        path.write_text(json.dumps(whole, indent=1) + "\n")


def _plain(value: Any) -> Any:
    """A number without decimals that say nothing."""
    if not isinstance(value, float):
        return value
    value = round(value, 1)
    return int(value) if value == int(value) else value


def machine() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if os.path.exists("/proc/cpuinfo") else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    cpu = named[0] if named else platform.processor() or platform.machine()
    return {"cpu": cpu, "cores": os.cpu_count(), "system": f"{platform.system()} {platform.machine()}"}


def show(table: Table) -> None:
    console = Console()
    Console(width=max(WIDTH, console.width) if not console.is_terminal else None).print(table)


def shell_table(result: Result, shell: str, works: list[str]) -> Table:
    """A row for each tool, a column for each work."""
    table = Table("", *works, title=f"{shell} {result.versions.get(shell, '')}", title_justify="left", show_lines=True)
    for tool in dict.fromkeys(row.tool for row in result.rows if row.shell == shell):
        table.add_row(tool, *(_cell(result, shell, tool, work) for work in works))
    return table


def _cell(result: Result, shell: str, tool: str, work: str) -> str:
    row, ours = result.find(shell, tool, work), result.find(shell, "venvhook", work)
    if row is None:
        return "-"
    lines = [f"{time(row.microseconds)} ±{time(row.spread)}"]
    if ours and ours is not row and row.told and ours.told:
        lines.append(f"{row.microseconds / ours.microseconds:.1f} x venvhook")
    if row.processes is not None:
        lines.append(f"{row.processes:.0f} proc {row.file_calls:.0f} calls")
    return "\n".join(lines)


def time(microseconds: float) -> str:
    if abs(microseconds) < 1000:
        return f"{microseconds:.0f} µs"
    return f"{microseconds / 1000:.1f} ms" if abs(microseconds) < 100_000 else f"{microseconds / 1000:.0f} ms"
