//! Layouts of the configuration: which lines they are for, and what their raw names mean.

use super::ecs::EcsName;
use super::names::Key;

/// A layout that a user describes: lines that hold a text, and the normal names of their raw names.
///
/// In the configuration it is a table `[layout.NAME]`. How the line is split into fields is told by its shape, as of all lines.
///
/// ```
/// use netsieve::event::{EcsName, EventOptions, EventReader, LayoutConfig};
///
/// let mut acme = LayoutConfig::new("acme", "acme-proxy:");
/// acme.name("source.ip", "cip")?.name("time", "when")?;
/// let mut options = EventOptions::default();
/// options.layout(acme);
/// let mut reader = EventReader::new(&options);
/// let event = reader.read(b"acme-proxy: when=2026-05-12T10:02:03Z cip=192.0.2.7 to=203.0.113.5");
/// assert_eq!(event.layout_name(), "acme");
/// assert_eq!(event.get(EcsName::SourceIp).unwrap().to_string(), "192.0.2.7");
/// assert_eq!(event.time().unwrap().to_string(), "2026-05-12T10:02:03Z");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug)]
pub struct LayoutConfig {
    name: String,
    text: Vec<u8>,
    names: Vec<(u64, EcsName)>,
}

impl LayoutConfig {
    /// The layout `name` for lines that hold `text`; for all lines if it is empty.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        LayoutConfig { name: name.into(), text: text.into().into_bytes(), names: Vec::new() }
    }

    /// Says that the raw name `raw` is the normal name `ecs` (`time` is short for `@timestamp`).
    ///
    /// # Errors
    ///
    /// If there is no such normal name, or `raw` is none: it has no letter or digit, or is longer than any name.
    pub fn name(&mut self, ecs: &str, raw: &str) -> Result<&mut Self, String> {
        let name = if ecs == "time" { Some(EcsName::Timestamp) } else { EcsName::parse(ecs) };
        let name =
            name.ok_or_else(|| format!("{ecs:?} is not a name of the Elastic Common Schema that events have"))?;
        let key = Key::new(raw.as_bytes()).ok_or_else(|| format!("{raw:?} is not the name of a field"))?;
        self.names.push((key.hash(), name));
        Ok(self)
    }

    pub(super) fn name_of(&self) -> &str {
        &self.name
    }

    pub(super) fn matches(&self, line: &[u8]) -> bool {
        memchr::memmem::find(line, &self.text).is_some()
    }

    pub(super) fn names(&self) -> &[(u64, EcsName)] {
        &self.names
    }
}
