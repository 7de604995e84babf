import { type Static, Type } from 'typebox';
import { strict } from '../schema/schema.ts';

/** Characters of user-data that the server reads: clouds take 16 to 64 KiB. */
export const longestUserData = 128 * 1024;

/** User-data as text. */
export const UserDataRequest = strict({ text: Type.String({ maxLength: longestUserData }) });

const Place = strict({
  line: Type.Integer({ minimum: 1 }),
  column: Type.Integer({ minimum: 1 }),
  /** Which part of a multi-part document, from 1. */
  part: Type.Optional(Type.Integer({ minimum: 1 })),
});

/** What is wrong with user-data, and what it would do on a host: the same that `interlock user-data check` says. */
export const UserDataAnswer = strict({
  /** Whether a host would apply it. */
  valid: Type.Boolean(),
  problems: Type.Array(
    strict({
      at: Place,
      severity: Type.Enum(['error', 'warning']),
      text: Type.String(),
      instead: Type.String(),
      /** The line that it is about. */
      source: Type.String(),
    }),
  ),
  plan: Type.Array(
    strict({
      title: Type.String(),
      columns: Type.Array(Type.String()),
      rows: Type.Array(strict({ at: Place, cells: Type.Array(Type.String()) })),
    }),
  ),
});
export type UserDataAnswer = Static<typeof UserDataAnswer>;
