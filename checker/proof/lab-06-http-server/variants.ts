import type { Variant } from '../mutant.ts';
export const variants: Variant[] = [];
