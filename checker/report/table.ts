/** Tables of plain text. */
import { columnsOf, padEnd, padStart } from './columns.ts';

export interface Cell {
  text: string;
  /** Colours the text after it was padded. */
  paint?: (text: string) => string;
}

export interface Column {
  title: string;
  align: 'left' | 'right';
}

/** Lines of the heading and the rows, columns two spaces apart. */
export function tableLines(
  columns: Column[],
  rows: Cell[][],
  paintHeading: (text: string) => string,
): string[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(columnsOf(title), ...rows.map((row) => columnsOf(row[index]?.text ?? ''))),
  );
  const line = (cells: Cell[]) =>
    cells
      .map(({ text, paint = (plain) => plain }, index) => {
        const right = columns[index]?.align === 'right';
        return paint(right ? padStart(text, widths[index]!) : padEnd(text, widths[index]!));
      })
      .join('  ')
      .trimEnd();
  const heading = line(columns.map(({ title }) => ({ text: title, paint: paintHeading })));
  return [heading, ...rows.map(line)];
}
