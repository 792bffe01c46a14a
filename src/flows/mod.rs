//! The stories of the program, a verb each: load, decide by the domain, write, in one transaction.

// `intake` is mounted as soon as the reader and the rules that it calls have landed.
