import { kept } from './keep.js';

/** When figures last came from the server, in milliseconds, or undefined. */
export const pulledAt = () => kept('pulled_at');
