//! The scan gives way to everything else on the machine.

/// Lower than what people wait for, above what never matters.
const NICENESS: libc::c_int = 10;
const IOPRIO_WHO_PROCESS: libc::c_int = 1;
/// The class of what reads only while nobody else does, ioprio_set(2).
const IOPRIO_IDLE: libc::c_int = 3 << 13;

/// Makes the calling thread, and the processes that it starts, step back for others. A system that refuses is scanned all the same.
pub(super) fn step_back() {
    // SAFETY: both calls set numbers of the calling thread (0) and touch no memory.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, NICENESS);
        libc::syscall(libc::SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_IDLE);
    }
}
