//! Whatever ends a move, the same command goes on with it.
