import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';

// The peer: Fastify answering a constant, with nothing read, checked or written.
const app = Fastify();
app.get('/', async () => ({ decision: { none: 'up_to_date' }, pollSeconds: 300 }));
await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`listening on http://127.0.0.1:${(app.server.address() as AddressInfo).port}\n`);
process.once('SIGTERM', () => process.exit(0));
