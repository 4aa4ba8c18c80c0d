/** Lengths and areas in the units that people say: m or km; m², ha (公顷) or km². */
const KILO = 1_000
const HECTARE_M2 = 10_000
const KM2 = 1_000_000

export interface Measure {
  figure: string
  unit: 'm' | 'km' | 'm2' | 'ha' | 'km2'
}

/** Four figures that count, no more: a hand on a map draws no centimetres. */
function four(value: number): string {
  const decimals = value >= KILO ? 0 : value >= 100 ? 1 : 2
  return value.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}

export function lengthText(metres: number): Measure {
  if (metres < 0.05) return { figure: '0', unit: 'm' }
  return metres < KILO ? { figure: metres.toFixed(metres < 100 ? 1 : 0), unit: 'm' } : { figure: four(metres / KILO), unit: 'km' }
}

export function areaText(squareMetres: number): Measure {
  if (squareMetres < HECTARE_M2) return { figure: squareMetres.toLocaleString('en', { maximumFractionDigits: 0 }), unit: 'm2' }
  if (squareMetres < KM2) return { figure: four(squareMetres / HECTARE_M2), unit: 'ha' }
  return { figure: four(squareMetres / KM2), unit: 'km2' }
}
