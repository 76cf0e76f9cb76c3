//! The catalogue through the real psql, so that what PostgreSQL says of a statement does not come through our own engine.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::postgres_kit::{Server, program};
use crate::store::catalogue;
use crate::store::statement::Statement;

/// Runs what `script` makes of each statement in one psql. What it printed, a statement's lines with its name.
pub fn each_statement(server: &Server, database: &str, script: impl Fn(&Statement) -> String) -> Vec<(&'static str, Vec<String>)> {
    let mut all = String::from("SET plan_cache_mode = force_generic_plan;\nSET enable_seqscan = off;\n");
    for statement in catalogue() {
        writeln!(all, "\\echo === {}\n{}", statement.name, script(statement)).expect("a string takes it");
    }
    let printed = run(server, database, &all);
    let parts: Vec<&str> = printed.split("=== ").skip(1).collect();
    assert_eq!(parts.len(), catalogue().count(), "{printed}");
    let lines = parts.into_iter().map(|part| part.lines().skip(1).map(str::to_owned).collect());
    catalogue().map(|statement| statement.name).zip(lines).collect()
}

fn run(server: &Server, database: &str, script: &str) -> String {
    let mut command = Command::new(program("psql"));
    command.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database, "-p", &server.port().to_string()]);
    command.arg("-h").arg(server.socket_folder()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("psql can be started");
    let mut stdin = child.stdin.take().expect("just piped");
    let script = script.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(script.as_bytes()));
    let output = child.wait_with_output().expect("psql ends");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    writer.join().expect("no panic").expect("psql read it all");
    String::from_utf8(output.stdout).expect("psql prints UTF-8")
}
