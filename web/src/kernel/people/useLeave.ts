/** The server has ended this session, as after too many wrong passwords: say why, and go to the log-in. */
import { useRouter } from 'vue-router'

import { useNotify } from '@/ui/notify'

import { useSessionStore } from './sessionStore'

export function useLeave(): (reason: string) => Promise<void> {
  const router = useRouter()
  const notify = useNotify()
  const session = useSessionStore()
  return async (reason) => {
    notify.said(reason)
    session.forget()
    await router.replace('/login')
  }
}
