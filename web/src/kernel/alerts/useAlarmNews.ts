/** Tell a summary of alarms that one of them changed, so that it is counted anew. */
import { onScopeDispose } from 'vue'

import { useAlarmStore } from './alarmStore'

/** Without any news a summary is counted again so often: hours pass, alarms are closed elsewhere. */
export const EVERY_MS = 60_000

export function useAlarmNews(tell: () => void): void {
  onScopeDispose(useAlarmStore().onChanged(tell))
}
