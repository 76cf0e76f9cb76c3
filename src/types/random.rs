//! Randomness from the operating system. Only edges call this; pure rooms take bytes as arguments.

/// `N` bytes from the system's generator.
///
/// # Panics
/// When the operating system has no randomness to give: nothing secret may be made then.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    getrandom::fill(&mut out).expect("the operating system's random generator answers");
    out
}
