// The layers of web/src are errors, not advice: the same order as the Python package.
import boundaries from 'eslint-plugin-boundaries'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import tseslint from 'typescript-eslint'

const elements = [
  { type: 'app', pattern: 'src/app' },
  { type: 'system', pattern: 'src/systems/*', capture: ['name'] },
  { type: 'kernel', pattern: 'src/kernel/*', capture: ['name'] },
  { type: 'live', pattern: 'src/live' },
  { type: 'charts', pattern: 'src/charts' },
  { type: 'map', pattern: 'src/map' },
  { type: 'ui', pattern: 'src/ui' },
  { type: 'api', pattern: 'src/api' },
]

const below = ['kernel', 'live', 'map', 'charts', 'ui', 'api']
const rules = [
  { from: 'app', allow: ['system', ...below] },
  { from: 'system', allow: [['system', { name: '${from.name}' }], ...below] },
  { from: 'kernel', allow: below },
  { from: 'live', allow: ['live', 'api'] },
  { from: 'charts', allow: ['charts', 'ui'] },
  { from: 'map', allow: ['map', 'ui', 'api'] },
  { from: 'ui', allow: ['ui'] },
]

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'src/api/schema.d.ts', 'src/components.d.ts'] },
  ...tseslint.configs.strict,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.{ts,vue,js,mjs}'],
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: { parser: tseslint.parser },
    },
    plugins: { boundaries },
    settings: {
      'import/resolver': { typescript: { project: import.meta.dirname + '/tsconfig.json' } },
      'boundaries/root-path': import.meta.dirname,
      'boundaries/elements': elements,
    },
    rules: {
      'boundaries/element-types': ['error', { default: 'disallow', rules }],
      'boundaries/no-unknown': 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true }],
      complexity: ['error', 10],
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-macros-order': 'error',
      'vue/max-props': ['error', { maxProps: 8 }],
      'vue/max-lines-per-block': ['error', { template: 150, script: 200, style: 80 }],
      'vue/no-v-html': 'error',
      // The formatting of a template is read by people, not ruled by a machine.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-indent': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  // Only src/api may know an address of the server.
  {
    files: ['src/{app,systems,kernel,live,map,charts,ui}/**/*.{ts,vue}'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'Only src/api talks to the server: add a function there.' },
        { name: 'EventSource', message: 'One stream per browser: use src/live.' },
      ],
    },
  },
  { files: ['scripts/**', '*.config.{js,ts}', 'tests/**'], rules: { 'no-console': 'off', 'boundaries/no-unknown': 'off' } },
)
