import { buildErrors } from './table/build.ts';
import { dockerErrors } from './table/docker.ts';
import { etcdErrors } from './table/etcd.ts';
import { formatErrors } from './table/formats.ts';
import { generalErrors } from './table/general.ts';
import { hostErrors } from './table/host.ts';
import { inputErrors } from './table/input.ts';
import { labErrors } from './table/lab.ts';
import { lockErrors } from './table/lock.ts';
import { networkErrors } from './table/network.ts';
import type { Row } from './table/row.ts';
import { serverErrors } from './table/server.ts';
import { trustErrors } from './table/trust.ts';

/** Every error, in one table; `docs/reference/errors.md` is generated from it. */
export const errorTable = {
  ...inputErrors,
  ...buildErrors,
  ...formatErrors,
  ...trustErrors,
  ...serverErrors,
  ...networkErrors,
  ...hostErrors,
  ...lockErrors,
  ...etcdErrors,
  ...labErrors,
  ...dockerErrors,
  ...generalErrors,
} as const satisfies Record<string, Row>;

/** The code of an error, on the wire and in print. */
export type ErrorCode = keyof typeof errorTable;
