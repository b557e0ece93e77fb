"""Classes of a report (认定): what a light is counted as."""

from __future__ import annotations

from tracker.core.lights import Light
from tracker.core.terms import Labelled


class ReportClass(Labelled):
    """Class of a task in a report (认定). Source: DESIGN 5.5, the default scheme."""

    DONE = "done", "已完成"
    ON_SCHEDULE = "on_schedule", "达序时"
    BEHIND = "behind", "滞后"
    LATE = "late", "逾期"
    UNKNOWN = "unknown", "暂无法研判"


CLASSES = tuple(ReportClass)
CLASS_OF = {
    Light.DONE: ReportClass.DONE,
    Light.LATE: ReportClass.LATE,
    Light.UNKNOWN: ReportClass.UNKNOWN,
    Light.BEHIND: ReportClass.BEHIND,
    Light.NEAR: ReportClass.ON_SCHEDULE,
    Light.ON_TIME: ReportClass.ON_SCHEDULE,
}
