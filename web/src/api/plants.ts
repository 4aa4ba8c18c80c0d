/** Templates of installations, and the firm's workbook with so many of them filled in. */
import { client, readSheet, take } from './client'
import type { components } from './schema'

export type PlantTemplate = components['schemas']['PlantOut']
export type PlantTag = components['schemas']['PlantTagOut']

export const listPlants = (): Promise<PlantTemplate[]> => take(client.GET('/api/v1/register/plants'))

/** `wanted`: how many of each template, by its code. */
export const readPlantBook = (wanted: ReadonlyMap<string, number>, site: string, gateway: string): Promise<Blob> =>
  readSheet('/api/v1/register/plants/book', { wanted: [...wanted].map(([code, count]) => `${code}:${count}`), site, gateway })
