/** What this machine can do, as far as checks ask. */
import { createServer } from 'node:net';
import type { Machine } from './check.ts';

export async function thisMachine(): Promise<Machine> {
  return { platform: process.platform, ipv6: await canListen('::1') };
}

function canListen(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port: 0 }, () => server.close(() => resolve(true)));
  });
}
