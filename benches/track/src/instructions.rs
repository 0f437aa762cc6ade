//! Runs the benchmarks under callgrind and reads the instruction counts.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// The instruction counts of all benchmarks; those over the mix of real lines only if its folder is given.
pub fn counts(mix: Option<&Path>) -> Result<Vec<(String, u64)>, String> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = Command::new("cargo")
        .args(["bench", "--quiet", "--manifest-path", manifest, "--bench", "instructions", "--"])
        .arg("--output-format=json")
        .envs(mix.map(|folder| ("NETSIEVE_MIX", folder)))
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("cargo bench: {}", output.status));
    }
    let mut counts = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines().filter(|line| line.starts_with('{')) {
        let summary: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let name = |key: &str| summary[key].as_str().unwrap_or_default().to_owned();
        let name = format!("{}/{}", name("function_name"), name("id"));
        if mix.is_none() && name.starts_with("mix/") {
            continue;
        }
        let total = &summary["profiles"][0]["data"]["total"]["metrics"]["Ir"]["values"]["new"];
        let count = total.as_u64().ok_or_else(|| format!("{name}: no count of instructions"))?;
        counts.push((name, count));
    }
    if counts.is_empty() { Err("nothing was counted".into()) } else { Ok(counts) }
}
