import { fileURLToPath, URL } from 'node:url'

import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** Ship fonts as WOFF2 only: WOFF 1 would double the size of the build for browsers older than our floor. */
function woff2Only(): Plugin {
  return {
    name: 'anlan-woff2-only',
    enforce: 'pre',
    transform(code, id) {
      if (!/@fontsource\/noto-sans-sc\/\d+\.css/.test(id)) return null
      return code.replace(/,\s*url\([^)]*\.woff\)\s*format\(['"]woff['"]\)/g, '')
    },
  }
}

const backend = process.env.ANLAN_DEV_SERVER ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [
    woff2Only(),
    vue(),
    Components({
      dirs: [],
      dts: 'src/components.d.ts',
      resolvers: [ElementPlusResolver({ importStyle: 'css' })],
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // A literal lets the bundler drop the story page from what is shipped.
  define: { __VUE_I18N_FULL_INSTALL__: 'false', __VUE_I18N_LEGACY_API__: 'false' },
  worker: { format: 'es' },
  build: {
    // P23: the floor is Chromium 108.
    target: ['chrome108', 'firefox115', 'safari16'],
    assetsInlineLimit: 2048,
    // MapLibre is one megabyte by nature and is loaded only where there is a map.
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        // What every page begins with is one file, and so are the small helpers: a request costs more than they do.
        codeSplitting: {
          groups: [
            { name: 'begin', tags: ['$initial'], priority: 2 },
            { name: 'kit', test: /\/src\/(ui|api|live)\/(?!bundledFont)\w+\.ts$/, priority: 1 },
          ],
        },
        // The MIME table of Debian's nginx does not know .mjs, and a module worker insists on JavaScript.
        assetFileNames: ({ names }) =>
          names.some((name) => name.endsWith('.mjs')) ? 'assets/[name]-[hash].js' : 'assets/[name]-[hash][extname]',
      },
    },
  },
  server: { proxy: { '/api': backend, '/live': backend, '/tiles': backend } },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    css: false,
    server: { deps: { inline: ['element-plus'] } },
  },
})
