use std::process::ExitCode;

fn main() -> ExitCode {
    match iroam::cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line, outermost first: what failed, then why.
            eprintln!("iroam: {error:#}");
            ExitCode::FAILURE
        }
    }
}
