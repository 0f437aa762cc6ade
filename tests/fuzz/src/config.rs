//! Configurations.

use netsieve::feed::config::Config;

/// Parses a configuration. An error must give a position.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Err(error) = Config::parse(&text, "feeds.toml") {
        assert!(!error.to_string().is_empty());
    }
}
