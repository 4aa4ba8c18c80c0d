import { fileURLToPath, URL } from 'node:url'

import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** Full and PostScript names under which Linux, Windows and macOS desks hold a Chinese sans-serif. */
const INSTALLED: Record<string, string[]> = {
  '400': ['NotoSansCJKsc-Regular', 'NotoSansSC-Regular', 'SourceHanSansSC-Regular', 'Microsoft YaHei', 'PingFangSC-Regular'],
  '700': ['NotoSansCJKsc-Bold', 'NotoSansSC-Bold', 'SourceHanSansSC-Bold', 'Microsoft YaHei Bold', 'PingFangSC-Semibold'],
}

/**
 * Let an installed Chinese font answer first, and ship WOFF2 only.
 *
 * The bundled font is for desks without one: it costs about 50 kB a subset, which a desk that has a
 * font should not pay. WOFF 1 would double the size of the build for browsers older than our floor.
 */
function installedFontFirst(): Plugin {
  return {
    name: 'anlan-installed-font-first',
    enforce: 'pre',
    transform(code, id) {
      const weight = /@fontsource\/noto-sans-sc\/(\d+)\.css/.exec(id)?.[1]
      if (weight === undefined) return null
      const local = (INSTALLED[weight] ?? []).map((name) => `local("${name}")`).join(', ')
      return code
        .replace(/,\s*url\([^)]*\.woff\)\s*format\(['"]woff['"]\)/g, '')
        .replace(/src:\s*url\(/g, `src: ${local}, url(`)
    },
  }
}

const backend = process.env.ANLAN_DEV_SERVER ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [
    installedFontFirst(),
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
