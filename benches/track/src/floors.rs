//! The file of floors: two tables, and the conditions they hold for.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use crate::ratios::Ratio;

#[derive(Debug, Default)]
pub struct Floors {
    /// The compiler for which the counts hold.
    pub rustc: String,
    pub instructions: BTreeMap<String, u64>,
    pub ratios: BTreeMap<String, f64>,
}

pub fn path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../floors.toml"))
}

pub fn rustc() -> String {
    let output = std::process::Command::new("rustc").arg("--version").output();
    output.map_or_else(|_| "unknown".into(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn cpu() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or("unknown", |(_, name)| name).trim().to_owned()
}

impl Floors {
    /// Loads the committed floors. A missing file means no floors.
    pub fn load() -> Result<Self, String> {
        let Ok(text) = std::fs::read_to_string(path()) else { return Ok(Self::default()) };
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
        let section = |name: &str| table.get(name).and_then(toml::Value::as_table).cloned().unwrap_or_default();
        let mut floors = Self {
            rustc: table.get("rustc").and_then(toml::Value::as_str).unwrap_or_default().to_owned(),
            ..Self::default()
        };
        for (name, value) in section("instructions") {
            let count = value.as_integer().and_then(|count| u64::try_from(count).ok());
            floors.instructions.insert(name.clone(), count.ok_or(format!("{name}: no count"))?);
        }
        for (name, value) in section("ratios") {
            floors.ratios.insert(name.clone(), value.as_float().ok_or(format!("{name}: no ratio"))?);
        }
        Ok(floors)
    }

    /// Writes the new numbers and keeps those that were not counted.
    pub fn save(&self, counts: &[(String, u64)], ratios: &[Ratio]) {
        let mut text = String::from(
            "# The floors that `benches/track/run` checks; `benches/track/run update` writes them. The history of this file records the\n\
             # crate's speed.\n",
        );
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "rustc = \"{}\"\n\n# For 4,096 lookups, 1 MiB of log, or 20,000 indicators; `mix/` for 4 MB of real lines with real sets of three sizes.\n[instructions]\n",
            rustc()
        );
        let is_counted = |name: &String| counts.iter().any(|(counted, _)| counted == name);
        let kept = self.instructions.iter().filter(|(name, _)| name.starts_with("mix/") && !is_counted(name));
        for (name, count) in counts.iter().map(|(name, count)| (name, count)).chain(kept) {
            let _ = writeln!(text, "\"{name}\" = {count}");
        }
        let _ = write!(text, "\n# The reference's time divided by netsieve's. Measured on {}.\n[ratios]\n", cpu());
        for ratio in ratios {
            let _ = writeln!(text, "\"{}\" = {:.4}", ratio.name, ratio.spread.median);
        }
        std::fs::write(path(), text).expect("a file");
    }
}
