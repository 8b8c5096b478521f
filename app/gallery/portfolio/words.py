"""The words names are built from: cities, brand characters, industries, persons. Any likeness is accidental."""

from __future__ import annotations

import random
from typing import NamedTuple


class City(NamedTuple):
    """A city, its province and the district number its credit codes carry."""

    name: str
    province: str
    district: str


class Industry(NamedTuple):
    """An industry of GB/T 4754: its name, the weight set it is rated by, words of trade names, and the median
    of a customer's monthly purchase in CNY."""

    code: str
    name: str
    variant: str
    words: tuple[str, ...]
    monthly_median: int


CITIES = (
    City("苏州", "江苏省", "320500"),
    City("无锡", "江苏省", "320200"),
    City("杭州", "浙江省", "330100"),
    City("宁波", "浙江省", "330200"),
    City("上海", "上海市", "310100"),
    City("深圳", "广东省", "440300"),
    City("东莞", "广东省", "441900"),
    City("佛山", "广东省", "440600"),
    City("青岛", "山东省", "370200"),
    City("济南", "山东省", "370100"),
    City("成都", "四川省", "510100"),
    City("重庆", "重庆市", "500100"),
    City("武汉", "湖北省", "420100"),
    City("长沙", "湖南省", "430100"),
    City("郑州", "河南省", "410100"),
    City("西安", "陕西省", "610100"),
    City("天津", "天津市", "120100"),
    City("北京", "北京市", "110100"),
    City("合肥", "安徽省", "340100"),
    City("厦门", "福建省", "350200"),
    City("沈阳", "辽宁省", "210100"),
)
INDUSTRIES = (
    Industry("C34", "通用设备制造业", "MFG", ("精密机械", "液压设备", "轴承制造", "泵阀制造"), 420000),
    Industry("C39", "电子设备制造业", "MFG", ("电子科技", "光电器件", "连接器"), 520000),
    Industry("C29", "橡胶和塑料制品业", "MFG", ("塑胶制品", "高分子材料"), 260000),
    Industry("C33", "金属制品业", "MFG", ("金属制品", "五金模具", "钢结构"), 330000),
    Industry("F51", "批发业", "STD", ("贸易", "供应链管理", "物资", "商贸"), 380000),
    Industry("F52", "零售业", "STD", ("百货", "连锁商业"), 180000),
    Industry("E47", "房屋建筑业", "STD", ("建设工程", "建筑装饰"), 450000),
    Industry("G54", "道路运输业", "SVC", ("物流", "运输服务", "冷链物流"), 160000),
    Industry("I65", "软件和信息技术服务业", "SVC", ("信息技术", "软件", "数据服务"), 140000),
    Industry("L72", "商务服务业", "SVC", ("商务服务", "会展服务", "咨询"), 90000),
)
BRAND_1 = "砚澜翊叡珩沅霁昶淼彧麒岚赟牧樾钧屿笙璟芃溯葳"
BRAND_2 = "舸阙槿垚缦隽弈堃禾笺觅峤衍榕栩淇萱砺筠漾铄渝"
BRAND_3 = "川宸域朗卓原迅腾诺启恒图拓联信合"
FORMS = ("有限公司",) * 8 + ("股份有限公司", "有限责任公司")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
GIVEN_1 = "思嘉雨子文晓俊志建国海明永春秋立德"
GIVEN_2 = "远宁航琪轩涵博毅杰敏峰玲涛静磊"
SEGMENTS = ("重点客户", "一般客户", "渠道客户")


def person(rng: random.Random) -> str:
    """An invented personal name."""
    return rng.choice(SURNAMES) + rng.choice(GIVEN_1) + rng.choice(GIVEN_2)


def company(rng: random.Random, city: City, words: tuple[str, ...], form: str | None, taken: set[str]) -> str:
    """An invented company name not yet in `taken`, which it joins; `form` None draws the legal form too."""
    while True:
        name = city.name + rng.choice(BRAND_1) + rng.choice(BRAND_2) + rng.choice(BRAND_3) + rng.choice(words)
        name += rng.choice(FORMS) if form is None else form
        if name not in taken:
            taken.add(name)
            return name
