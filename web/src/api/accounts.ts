/** The register of people and organisations: accounts, posts and who holds them, roles, firms and agencies. */
import { client, ifMatch, readSheet, take } from './client'
import type { components } from './schema'
import type { ListQuery, Page } from './types'

type Schemas = components['schemas']
export type Account = Schemas['UserOut']
export type Post = Schemas['PostOut']
export type Holding = Schemas['HoldingOut']
export type Role = Schemas['RoleOut']
export type Organisation = Schemas['OrganisationOut']
export type OrganisationFiling = Schemas['OrganisationBody']
export type PostFiling = Schemas['PostBody']
/** A link by which somebody comes in once to set his password; the server tells it this once. */
export type FirstLink = Schemas['FirstLinkOut']

/** One page holds at most so many rows. */
const ALL = 500
type Seen = { id: string; version: number }
const onUser = ({ id, version }: Seen) => ({ path: { user_id: id }, header: ifMatch(version) })

export function listAccounts(query: ListQuery): Promise<Page<Account>> {
  return take(client.GET('/api/v1/people/users', { params: { query } }))
}

export const exportAccounts = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/people/users', query)

/** Open an account without a password: its owner comes by a first link. */
export function openAccount(username: string, name: string): Promise<Account> {
  return take(client.POST('/api/v1/people/users', { body: { username, name } }))
}

export function setAccountActive(seen: Seen, isActive: boolean): Promise<Account> {
  return take(client.PATCH('/api/v1/people/users/{user_id}', { params: onUser(seen), body: { is_active: isActive } }))
}

/** Its owner's name, as his papers say it. */
export function renameAccount(seen: Seen, name: string): Promise<Account> {
  return take(client.PATCH('/api/v1/people/users/{user_id}', { params: onUser(seen), body: { name } }))
}

/** Keep a phone, or take it away with an empty one; lists show it masked. */
export function setPhone(seen: Seen, phone: string): Promise<Account> {
  return take(client.PUT('/api/v1/people/users/{user_id}/phone', { params: onUser(seen), body: { phone } }))
}

/** The whole number, for a reason that is kept. */
export async function revealPhone(seen: Seen, reason: string): Promise<string> {
  return (await take(client.POST('/api/v1/people/users/{user_id}/phone/reveal', { params: onUser(seen), body: { reason } }))).phone
}

/** Take the password away, if there is one; the link that comes lets its owner set another. */
export function resetPassword(seen: Seen): Promise<FirstLink> {
  return take(client.POST('/api/v1/people/users/{user_id}/password/reset', { params: onUser(seen) }))
}

/** Forget the wrong tries that lock it. */
export function unlockAccount(seen: Seen): Promise<Account> {
  return take(client.POST('/api/v1/people/users/{user_id}/unlock', { params: onUser(seen) }))
}

export function resetSecondFactor(seen: Seen): Promise<Account> {
  return take(client.POST('/api/v1/people/users/{user_id}/second-factor/reset', { params: onUser(seen) }))
}

export function listPosts(query: ListQuery): Promise<Page<Post>> {
  return take(client.GET('/api/v1/people/posts', { params: { query } }))
}

export const exportPosts = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/people/posts', query)

/** Another name, seat or zone; a bureau's zone is what makes it the zone's own. */
export function changeOrganisation({ id, version }: Seen, body: Schemas['OrganisationPatch']): Promise<Organisation> {
  return take(client.PATCH('/api/v1/people/organisations/{organisation_id}', { params: { path: { organisation_id: id }, header: ifMatch(version) }, body }))
}

export function createPost(body: PostFiling): Promise<Post> {
  return take(client.POST('/api/v1/people/posts', { body }))
}

/** Who holds which post today, of one person or of one post. */
export async function listHoldings(of: { user: string } | { post: string }): Promise<Holding[]> {
  const filter = ['user' in of ? `user_id.eq:${of.user}` : `post_id.eq:${of.post}`]
  return (await take(client.GET('/api/v1/people/holdings', { params: { query: { filter, limit: ALL } } }))).items
}

export function appoint(postId: string, userId: string): Promise<Holding> {
  return take(client.POST('/api/v1/people/posts/{post_id}/holdings', { params: { path: { post_id: postId } }, body: { user_id: userId } }))
}

export function endHolding({ id, version }: Seen): Promise<Holding> {
  return take(client.POST('/api/v1/people/holdings/{holding_id}/end', { params: { path: { holding_id: id }, header: ifMatch(version) } }))
}

/** The roles in the order of the catalogue. */
export async function listRoles(): Promise<Role[]> {
  return (await take(client.GET('/api/v1/people/roles', { params: { query: { sort: 'id', limit: ALL } } }))).items
}

export function listOrganisations(query: ListQuery): Promise<Page<Organisation>> {
  return take(client.GET('/api/v1/people/organisations', { params: { query } }))
}

export const exportOrganisations = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/people/organisations', query)

export function registerOrganisation(body: OrganisationFiling): Promise<Organisation> {
  return take(client.POST('/api/v1/people/organisations', { body }))
}
