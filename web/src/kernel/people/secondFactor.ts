/** What a person types and keeps of the second factor, without a page. */

/** `123 456`, full-width digits and recovery codes without their dashes become what the server knows; else null. */
export function codeOf(typed: string): string | null {
  const bare = typed.normalize('NFKC').toLowerCase().replace(/[\s\-‐-―]/g, '')
  if (/^\d{6}$/.test(bare)) return bare
  return /^[a-z2-9]{12}$/.test(bare) ? bare.replace(/(.{4})(?=.)/g, '$1-') : null
}

/** The six digits of the app only: a new secret is not confirmed by a recovery code. */
export function appCodeOf(typed: string): string | null {
  const code = codeOf(typed)
  return code?.length === 6 ? code : null
}

/** In groups of four, to be copied by hand without losing one's place. */
export function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ')
}

/** Whether a refusal has ended the log-in on the server, so that it starts from the beginning. */
export function endsLogIn(error: unknown): boolean {
  if (!(error instanceof Error) || !('status' in error) || !('code' in error)) return false
  return error.status === 401 || error.code === 'people.locked'
}
