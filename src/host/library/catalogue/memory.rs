//! What making a catalogue took for a while is the system's again.

/// Gives back what was freed in small pieces; glibc keeps it otherwise.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(super) fn give_back() {
    // SAFETY: malloc_trim takes the allocator's own locks and frees only what nobody holds.
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn give_back() {}
