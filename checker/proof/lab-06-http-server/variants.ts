/** HTTP servers of other designs, all right. */
import type { Variant } from '../mutant.ts';
import { http, server } from './patches.ts';

export const variants: Variant[] = [
  {
    name: 'keep-alive-said',
    story:
      'Every response says whether the connection persists, and how long; every response names its server.',
    patches: [
      http(
        "    } else if (this.#request.version === '1.0') {\n      text += 'Connection: keep-alive\\r\\n';\n",
        "    } else {\n      text += 'Connection: keep-alive\\r\\nKeep-Alive: timeout=10\\r\\nServer: variant\\r\\n';\n",
      ),
    ],
  },
  {
    name: 'many-writes',
    story:
      'Whatever is said is written at once: the head, each line of a chunk and the body go out one by one.',
    patches: [
      http(
        '  send(text: string, bytes?: Uint8Array): void {\n',
        "  send(text: string, bytes?: Uint8Array): void {\n    if (this.#state === 'gone') return;\n    if (text !== '') this.#socket.write(text, 'latin1');\n    if (bytes !== undefined) this.#socket.write(bytes);\n    if (this.#outgoing === '') return;\n",
      ),
    ],
  },
  {
    name: 'drains-bodies',
    story:
      'A body that the handler did not read is read to its end and thrown away, and the connection persists.',
    patches: [
      http(
        'const persists = keepAlive && this.#bodyIsHere() && !this.#server.closing;',
        'const persists = keepAlive && !this.#server.closing;',
      ),
      http(
        '    return !responseEnds || this.#bodyIsHere();\n',
        '    return responseEnds || !responseEnds;\n',
      ),
    ],
  },
  {
    name: 'silent-time-outs',
    story: 'Who is too slow is not answered: the connection is closed.',
    patches: [
      http(
        '    else if (this.#response === undefined && !this.#headBegun) this.#linger();\n    else this.#refuse({',
        '    else if (this.#response === undefined || !this.#response.headSent) this.#socket.destroy();\n    else this.#refuse({',
      ),
    ],
  },
  {
    name: 'other-letters',
    story:
      'Field names in lower case, the coding in capitals, Date first; chunk sizes in capitals with zeros before them, each part cut in two.',
    patches: [
      http('return `${name}: ${value}\\r\\n`;', 'return `${name.toLowerCase()}:${value}  \\r\\n`;'),
      http(
        'let text = lines;',
        "const at = lines.indexOf('\\n') + 1;\n    let text = lines.slice(0, at) + (hasDate ? '' : this.#connection.dateLine) + lines.slice(at);",
      ),
      http('    if (!hasDate) text += this.#connection.dateLine;\n', ''),
      http("'Transfer-Encoding: chunked\\r\\n'", "'transfer-encoding: CHUNKED\\r\\n'"),
      http(
        "if (!close) text += 'Connection: close\\r\\n';",
        "if (!close) text += 'connection: Close\\r\\n';",
      ),
      http(
        "        this.#connection.send(`${bytes.length.toString(16)}\\r\\n`, bytes);\n        this.#connection.send('\\r\\n');\n",
        "        for (const part of [bytes.subarray(0, 5), bytes.subarray(5)]) {\n          if (part.length === 0) continue;\n          this.#connection.send(`${part.length.toString(16).toUpperCase().padStart(6, '0')}\\r\\n`, part);\n          this.#connection.send('\\r\\n');\n        }\n",
      ),
      http(
        "if (this.#framing === 'chunked') this.#connection.send('0\\r\\n\\r\\n');",
        "if (this.#framing === 'chunked') this.#connection.send('000\\r\\n\\r\\n');",
      ),
    ],
  },
  {
    name: 'fewer-words',
    story:
      'No reason phrase; a path that leads out is 403, a tag is weak, and a type has another parameter or none.',
    patches: [
      http("${status} ${REASONS[status] ?? ''}\\r\\n`;", '${status} \\r\\n`;'),
      server(
        '  if (file === undefined) return notFound(response);\n',
        "  if (segments.slice(1).some((segment) => /\\.\\.|[\\\\/\\0]/.test(segment))) return answer(response, 403, 'no\\n');\n  if (file === undefined) return notFound(response);\n",
      ),
      server('const etag = `"${mtimeNs', 'const etag = `W/"${mtimeNs'),
      server(
        '[...value.matchAll(/"[^"]*"/g)].some(([tag]) => tag === etag)',
        '[...value.matchAll(/"[^"]*"/g)].some(([tag]) => `W/${tag}` === etag)',
      ),
      server("const TEXT = 'text/plain; charset=utf-8';", 'const TEXT = \'Text/Plain;charset="UTF-8"\';'),
      server("'text/html; charset=utf-8'", "'text/html'"),
    ],
  },
  {
    name: 'other-choices',
    story:
      'The keep-alive of HTTP/1.0 is not honoured, a 417 and a 500 end the connection, the 100 is sent although the body has come, HEAD says nothing of lengths.',
    patches: [
      http(
        'this.#keepAlive = request.keepAlive;',
        "this.#keepAlive = request.keepAlive && request.version === '1.1';",
      ),
      http(
        "this server knows no expectation but 100-continue\\n', true);",
        "this server knows no expectation but 100-continue\\n', false);",
      ),
      http("500, 'the handler failed\\n', true);", "500, 'the handler failed\\n', false);"),
      http('    if (this.#nextEvent < this.#events.length || this.#incomingBytes > 0) return;\n', ''),
      http(
        "if (this.#request.method === 'HEAD' && !known) return '';",
        "if (this.#request.method === 'HEAD') return known ? '' : '';",
      ),
    ],
  },
  {
    name: 'side-by-side',
    story:
      'Eight handlers of a connection run side by side, each with a queue for what it says; bodies are Readables; every connection has a timer.',
    files: { 'http.ts': 'programs/side-by-side.ts' },
  },
  {
    name: 'on-the-fast-parser',
    story: 'The library on the parser of lab 05 that was written for speed.',
    patches: [
      http("} from '../lab-05-http-request/parser.ts';", "} from '../lab-05-http-request/fast-parser.ts';"),
    ],
  },
];
