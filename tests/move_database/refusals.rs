//! What is not moved, and why, in words that say what to do.
