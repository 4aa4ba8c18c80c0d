/** Short words that come and go; an error stays longer and must be read out. */
import { ElMessage } from 'element-plus'
import 'element-plus/es/components/message/style/css'

import { useProblem } from './problemText'

export function useNotify() {
  const problem = useProblem()
  return {
    done: (text: string) => ElMessage({ message: text, type: 'success', grouping: true }),
    /** What is not done, and why not: nothing has gone wrong. */
    told: (text: string) => ElMessage({ message: text, type: 'info', grouping: true }),
    /** A refusal that is a sentence already, kept until the person closes it. */
    said: (text: string) => ElMessage({ message: text, type: 'error', duration: 0, grouping: true, showClose: true }),
    refused: (error: unknown) =>
      ElMessage({ message: problem.text(error), type: 'error', duration: 6000, grouping: true, showClose: true }),
  }
}
