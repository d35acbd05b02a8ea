import { extname } from 'node:path';
import { type Node, type ParseResult, type Program, parseSync, visitorKeys } from 'oxc-parser';

/** Parse a source file as the ES module that it is. A file that can't be parsed has an empty program. */
export function parseSource(file: string, text: string): ParseResult {
  const lang = extname(file).endsWith('ts') ? 'ts' : 'js';
  return parseSync(file, text, { lang, sourceType: 'module', astType: 'ts', preserveParens: false });
}

/**
 * What esbuild has to add to the end of a text so that it takes the file for an ES module: without an import
 * or export it would take it for CommonJS, where `return` is legal at the top and a missing export is no error.
 */
export function moduleMark({ module, program }: ParseResult): string {
  // Behind a text that ends too early, the mark itself would be reported.
  return module.hasModuleSyntax || program.body.length === 0 ? '' : '\nexport {};';
}

/** Where the bracket or string stands that the text never closes. */
export function openedAt({ errors }: ParseResult): number | undefined {
  const [error] = errors;
  if (error === undefined) return undefined;
  const opened = error.labels.find(({ message }) => message === 'Opened here');
  if (opened !== undefined) return opened.start;
  return error.message.startsWith('Unterminated') ? error.labels[0]?.start : undefined;
}

/**
 * Visit what is left of a program when its types are gone, parents first. An `Identifier` that is visited is a
 * variable that is read, written or declared: never a property name, a label or a type.
 */
export function walkValues(program: Program, visit: (node: Node, parent: Node) => void): void {
  // No recursion: a table written as one long sum is a tree of that depth.
  const pending: [node: Node, parent: Node][] = [];
  const enter = (parent: Node) => {
    for (const child of [...valueChildren(parent)].reverse()) pending.push([child, parent]);
  };
  enter(program);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    visit(...next);
    enter(next[0]);
  }
}

/** Every name that the program declares as a variable, in whatever scope: imports and parameters as well. */
export function declaredNames(program: Program): Set<string> {
  const names = new Set<string>();
  const add = (pattern: Node | null | undefined) => {
    for (const name of boundNames(pattern)) names.add(name);
  };
  walkValues(program, (node) => {
    switch (node.type) {
      case 'VariableDeclarator':
      case 'ClassDeclaration':
      case 'ClassExpression':
      case 'TSEnumDeclaration':
      case 'TSEnumMember':
      case 'TSModuleDeclaration':
      case 'TSImportEqualsDeclaration':
        return add(node.id);
      case 'FunctionDeclaration':
      case 'FunctionExpression':
        add(node.id);
        return node.params.forEach(add);
      case 'ArrowFunctionExpression':
        return node.params.forEach(add);
      case 'CatchClause':
        return add(node.param);
      case 'ImportDeclaration':
        return node.specifiers.forEach(({ local }) => {
          add(local);
        });
    }
  });
  return names;
}

/** The expression inside of parts that only speak to the type checker, and of `?.` chains. */
export function unwrap(node: Node): Node {
  switch (node.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'TSInstantiationExpression':
    case 'ChainExpression':
      return unwrap(node.expression);
    default:
      return node;
  }
}

/** The text that an expression is, when it is one without a calculation. */
export function literalText(node: Node): string | undefined {
  if (node.type === 'Literal') return String(node.value);
  if (node.type !== 'TemplateLiteral' || node.expressions.length > 0) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}

/** TypeScript's own nodes that are, or hold, something that is there when the program runs. */
const RUNTIME_NODES = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'TSParameterProperty',
  'TSEnumDeclaration',
  'TSEnumBody',
  'TSEnumMember',
  'TSModuleDeclaration',
  'TSModuleBlock',
  'TSImportEqualsDeclaration',
  'TSExternalModuleReference',
  'TSExportAssignment',
]);

function* valueChildren(node: Node): Generator<Node> {
  for (const key of visitorKeys[node.type] ?? []) {
    if (!isValueKey(node, key)) continue;
    const child = (node as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[key];
    for (const one of Array.isArray(child) ? child : [child]) {
      if (one != null && isValue(one)) yield one;
    }
  }
}

function isValue(node: Node): boolean {
  if ('declare' in node && node.declare === true) return false;
  if (node.type === 'ImportDeclaration' || node.type === 'TSImportEqualsDeclaration') {
    return node.importKind !== 'type';
  }
  return !node.type.startsWith('TS') || RUNTIME_NODES.has(node.type);
}

/** Whether the children under this key are values and not names. */
function isValueKey(node: Node, key: string): boolean {
  switch (node.type) {
    case 'MemberExpression':
      return key !== 'property' || node.computed;
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'AccessorProperty':
      return key !== 'key' || node.computed;
    case 'TSEnumMember':
      return key !== 'id';
    case 'ExportNamedDeclaration':
      return key === 'declaration';
    case 'LabeledStatement':
      return key === 'body';
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
      return false;
    default:
      return true;
  }
}

function* boundNames(pattern: Node | null | undefined): Generator<string> {
  switch (pattern?.type) {
    case 'Identifier':
      yield pattern.name;
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties) yield* boundNames(property);
      break;
    case 'Property':
      yield* boundNames(pattern.value);
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) yield* boundNames(element);
      break;
    case 'AssignmentPattern':
      yield* boundNames(pattern.left);
      break;
    case 'RestElement':
      yield* boundNames(pattern.argument);
      break;
    case 'TSParameterProperty':
      yield* boundNames(pattern.parameter);
      break;
  }
}
