/** A button among the map's own controls that turns it light or dark. */
import type { IControl } from 'maplibre-gl'

export class LookControl implements IControl {
  private readonly box = document.createElement('div')

  constructor(label: string, turn: () => void) {
    this.box.className = 'maplibregl-ctrl maplibregl-ctrl-group'
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'look'
    button.title = label
    button.setAttribute('aria-label', label)
    button.textContent = '◐'
    button.addEventListener('click', turn)
    this.box.append(button)
  }

  onAdd(): HTMLElement {
    return this.box
  }

  onRemove(): void {
    this.box.remove()
  }
}
