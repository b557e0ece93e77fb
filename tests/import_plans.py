"""A small plan of our own for the tests of importing, and the people who import it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.builders import a_city, a_unit, a_user
from tracker.core.terms import Role, UnitKind
from tracker.models import Jurisdiction

PLAN = """云川市人民政府办公室关于印发云川市绿色出行三年行动方案（2026—2028年）的通知

云政办发〔2026〕12号

各县（市、区）人民政府，市政府各部门：

《云川市绿色出行三年行动方案（2026—2028年）》已经市政府同意，现印发给你们，请认真组织实施。

云川市人民政府办公室
2026年3月2日

云川市绿色出行三年行动方案（2026—2028年）

一、总体目标

到2028年，绿色出行比例达到75%以上。

二、重点任务

（一）优化公交网络

1.加密公交线路。新开通社区公交线路30条以上，打通最后一公里。（牵头单位：市交通运输局；责任单位：市财政局、公安局，各县（市、区）政府；完成时限：2027年6月底前）

2.建设公交专用道。在主城区建成公交专用道40公里。（责任单位：市公安局、市交通运输局）

（二）完善慢行系统

3.连通滨河绿道。分段建设滨河绿道，沿线设置驿站12处。（责任单位：市住房和城乡建设局、市园林绿化中心，云川高新区管委会）

4.规范共享单车停放。建立总量调控机制，长期坚持。（牵头单位：市城市管理局；责任单位：市公安局；完成时限：长期坚持）

三、保障措施

（一）加强组织领导。各级各部门要高度重视，压实责任。
"""
HOSTILE = f"""云川市网络安全专项方案（2026年）

一、重点任务

1.清理<script>alert('x')</script>脚本。页面出现</textarea></p><img src=x onerror=alert(1)>的一律清理，
{{{{ 7*7 }}}}不得执行。（牵头单位：市<b>网信</b>局；责任单位：市公安局）

2.{"长" * 6000}。（牵头单位：市公安局）
"""


def an_office(session: Session) -> Jurisdiction:
    """A city with two officers and a few of the units the plan names."""
    city = a_city(session)
    for name in ("市交通运输局", "市财政局", "市公安局", "市住房城乡建设局"):
        a_unit(session, city, name)
    for name in ("青岚县政府", "石渡县政府"):
        a_unit(session, city, name, UnitKind.COUNTY)
    a_user(session, city, Role.OFFICER, login_name="chen", name="陈静")
    a_user(session, city, Role.OFFICER, login_name="zhou", name="周宁")
    a_user(session, city, Role.LIAISON, login_name="liaison", name="联络员")
    return city


def a_neighbour(session: Session) -> Jurisdiction:
    """Another city with an officer of its own."""
    other = a_city(session, name="石渡市", prefix="市")
    a_user(session, other, Role.OFFICER, login_name="neighbour", name="邻市经办人")
    return other
