//! Layouts from the configuration: the lines that they apply to, and the meaning of raw names there.

use super::ecs::EcsName;
use super::names::{self, Key};

/// The maximum number of raw names for one normal name.
pub(super) const MAX_RAW: usize = 16;

/// A user-defined layout: it applies to lines that hold a text, and gives normal names to raw names.
///
/// The shape of a line says how it is split into fields, as for all lines. In a configuration file a layout is a table, read by
/// [`read`](Self::read):
///
/// ```toml
/// [layout.acme]
/// match = "acme-proxy:"          # the lines that hold this text; "" for all lines
/// time = "when"                  # short for "@timestamp"
/// source.ip = "cip"              # the raw name of the field
/// user.name = ["login", "uid"]   # several, the surest first
/// url.domain = "req.host"        # a path, where objects stand in objects
/// ```
///
/// The same in code:
///
/// ```
/// use netsieve::event::{EcsName, EventOptions, EventReader, LayoutConfig};
///
/// let mut acme = LayoutConfig::new("acme", "acme-proxy:");
/// acme.name("source.ip", "cip")?.name("time", "when")?;
/// let mut reader = EventReader::with_options(&EventOptions::new().layout(acme));
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
    names: Vec<RawName>,
}

/// A raw name of a layout.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawName {
    pub(super) hash: u64,
    pub(super) ecs: EcsName,
    /// Its position among the raw names of this normal name.
    pub(super) rank: u16,
}

impl LayoutConfig {
    /// Creates the layout `name` for lines that hold `text`, or for all lines if `text` is empty.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        LayoutConfig { name: name.into(), text: text.into().into_bytes(), names: Vec::new() }
    }

    /// Maps the raw name `raw` to the normal name `ecs` (`time` is short for `@timestamp`). If several raw names on a line map to one
    /// normal name, the first one given that has a value counts.
    ///
    /// Raw names compare by their letters and digits alone: `src-ip` is `SrcIp`. A path such as `req.host` matches by its end too.
    ///
    /// # Errors
    ///
    /// There is no such normal name, `raw` has no letter or digit or is too long to be a name, or there are already 16 raw names for
    /// this normal name.
    pub fn name(&mut self, ecs: &str, raw: &str) -> Result<&mut Self, String> {
        let name = if ecs == "time" { Some(EcsName::Timestamp) } else { EcsName::parse(ecs) };
        let name = name.ok_or_else(|| unknown(ecs))?;
        let key = Key::new(raw.as_bytes()).ok_or_else(|| format!("{raw:?} is not the name of a field"))?;
        let rank = self.names.iter().filter(|known| known.ecs == name).count();
        if rank == MAX_RAW {
            return Err(format!("{ecs}: more than {MAX_RAW} raw names"));
        }
        self.names.push(RawName { hash: key.hash(), ecs: name, rank: rank as u16 });
        Ok(self)
    }

    pub(super) fn name_of(&self) -> &str {
        &self.name
    }

    pub(super) fn matches(&self, line: &[u8]) -> bool {
        memchr::memmem::find(line, &self.text).is_some()
    }

    pub(super) fn names(&self) -> &[RawName] {
        &self.names
    }
}

/// Returns the error for an unknown normal name, with a suggestion.
fn unknown(name: &str) -> String {
    // It may be a known raw name, or a misspelled normal one.
    if let Some(meant) = Key::new(name.as_bytes()).and_then(|key| names::normal(&key)) {
        return format!("`{name}` is not a name of the Elastic Common Schema that events use; did you mean `{meant}`?");
    }
    let names = EcsName::ALL.iter().map(|name| name.as_str());
    let nearest = names.map(|known| (distance(name, known), known)).min().expect("there are names");
    let hint =
        if nearest.0 * 2 <= name.len().max(4) { format!("; did you mean `{}`?", nearest.1) } else { String::new() };
    format!("`{name}` is not a name of the Elastic Common Schema that events use{hint}")
}

/// Returns the Levenshtein distance: the number of letters to change, add or remove.
fn distance(one: &str, other: &str) -> usize {
    let other = other.as_bytes();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.bytes().take(64).enumerate() {
        let mut before = std::mem::replace(&mut row[0], at + 1);
        for (column, second) in other.iter().enumerate() {
            let changed = before + usize::from(letter != *second);
            before = row[column + 1];
            row[column + 1] = changed.min(before + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(feature = "config")]
mod file {
    use std::io::Read;
    use std::path::Path;

    use toml::Spanned;
    use toml::de::{DeTable, DeValue};

    use super::LayoutConfig;
    use crate::error::{Error, Result};
    use crate::limits::MAX_CONFIG;

    impl LayoutConfig {
        /// Reads the layouts of a configuration file from its tables `[layout.NAME]`. The rest of the file is ignored, so it
        /// may also be a configuration of feeds.
        ///
        /// # Errors
        ///
        /// The file cannot be read, is larger than [`MAX_CONFIG`] or is not TOML in UTF-8, or a layout is invalid: it has no
        /// `match`, a key is not a normal name, or a value is not a raw name or a list of them. The message names file, line and column.
        pub fn read(path: impl AsRef<Path>) -> Result<Vec<Self>> {
            let path = path.as_ref();
            let mut bytes = Vec::new();
            std::fs::File::open(path)
                .and_then(|file| file.take(MAX_CONFIG as u64 + 1).read_to_end(&mut bytes))
                .map_err(|error| Error::io(path.to_owned(), error))?;
            if bytes.len() > MAX_CONFIG {
                return Err(Error::feed(path, format!("larger than {MAX_CONFIG} bytes: not a configuration")));
            }
            let text = std::str::from_utf8(&bytes).map_err(|error| {
                let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                Error::config_at(path, &valid, valid.len(), "not UTF-8")
            })?;
            Self::parse(text, path)
        }

        /// Reads the layouts of a text. `path` is used in messages only.
        ///
        /// # Errors
        ///
        /// Fails as [`read`](Self::read) does, except that no file is read.
        pub fn parse(text: &str, path: impl AsRef<Path>) -> Result<Vec<Self>> {
            let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
            let wrong = |at: usize, reason: String| Error::config_at(path.as_ref(), text, at, reason);
            let root = DeTable::parse(text).map_err(|error| {
                let message = error.message().split('\n').map(str::trim).collect::<Vec<_>>().join(" ");
                wrong(error.span().unwrap_or_default().start, message.trim_end().to_owned())
            })?;
            let mut layouts = Vec::new();
            let Some(tables) = root.get_ref().get("layout") else { return Ok(layouts) };
            let table = |value: &Spanned<DeValue<'_>>| wrong(value.span().start, NOT_A_TABLE.to_owned());
            for (name, layout) in in_order(tables.get_ref().as_table().ok_or_else(|| table(tables))?) {
                let entries = layout.get_ref().as_table().ok_or_else(|| table(layout))?;
                let Some(matched) = entries.get("match") else {
                    let reason = format!(
                        "the layout `{name}` has no `match`: the text that its lines hold, or \"\" for all lines"
                    );
                    return Err(wrong(layout.span().start, reason));
                };
                let Some(text) = matched.get_ref().as_str() else {
                    return Err(wrong(matched.span().start, "`match` is a string".to_owned()));
                };
                let mut layout = LayoutConfig::new(name, text);
                names(entries, "", &mut layout, &wrong)?;
                layouts.push(layout);
            }
            Ok(layouts)
        }
    }

    const NOT_A_TABLE: &str = "`layout` is not a table of tables: write `[layout.NAME]`";

    /// Returns the keys of a table in the order of the file, so that the first error is the first in the file.
    fn in_order<'a, 't>(table: &'a DeTable<'t>) -> Vec<(&'a str, &'a Spanned<DeValue<'t>>)> {
        let mut keys: Vec<_> = table.iter().collect();
        keys.sort_by_key(|(key, _)| key.span().start);
        keys.into_iter().map(|(key, value)| (&**key.get_ref(), value)).collect()
    }

    /// Adds the names of a table, which is the part `path` of normal names: `source.ip = …` is a table `source` with a key `ip`.
    fn names(
        table: &DeTable<'_>,
        path: &str,
        layout: &mut LayoutConfig,
        wrong: &dyn Fn(usize, String) -> Error,
    ) -> Result<()> {
        for (key, value) in in_order(table) {
            let ecs = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            let one = std::slice::from_ref(value);
            let raws = match value.get_ref() {
                DeValue::Table(inner) => {
                    names(inner, &ecs, layout, wrong)?;
                    continue;
                }
                DeValue::Array(list) => &list[..],
                _ => one,
            };
            if ecs == "match" {
                continue;
            }
            for raw in raws {
                let at = raw.span().start;
                let text = raw.get_ref().as_str().ok_or_else(|| {
                    let is = raw.get_ref().type_str();
                    wrong(at, format!("`{ecs}`: expected the name of a field or a list of them, found {is}"))
                })?;
                layout.name(&ecs, text).map_err(|reason| wrong(at, reason))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_to_change() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "abc", 0),
            ("abc", "abd", 1),
            ("abc", "xabc", 1),
            ("abc", "ac", 1),
            ("ab", "ba", 2),
            ("kitten", "sitting", 3),
            ("abcd", "bcda", 2),
        ] {
            assert_eq!((distance(one, other), distance(other, one)), (expected, expected), "{one} {other}");
        }
    }

    /// A suggestion has at least half of the letters in common.
    #[test]
    fn only_near_names_are_suggested() {
        for (name, meant) in [
            ("user.nam", Some("user.name")),
            ("usr.nme", Some("user.name")),
            ("url.pa", Some("url.path")),
            ("zzz", None),
            ("qqqqqqqqqqqqqqqqqqqqqq", None),
            ("zq.zzzp", None),
        ] {
            let error = unknown(name);
            let found = error.split_once("did you mean `").and_then(|(_, rest)| rest.split('`').next());
            assert_eq!(found, meant, "{error}");
        }
    }
}
