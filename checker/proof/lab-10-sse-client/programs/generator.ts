/** A parser that reads straight down: a generator that waits for its next letter wherever it is. */
type StreamEvent =
  | { type: 'event'; event: string; data: string; lastEventId: string }
  | { type: 'id'; lastEventId: string }
  | { type: 'retry'; retryMs: number }
  | { type: 'failed'; code: 'too-large'; message: string; offset: number };

export class EventStreamParser {
  #decoder = new TextDecoder('utf-8');
  #events: StreamEvent[] = [];
  #reader: Generator<void, void, string>;

  constructor({ maxEventBytes = 1_048_576, lastEventId = '' } = {}) {
    this.#reader = read(lastEventId, maxEventBytes, (event) => this.#events.push(event));
    this.#reader.next();
  }

  receive(chunk: Uint8Array): StreamEvent[] {
    this.#events = [];
    const text = this.#decoder.decode(chunk, { stream: true });
    // Line ends by themselves, all between two of them as one piece.
    for (const piece of text.match(/[\r\n]|[^\r\n]+/g) ?? []) this.#reader.next(piece);
    return this.#events;
  }

  end(): StreamEvent[] {
    return [];
  }
}

function* read(
  firstId: string,
  limit: number,
  give: (event: StreamEvent) => void,
): Generator<void, void, string> {
  let id = firstId;
  let nextId = firstId;
  let letter = yield;
  for (;;) {
    // One block.
    let data: string | undefined;
    let bytes = 0;
    let type = '';
    for (;;) {
      // One line.
      let line = '';
      let length = 0;
      while (letter !== '\n' && letter !== '\r') {
        length += bytesOf(letter);
        line += letter;
        if (length > limit + 10) {
          give({ type: 'failed', code: 'too-large', message: 'a line is too long', offset: 0 });
          return;
        }
        letter = yield;
      }
      const wasCr = letter === '\r';
      if (line === '') {
        const before = id;
        id = nextId;
        if (data !== undefined) give({ type: 'event', event: type || 'message', data, lastEventId: id });
        else if (before !== id) give({ type: 'id', lastEventId: id });
      } else {
        const [, name, value = ''] = /^([^:]*)(?:: ?([\s\S]*))?$/.exec(line) ?? [];
        if (name === 'data') {
          data = data === undefined ? value : `${data}\n${value}`;
          bytes += bytesOf(value) + 1;
        } else if (name === 'event') type = value;
        else if (name === 'id') nextId = value.includes('\0') ? nextId : value;
        else if (name === 'retry' && /^[0-9]+$/.test(value)) give({ type: 'retry', retryMs: Number(value) });
        if (bytes > limit + 10) {
          give({ type: 'failed', code: 'too-large', message: 'an event is too long', offset: 0 });
          return;
        }
      }
      letter = yield;
      if (wasCr && letter === '\n') letter = yield;
      if (line === '') break;
    }
  }
}

/** A U+FFFD stands for one byte at least. */
function bytesOf(text: string): number {
  return Buffer.byteLength(text) - 2 * (text.split('\ufffd').length - 1);
}
