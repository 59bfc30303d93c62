import { fileURLToPath } from 'node:url'

import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// In development the page comes from Vite and the data from `tuban serve` beside it.
const service = process.env.TUBAN_SERVICE ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': service } },
  // MapLibre's worker is an ES module that shares code with the page's copy.
  worker: { format: 'es' },
  build: {
    outDir: '../src/tuban/_web',
    emptyOutDir: true,
    target: 'es2022',
    // Fonts and the worker stay files: an inlined font is downloaded even where its characters are not used.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1400,
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
  },
})
