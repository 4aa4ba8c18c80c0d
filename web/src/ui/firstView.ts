/** What may wait lets a page's map come first: the program of the charts weighs as much as the rest of a wall. */
const PATIENCE_MS = 8_000

interface View {
  seen: Promise<void>
  drawn: () => void
}

/** The view that is awaited; of several maps whichever comes first. */
let view: View | null = null

/** A map will be here, said by its page or by itself; returns what says that it is drawn, or never will be. */
export function mapBegins(): () => void {
  view ??= begun()
  return view.drawn
}

function begun(): View {
  let drawn = (): void => undefined
  const seen = new Promise<void>((resolve) => {
    const timer = setTimeout(() => drawn(), PATIENCE_MS)
    drawn = () => {
      clearTimeout(timer)
      resolve()
      if (view === made) view = null
    }
  })
  const made = { seen, drawn }
  return made
}

/** Done once the page's map is drawn; at once where there is none, and never later than with patience. */
export async function firstView(): Promise<void> {
  await view?.seen
}
