//! The host's Ed25519 key: made once, kept for ever after. Losing it means pairing anew, so nothing here replaces it.

use std::path::Path;

use super::data_dir::{DataError, read_secret, write_new_secret};
use crate::auth::{DeviceKey, b64};
use crate::types::random;

/// Its name in the data folder; it holds the 32-byte seed as base64url and a line feed.
const FILE: &str = "identity.key";

/// Reads the key, or makes it when there is none.
///
/// # Errors
/// A key that is damaged or that others can read is refused, and left as it is.
pub fn load_or_create(data: &Path) -> Result<DeviceKey, DataError> {
    let path = data.join(FILE);
    if read_secret(&path)?.is_none() {
        let text = format!("{}\n", b64::encode(&random::bytes::<32>()));
        write_new_secret(&path, text.as_bytes())?;
    }
    // Read back even when just made: whoever was first, this is the key from now on.
    let bytes = read_secret(&path)?.unwrap_or_default();
    let text = std::str::from_utf8(&bytes).map_err(|_| DataError::Damaged(path.clone()))?;
    let seed = b64::decode::<32>(text.trim_end()).ok_or(DataError::Damaged(path))?;
    Ok(DeviceKey::from_seed(&seed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_key_is_made_once_and_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = load_or_create(folder.path()).expect("made");
        let again = load_or_create(folder.path()).expect("read");
        assert_eq!(first.public(), again.public());
        let mode = fs::metadata(folder.path().join(FILE)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_key_is_refused_and_never_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        for damaged in [&b""[..], b"short", b"\xff\xfe", &[b'A'; 44]] {
            fs::write(&path, damaged).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("private");
            assert!(matches!(load_or_create(folder.path()), Err(DataError::Damaged(_))));
            assert_eq!(fs::read(&path).expect("there"), damaged);
        }
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        load_or_create(folder.path()).expect("made");
        fs::set_permissions(folder.path().join(FILE), fs::Permissions::from_mode(0o640)).expect("loosened");
        let error = load_or_create(folder.path()).expect_err("refused");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
}
