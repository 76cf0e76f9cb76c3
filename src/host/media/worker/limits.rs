//! What a worker may not do, whatever its codecs are tricked into.
//!
//! Memory is limited as data (`RLIMIT_DATA`), not as address space: graphics drivers and heaps reserve far more addresses than they use.

use std::io;

use crate::host::media::job::Lane;

const MIB: u64 = 1024 * 1024;
/// Decoders of large pictures on many cores want much; nothing that is heard does.
const SOUND_BYTES_MAX: u64 = 1024 * MIB;
const PICTURE_BYTES_MAX: u64 = 3072 * MIB;
/// Pipelines take some tens each.
const FILES_MAX: u64 = 512;
/// Above any command shell's, so that memory is taken from a worker first.
const OOM_SCORE: &str = "600";

/// For the whole life of the worker; first of all.
pub fn begin() {
    // SAFETY: plain system calls on this process with constants; they touch no memory.
    unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        // The end of stdin says so too, but not to a process that is stuck in a system call.
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0);
        // Writing past the limit is to be an error, not the end.
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
    report("cores", limit(libc::RLIMIT_CORE, 0));
    report("files", limit(libc::RLIMIT_NOFILE, FILES_MAX));
    report("memory", std::fs::write("/proc/self/oom_score_adj", OOM_SCORE));
}

/// After the plugins' registry was written: from here on no file can be.
pub fn seal() {
    report("writing", limit(libc::RLIMIT_FSIZE, 0));
}

/// For the lane of the first job, before it.
pub fn enter(lane: Lane) {
    let bytes = if lane == Lane::Sound { SOUND_BYTES_MAX } else { PICTURE_BYTES_MAX };
    report("memory", limit(libc::RLIMIT_DATA, bytes));
    let nice = match lane {
        Lane::Sound => 0,
        Lane::Picture => 5,
        Lane::Extra => 10,
        Lane::Preview => 15,
        Lane::Background => 19,
    };
    // SAFETY: as above. Threads that pipelines start later inherit both from this one.
    unsafe {
        // On top of the host's own.
        libc::nice(nice);
        if lane == Lane::Background {
            libc::syscall(libc::SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_CLASS_IDLE << IOPRIO_CLASS_SHIFT);
        }
    }
}

// linux/ioprio.h
const IOPRIO_WHO_PROCESS: libc::c_int = 1;
const IOPRIO_CLASS_IDLE: libc::c_int = 3;
const IOPRIO_CLASS_SHIFT: libc::c_int = 13;

/// Before each job: the time of all cores together that it may take. The parent's limits are shorter; this one holds without it.
pub fn job(lane: Lane) {
    let seconds = match lane {
        Lane::Sound => 60,
        Lane::Picture | Lane::Extra | Lane::Preview => 600,
        Lane::Background => 7_200,
    };
    report("time", limit(libc::RLIMIT_CPU, seconds_used() + seconds));
}

/// Lowers the soft limit only: it can be set anew for the next job, and ends the process all the same.
fn limit(what: libc::__rlimit_resource_t, value: u64) -> io::Result<()> {
    let mut now = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `now` is a valid rlimit for both calls.
    unsafe {
        if libc::getrlimit(what, &mut now) != 0 {
            return Err(io::Error::last_os_error());
        }
        now.rlim_cur = value.min(now.rlim_max);
        if libc::setrlimit(what, &now) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

fn seconds_used() -> u64 {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: getrusage fills the struct, and all zeros are a valid one.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init()
    };
    u64::try_from(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec).unwrap_or(0) + 1
}

/// A limit that the system refuses is no reason to refuse music.
fn report(what: &str, result: io::Result<()>) {
    if let Err(error) = result {
        eprintln!("the limit of {what} is not set: {error}");
    }
}
