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

/** Name an action; one that is not known keeps its own word. */
export function actionName(action: string): string {
  const known = ACTIONS[action]
  return known ? pick(known) : action
}

/** Write the facts of an entry as name and value; nested ones with a path of names. */
export function factLines(facts: Record<string, unknown>, prefix = ''): [string, string][] {
  return Object.entries(facts).flatMap(([name, value]): [string, string][] => {
    const path = prefix + name
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      return factLines(value as Record<string, unknown>, `${path}.`)
    }
    if (value === null || value === '') return []
    return [[path, Array.isArray(value) ? value.map(plain).join(', ') : plain(value)]]
  })
}

function plain(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
