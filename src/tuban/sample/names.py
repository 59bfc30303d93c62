"""Invented names of villages, roads, waters and projects: plausible, and of no real place."""

from __future__ import annotations

import numpy as np

FIRST = "云清望石锦铜朝尚枣尹杨武庙柳槐桐松竹梅兰荷菱芦苇河湾塘沟岗岭坡坪洼楼寨营屯店铺桥渡窑碾井泉"
FAMILY = "张王李赵刘陈杨黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
TAIL = ("庄", "村", "营", "楼", "寨", "岗", "湾", "店", "桥", "沟", "坡", "洼", "屯", "铺", "堂", "塘")
COMMUNITY = (
    "安和",
    "文昌",
    "朝阳",
    "建新",
    "望湖",
    "锦绣",
    "和平",
    "团结",
    "新华",
    "幸福",
    "滨河",
    "东园",
    "西苑",
    "南关",
    "北关",
    "光明",
    "青山",
    "翠屏",
    "学府",
    "站前",
)


def villages(count: int, urban: np.ndarray, rng: np.random.Generator) -> list[str]:
    """Give `count` different names; communities (社区) where `urban`."""
    names: list[str] = []
    seen: set[str] = set()
    order = rng.permutation(len(COMMUNITY))
    k = 0
    for i in range(count):
        while True:
            if urban[i]:
                name = (
                    COMMUNITY[order[k % len(COMMUNITY)]]
                    + ("" if k < len(COMMUNITY) else "一二三四五六七八九十"[k // len(COMMUNITY) % 10])
                    + "社区"
                )
                k += 1
            else:
                head = (
                    rng.choice(list(FAMILY))
                    if rng.random() < 0.7
                    else rng.choice(list("东西南北前后上下大小")) + rng.choice(list(FAMILY))
                )
                tail = TAIL[int(rng.integers(len(TAIL)))]
                name = f"{head}{tail}" + ("" if tail == "村" else "村")
            if name not in seen:
                seen.add(name)
                names.append(name)
                break
    return names


ROADS = (
    "人民路",
    "建设路",
    "文化路",
    "云山大道",
    "清河路",
    "朝阳大道",
    "工业路",
    "湖滨路",
    "望岭路",
    "石桥街",
    "兴业路",
    "和谐路",
    "学府路",
    "迎宾大道",
    "健康路",
    "凤鸣路",
    "锦屏路",
    "育才街",
    "康庄路",
    "平安街",
)
RIVERS = (
    "云溪河",
    "清水河",
    "望川河",
    "石梁河",
    "白杨河",
    "芦苇河",
    "小沙河",
    "柳泉沟",
    "枣林沟",
    "龙潭沟",
    "七里河",
    "东干渠",
)
