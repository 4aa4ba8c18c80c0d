import { expect, it } from 'vitest'

import { failureLine } from './failure'

const TRACE = `Traceback (most recent call last):
  File "subscribers.py", line 205, in _handle
    self.subscriber.handlers[event.type](event)
psycopg.errors.UndefinedTable: relation "messaging_message" does not exist

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "queries.py", line 78, in said
django.db.utils.ProgrammingError: relation "messaging_message" does not exist
LINE 1: ...message"."sender" FROM "messaging...
                                  ^
`

it('is the last error that the trace names, without where it was raised', () => {
  expect(failureLine(TRACE)).toBe('django.db.utils.ProgrammingError: relation "messaging_message" does not exist')
})

it('is the refusal with its code where only kinds and places are kept', () => {
  const kept = '  anlan/app/subscribers.py:201 Reaction._handle\npsycopg.errors.NotNullViolation: SQLSTATE 23502\ndjango.db.utils.IntegrityError'
  expect(failureLine(kept)).toBe('psycopg.errors.NotNullViolation: SQLSTATE 23502')
  expect(failureLine('  anlan/kernel/plans/handlers.py:9 on_raised\nValueError')).toBe('ValueError')
})

it('is the last line of a text that names none', () => {
  expect(failureLine('no handler\ngave up\n')).toBe('gave up')
  expect(failureLine('')).toBe('')
})
