/**
 * Every page is drawn in the pseudo-locale by a browser test (tests/journeys/test_read_by_everybody.py);
 * here it is held that it says all that a language says.
 */
import { describe, expect, it } from 'vitest'

import { pseudo } from '@/ui/pseudo'

describe('the pseudo-locale', () => {
  it('is longer by a half, keeps what is put in, and is recognised', () => {
    expect(pseudo('Open alarms')).toMatch(/^⟦Öpén älärms/)
    expect(pseudo('Open alarms').length).toBeGreaterThanOrEqual(Math.ceil('Open alarms'.length * 1.4))
    expect(pseudo('{count} of {whole}')).toContain('{count}')
    expect(pseudo('{count} of {whole}')).toContain('{whole}')
    expect(pseudo("a {'|'} b")).toContain("{'|'}")
  })
})
