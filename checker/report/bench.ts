/** What a bench measured, as tables for people. */
import type { Problem } from '../run/result.ts';
import { wrap } from './columns.ts';
import { escapeText } from './escape.ts';
import { type Palette, palette } from './palette.ts';
import { problemLines } from './problems.ts';
import { type Cell, type Column, tableLines } from './table.ts';

export interface BenchDocument {
  schema: 'barewire/bench/v1';
  /** Version of Node. */
  node: string;
  machine: string;
  labs: LabBench[];
}

/** What was measured for one lab. */
export interface LabBench {
  lab: string;
  title: string;
  tables: BenchTable[];
  /** Sentences about what was measured and with what. */
  notes: string[];
  /** Who could not be measured, and why. */
  refused: { who: string; why: string; problems: Problem[] }[];
  durationMs: number;
}

/** One quantity, of everybody in every case. */
export interface BenchTable {
  /** What a figure is, with its unit: `nanoseconds per request`. */
  figure: string;
  /** What the ratio is: `times the speed of llhttp`. */
  ratio: string;
  rows: BenchRow[];
}

export interface BenchRow {
  /** `small GET, one buffer` */
  case: string;
  /** The peer first. */
  cells: BenchCell[];
}

export interface BenchCell {
  who: string;
  median: number;
  min: number;
  max: number;
  /** As the table says; the peer's own is 1. */
  ratio: number;
}

/** The tables, a block of lines for each case, then who could not be measured. */
export function renderBench(
  { labs, node, machine }: BenchDocument,
  { colour, width }: { colour: boolean; width: number },
): string {
  const paint = palette(colour);
  const sections = labs.flatMap((lab) => [
    [paint.strong(`${lab.lab}  ${lab.title}`), `Node ${node.replace('v', '')} · ${escapeText(machine)}`],
    ...lab.tables.map((table) => linesOf(table, paint)),
    lab.notes.flatMap((note) => wrap(note, width)),
    ...lab.refused.map((refused) => refusedLines(refused, width, paint)),
    [paint.faint(`${(lab.durationMs / 1000).toFixed(0)} s. The machine's noise is in min and max.`)],
  ]);
  const filled = sections.filter((lines) => lines.length > 0);
  return filled.map((lines) => lines.join('\n')).join('\n\n');
}

function linesOf({ figure, ratio, rows }: BenchTable, paint: Palette): string[] {
  const columns: Column[] = [
    { title: figure, align: 'left' },
    { title: '', align: 'left' },
    { title: 'median', align: 'right' },
    { title: 'min', align: 'right' },
    { title: 'max', align: 'right' },
    { title: ratio, align: 'right' },
  ];
  const cells = rows.flatMap((row) => row.cells.map((cell, index) => cellsOf(row.case, cell, index === 0)));
  return tableLines(columns, cells, paint.faint);
}

function cellsOf(name: string, { who, median, min, max, ratio }: BenchCell, first: boolean): Cell[] {
  const figures = [median, min, max].map((value): Cell => ({ text: readable(value) }));
  return [
    { text: first ? name : '' },
    { text: who },
    ...figures,
    { text: first ? '' : `${ratio.toFixed(2)} ×` },
  ];
}

/** Three digits at least: `6.47`, `254`, `154,229`. */
function readable(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(value >= 10 ? 1 : 2);
}

function refusedLines(
  { who, why, problems }: LabBench['refused'][number],
  width: number,
  paint: Palette,
): string[] {
  const text = wrap(`${escapeText(who)} was not measured: ${escapeText(why)}`, Math.max(20, width - 2));
  return [
    ...text.map((line, index) => (index === 0 ? `${paint.bad('✗')} ` : '  ') + line),
    ...problems.flatMap((problem) => ['', ...problemLines(problem, width, paint)]),
  ];
}
