/** Whose organisation and post this session is, in the language of the page. */
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

import { useInLanguage } from '@/ui/inLanguage'

import { useSessionStore } from './sessionStore'

export function useSessionNames() {
  const { t } = useI18n()
  const session = useSessionStore()
  const inLanguage = useInLanguage()
  const organisation = computed(() => inLanguage(session.post?.organisation.name, session.post?.organisation.name_en))
  const post = computed(() => inLanguage(session.post?.title, session.post?.title_en))
  /** What somebody is here: a post, or one of the three administrators, who hold none. */
  const standing = computed(() => {
    const kind = session.session?.user.administrator
    return post.value || (kind ? t(`people.administrator.${kind}`) : '')
  })
  /** As it stands in a watermark: an administrator serves in no bureau, what he is stands there as it does in exports. */
  const unit = computed(() => organisation.value || standing.value)
  return { organisation, standing, unit }
}
