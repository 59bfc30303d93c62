/** Whether coordinates are written in the plane (3° zone) or in degrees. */
import { ref } from 'vue'

export const plane = ref(false)
