import { expect, test } from 'vitest';
import { findLab } from '../course/course.ts';
import { UsageError } from '../course/usage-error.ts';
import { serverCommand, splitCommand } from './split-command.ts';

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

test('a program that is not there is wrong usage', () => {
  const lab = findLab('lab-01');
  expect(() => serverCommand('no-such-program {port}', lab, '.')).toThrow(
    new UsageError('there is no program "no-such-program" for --cmd'),
  );
  expect(() => serverCommand('./no-such-program', lab, '.')).toThrow(UsageError);
  expect(serverCommand(`"${process.execPath}" server.js`, lab, '.')).toEqual([process.execPath, 'server.js']);
  expect(serverCommand('node server.js', lab, '.')).toEqual(['node', 'server.js']);
});
