//! A small VPS should see memory again that a sign-in has used.

/// Tells glibc to give large blocks back to the system when they are freed. Left alone it learns from the first password hash
/// (19 MiB) to keep blocks of that size for ever, and each thread keeps an arena of its own.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back_large_blocks() {
    const LARGE_BYTES: libc::c_int = 256 * 1024;
    const ARENAS: libc::c_int = 2;
    // SAFETY: mallopt only sets the allocator's own parameters, and takes its own lock.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BYTES);
        libc::mallopt(libc::M_ARENA_MAX, ARENAS);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back_large_blocks() {}
