/** What is filed at a subject: everybody takes copies, one withdraws one's own, nothing too large is sent. */
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/vue'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { i18n } from '@/app/i18n'
import DocumentsSection from '@/kernel/documents/DocumentsSection.vue'
import { useSessionStore } from '@/kernel/people/sessionStore'

const api = vi.hoisted(() => ({ listDocuments: vi.fn(), takeDocument: vi.fn(), withdrawDocument: vi.fn(), fileDocument: vi.fn() }))
const saved = vi.hoisted(() => vi.fn())
vi.mock('@/api/documents', () => api)
vi.mock('@/ui/saveAs', () => ({ saveAs: saved }))

const document = (over: object) => ({
  id: 'A', name: '预案.pdf', media_type: 'application/pdf', size_bytes: 2048, sha256: '', sensitivity: 1, owner: 'user:1', owner_name: '马四',
  about: 'S', created_at: '2026-11-30T00:00:00Z', withdrawn_at: null, exercise_id: null, version: 1, ...over,
})
const FILED = [document({}), document({ id: 'B', name: '图纸.png', owner: 'user:2' }), document({ id: 'C', name: '旧.pdf', withdrawn_at: '2026-11-30T01:00:00Z' })]

function show({ may = true, ceiling = 2 } = {}): void {
  const pinia = createPinia()
  setActivePinia(pinia)
  const permissions = may ? ['documents.document.edit'] : []
  useSessionStore().session = { user: { id: '1', name: '马四' }, permissions, ceiling, display: false } as never
  render(DocumentsSection, { props: { subjectId: 'S' }, global: { plugins: [pinia, i18n] } })
}

beforeEach(() => {
  vi.resetAllMocks()
  api.listDocuments.mockResolvedValue({ items: FILED, next: null, count: 3, count_capped: false })
})
afterEach(cleanup)

it('one withdraws one’s own; what is withdrawn is said and not taken', async () => {
  show()
  expect(await screen.findByRole('button', { name: '撤回 预案.pdf' })).toBeTruthy()
  expect(screen.queryByRole('button', { name: '撤回 图纸.png' })).toBeNull()
  expect(screen.queryByRole('button', { name: '下载 旧.pdf' })).toBeNull()
  expect(screen.getByText(/2026.*撤回/)).toBeTruthy()
})

it('who may not file takes copies and no more', async () => {
  show({ may: false })
  api.takeDocument.mockResolvedValue({ content: new Blob(['x']), name: '【内部】图纸.png' })
  await fireEvent.click(await screen.findByRole('button', { name: '下载 图纸.png' }))
  await waitFor(() => expect(saved).toHaveBeenCalledWith(expect.any(Blob), '【内部】图纸.png'))
  expect(screen.queryByRole('button', { name: '上传文件' })).toBeNull()
  expect(screen.queryByRole('button', { name: /^撤回/ })).toBeNull()
})

async function choose(size: number): Promise<void> {
  await fireEvent.click(await screen.findByRole('button', { name: '上传文件' }))
  const file = new File(['x'], '检查记录.docx')
  Object.defineProperty(file, 'size', { value: size })
  const box = await screen.findByLabelText(/^选择文件/)
  Object.defineProperty(box, 'files', { value: [file] })
  await fireEvent.change(box)
  const send = screen.getAllByRole('button', { name: '上传文件' }).at(-1)
  if (send) await fireEvent.submit(send.closest('form') as HTMLFormElement)
}

it('a file goes under its label, at most as high as one’s own ceiling', async () => {
  show()
  await choose(1_000)
  expect(screen.queryByLabelText('工作秘密')).toBeNull()
  await waitFor(() => expect(api.fileDocument).toHaveBeenCalledWith({ file: expect.any(File), name: '检查记录.docx', sensitivity: 1, about: 'S' }))
  expect(api.listDocuments).toHaveBeenCalledTimes(2)
})

it('a file that is too large is not sent', async () => {
  show()
  await choose(21 * 1024 ** 2)
  expect(await screen.findByText(/文件有 21.0 MB/)).toBeTruthy()
  expect(api.fileDocument).not.toHaveBeenCalled()
})
