import { type Static, Type } from 'typebox';
import { strict } from '../schema/schema.ts';

/** What `interlock: install:` of user-data orders of the installer. */
export const InstallOrders = strict({
  /** Exactly one of these chooses the disk; without it the one to erase is meant. */
  disk: Type.Optional(
    strict({
      serial: Type.Optional(Type.String({ minLength: 1 })),
      path: Type.Optional(Type.String({ pattern: '^/dev/' })),
      /** Bytes, or a size as disks are sold: `500GB`, `>=500GB`, `<=2TB`. */
      size: Type.Optional(
        Type.Union([
          Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
          Type.String({ pattern: '^(?:>=|<=)?\\s*[0-9]+(?:\\.[0-9]+)?\\s*(?:[MGT](?:i?B)?)?$' }),
        ]),
      ),
      only: Type.Optional(Type.Literal(true)),
    }),
  ),
  /** Serial or path of the one used disk that may be erased. */
  erase: Type.Optional(Type.String({ minLength: 1 })),
  /** An order to erase is obeyed once per id. */
  order: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z._-]{1,64}$' })),
  /** What follows; a reboot unless said. */
  after: Type.Optional(Type.Union([Type.Literal('reboot'), Type.Literal('poweroff'), Type.Literal('stay')])),
});
export type InstallOrders = Static<typeof InstallOrders>;
