//! Tests that change what holds for a whole process run once more, in one of their own.

use std::os::fd::AsRawFd as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const MARK: &str = "IROAM_TEST_CHILD";

pub fn is_child() -> bool {
    std::env::var_os(MARK).is_some()
}

/// Runs the test of this full name in a process of its own, which ends with this one.
pub fn run(test: &str) {
    run_at(test, Path::new(""));
}

/// What `run_at` was given, in the child.
pub fn place() -> PathBuf {
    std::env::var_os(MARK).map(PathBuf::from).expect("a child has its mark")
}

/// The same, for a test that asks where.
pub fn run_at(test: &str, place: &Path) {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(MARK, place);
    // SAFETY: prctl may be called between fork and exec, and takes no memory
    unsafe {
        command.pre_exec(|| {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            Ok(())
        });
    }
    let output = command.output().expect("the test starts");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("1 passed"), "no such test: {test}\n{text}");
    // What was skipped, and why.
    text.lines().filter(|line| line.starts_with("skipped")).for_each(|line| println!("{line}"));
}

/// Files may grow to `bytes` from now on; `None`: as far as they may at all. Going on fails as a broken disk does (EFBIG).
pub fn limit_files(bytes: Option<u64>) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: all three take or fill plain values of this stack; a signal that is ignored runs no code
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        assert_eq!(libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut limit), 0);
        limit.rlim_cur = bytes.unwrap_or(limit.rlim_max);
        assert_eq!(libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit), 0);
    }
}

/// Which process holds a lock on these bytes of the file that keeps this one from writing there.
pub fn locked_by(path: &Path, first: i64, length: i64) -> Option<u32> {
    let file = std::fs::File::open(path).expect("the file opens");
    // SAFETY: a lock of zeros is a plain value
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    (lock.l_type, lock.l_start, lock.l_len) = (libc::F_WRLCK as _, first, length);
    // SAFETY: the descriptor is open, and fcntl fills a value of this stack
    assert_eq!(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETLK, &raw mut lock) }, 0);
    (i32::from(lock.l_type) != libc::F_UNLCK).then(|| lock.l_pid.try_into().expect("a process of this system"))
}

/// Root may write everywhere: become nobody.
pub fn drop_privileges() {
    // SAFETY: neither takes memory; without root's rights they fail, and nothing has to be dropped
    unsafe {
        libc::setgid(65534);
        libc::setuid(65534);
    }
}

/// Puts an empty file system of `bytes` on `folder`, which this process alone sees. False when that is not allowed.
pub fn mount_small(folder: &Path, bytes: u64) -> bool {
    let folder = std::ffi::CString::new(folder.as_os_str().as_encoded_bytes()).expect("no NUL in a path");
    let size = std::ffi::CString::new(format!("size={bytes}")).expect("no NUL in a number");
    let private = libc::MS_REC | libc::MS_PRIVATE;
    // SAFETY: every pointer is to a string that ends with NUL and outlives the calls, or null where that is allowed
    unsafe {
        libc::unshare(libc::CLONE_NEWNS) == 0
            && libc::mount(std::ptr::null(), c"/".as_ptr(), std::ptr::null(), private, std::ptr::null()) == 0
            && libc::mount(c"none".as_ptr(), folder.as_ptr(), c"tmpfs".as_ptr(), 0, size.as_ptr().cast()) == 0
    }
}

/// Takes a file system away, as it looks from its path: who has files of it open keeps them.
pub fn unmount(folder: &Path) {
    let folder = std::ffi::CString::new(folder.as_os_str().as_encoded_bytes()).expect("no NUL in a path");
    // SAFETY: the string ends with NUL and outlives the call
    assert_eq!(unsafe { libc::umount2(folder.as_ptr(), libc::MNT_DETACH) }, 0);
}
