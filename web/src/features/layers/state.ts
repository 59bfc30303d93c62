/** Which layer's table, facts or filter is open. */
import { ref } from 'vue'

import { bottomPanel } from '@/shared/panels'

/** Layer whose table is open below the map. */
export const tableCode = ref('')

/** Layer whose facts (source, version, hash) are open, or ''. */
export const factsCode = ref('')

/** Open the table of a layer below the map. */
export function openTable(code: string): void {
  tableCode.value = code
  bottomPanel.value = 'table'
}
