import { routes } from '../../../update-server/routes/all.ts';
import type { Access } from '../../../update-server/routing/access.ts';

/** Every route as `METHOD /path`, with who may call it and what it is for; former addresses are no part of it. */
export const access: Readonly<Record<string, { for: Access; summary: string }>> = Object.fromEntries(
  routes.flatMap(({ method, url, access: needed, summary }) =>
    [method].flat().map((name) => [`${name} ${url}`, { for: needed, summary }]),
  ),
);
