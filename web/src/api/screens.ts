/** Screens on other machines that follow this desk, and this one as such a screen. */
import { client, take, UNATTENDED } from './client'
import type { components } from './schema'

export type FollowingScreen = components['schemas']['ScreenOut']
export type MyScreens = components['schemas']['MyScreens']
export type ScreenCode = components['schemas']['ScreenCode']
/** What a screen is to show: ids and addresses, no data. */
export type ScreenShown = components['schemas']['ScreenShown']

export function readMyScreens(): Promise<MyScreens> {
  return take(client.GET('/api/v1/screens', UNATTENDED))
}

export function offerScreen(): Promise<ScreenCode> {
  return take(client.POST('/api/v1/screens/codes', UNATTENDED))
}

export function leadScreen(code: string): Promise<FollowingScreen> {
  return take(client.POST('/api/v1/screens/lead', { body: { code } }))
}

export function letScreenGo(id: string): Promise<FollowingScreen> {
  return take(client.POST('/api/v1/screens/{screen_id}/let-go', { params: { path: { screen_id: id } } }))
}

/** A map that moves by itself, as in a tour, keeps nobody signed in. */
export function showOnScreens(body: ScreenShown): Promise<{ screens: number }> {
  return take(client.PUT('/api/v1/screens/shown', { body, ...UNATTENDED }))
}
