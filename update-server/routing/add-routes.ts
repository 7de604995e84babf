import type { App } from './app.ts';
import type { Route } from './route.ts';

/** Adds routes to a server, each with its rules in its `config`, where hooks find them. */
export function addRoutes<Needs>(app: App, routes: readonly Route<Needs>[], needs: Needs): void {
  for (const {
    access,
    summary,
    limit,
    shed,
    takesBytes,
    untyped,
    formerUrl,
    handler,
    ...options
  } of routes) {
    const rules = { access, summary, limit, shed, takesBytes, untyped };
    const whole = { ...options, config: { rules }, handler: handler(needs) };
    if (takesBytes) void app.register(passBytes((raw) => raw.route(whole)));
    else if (untyped) void app.register(readAsJson((raw) => raw.route(whole)));
    else app.route(whole);
    if (formerUrl) app.route({ ...whole, url: formerUrl, schema: { ...options.schema, hide: true } });
  }
}

/** A plug-in whose routes get their bodies as JSON, for clients that do not say what they send. */
function readAsJson(add: (raw: App) => void) {
  return (raw: App, _options: object, done: () => void) => {
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', { parseAs: 'string' }, raw.getDefaultJsonParser('error', 'error'));
    add(raw);
    done();
  };
}

/** A plug-in whose routes get their bodies as streams of bytes. */
function passBytes(add: (raw: App) => void) {
  return (raw: App, _options: object, done: () => void) => {
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    add(raw);
    done();
  };
}
