import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyRequest,
  FastifySchema,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
  RouteGenericInterface,
  RouteHandlerMethod,
} from 'fastify';
import type { Access } from './access.ts';

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';

type Handler<S extends FastifySchema> = RouteHandlerMethod<
  RawServerDefault,
  RawRequestDefaultExpression<RawServerDefault>,
  RawReplyDefaultExpression<RawServerDefault>,
  RouteGenericInterface,
  unknown,
  S,
  TypeBoxTypeProvider,
  FastifyBaseLogger
>;

/** How many calls a minute one caller may make; by address, unless the route is for operators. */
export interface CallLimit {
  max: number;
  /** Requests that do not count; they are judged once their body is read. */
  exempt?: (request: FastifyRequest) => boolean;
}

/** What the hooks of `http/` and `auth/` read of a route. */
export interface RouteRules {
  access: Access;
  summary: string;
  /** Instead of the usual limit of its access. */
  limit?: CallLimit | undefined;
  /** Refused while too many hosts ask. */
  shed?: boolean | undefined;
  /** The body is passed on as bytes and not parsed. */
  takesBytes?: boolean | undefined;
  /** The body is JSON whatever its type says, or without one. */
  untyped?: boolean | undefined;
}

interface RouteDeclaration<S extends FastifySchema, Needs> extends RouteRules {
  method: Method | Method[];
  url: string;
  /** An older address that answers, too, and is not described. */
  formerUrl?: string;
  schema: S;
  bodyLimit?: number;
  attachValidation?: boolean;
  /** Called once for each server, with what the route needs of it. */
  handler: (needs: Needs) => Handler<S>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    rules?: RouteRules;
  }
}

/** A route as the server adds it; its handler's types were checked where it is declared. */
// biome-ignore lint/suspicious/noExplicitAny: each route has a schema of its own
export type Route<Needs> = RouteDeclaration<any, Needs>;

/** Declares a route: who may call it, what it is for, what it takes and answers, and what it does. */
export function route<S extends FastifySchema, Needs>(declaration: RouteDeclaration<S, Needs>): Route<Needs> {
  return declaration;
}
