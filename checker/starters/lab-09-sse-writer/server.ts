/**
 * Lab 09: the program. What is published to it goes to all its readers, as Server-Sent Events.
 *
 * HOST, PORT, HEARTBEAT_MS, HISTORY and MAX_BUFFERED come from the environment; README.md says what they are.
 */
import { createServer, type Request, type Response } from '../lab-06-http-server/http.ts';
import { EventHub } from './event-stream.ts';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);

const hub = new EventHub({
  history: Number(process.env.HISTORY ?? 100),
  maxBufferedBytes: Number(process.env.MAX_BUFFERED ?? 1024 * 1024),
});

/** Called once for each request. */
async function handle(request: Request, response: Response): Promise<void> {
  // TODO(lab-09): steps 3 and 4. /events and /publish; 404 for what is neither, 405 for another method.
  response.writeHead(404);
  response.end();
}

/** GET /events: the response goes on for as long as the reader is there. */
async function stream(request: Request, response: Response): Promise<void> {
  // TODO(lab-09): step 3. Which fields has the head, and when does it leave?
  // TODO(lab-09): steps 4, 6 and 7. Tell the hub that a reader is there, what it has read before, and when it is gone.
}

/** POST /publish: the event in the body, to all readers. */
async function publish(request: Request, response: Response): Promise<void> {
  // TODO(lab-09): step 4. Read the body; refuse what is no event.
}

const server = createServer(handle);

// TODO(lab-09): step 5. Let the hub send a heartbeat, every HEARTBEAT_MS.
// TODO(lab-09): step 3. Listen on `port` and `host`, then write the line that README.md asks for to stdout.
// TODO(lab-09): step 3. A port in use is one line on stderr and exit code 1; SIGTERM ends the program with exit code 0.
