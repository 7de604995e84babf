import type { Static, TSchema } from 'typebox';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { parseJson } from '../../protocol/schema/schema.ts';
import type { Answer } from './ask.ts';
import { checkJson } from './check-json.ts';

/** Takes an answer for what it was asked for: JSON of this shape, and called so. Throws `answer_invalid`. */
export function readJson<T extends TSchema>(answer: Answer, schema: T): Static<T> {
  const { url, status, body } = answer;
  checkJson(answer);
  try {
    return parseJson(schema, body, `the answer of ${url}`);
  } catch (cause) {
    throw new InterlockError('answer_invalid', { url, status, problem: (cause as Error).message }, { cause });
  }
}
