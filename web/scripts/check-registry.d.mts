/** Types of the build check, for its test. */
export function faults(
  registry: Record<string, { name: string; component: string | null }[]>,
  exists: (component: string) => boolean,
): string[]
