"""The first line that a task logs is the same in all of a run's tasks."""

from __future__ import annotations

from typing import Any

from tests.dagrun.chain import TASKS, Chain

FIRST = "as-of 2024-05-01 (from the data interval's end), training [2024-03-25, 2024-04-24), holdout [2024-04-24, "


class Notes:
    """A log that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def info(self, text: str, *values: Any) -> None:
        self.lines.append(text % values)

    warning = error = info

    def log(self, level: int, text: str, *values: Any) -> None:
        self.info(text, *values)


def test_each_task_begins_with_the_as_of_where_it_came_from_and_the_windows(chain: Chain) -> None:
    dag, first = chain.dag(), {}
    for task_id in TASKS:
        task: Any = dag.get_task(task_id)
        task._cached_logger = notes = Notes()
        chain.run(task_id, dag=dag)
        first[task_id] = notes.lines[0]
    assert len(set(first.values())) == 1
    assert first["snapshot"].startswith(FIRST)
