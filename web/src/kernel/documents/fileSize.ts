/** How large a file may be, and how its size is said. */
export const MOST_BYTES = 20 * 1024 ** 2

/** What the server takes (documents/rules.py); it looks at the bytes, this only helps to choose. */
export const TAKEN = '.pdf,.png,.jpg,.jpeg,.doc,.docx,.xls,.xlsx,.wps,.et,.pptx,.ofd,.mp4,.txt'

export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const kb = bytes / 1024
  return kb < 1024 ? `${kb.toFixed(kb < 10 ? 1 : 0)} KB` : `${(kb / 1024).toFixed(1)} MB`
}
