/** The trace of a check as two lanes: the judge on the left, the student's program on the right. */
import type { Delivery, TraceEvent } from '../run/result.ts';
import { columnsOf, count, padEnd, padStart, wrap } from './columns.ts';
import { escapeText, escapeTokens, rowsOf, type Token } from './escape.ts';
import type { Palette } from './palette.ts';

/** A failure is explained by what came just before it. */
const LAST_EVENTS = 12;
const MOST_BYTE_ROWS = 2;
/** With less room beside it, the count of the bytes left out gets a line of its own. */
const LEAST_BYTE_COLUMNS = 8;
const TO_STUDENT = ' ─▶ ';
const TO_JUDGE = ' ◀─ ';
const MOST_LANE_COLUMNS = 12;

const REMARKS: Readonly<Partial<Record<Delivery, string>>> = {
  unverified: '(unverified)',
  unread: '(not read)',
};

export interface SequenceOptions {
  /** Longest line. */
  columns: number;
  /** All events, not only the last ones. */
  all: boolean;
  paint: Palette;
}

/** Numbered lines, with milliseconds since the check began; empty when nothing happened. */
export function sequence(trace: readonly TraceEvent[], options: SequenceOptions): string[] {
  if (trace.length === 0) return [];
  const { columns, all, paint } = options;
  const left = all ? 0 : Math.max(0, trace.length - LAST_EVENTS);
  const shown = trace.slice(left);
  const table = tableFor(shown, left, columns, paint);
  const omitted = `${count(left, 'earlier event')} left out; --trace shows all`;
  return [
    ...(left === 0 ? [] : wrap(omitted, columns).map(paint.faint)),
    heading(table),
    ...shown.flatMap((event, index) => eventLines(event, left + index + 1, table)),
  ];
}

interface Table {
  paint: Palette;
  numberColumns: number;
  msColumns: number;
  /** 0 when there is only one conversation. */
  laneColumns: number;
  /** Of each of the two halves, without the arrow between them. */
  halfColumns: number;
}

function tableFor(events: readonly TraceEvent[], left: number, columns: number, paint: Palette): Table {
  const longest = (texts: string[]) => Math.max(...texts.map(columnsOf));
  const numberColumns = String(left + events.length).length;
  const msColumns = Math.max(2, longest(events.map((event) => milliseconds(event))));
  const laneColumns = Math.min(MOST_LANE_COLUMNS, longest(events.map((event) => escapeText(event.lane))));
  const gutter = numberColumns + 2 + msColumns + 2 + (laneColumns === 0 ? 0 : laneColumns + 2);
  const halfColumns = Math.floor((columns - gutter - TO_STUDENT.length) / 2);
  return { paint, numberColumns, msColumns, laneColumns, halfColumns };
}

function heading(table: Table): string {
  const judge = padEnd('judge', table.halfColumns + TO_STUDENT.length);
  return table.paint.faint(`${gutterOf('', 'ms', '', table)}${judge}your program`);
}

function eventLines(event: TraceEvent, number: number, table: Table): string[] {
  const { paint, halfColumns } = table;
  const gutter = gutterOf(String(number), milliseconds(event), escapeText(event.lane), table);
  const empty = ' '.repeat(gutter.length);
  const place = (line: string, index: number) => (index === 0 ? paint.faint(gutter) : empty) + line;
  if (event.from === 'note') {
    const whole = halfColumns * 2 + TO_STUDENT.length - 2;
    return wrap(escapeText(event.text), whole).map((line, index) =>
      place(paint.warn(`${index === 0 ? '· ' : '  '}${line}`), index),
    );
  }
  const block = blockOf(event, halfColumns);
  if (event.from === 'student') {
    const indent = ' '.repeat(halfColumns);
    const arrow = (index: number) => (index === 0 ? TO_JUDGE : ' '.repeat(TO_JUDGE.length));
    return block.map((line, index) => place(`${indent}${arrow(index)}${paint.student(line)}`, index));
  }
  const remark = event.delivery === undefined ? '' : (REMARKS[event.delivery] ?? '');
  return block.map((line, index) => {
    if (index > 0) return place(line, index);
    return place(`${padEnd(line, halfColumns)}${TO_STUDENT}${paint.warn(remark)}`.trimEnd(), index);
  });
}

/** What was done and the bytes that moved, side by side where there is room. */
function blockOf(event: TraceEvent, columns: number): string[] {
  const text = escapeText(event.text);
  const { bytes } = event;
  if (bytes === undefined || bytes.length === 0) return wrap(text, columns);
  const totalBytes = event.totalBytes ?? bytes.length;
  const tokens = escapeTokens(bytes);
  const beside = `${text} ${quoted(tokens)}`;
  if (bytes.length >= totalBytes && columnsOf(beside) <= columns) return [beside];
  return [...wrap(text, columns), ...byteRows(bytes, totalBytes, columns)];
}

/** Quoted rows of escaped bytes; what does not fit is counted at the end, never left out of the middle. */
function byteRows(bytes: Uint8Array, totalBytes: number, columns: number): string[] {
  const rows = rowsOf(escapeTokens(bytes), columns - 2).slice(0, MOST_BYTE_ROWS);
  const left = (row: Token[]) => totalBytes - row.at(-1)!.offset - row.at(-1)!.byteLength;
  if (left(rows.at(-1)!) <= 0) return rows.map(quoted);
  const room = columns - 2 - columnsOf(` ${more(totalBytes)}`);
  if (room < LEAST_BYTE_COLUMNS) return [...rows.map(quoted), ...wrap(more(left(rows.at(-1)!)), columns)];
  const last = rowsOf(rows.at(-1)!, room)[0]!;
  return [...rows.slice(0, -1).map(quoted), `${quoted(last)} ${more(left(last))}`];
}

function quoted(tokens: readonly Token[]): string {
  return `"${tokens.map(({ text }) => text).join('')}"`;
}

function more(bytes: number): string {
  return `… ${count(bytes, 'more byte')}`;
}

function gutterOf(number: string, ms: string, lane: string, table: Table): string {
  const front = `${padStart(number, table.numberColumns)}  ${padStart(ms, table.msColumns)}  `;
  if (table.laneColumns === 0) return front;
  const short = columnsOf(lane) > table.laneColumns ? `${lane.slice(0, table.laneColumns - 1)}…` : lane;
  return `${front}${padEnd(short, table.laneColumns)}  `;
}

function milliseconds({ atMs }: TraceEvent): string {
  return atMs.toFixed(atMs < 100 ? 1 : 0);
}
