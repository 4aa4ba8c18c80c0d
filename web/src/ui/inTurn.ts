/** Work of a change that need not be done in the same breath: each piece is a task of its own, so that input comes between. */
import { onScopeDispose } from 'vue'

/** Return what asks for `work` soon; asked again before it is done, it is done once. Ends with the component. */
export function inTurn(work: () => void): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(waiting))
  return () => {
    waiting ??= setTimeout(() => {
      waiting = undefined
      work()
    })
  }
}
