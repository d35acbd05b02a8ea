import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkRules } from './rules.ts';

const FILE = join(process.cwd(), 'labs', 'lab-05-http-request', 'parser.ts');

describe('refused', () => {
  it.each([
    // Ready-made protocols and code from text
    ["await fetch('http://a');", 7, /^fetch is a ready-made HTTP client$/],
    ["new WebSocket('ws://a');", 5, /^WebSocket is a ready-made/],
    ['class A extends WebSocket {}', 17, /^WebSocket/],
    ["new EventSource('http://a');", 5, /^EventSource/],
    ['const get = fetch;', 13, /^fetch/],
    ['const a = { fetch };', 13, /^fetch/],
    ['const a = { get: fetch as unknown };', 18, /^fetch/],
    ['class A { fetch = fetch; }', 19, /^fetch/],
    ['declare const fetch: () => void;\nfetch();', 1, /^fetch/],
    ["globalThis.fetch('http://a');", 1, /^fetch/],
    ['global.WebSocket;', 1, /^WebSocket/],
    ["globalThis['fetch'];", 1, /^fetch/],
    ['globalThis[`fetch`];', 1, /^fetch/],
    ['(globalThis as any).EventSource;', 1, /^EventSource/],
    ['new globalThis.XMLHttpRequest();', 5, /^XMLHttpRequest/],
    ['globalThis.globalThis?.fetch;', 1, /^fetch/],
    ['const { fetch } = globalThis;', 9, /^fetch/],
    ['const { fetch: get = 1 } = globalThis;', 9, /^fetch/],
    ["eval('1');", 1, /^eval runs a text as code$/],
    ["(0, eval)('1');", 5, /^eval/],
    ["globalThis.eval('1');", 1, /^eval/],
    ["new Function('return 1');", 1, /^Function/],
    ["Function('return 1')();", 1, /^Function/],
    ["new globalThis.Function('1');", 1, /^Function/],
    // Ways around the import rules
    ["const http = require('http');", 14, /^require does not exist/],
    ['declare const require: any;\nrequire;', 1, /^require/],
    ['require.resolve;', 1, /^require/],
    ["import http = require('http');", 15, /^require/],
    ['module.exports = 1;', 1, /^module does not exist/],
    ['exports.a = 1;', 1, /^exports does not exist/],
    ["const name = 'http';\nawait import(name);", 7, /^import\(…\) needs the name/],
    ["await import('node:' + 'http');", 7, /^import/],
    ["import { createRequire } from 'node:module';", 10, /^createRequire/],
    ["import module from 'module';\nmodule.createRequire('a');", 1, /^createRequire/],
    ["process.getBuiltinModule('http');", 1, /^process\.getBuiltinModule goes around/],
    ["process.binding('http_parser');", 1, /^process\.binding/],
    ["process['binding']('a');", 1, /^process\.binding/],
    ["process?.binding('a');", 1, /^process\.binding/],
    ["process!._linkedBinding('a');", 1, /^process\._linkedBinding/],
    ['process.dlopen;', 1, /^process\.dlopen/],
    ['process.mainModule;', 1, /^process\.mainModule/],
    ["globalThis.process.binding('a');", 1, /^process\.binding/],
    ['const { binding } = process;', 9, /^process\.binding/],
    ['const { env, ...rest } = process, { dlopen: open } = process;', 37, /^process\.dlopen/],
    ['const { process: { binding } } = globalThis;', 20, /^process\.binding/],
    ['let binding;\n({ binding } = process);', 4, /^process\.binding/],
    ['function f({ binding } = process) {}', 14, /^process\.binding/],
    ["import p from 'node:process';\np.binding;", 1, /^process\.binding/],
    ["import * as p from 'process';\np.binding;", 1, /^process\.binding/],
    ["import { default as p } from 'process';\np.binding;", 1, /^process\.binding/],
    ["import { binding } from 'node:process';", 10, /^process\.binding/],
    ["const key = 'a';\nprocess[key];", 1, /^process\[…\] with a calculated name/],
    ["const key = 'a';\nglobalThis[key];", 1, /^globalThis\[…\]/],
    ["const key = 'a';\nconst { [key]: a } = global;", 9, /^globalThis\[…\]/],
  ])('%s', (source, column, message) => {
    const text = `const é = '😀';\r\n${source}\r\n`;
    const lines = source.split('\n');
    expect(checkRules(FILE, text)).toEqual([
      {
        kind: 'forbidden',
        file: join('labs', 'lab-05-http-request', 'parser.ts'),
        line: lines.length + 1,
        column,
        message: expect.stringMatching(message),
        advice: expect.stringMatching(/\.$/),
        sourceLine: lines.at(-1),
      },
    ]);
  });

  it('is told in the order of the text, each once', () => {
    const found = checkRules(FILE, 'eval(fetch);\nfunction f() { require(eval); }');
    expect(found.map(({ line, column }) => [line, column])).toEqual([
      [1, 1],
      [1, 6],
      [2, 16],
      [2, 24],
    ]);
  });
});

describe('allowed', () => {
  it.each([
    // Words that only look like it
    "// fetch, eval('1') and require('http')\n/* new WebSocket(process.binding) */",
    "const text = \"eval('1') require('http') fetch\";",
    'const text = `fetch eval`;',
    "const a = { fetch: 1, eval: 2, require: 3, 'process.binding': 4 };\na.fetch; a.eval; a.require;",
    'class Client { fetch() {} WebSocket = 1; #eval = 2; get require() { return this.#eval; } }',
    'fetch: for (;;) break fetch;',
    'enum Kind { fetch = 1, again = fetch }',
    "export { a as fetch } from './a.ts';\nexport * as eval from './a.ts';",
    "import { fetch as get } from './a.ts';\nget();",
    'new.target;\nimport.meta.url;\nimport.meta.resolve;',
    // Types
    'let socket: WebSocket | undefined;\nlet get: typeof fetch;',
    'type Fetch = typeof fetch;\ninterface A extends EventSource { eval: Function }\nconst a = 1 as unknown as WebSocket;',
    'class A implements EventSource {}',
    'const a = f<typeof fetch>(1);\nfunction f<WebSocket>(a: WebSocket) { return a; }',
    "import type { createRequire } from 'node:module';\nimport { type binding } from 'node:process';",
    "import type http = require('node:http');",
    'declare function require(name: string): unknown;\ndeclare global { var fetch: unknown; }',
    // The student's own
    'class WebSocket {}\nnew WebSocket();',
    "import { WebSocket } from './websocket.ts';\nnew WebSocket();",
    "import WebSocket from './websocket.ts';\nimport * as EventSource from './a.ts';\nnew WebSocket(EventSource);",
    'function f(fetch: () => void) { fetch(); }',
    'const f = ({ a: [fetch = 1, ...eval1] }) => fetch;',
    'try {} catch (fetch) { fetch; }',
    'class A { constructor(private fetch: () => void) { fetch(); } }',
    'function process(line: string) {}\nprocess.binding;\nconst { dlopen } = process;',
    'const module = 1, exports = 2;\nmodule + exports;',
    'const p = { binding: 1 };\np.binding;\nconst { binding } = p;',
    // Harmless
    "typeof fetch === 'function' && typeof require && typeof globalThis.WebSocket;",
    'globalThis.WebSocket = class {};',
    'const a = (b: unknown) => b instanceof Function && Function.prototype;',
    "await import('node:net');\nawait import(`./a.ts`);",
    "process.env['PORT'];\nconst key = 'a';\nprocess.env[key];\nprocess.argv[2];\nprocess['env'];",
    'const { env, argv, ...rest } = process;\nconst { setTimeout } = globalThis;',
    "globalThis.setTimeout(() => {}, 1);\nglobalThis['crypto'];",
    "import process, { env } from 'node:process';\nprocess.exit(env.A);",
    'const list = [1];\nlist[list.length - 1];',
    // Not a program at all: esbuild says so
    'fetch( {',
  ])('%s', (source) => {
    expect(checkRules(FILE, source)).toEqual([]);
  });

  it('is a table written as one long sum', () => {
    expect(checkRules(FILE, `const sum = ${Array(4000).fill("'a'").join(' +\n')};`)).toEqual([]);
  });
});
