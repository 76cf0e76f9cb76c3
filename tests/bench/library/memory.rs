//! What processes take.

/// MiB of `VmRSS` (now) or `VmHWM` (at most so far) of this process.
pub fn mib(field: &str) -> f64 {
    mib_of("self", field)
}

/// The same of another.
pub fn mib_of(process: &str, field: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|number| number.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}
