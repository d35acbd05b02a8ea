/**
 * Lab 08: the server. It keeps messages, and answers clients that ask for the new ones: at once, or as soon as there is
 * one.
 *
 * HOST and PORT come from the environment. The contract and the steps are in README.md beside this file.
 */
import { createServer, type Request, type Response } from '../lab-06-http-server/http.ts';
import type { Message } from './poll.ts';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);

const messages: Message[] = [];

/** Called once for each request. */
async function handle(request: Request, response: Response): Promise<void> {
  // TODO(lab-08): step 1. GET and POST /messages; 404 and 405 for what is neither.
  // TODO(lab-08): step 2. GET /messages/wait: answer it later. Who answers it, and who must not any more then?
  response.writeHead(404);
  response.end();
}

const server = createServer(handle);

// TODO(lab-08): step 1. Listen on `port` and `host`, then write the line that README.md asks for to stdout.
// TODO(lab-08): step 1. A port in use is one line on stderr and exit code 1; SIGTERM ends the program with exit code 0.
