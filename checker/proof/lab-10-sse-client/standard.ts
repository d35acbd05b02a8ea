/**
 * WHATWG HTML §9.2.5 and §9.2.6, sentence by sentence: slow, with the whole stream at once, and without a limit. What the
 * reference does is held against it.
 */

export type StandardEvent =
  | { type: 'event'; event: string; data: string; lastEventId: string }
  | { type: 'id'; lastEventId: string }
  | { type: 'retry'; retryMs: number };

export function interpret(stream: Uint8Array, lastEventId = ''): StandardEvent[] {
  const events: StandardEvent[] = [];
  // "Streams must be decoded using the UTF-8 decode algorithm", which takes one byte order mark away.
  const text = new TextDecoder('utf-8').decode(stream);
  // "Lines must be separated by either a CRLF pair, a single LF, or a single CR." What comes after the last is no line.
  const lines = text.split(/\r\n|\n|\r/).slice(0, -1);
  let dataBuffer = '';
  let eventTypeBuffer = '';
  let lastEventIdBuffer = lastEventId;
  let lastEventIdString = lastEventId;

  for (const line of lines) {
    if (line === '') dispatch();
    else if (line.startsWith(':')) continue;
    else if (line.includes(':')) {
      const field = line.slice(0, line.indexOf(':'));
      const value = line.slice(line.indexOf(':') + 1);
      processField(field, value.startsWith(' ') ? value.slice(1) : value);
    } else processField(line, '');
  }
  return events;

  function processField(field: string, value: string): void {
    if (field === 'event') eventTypeBuffer = value;
    if (field === 'data') dataBuffer = `${dataBuffer}${value}\n`;
    if (field === 'id' && ![...value].includes('\0')) lastEventIdBuffer = value;
    if (field === 'retry' && value !== '' && [...value].every((letter) => '0123456789'.includes(letter)))
      events.push({ type: 'retry', retryMs: Number.parseInt(value, 10) });
  }

  function dispatch(): void {
    const before = lastEventIdString;
    lastEventIdString = lastEventIdBuffer;
    if (dataBuffer === '') {
      eventTypeBuffer = '';
      if (lastEventIdString !== before) events.push({ type: 'id', lastEventId: lastEventIdString });
      return;
    }
    if (dataBuffer.endsWith('\n')) dataBuffer = dataBuffer.slice(0, -1);
    events.push({
      type: 'event',
      event: eventTypeBuffer === '' ? 'message' : eventTypeBuffer,
      data: dataBuffer,
      lastEventId: lastEventIdString,
    });
    dataBuffer = '';
    eventTypeBuffer = '';
  }
}
