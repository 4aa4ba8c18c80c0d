import { describe, expect, it } from 'vitest'

import { decimalText, dmsText, readCoordinates } from './coordinateText'

const LON = 106 + 20 / 60 + 30 / 3600
const LAT = 38 + 6 / 60

describe('coordinates as people paste them', () => {
  it.each([
    ['106.34,38.1', 106.34, 38.1],
    ['106.34, 38.1', 106.34, 38.1],
    ['106.34，38.1', 106.34, 38.1],
    [' 106.34 38.1 ', 106.34, 38.1],
    ['106.34\t38.1', 106.34, 38.1],
    ['（106.34，38.1）', 106.34, 38.1],
    ['１０６.３４，３８.１', 106.34, 38.1],
    ['38.1, 106.34', 106.34, 38.1],
    ['38.1N 106.34E', 106.34, 38.1],
    ['38.1°N, 106.34°E', 106.34, 38.1],
    ['E106.34 N38.1', 106.34, 38.1],
    ['N38.1, E106.34', 106.34, 38.1],
    ['lon 106.34 lat 38.1', 106.34, 38.1],
    ['lat: 38.1, lng: 106.34', 106.34, 38.1],
    ['经度：106.34 纬度：38.1', 106.34, 38.1],
    ['29.9S 71.25W', -71.25, -29.9],
    ['-71.25, -29.9', -71.25, -29.9],
    ['106°20′30″E 38°06′N', LON, LAT],
    ['106°20\'30"E, 38°06\'00"N', LON, LAT],
    ['38°06’00”N 106°20’30”E', LON, LAT],
    ['106°20\'30\'\' 38°6\'', LON, LAT],
    ['106º20´30″E 38º06´N', LON, LAT],
    ['E106°20.5′ N38°6.0′', LON, LAT],
    ['东经106度20分30秒', null, null],
    ['东经106度20分30秒 北纬38度6分', LON, LAT],
    ['东经106度20分30秒，北纬38度06分00秒', LON, LAT],
    ['北纬38°6′，东经106°20′30″', LON, LAT],
    ['东经106.34度、北纬38.1度', 106.34, 38.1],
  ])('%s', (text, lon, lat) => {
    const read = readCoordinates(text)
    if (lon === null) return expect(read).toBeNull()
    expect(read?.lon).toBeCloseTo(lon, 9)
    expect(read?.lat).toBeCloseTo(lat ?? 0, 9)
  })

  it.each([
    '', '106.34', '106.34, 38.1, 1200', '宁东镇', '106.34, 宁东', '106°61′E 38°N', '106E 38E', 'N106 N38', '206, 38', '106, 138', '91N 10E', '106.34 E E 38.1', '1.2.3.4', '-106.34E 38.1N',
  ])('refuses to guess: %s', (text) => expect(readCoordinates(text)).toBeNull())
})

describe('coordinates as they are written', () => {
  it('are read back as the same place', () => {
    for (const at of [{ lon: 106.34567, lat: 38.12345 }, { lon: -71.25, lat: -29.9 }, { lon: 0, lat: 0 }, { lon: 106.9999999, lat: 38.9999999 }])
      for (const text of [decimalText(at), dmsText(at)]) {
        const read = readCoordinates(text)
        expect(read?.lon, text).toBeCloseTo(at.lon, 4)
        expect(read?.lat, text).toBeCloseTo(at.lat, 4)
      }
  })

  it('never say sixty seconds', () => {
    expect(dmsText({ lon: 106.99999999, lat: 38.00000001 })).toBe('107°00′00.0″E 38°00′00.0″N')
    expect(dmsText({ lon: LON, lat: LAT })).toBe('106°20′30.0″E 38°06′00.0″N')
  })
})
