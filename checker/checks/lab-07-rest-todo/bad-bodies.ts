/** Requests with a body that must be refused, for POST and for PUT. */
import { jsonBody, type Refused } from './todos.ts';

/** 415. Symptoms: `taken`, `similar-type`. */
export function wrongTypes(line: string, task: string): Refused[] {
  const body = JSON.stringify({ task, completed: false });
  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'text/json',
    'application/jsonp',
    'application/json-patch+json',
    `text/${task}; a=application/json`,
  ];
  return [
    { line, why: 'without a Content-Type', parts: { body } },
    ...types.map((type) => ({
      line,
      why: `with Content-Type: ${type}`,
      parts: jsonBody(body, type),
      taken: type.includes('json') ? 'similar-type' : 'taken',
    })),
  ];
}

/** 400. Symptoms: `taken`, `not-utf-8`. */
export function notJson(line: string, word: string): Refused[] {
  return [
    ['an empty body', ''],
    ['a body of a space', ' '],
    ['JSON that is cut off', `{"task":"${word}","completed":false`],
    ['single quotes in its body', `{'task':'${word}','completed':false}`],
    ['two JSON documents', `{"task":"${word}","completed":false}{"task":"b","completed":false}`],
    ['a form as its body', `task=${word}&completed=false`],
    ['a word as its body', word],
    [
      'bytes that are no UTF-8',
      Buffer.from(`{"task":"${word} \xe9","completed":false}`, 'latin1'),
      'not-utf-8',
    ],
  ].map(([what, body, taken = 'taken']) => ({
    line,
    why: `with ${what}`,
    parts: jsonBody(body),
    taken: taken as string,
  }));
}

/** 400. Symptoms: `taken`, `task-unchecked`, `completed-unchecked`. */
export function notATodo(line: string, task: string, number: number): Refused[] {
  const row = (value: unknown, taken: string): Refused => ({
    line,
    why: `of ${JSON.stringify(value)}`,
    parts: jsonBody(JSON.stringify(value)),
    taken,
  });
  return [
    ...[null, [], [{ task, completed: false }], number, task, true].map((value) => row(value, 'taken')),
    row({ completed: true }, 'task-unchecked'),
    ...[number, null, true, [task], { text: task }].map((value) =>
      row({ task: value, completed: false }, 'task-unchecked'),
    ),
    ...['true', 'false', '', 0, 1, number, null, [], {}].map((value) =>
      row({ task, completed: value }, 'completed-unchecked'),
    ),
  ];
}
