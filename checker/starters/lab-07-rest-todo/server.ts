/**
 * Lab 07: a to-do list over HTTP, kept in a file.
 *
 * The contract and the steps are in README.md beside this file.
 */
import { createServer, type Request, type Response } from '../lab-06-http-server/http.ts';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
/** The file that keeps the list. */
const data = process.env.DATA ?? 'todos.json';
const maxBodyBytes = Number(process.env.MAX_BODY_BYTES ?? 1_048_576);

interface Todo {
  id: number;
  task: string;
  completed: boolean;
}

/** Called once for each request. */
async function handle(request: Request, response: Response): Promise<void> {
  // TODO(lab-07): step 1. Which resource does the path name, /todos or one todo? Then what the method asks for.
  response.writeHead(404);
  response.end();
}

// TODO(lab-07): step 6. Before the server listens, read the list from the file `data`.
const server = createServer(handle, { maxBodyBytes });

// TODO(lab-07): step 1. Listen on `port` and `host`, then write the line that README.md asks for to stdout.
// TODO(lab-07): step 1. A port in use is one line on stderr and exit code 1; SIGTERM ends the program with exit code 0.
