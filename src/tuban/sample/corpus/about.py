"""The corpus' own pages: what it is, how to use it, under which licence."""

from __future__ import annotations

README_ZH = """# 国土空间规划成果质检样例库

{n} 个很小的规划成果(每个二十个图斑),有合格的,也有故意做错的;每个都写明质检应给出的结论和问题,
一条不多,一条不少。地名、项目、文件均为虚构,行政区代码 999001 不在任何代码表内。

    {{id}}/expected.json   应有的结论和问题
    {{id}}/{{package}}       成果:GeoPackage、FileGDB、Shapefile 文件夹、成果目录或压缩包
    {{id}}/profile.yaml    只在需要地方配置时才有
    index.json           全部样例的清单

expected.json 的各项:

- `verdict`:`fail` 有强制性问题,`pass` 没有。
- `findings`:每条问题的 `rule`(规则编号)、`layer`(图层、文件或文件夹)、`objects`(标识码,按字典序)。
- `rules`:这个样例是为哪几条规则做的;名字里有 good 的样例看着像错,其实合格。

用法:对每个样例运行你的质检程序,把(规则、图层、对象)三项逐条与 findings 比较,两边完全相同才算对。
编号与你的规则不同时,先做一张对照表。`tuban quality corpus --check DIR` 就是这样做的。

坐标系 EPSG:4526(CGCS2000 3 度带 38 带,带号在横坐标中),县域 2000 米 × 1600 米,图斑 400 米见方。
许可:CC0 1.0,可自由使用、修改、再发布,不必署名。
"""

README_EN = """# A corpus of plan results for quality inspection

{n} very small hand-ins of Chinese territorial plans (twenty parcels each), good ones and deliberately bad
ones. Each says which verdict and which findings an inspection must give: not one more, not one less. All
places, projects and documents are invented; the code 999001 is in no table.

    {{id}}/expected.json   the verdict and the findings
    {{id}}/{{package}}       the hand-in: GeoPackage, FileGDB, shapefiles, a folder tree, a zip
    {{id}}/profile.yaml    only where a locality's own rules are needed
    index.json           the list of all

`verdict` is `fail` where a veto finding stands, else `pass`. Each finding has its `rule`, its `layer` (layer,
file or folder) and its `objects` (identifiers, sorted). `rules` says what the package is there for; those with
`good` in their name look wrong and are right.

Use: run your checker on each package and compare (rule, layer, objects) with `findings` in both directions. If
your rules have other numbers, map them first. `tuban quality corpus --check DIR` does just that.

System EPSG:4526 (CGCS2000, zone 38 with its number); the county is 2000 m × 1600 m, a parcel 400 m × 400 m.
Licence: CC0 1.0; use, change and publish it as you like.
"""

LICENSE = """SPDX-License-Identifier: CC0-1.0

To the extent possible under law, the authors of Tuban have waived all copyright and related or neighbouring
rights to this corpus (the packages, their expected results and these pages). It is published as it is, without
warranty. The legal text: https://creativecommons.org/publicdomain/zero/1.0/legalcode
"""
