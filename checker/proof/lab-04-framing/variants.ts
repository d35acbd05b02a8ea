/** Framers of other designs, all right. */
import type { Variant } from '../mutant.ts';

export const variants: Variant[] = [];
