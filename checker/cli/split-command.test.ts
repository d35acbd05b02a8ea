import { expect, test } from 'vitest';
import { UsageError } from '../course/usage-error.ts';
import { splitCommand } from './split-command.ts';

test.each<[string, string[]]>([
  ['python3 server.py', ['python3', 'server.py']],
  ['  ./server \t --port   {port} ', ['./server', '--port', '{port}']],
  ['node "my server.js" \'a "b"\'', ['node', 'my server.js', 'a "b"']],
  ['node "a \\"b\\" \\\\ c"', ['node', 'a "b" \\ c']],
  ["node 'a\\b'", ['node', 'a\\b']],
  ['node my\\ server.js', ['node', 'my server.js']],
  ['C:\\python\\python.exe C:\\echo\\server.py', ['C:\\python\\python.exe', 'C:\\echo\\server.py']],
  ['"C:\\Program Files\\nodejs\\node.exe" s.js', ['C:\\Program Files\\nodejs\\node.exe', 's.js']],
  ['node "" \'\'', ['node', '', '']],
  ['node --flag="a b"c', ['node', '--flag=a bc']],
  ['node $HOME *.js ; ls | cat', ['node', '$HOME', '*.js', ';', 'ls', '|', 'cat']],
  ['node a\\', ['node', 'a\\']],
])('%j', (text, words) => {
  expect(splitCommand(text)).toEqual(words);
});

test.each([
  ['', '--cmd needs a program, for example: --cmd "python3 server.py"'],
  ['   ', '--cmd needs a program, for example: --cmd "python3 server.py"'],
  ['"" x', '--cmd needs a program, for example: --cmd "python3 server.py"'],
  ['node "a', '--cmd has a " that is not closed'],
  ["node 'a", "--cmd has a ' that is not closed"],
])('%j is refused', (text, message) => {
  expect(() => splitCommand(text)).toThrow(new UsageError(message));
});
