/** Whose organisation and post this session is, in the language of the page. */
import { computed } from 'vue'

import { useInLanguage } from '@/ui/inLanguage'

import { useSessionStore } from './sessionStore'

export function useSessionNames() {
  const session = useSessionStore()
  const inLanguage = useInLanguage()
  const organisation = computed(() => inLanguage(session.post?.organisation.name, session.post?.organisation.name_en))
  const post = computed(() => inLanguage(session.post?.title, session.post?.title_en))
  /** As it stands in a watermark: an administrator serves in no bureau, his duty stands there as it does in exports. */
  const unit = computed(() => organisation.value || post.value)
  return { organisation, post, unit }
}
