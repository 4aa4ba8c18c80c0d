/** Short words that come and go; an error stays longer and must be read out. */
import { ElMessage } from 'element-plus'
import 'element-plus/es/components/message/style/css'
import { useI18n } from 'vue-i18n'

import { problemText } from './problemText'

export function useNotify() {
  const { t, te } = useI18n()
  return {
    done: (text: string) => ElMessage({ message: text, type: 'success', grouping: true }),
    refused: (error: unknown) =>
      ElMessage({ message: problemText(error, { t, te }), type: 'error', duration: 6000, grouping: true, showClose: true }),
  }
}
