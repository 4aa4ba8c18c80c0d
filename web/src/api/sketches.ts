/** What people draw on the map. */
import { client, ifMatch, take } from './client'
import type { components } from './schema'

export type SketchFeature = components['schemas']['SketchFeature']
export type SketchShapes = components['schemas']['SketchShapes']
export type SketchBody = components['schemas']['SketchBody']
export type SketchPatch = components['schemas']['SketchPatch']
export type SketchAudience = components['schemas']['AudienceBody']

const on = ({ id, properties }: SketchFeature) => ({ path: { sketch_id: id }, header: ifMatch(properties.version) })

export function readSketches(): Promise<SketchShapes> {
  return take(client.GET('/api/v1/sketches/shapes.geojson'))
}

export function drawSketch(body: SketchBody): Promise<SketchFeature> {
  return take(client.POST('/api/v1/sketches', { body }))
}

export function changeSketch(one: SketchFeature, body: SketchPatch): Promise<SketchFeature> {
  return take(client.PATCH('/api/v1/sketches/{sketch_id}', { params: on(one), body }))
}

export function withdrawSketch(one: SketchFeature): Promise<SketchFeature> {
  return take(client.POST('/api/v1/sketches/{sketch_id}/withdraw', { params: on(one) }))
}

export function restoreSketch(one: SketchFeature): Promise<SketchFeature> {
  return take(client.POST('/api/v1/sketches/{sketch_id}/restore', { params: on(one) }))
}
