/** The trail's machine words in the words of the screen. */
import { pick, type Bilingual } from '@/shared/lang'

const ACTIONS: Record<string, Bilingual> = {
  'workspace.create': { zh: '新建工作区', en: 'Workspace created' },
  'workspace.upgrade': { zh: '升级目录库', en: 'Catalogue brought up to date' },
  'layer.import': { zh: '图层入库', en: 'Layer taken in' },
  'layer.refuse': { zh: '拒绝入库', en: 'Layer refused' },
  'layer.withdraw': { zh: '撤回版本', en: 'Version withdrawn' },
  'layer.export': { zh: '导出图层', en: 'Layer exported' },
  'setting.change': { zh: '更改设置', en: 'Setting changed' },
  'trail.export': { zh: '导出留痕', en: 'Trail exported' },
}

// What the facts of a step are called; a name that is not here stands as it is written.
const FACTS: Record<string, Bilingual> = {
  rows: { zh: '对象数', en: 'objects' },
  crs: { zh: '坐标系', en: 'coordinate system' },
  sha256: { zh: '文件校验值', en: 'SHA-256' },
  source_name: { zh: '来源文件', en: 'source file' },
  source_sha256: { zh: '来源校验值', en: 'source SHA-256' },
  valid_from: { zh: '施行自', en: 'in force from' },
  valid_to: { zh: '停止施行', en: 'until' },
  act: { zh: '依据文件', en: 'act' },
  note: { zh: '备注', en: 'note' },
  bytes: { zh: '字节数', en: 'bytes' },
  area_m2: { zh: '面积（平方米）', en: 'area (m²)' },
  geometry: { zh: '几何类型', en: 'geometry' },
  columns: { zh: '字段', en: 'columns' },
  bounds: { zh: '范围', en: 'bounds' },
  file: { zh: '文件', en: 'file' },
  format: { zh: '格式', en: 'format' },
  file_sha256: { zh: '导出文件校验值', en: 'SHA-256 of the file' },
  problem: { zh: '问题', en: 'problem' },
  fix: { zh: '办法', en: 'fix' },
  kind: { zh: '类别', en: 'kind' },
  reason: { zh: '理由', en: 'reason' },
  read: { zh: '读入说明', en: 'as read' },
  sample: { zh: '示范数据', en: 'sample' },
  asked: { zh: '入库时指定', en: 'asked' },
  edition: { zh: '版本', en: 'edition' },
  encoding: { zh: '编码', en: 'encoding' },
  convert_to: { zh: '转换到', en: 'convert to' },
  swap_axes: { zh: '交换坐标轴', en: 'axes exchanged' },
  on_invalid: { zh: '图形错误', en: 'faulty shapes' },
  west: { zh: '西', en: 'west' },
  south: { zh: '南', en: 'south' },
  east: { zh: '东', en: 'east' },
  north: { zh: '北', en: 'north' },
  old: { zh: '原值', en: 'old' },
  new: { zh: '新值', en: 'new' },
}

const isText = (value: unknown): value is Bilingual =>
  typeof value === 'object' && value !== null && typeof (value as Bilingual).zh === 'string' && typeof (value as Bilingual).en === 'string'

/** Name an action; one that is not known keeps its own word. */
export function actionName(action: string): string {
  const known = ACTIONS[action]
  return known ? pick(known) : action
}

/** Write the facts of an entry as name and value; nested ones with a path of names. */
export function factLines(facts: Record<string, unknown>, prefix = ''): [string, string][] {
  return Object.entries(facts).flatMap(([name, value]): [string, string][] => {
    const path = prefix + (FACTS[name] ? pick(FACTS[name]) : name)
    if (isText(value)) return [[path, pick(value)]]
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      return factLines(value as Record<string, unknown>, `${path}.`)
    }
    if (value === null || value === '') return []
    return [[path, Array.isArray(value) ? value.map(plain).join(', ') : plain(value)]]
  })
}

function plain(value: unknown): string {
  if (isText(value)) return pick(value)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
