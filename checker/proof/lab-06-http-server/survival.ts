/** Servers that refuse badly or do not survive: steps 7 and 8. */
import type { Mutant } from '../mutant.ts';
import { http, server } from './patches.ts';

export const survival: Mutant[] = [
  {
    name: 'refusal-lost',
    story: 'What is no request gets no answer: the socket is destroyed.',
    patches: [
      http(
        '  #refuse(failed: Failed): void {\n',
        '  #refuse(failed: Failed): void {\n    if (this.#response === undefined) {\n      this.#socket.destroy();\n      return;\n    }\n',
      ),
    ],
    killedBy: { 'lab-06/refuse-400': { verdict: 'fail', misconception: 'no-answer' } },
  },
  {
    name: 'kept-after-refusal',
    story: 'After a refusal the connection stays open, for the next try.',
    patches: [http('        body,\n      );\n      this.#linger();\n', '        body,\n      );\n')],
    killedBy: { 'lab-06/refuse-400': { verdict: 'timeout', misconception: 'not-closed' } },
  },
  {
    name: '400-for-all',
    story: 'Every refusal is a 400: the status that the parser names is not looked at.',
    patches: [
      http(
        'const [status, text] = refusalText(failed);',
        'const [status, text] = [400, refusalText(failed)[1]];',
      ),
    ],
    killedBy: { 'lab-06/refuse-others': { verdict: 'fail', misconception: 'other-status' } },
  },
  {
    name: '500-for-a-bad-body',
    story: 'The body throws, the handler lets it pass, and everything that a handler throws is a 500.',
    patches: [
      http(
        '    else if (this.#refusal !== undefined) response.replace(...refusalText(this.#refusal), false);\n',
        '',
      ),
    ],
    killedBy: { 'lab-06/refuse-bad-body': { verdict: 'fail', misconception: 'other-status' } },
  },
  {
    name: 'body-limit-unread',
    story: 'The limit of a body is in the source, and the environment is not read.',
    patches: [
      http(
        'this.limits = { maxTargetBytes, maxHeadBytes, maxBodyBytes };',
        'this.limits = { maxTargetBytes, maxHeadBytes };\n    if (maxBodyBytes < 0) throw new TypeError();',
      ),
    ],
    killedBy: { 'lab-06/limits': { verdict: 'fail', misconception: 'limit-ignored' } },
  },
  {
    name: 'bad-bytes-first',
    story:
      'A segment with bad bytes in it is refused as a whole: the good request before them gets no answer.',
    patches: [
      http(
        'this.#events = this.#parser.receive(piece);',
        "this.#events = this.#parser.receive(piece);\n        this.#events = this.#events.some(({ type }) => type === 'failed') ? this.#events.slice(-1) : this.#events;",
      ),
    ],
    killedBy: { 'lab-06/good-then-bad': { verdict: 'fail', misconception: 'wrong-order' } },
  },
  {
    name: 'gives-up-on-talkers',
    story:
      'The refusal waits until its client is silent for a moment, and a client that goes on and on is cut.',
    patches: [
      http(
        '  #refuse(failed: Failed): void {\n    this.#refusal = failed;\n',
        '  #refuse(failed: Failed, late = false): void {\n    this.#refusal = failed;\n    if (!late) {\n      setTimeout(() => this.#refuse(failed, true), 100);\n      return;\n    }\n',
      ),
      http(
        "if (this.#discardedBytes > LINGER_BYTES && this.#state === 'lingering') this.#socket.destroy();",
        'if (this.#discardedBytes > 100_000) this.#socket.destroy();',
      ),
    ],
    killedBy: { 'lab-06/refusal-readable': { verdict: 'fail', misconception: 'reset' } },
  },
  {
    name: 'body-taken-for-a-request',
    story: 'Each request gets a new parser. When the handler did not read the body, the new one does.',
    patches: [
      http('  readonly #parser: RequestParser;\n', '  #parser: RequestParser;\n'),
      http(
        '        this.#body?.push(event.bytes);\n',
        '        if (this.#body === undefined) {\n          this.#parser = new RequestParser(this.#server.limits);\n          this.#incoming.unshift(event.bytes);\n          this.#events = [];\n          this.#nextEvent = 0;\n        } else this.#body.push(event.bytes);\n',
      ),
    ],
    killedBy: { 'lab-06/unread-body': { verdict: 'fail', misconception: 'extra-bytes' } },
  },
  {
    name: 'two-lengths-persist',
    story: 'A request with two lengths gets its 400, and the connection goes on with what stands behind it.',
    patches: [
      http(
        '        body,\n      );\n      this.#linger();\n',
        "        body,\n      );\n      if (failed.code !== 'length-and-coding') this.#linger();\n",
      ),
    ],
    killedBy: { 'lab-06/length-beside-chunked': { verdict: 'timeout', misconception: 'not-closed' } },
  },
  {
    name: 'no-time-out',
    story: 'Nobody thought of clients that never finish.',
    patches: [http('    this.#waitedMs += elapsedMs;\n', '')],
    killedBy: { 'lab-06/head-time-out': { verdict: 'timeout', misconception: 'never-times-out' } },
  },
  {
    name: 'each-byte-restarts-the-head',
    story: 'Whatever arrives starts the clock of a head again.',
    patches: [http('    if (this.#headBegun) return;\n', '')],
    killedBy: { 'lab-06/head-time-out': { verdict: 'fail', misconception: 'trickle-resets' } },
  },
  {
    name: 'each-byte-restarts-the-body',
    story: 'Whatever arrives starts the clock of a body again.',
    patches: [
      http(
        '        this.#body?.push(event.bytes);\n',
        '        this.#body?.push(event.bytes);\n        this.#restartWait();\n',
      ),
    ],
    killedBy: { 'lab-06/body-time-out': { verdict: 'fail', misconception: 'trickle-resets' } },
  },
  {
    name: 'head-time-out-cuts-answers',
    story: 'The timer of the head is not stopped when the head is complete.',
    patches: [
      http(
        '    if (this.#response !== undefined) return this.#body?.waiting ? this.#server.bodyTimeoutMs : undefined;\n',
        '    if (this.#response !== undefined) return this.#server.headTimeoutMs;\n',
      ),
      http(
        '    else if (this.#response === undefined && !this.#headBegun) this.#linger();\n',
        '    else if (!this.#headBegun) this.#linger();\n',
      ),
    ],
    killedBy: { 'lab-06/head-time-out': { verdict: 'fail', misconception: 'answer-cut' } },
  },
  {
    name: 'body-time-out-cuts-answers',
    story: 'The timer of the body runs while the handler has not asked for it.',
    patches: [
      http(
        '    if (this.#response !== undefined) return this.#body?.waiting ? this.#server.bodyTimeoutMs : undefined;\n',
        '    if (this.#response !== undefined) return this.#server.bodyTimeoutMs;\n',
      ),
      http(
        '    else if (this.#response === undefined && !this.#headBegun) this.#linger();\n',
        '    else if (!this.#headBegun && !this.#body?.waiting) this.#linger();\n',
      ),
    ],
    killedBy: { 'lab-06/body-time-out': { verdict: 'fail', misconception: 'answer-cut' } },
  },
  {
    name: 'exit-on-error',
    story: "000's C++ server: an answer that cannot be sent returns from main.",
    patches: [
      http(
        "    socket.on('error', () => {});\n",
        "    socket.on('error', () => {\n      if (this.#response?.headSent) process.exit(1);\n    });\n",
      ),
    ],
    killedBy: { 'lab-06/reset': { verdict: 'crash', misconception: 'crashed' } },
  },
  {
    name: 'closes-on-error',
    story: 'An error of one connection closes the server, in order.',
    patches: [
      http(
        "    socket.on('error', () => {});\n",
        "    socket.on('error', () => void server.close(60_000));\n",
      ),
    ],
    killedBy: { 'lab-06/gone-before-answer': { verdict: 'fail', misconception: 'refused' } },
  },
  {
    name: 'rejection-uncaught',
    story: 'What a handler throws is caught, and what its promise is rejected with is not.',
    patches: [
      http(
        '      if (result instanceof Promise) result.catch((error) => this.#handlerFailed(response, error));\n',
        '      if (result === null) return;\n',
      ),
    ],
    killedBy: {
      'lab-06/throw-late': { verdict: 'crash', misconception: 'crashed' },
      'lab-06/rejects': { verdict: 'crash', misconception: 'crashed' },
    },
  },
  {
    name: 'throw-uncaught',
    story: 'Nobody catches what a handler throws.',
    patches: [
      http(
        '    } catch (error) {\n      this.#handlerFailed(response, error);\n    }\n',
        '    } catch (error) {\n      setImmediate(() => { throw error; });\n    }\n',
      ),
    ],
    killedBy: { 'lab-06/throw-500': { verdict: 'crash', misconception: 'crashed' } },
  },
  {
    name: 'throw-unanswered',
    story: 'What a handler throws is caught and written to the log, and its client waits for ever.',
    patches: [http("    else response.replace(500, 'the handler failed\\n', true);\n", '')],
    killedBy: { 'lab-06/throw-500': { verdict: 'timeout', misconception: 'waiting' } },
  },
  {
    name: 'throw-completed',
    story: 'When the handler throws, its response is ended, so that no client hangs.',
    patches: [http('if (response.headSent) this.#cut(response);', 'if (response.headSent) response.end();')],
    killedBy: { 'lab-06/throw-late': { verdict: 'fail', misconception: 'looks-complete' } },
  },
  {
    name: 'five-hundred-clients',
    story: 'A limit that looked large enough; who comes above it waits until somebody goes.',
    patches: [
      http(
        '    this.connections.add(new Connection(this, socket));\n',
        '    if (this.connections.size < 500) this.connections.add(new Connection(this, socket));\n    else socket.on("error", () => {});\n',
      ),
    ],
    killedBy: { 'lab-06/half-open': { verdict: 'timeout', misconception: 'others-wait' } },
  },
  {
    name: 'write-ignored',
    story: 'There is always room: nobody looks at what waits for a client that does not read.',
    patches: [
      http(
        "    return this.#state !== 'gone' && this.#socket.writableLength + this.#outgoing.length < MAX_OUTGOING_BYTES;\n",
        "    return this.#state !== 'gone';\n",
      ),
      http(
        '    return this.hasRoom && this.#turnBytes < MAX_OUTGOING_BYTES;\n',
        '    return this.hasRoom;\n',
      ),
    ],
    killedBy: {
      'lab-06/pipelined-unread': { verdict: 'fail', misconception: 'memory-grows' },
      'lab-06/drained': { verdict: 'fail', misconception: 'never-false' },
    },
  },
  {
    name: 'drained-at-once',
    story: 'write says no, and drained is fulfilled in the next turn, whether there is room or not.',
    patches: [
      http(
        '    return new Promise((resolve) => this.#onRoom.push(resolve));\n',
        '    return new Promise((resolve) => setImmediate(resolve));\n',
      ),
    ],
    killedBy: { 'lab-06/drained': { verdict: 'fail', misconception: 'drained-at-once' } },
  },
  {
    name: 'parts-unheeded',
    story: 'What write returns is not looked at: a million parts are written in one loop.',
    patches: [
      server(
        '    if (!response.write(Buffer.from(`chunk ${part} of ${of}\\n`))) await response.drained();\n',
        '    response.write(Buffer.from(`chunk ${part} of ${of}\\n`));\n',
      ),
    ],
    killedBy: { 'lab-06/unread-stream': { verdict: 'fail', misconception: 'write-ignored' } },
  },
  {
    name: 'file-in-one-piece',
    story: 'The file is read as a whole, and written as a whole.',
    patches: [
      server(
        '    const buffer = Buffer.allocUnsafe(Math.min(PART_BYTES, size - sent));\n',
        '    const buffer = Buffer.alloc(size, 1);\n',
      ),
    ],
    killedBy: { 'lab-06/unread-file': { verdict: 'fail', misconception: 'write-ignored' } },
  },
  {
    name: 'drain-unheard',
    story: 'The handler waits for room, and nobody tells it when there is some.',
    patches: [http('    this.#roomAgain();\n    this.advance();\n', '    this.advance();\n')],
    killedBy: {
      'lab-06/drained': { verdict: 'timeout', misconception: 'never-resumed' },
    },
  },
  {
    name: 'uploads-kept',
    story: 'What arrives is read, whether anybody wants it or not.',
    patches: [
      http('    if (this.#incomingBytes >= MAX_INCOMING_BYTES) this.#socket.pause();\n    else if', '    if'),
    ],
    killedBy: { 'lab-06/unread-uploads': { verdict: 'fail', misconception: 'kept-unread' } },
  },
  {
    name: 'abort-untold',
    story: 'Nobody tells the handler that its client is gone.',
    patches: [http('    this.#request?.peerGone();\n', '')],
    killedBy: { 'lab-06/gone-handlers': { verdict: 'timeout', misconception: 'not-aborted' } },
  },
];
