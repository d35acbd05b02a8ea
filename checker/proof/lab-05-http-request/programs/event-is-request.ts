/** The parser of the first tutorial: one data event is one request. */
type Field = [name: string, value: string];

export class RequestParser {
  receive(chunk: Uint8Array): object[] {
    const [head = '', ...rest] = Buffer.from(chunk).toString().split('\r\n\r\n');
    const [requestLine = '', ...lines] = head.split('\r\n');
    const [method = '', target = '', version = ''] = requestLine.split(' ');
    if (!version.startsWith('HTTP/')) {
      return [{ type: 'failed', status: 400, code: 'request-line', message: 'bad request line', offset: 0 }];
    }
    const headers = lines.map((line): Field => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    const body = rest.join('\r\n\r\n');
    const events: object[] = [
      {
        type: 'request',
        method,
        target,
        version: version === 'HTTP/1.0' ? '1.0' : '1.1',
        headers,
        body: body === '' ? 'none' : 'length',
        keepAlive: true,
      },
    ];
    if (body !== '') events.push({ type: 'body', bytes: Buffer.from(body) });
    events.push({ type: 'end', trailers: [] });
    return events;
  }

  end(): object[] {
    return [];
  }
}
