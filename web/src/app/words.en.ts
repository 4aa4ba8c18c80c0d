/** The English words of every slice. */
const files = import.meta.glob<Record<string, unknown>>('../**/locale.en.json', { eager: true, import: 'default' })

export default Object.assign({}, ...Object.values(files)) as Record<string, unknown>
