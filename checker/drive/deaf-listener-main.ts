/**
 * A server that never takes a connection: it listens with the shortest queue there is, says on which port, and then
 * blocks its event loop until it is killed. Once the queue is full, a connect gets no answer.
 */
import { writeSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';

const server = createServer();

server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
  writeSync(1, `${(server.address() as AddressInfo).port}\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
