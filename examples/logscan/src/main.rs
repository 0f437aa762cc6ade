//! logscan: finds the indicators of threat feeds in logs.

fn main() -> std::process::ExitCode {
    logscan::main()
}
