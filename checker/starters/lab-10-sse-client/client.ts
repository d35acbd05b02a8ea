/**
 * Lab 10: a client that stays. It prints each event of a stream as a line of JSON, and comes back when the stream is lost,
 * until the server says no.
 *
 * The contract and the steps are in README.md beside this file.
 */

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const target = process.env.TARGET ?? '/events';

// TODO(lab-10): step 7. Ask for the stream, with `request` of '../lab-08-polling/http-client.ts' if you like. Give the bytes
// of its body to an EventStreamParser, and print its events. When the stream is lost, wait as long as a Reconnection says,
// and ask again from the last event ID on.
// TODO(lab-10): step 8. Give up when the parser has failed, and do not wait for ever for a server that has gone away.
console.error(`${host}:${port}${target}: client.ts asks nobody yet: begin with step 1 of README.md`);
process.exitCode = 1;
