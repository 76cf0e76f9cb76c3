use std::time::SystemTime;

pub fn now_ms() -> u128 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_millis()).unwrap_or_default()
}
