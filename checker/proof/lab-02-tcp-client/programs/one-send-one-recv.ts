/** A client as it is often written in C: connect, send once, receive once, close. */
import { once } from 'node:events';
import { connect } from 'node:net';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);

const socket = connect({ host, port });
await once(socket, 'connect');
console.log(`Connected to ${host}:${port}`);

process.stdin.once('data', (message) => socket.write(message));

const [answer] = await once(socket, 'data');
process.stdout.write(answer);
socket.destroy();
process.exit(0);
