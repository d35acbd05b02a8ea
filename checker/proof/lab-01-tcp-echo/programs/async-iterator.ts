/** The echo server as a loop over what arrives. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

const host = process.env.HOST || '127.0.0.1';
const port = Number.parseInt(process.env.PORT || '3000', 10);
const open = new Map<Socket, { writing: boolean }>();

async function echo(socket: Socket): Promise<void> {
  const state = { writing: false };
  open.set(socket, state);
  try {
    for await (const chunk of socket) {
      if (socket.write(chunk)) continue;
      state.writing = true;
      await once(socket, 'drain');
      state.writing = false;
    }
    socket.end();
  } catch {
    socket.destroy();
  } finally {
    open.delete(socket);
  }
}

const server = createServer({ allowHalfOpen: true }, (socket) => void echo(socket));
try {
  server.listen(port, host);
  await once(server, 'listening');
  console.log(`listening on ${host}:${port}`);
} catch (error) {
  console.error(`cannot listen: ${(error as Error).message}`);
  process.exit(1);
}

process.on('SIGTERM', async () => {
  server.close();
  for (const [socket, { writing }] of open) if (!writing) socket.end();
  const deadline = Date.now() + 1500;
  while (open.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  process.exit(0);
});
