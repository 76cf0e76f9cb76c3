//! What the whole program takes: `iroam host` on the data folder of a generated library, paired with a server that does not answer, with
//! an empty media folder, so that nothing is there to be scanned or listened to.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use iroam::auth::DeviceKey;
use iroam::types::{HostId, UnixMs};

use super::memory::mib_of;
use crate::{Result, row};

const SERVER: &str = "http://127.0.0.1:9";
/// It is ready when it has done nothing for so long.
const REST: Duration = Duration::from_secs(5);

/// Ends with the bench, whatever happens to it.
struct Host(Child);

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn measure(data: &Path, tracks: u32) -> Result<()> {
    let media = data.join("media");
    std::fs::create_dir_all(&media)?;
    pair(data)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_iroam"));
    command.args(["host", "--server", SERVER, "--no-analysis", "--name", "bench"]).arg("--media").arg(&media).arg("--data").arg(data);
    let host = Host(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
    let process = host.0.id().to_string();
    let mut done = ticks(&process)?;
    loop {
        sleep(REST);
        let now = ticks(&process)?;
        // A tunnel that is tried again takes a few.
        if now - done < 10 {
            break;
        }
        done = now;
    }
    let target = if tracks >= 1_000_000 { 300.0 } else { 60.0 };
    row(tracks, "memory of iroam host, all made ready", mib_of(&process, "VmRSS"), "MiB", Some(target), "nobody asks it anything");
    row(tracks, "of it no file's own pages", mib_of(&process, "RssAnon"), "MiB", None, "");
    row(tracks, "memory of iroam host, at most", mib_of(&process, "VmHWM"), "MiB", Some(target), "while it was made ready");
    Ok(())
}

fn pair(data: &Path) -> Result<()> {
    let pairing = serde_json::json!({
        "server": SERVER, "host_id": HostId::new(UnixMs(1), [1; 10]), "access_token": "irh_bench",
        "tunnel": { "address": "127.0.0.1:9", "key": DeviceKey::from_seed(&[1; 32]).public().to_string() },
    });
    std::fs::set_permissions(data, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    let mut file = std::fs::File::options().create(true).truncate(true).write(true).mode(0o600).open(data.join("pairing.json"))?;
    Ok(file.write_all(pairing.to_string().as_bytes())?)
}

/// Hundredths of a second that the process has worked (proc(5), `utime` and `stime`).
fn ticks(process: &str) -> Result<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    if matches!(fields.first(), Some(&"Z") | None) {
        return Err("iroam host ended by itself".into());
    }
    Ok(fields[11].parse::<u64>()? + fields[12].parse::<u64>()?)
}
