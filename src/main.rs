use std::process::ExitCode;

fn main() -> ExitCode {
    match iroam::cli::run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("iroam: {}", one_line(&error));
            ExitCode::FAILURE
        }
    }
}

/// What failed, then why, in one line. What has been said already is not said again.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !line.contains(&cause) {
            line = if line.is_empty() { cause } else { format!("{line}: {cause}") };
        }
    }
    line
}
