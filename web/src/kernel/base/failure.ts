/** What a failure says in one line, out of the trace that the worker kept: the last error it names. */
const NAMED = /^[A-Za-z_][\w.]*: \S/

export function failureLine(trace: string): string {
  const lines = trace.split('\n').map((line) => line.trimEnd()).filter(Boolean)
  return lines.findLast((line) => NAMED.test(line)) ?? lines.at(-1) ?? ''
}
