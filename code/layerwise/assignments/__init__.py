"""Assignments: six tasks whose numbers are drawn from a seed, their solutions, a marking guide and a checker.

Serves the page ``for_instructors``. The solutions of one seed show the way to those of another, but none of its
numbers.
"""

from layerwise.assignments.answers import Answer, Task
from layerwise.assignments.marking import Mark, MarkedForm, check_answers, check_file, marks_as_text, totals_as_text
from layerwise.assignments.sheets import write_assignment
from layerwise.assignments.tasks import draw_tasks, sheet_id

__all__ = [
    "Answer",
    "Mark",
    "MarkedForm",
    "Task",
    "check_answers",
    "check_file",
    "draw_tasks",
    "marks_as_text",
    "sheet_id",
    "totals_as_text",
    "write_assignment",
]
