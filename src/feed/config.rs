//! Many feeds in one TOML file: the location of each, and how to read it.
//!
//! If you load the same feeds every day, describe them once in a file instead of setting up each [`Feed`] in code. Each
//! feed is a table; this is one of the samples:
//!
//! ```toml
#![doc = include_str!("../../examples/samples/feeds.toml")]
//! ```
//!
//! [`Config::read`] checks the configuration and finds the files; [`FeedFile::read`] reads one of them.
//!
//! ```
//! use netsieve::feed::config::Config;
//! use netsieve::{MatchOptions, Sieve};
//!
//! let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/samples/feeds.toml");
//! let (sieve, report) = Config::read(path)?.build()?;
//! assert!(report.feeds.iter().all(|feed| feed.entries > 0));
//! let mut matcher = sieve.matcher();
//! let found = matcher.match_domain("www.c2.evil.test", None).first().unwrap();
//! assert_eq!(found.sources().next().unwrap().tags().collect::<Vec<_>>(), ["c2"]);
//! # Ok::<(), netsieve::Error>(())
//! ```
//!
//! # Keys
//!
//! Each `[[feed]]` has a `path`. A key that the feed does not set is taken from `[defaults]`, or else has the value in
//! the table below. A list or table in a feed replaces the one in the defaults; they are not merged.
//!
//! | key | meaning | if it is missing |
//! |---|---|---|
//! | `path` | a file, or a glob (`*`, `?`, `[…]`, `**`); relative to the folder of the configuration | an error; not in `[defaults]` |
//! | `name` | the name of the feed in hits | the file's stem; not in `[defaults]` |
//! | `format` | the name of a [`Format`] | recognised by content |
//! | `action` | `"block"`, `"allow"` or `"allow_all"` | `"block"` |
//! | `scope` | the scope of names: `"exact"`, `"subdomains"` or `"suffix"` | the format's default |
//! | `confidence` | the confidence of entries that state none: 0 to 100 | unknown |
//! | `tags` | a list of tags for every entry | none |
//! | `ttl` | the lifetime of entries without one, from last (else first) seen: `"90s"`, `"30m"`, `"12h"`, `"30d"`, `"2w"` | for ever |
//! | `admit` | the guards to bypass, a list: `"bogons"`, `"wide-prefixes"`, `"public-suffixes"`, `"well-known-files"` | none |
//! | `path_patterns` | read bare URL paths (`/gate.php`) as patterns | `false` |
//! | `url_suffix_hosts` | URLs also match on names under their host | `false` |
//! | `only_to_ids` | leave out what MISP marks as not meant for detection | `false` |
//! | `exceptions` | a block feed's exceptions (`@@` rules, `nomatch`, …): `"allow"`, `"allow_all"`, or `"skip"` to drop them | `"allow"` |
//! | `warning_lists_block` | MISP warning lists follow `action` even if it is `"block"` | `false`: they are allow-all lists |
//! | `may_be_empty` | a file without an indicator is not an error, for feeds that list nothing on a good day; `logscan` still refuses feeds that hold no indicator at all | `false` |
//! | `shrank_below` | the share of its previous entries, as `"50%"`, below which a feed is truncated: [`FeedFile::check_shrunk`] | never |
//! | `columns` | a table: the roles of a table's columns or of JSON keys | detected by name |
//!
//! Each key of `columns` is a role: `value`, `ip`, `domain`, `host`, `url`, `hash`, `email`, `type`, `port`, `tags`,
//! `family`, `confidence`, `score`, `first_seen`, `last_seen`, `valid_from`, `valid_until`, `reference`, `description`,
//! `id`, `to_ids`, `ignore`. Its value is one column or a list of them, by header name (`"Indicator"`) or by number
//! from 1. `delimiter` must be one character, and `header` says whether the first row is a header. A feed with columns and
//! without a format is JSON Lines if it begins like JSON, and CSV otherwise.
//!
//! Each file that a glob finds becomes a feed of its own, in the order of the paths. If a `name` is given, each is
//! called `name/stem`.
//!
//! Tables `[layout.NAME]` describe log lines, not feeds: `LayoutConfig` in the module `event` reads them. One file may hold both.
//!
//! The table `[run]` tells a program what to do with the feeds (`logscan run`). This module ignores it.
//!
//! # Errors
//!
//! An unknown key, a value of the wrong type, a name that two feeds share, or a path without a file is an error, with
//! file, line, column and reason, and no feed is read. If a misspelled key were ignored, a feed would load without the
//! limits that its owner believes are in place.

use std::collections::HashMap;
use std::fmt::Display;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::error::{Error, Result, shown_path};
use crate::feed::file::FeedFile;
use crate::feed::paths::matching_paths;
use crate::feed::registry::Format;
use crate::indicator::{Action, Column, ColumnRole, Columns, Exceptions, Feed, Scope};
use crate::limits::MAX_CONFIG;

/// A configuration: the feeds, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The feeds. A glob gives one feed per file it finds.
    pub feeds: Vec<FeedFile>,
}

impl Config {
    /// Reads a configuration from a file and finds the files that it names. They are not opened.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, is larger than [`MAX_CONFIG`], is not TOML in UTF-8, or is wrong in a way that
    /// the [module](self) describes.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut bytes = Vec::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(MAX_CONFIG as u64 + 1).read_to_end(&mut bytes))
            .map_err(|error| Error::io(path.to_owned(), error))?;
        if bytes.len() > MAX_CONFIG {
            return Err(Error::feed(path, format!("larger than {MAX_CONFIG} bytes: not a configuration")));
        }
        let text = str::from_utf8(&bytes).map_err(|error| {
            let text = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let document = Document { path, text: &text };
            document.error(text.len()..text.len(), "not UTF-8")
        })?;
        Self::parse(text, path)
    }

    /// Parses a configuration from a text, as if it were read from `path`. Messages name `path`, and the feeds' paths
    /// are relative to its folder.
    ///
    /// # Errors
    ///
    /// The same as for [`read`](Self::read).
    pub fn parse(text: &str, path: impl AsRef<Path>) -> Result<Self> {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let document = Document { path: path.as_ref(), text };
        let root = DeTable::parse(text).map_err(|error| {
            // The parser's message may span two lines or end with a line end.
            let message = error.message().split('\n').map(str::trim).collect::<Vec<_>>().join(" ");
            document.error(error.span().unwrap_or_default(), message.trim_end())
        })?;
        let (mut defaults, mut feeds, mut has_layouts) = (None, None, false);
        for (key, value) in in_order(root.get_ref()) {
            match &**key.get_ref() {
                "defaults" => defaults = Some(document.table(key, value)?),
                "feed" => feeds = Some(value),
                // Layouts of log lines, which the module `event` reads from the same file.
                "layout" => has_layouts = document.table(key, value).map(|_| true)?,
                // Only the program that runs the feeds knows these keys.
                "run" => _ = document.table(key, value)?,
                _ => return Err(document.unknown(key, &["defaults", "feed", "layout", "run"])),
            }
        }
        let mut settings = Settings::default();
        if let Some(defaults) = defaults {
            for (key, value) in in_order(defaults) {
                if let "name" | "path" = &**key.get_ref() {
                    let reason = format!("`{}` belongs in a feed, not in the defaults", key.get_ref());
                    return Err(document.error(key.span(), reason));
                }
                if !settings.set(&document, key, value)? {
                    return Err(document.unknown(key, Settings::KEYS));
                }
            }
        }
        let Some(feeds) = feeds else {
            return if has_layouts {
                Ok(Config::default())
            } else {
                Err(document.error(0..0, "contains no `[[feed]]`"))
            };
        };
        let wrong =
            || document.error(feeds.span(), "`feed` is not a list of tables: write `[[feed]]` before each feed");
        let mut config = Config::default();
        let mut names = HashMap::new();
        for feed in feeds.get_ref().as_array().ok_or_else(wrong)?.iter() {
            let table = feed.get_ref().as_table().ok_or_else(wrong)?;
            document.feed(feed.span(), table, settings.clone(), &mut names, &mut config.feeds)?;
        }
        Ok(config)
    }
}

/// A key with its position in the file.
type Key<'t> = Spanned<DeString<'t>>;

/// The keys of a table in file order, so that the first error reported is the first in the file.
fn in_order<'a, 't>(table: &'a DeTable<'t>) -> Vec<(&'a Key<'t>, &'a Spanned<DeValue<'t>>)> {
    let mut keys: Vec<_> = table.iter().collect();
    keys.sort_by_key(|(key, _)| key.span().start);
    keys
}

/// The words that a value may be, with their meanings.
type Words<T> = &'static [(&'static str, T)];

const ACTIONS: Words<Action> = &[("block", Action::Block), ("allow", Action::Allow), ("allow_all", Action::AllowAll)];

const EXCEPTIONS: Words<Exceptions> =
    &[("allow", Exceptions::Allow), ("allow_all", Exceptions::AllowAll), ("skip", Exceptions::Skip)];

const SCOPES: Words<Scope> = &[("exact", Scope::Exact), ("subdomains", Scope::Subdomains), ("suffix", Scope::Suffix)];

/// A guard that a feed may bypass.
#[derive(Clone, Copy)]
enum Guard {
    Bogons,
    WidePrefixes,
    PublicSuffixes,
    WellKnownFiles,
}

const GUARDS: Words<Guard> = &[
    ("bogons", Guard::Bogons),
    ("wide-prefixes", Guard::WidePrefixes),
    ("public-suffixes", Guard::PublicSuffixes),
    ("well-known-files", Guard::WellKnownFiles),
];

/// The keys allowed in both the defaults and a feed. The feed's name and path are still unset.
#[derive(Clone)]
struct Settings {
    feed: Feed,
    format: Option<Format>,
    may_be_empty: bool,
    shrank_below: Option<u8>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { feed: Feed::new(""), format: None, may_be_empty: false, shrank_below: None }
    }
}

impl Settings {
    const KEYS: &'static [&'static str] = &[
        "format",
        "action",
        "scope",
        "confidence",
        "tags",
        "ttl",
        "admit",
        "path_patterns",
        "url_suffix_hosts",
        "only_to_ids",
        "exceptions",
        "warning_lists_block",
        "may_be_empty",
        "shrank_below",
        "columns",
    ];

    /// Takes one key; returns false if it is unknown.
    fn set(&mut self, document: &Document<'_>, key: &Key<'_>, value: &Spanned<DeValue<'_>>) -> Result<bool> {
        let feed = &mut self.feed;
        match &**key.get_ref() {
            "format" => {
                let name = document.string(key, value)?;
                self.format = Some(name.parse().map_err(|error| document.error(value.span(), error))?);
            }
            "action" => feed.action = document.word(key, value, ACTIONS)?,
            "scope" => feed.policy.scope = Some(document.word(key, value, SCOPES)?),
            "confidence" => feed.confidence = Some(document.number(key, value, 0..101)? as u8),
            "tags" => {
                let tags = document.list(key, value)?;
                feed.tags =
                    tags.iter().map(|tag| document.string(key, tag).map(str::to_owned)).collect::<Result<_>>()?;
            }
            "ttl" => feed.time_to_live = Some(document.duration(key, value)?),
            "admit" => {
                let policy = &mut feed.policy;
                (policy.admit_bogons, policy.admit_wide_prefixes, policy.admit_public_suffixes) = (false, false, false);
                policy.admit_well_known_files = false;
                for word in document.list(key, value)? {
                    match document.word(key, word, GUARDS)? {
                        Guard::Bogons => policy.admit_bogons = true,
                        Guard::WidePrefixes => policy.admit_wide_prefixes = true,
                        Guard::PublicSuffixes => policy.admit_public_suffixes = true,
                        Guard::WellKnownFiles => policy.admit_well_known_files = true,
                    }
                }
            }
            "path_patterns" => feed.policy.path_patterns = document.flag(key, value)?,
            "url_suffix_hosts" => feed.policy.url_suffix_hosts = document.flag(key, value)?,
            "only_to_ids" => feed.policy.only_to_ids = document.flag(key, value)?,
            "exceptions" => feed.policy.exceptions = document.word(key, value, EXCEPTIONS)?,
            "warning_lists_block" => feed.policy.warning_lists_block = document.flag(key, value)?,
            "may_be_empty" => self.may_be_empty = document.flag(key, value)?,
            "shrank_below" => self.shrank_below = Some(document.percent(key, value)?),
            "columns" => feed.columns = Some(document.columns(key, value)?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The text, for the positions of errors.
struct Document<'t> {
    path: &'t Path,
    text: &'t str,
}

impl Document<'_> {
    fn error(&self, span: Range<usize>, reason: impl Display) -> Error {
        Error::config_at(self.path, self.text, span.start, reason.to_string())
    }

    fn unknown(&self, key: &Key<'_>, known: &[&str]) -> Error {
        let reason = format!("unknown key `{}` (known: {})", key.get_ref(), known.join(", "));
        self.error(key.span(), reason)
    }

    fn wrong(&self, key: &Key<'_>, value: &Spanned<DeValue<'_>>, wanted: impl Display) -> Error {
        let is = value.get_ref().type_str();
        self.error(value.span(), format!("`{}`: expected {wanted}, found {is}", key.get_ref()))
    }

    fn string<'v>(&self, key: &Key<'_>, value: &'v Spanned<DeValue<'_>>) -> Result<&'v str> {
        let text = value.get_ref().as_str().ok_or_else(|| self.wrong(key, value, "a string"))?;
        if text.trim().is_empty() {
            return Err(self.error(value.span(), format!("`{}` is empty", key.get_ref())));
        }
        Ok(text)
    }

    fn flag(&self, key: &Key<'_>, value: &Spanned<DeValue<'_>>) -> Result<bool> {
        value.get_ref().as_bool().ok_or_else(|| self.wrong(key, value, "true or false"))
    }

    fn number(&self, key: &Key<'_>, value: &Spanned<DeValue<'_>>, range: Range<i64>) -> Result<i64> {
        let number = value.get_ref().as_integer().and_then(|n| i64::from_str_radix(n.as_str(), n.radix()).ok());
        let Some(number) = number else { return Err(self.wrong(key, value, "a whole number")) };
        if !range.contains(&number) {
            let reason = match range.end {
                i64::MAX => format!("`{}` must be at least {}", key.get_ref(), range.start),
                end => format!("`{}` must be from {} to {}", key.get_ref(), range.start, end - 1),
            };
            return Err(self.error(value.span(), reason));
        }
        Ok(number)
    }

    fn word<T: Copy>(&self, key: &Key<'_>, value: &Spanned<DeValue<'_>>, words: Words<T>) -> Result<T> {
        let text = self.string(key, value)?;
        words.iter().find(|(word, _)| *word == text).map(|&(_, meaning)| meaning).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.error(value.span(), format!("`{}`: `{text}` is not one of {}", key.get_ref(), known.join(", ")))
        })
    }

    fn list<'v, 't>(&self, key: &Key<'_>, value: &'v Spanned<DeValue<'t>>) -> Result<&'v [Spanned<DeValue<'t>>]> {
        value.get_ref().as_array().map(|list| &list[..]).ok_or_else(|| self.wrong(key, value, "a list"))
    }

    fn table<'v, 't>(&self, key: &Key<'_>, value: &'v Spanned<DeValue<'t>>) -> Result<&'v DeTable<'t>> {
        value.get_ref().as_table().ok_or_else(|| self.wrong(key, value, "a table"))
    }

    /// Reads a share: `"50%"`.
    fn percent(&self, key: &Key<'_>, value: &Spanned<DeValue<'_>>) -> Result<u8> {
        let text = self.string(key, value)?;
        let share = text.trim().strip_suffix('%').and_then(|share| share.trim_end().parse().ok());
        share.filter(|share| (1..=100).contains(share)).ok_or_else(|| {
            let reason = format!("`{}`: `{text}` is not a share from \"1%\" to \"100%\"", key.get_ref());
            self.error(value.span(), reason)
        })
    }

    /// Reads a number and a unit.
    fn duration(&self, key: &Key<'_>, value: &Spanned<DeValue<'_>>) -> Result<SignedDuration> {
        let text = self.string(key, value)?;
        let (count, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let unit = match unit.trim() {
            "s" => Some(1),
            "m" => Some(60),
            "h" => Some(3600),
            "d" => Some(86_400),
            "w" => Some(7 * 86_400),
            _ => None,
        };
        let seconds = unit.and_then(|unit: i64| count.parse::<i64>().ok()?.checked_mul(unit));
        seconds.filter(|&seconds| seconds > 0).map(SignedDuration::from_secs).ok_or_else(|| {
            let reason = format!("`{}`: `{text}` is not a duration such as 12h, 30d or 2w", key.get_ref());
            self.error(value.span(), reason)
        })
    }

    fn columns(&self, key: &Key<'_>, value: &Spanned<DeValue<'_>>) -> Result<Columns> {
        let mut columns = Columns::default();
        for (role, column) in in_order(self.table(key, value)?) {
            match &**role.get_ref() {
                "delimiter" => {
                    let text = column.get_ref().as_str().ok_or_else(|| self.wrong(role, column, "one character"))?;
                    let mut chars = text.chars();
                    let (Some(delimiter), None) = (chars.next(), chars.next()) else {
                        return Err(self.error(column.span(), "`delimiter` must be one character"));
                    };
                    columns.delimiter = Some(delimiter);
                }
                "header" => columns.header = Some(self.flag(role, column)?),
                name => {
                    let Some(&known) = ColumnRole::ALL.iter().find(|role| role.as_str() == name) else {
                        let roles = ColumnRole::ALL.iter().map(|role| role.as_str());
                        return Err(self.unknown(role, &roles.chain(["delimiter", "header"]).collect::<Vec<_>>()));
                    };
                    let one = std::slice::from_ref(column);
                    for column in column.get_ref().as_array().map_or(one, |list| &list[..]) {
                        columns.roles.push((known, self.column(role, column)?));
                    }
                }
            }
        }
        use ColumnRole::{Domain, Host, Ip, Url, Value};
        if !columns.roles.iter().any(|(role, _)| matches!(role, Value | Ip | Domain | Host | Url)) {
            let reason = "`columns`: no column holds values: name one as `value`, `ip`, `domain`, `host` or `url`";
            return Err(self.error(value.span(), reason));
        }
        Ok(columns)
    }

    fn column(&self, role: &Key<'_>, value: &Spanned<DeValue<'_>>) -> Result<Column> {
        match value.get_ref() {
            DeValue::String(_) => Ok(Column::Name(self.string(role, value)?.to_owned())),
            DeValue::Integer(_) => {
                let number = self.number(role, value, 1..i64::MAX)?;
                Ok(Column::Number(usize::try_from(number).unwrap_or(usize::MAX)))
            }
            _ => Err(self.wrong(role, value, "the name of a column or its number from 1")),
        }
    }

    /// Reads one `[[feed]]` and adds one feed per file.
    fn feed(
        &self,
        span: Range<usize>,
        table: &DeTable<'_>,
        mut settings: Settings,
        names: &mut HashMap<String, PathBuf>,
        feeds: &mut Vec<FeedFile>,
    ) -> Result<()> {
        let (mut name, mut path) = (None, None);
        let mut columns = None;
        for (key, value) in in_order(table) {
            match &**key.get_ref() {
                "name" => name = Some((self.string(key, value)?, value.span())),
                "path" => path = Some((self.string(key, value)?, value.span())),
                text => {
                    if text == "columns" {
                        columns = Some(key.span());
                    }
                    if !settings.set(self, key, value)? {
                        let known: Vec<&str> = ["name", "path"].iter().chain(Settings::KEYS).copied().collect();
                        return Err(self.unknown(key, &known));
                    }
                }
            }
        }
        if let (Some(span), Some(format)) = (columns, settings.format)
            && !matches!(format, Format::Csv | Format::JsonLines)
        {
            let reason = format!("`columns` apply only to the formats csv and jsonl, but this feed is {format}");
            return Err(self.error(span, reason));
        }
        let Some((path, path_span)) = path else { return Err(self.error(span, "a feed without a `path`")) };
        let (files, is_glob) = self.files(path, path_span.clone())?;
        for file in files {
            let stem = shown_path(file.file_stem().map_or(file.as_path(), Path::new));
            let full = match &name {
                Some((name, _)) if is_glob => format!("{name}/{stem}"),
                Some((name, _)) => (*name).to_owned(),
                None => stem.into_owned(),
            };
            if let Some(other) = names.insert(full.clone(), file.clone()) {
                let span = name.as_ref().map_or(path_span.clone(), |(_, span)| span.clone());
                let (first, second) = (other.display(), file.display());
                let reason =
                    format!("two feeds are named `{full}`: {first} and {second}; give one of them another `name`");
                return Err(self.error(span, reason));
            }
            let mut feed = settings.feed.clone();
            feed.name = full;
            feed.path = shown_path(&file).into_owned();
            let Settings { format, may_be_empty, shrank_below, .. } = settings;
            feeds.push(FeedFile { feed, format, may_be_empty, shrank_below, ..FeedFile::new(file) });
        }
        Ok(())
    }

    /// Resolves a path to its files; true if it is a glob. A path that exists is a file, even if its name holds wildcards.
    fn files(&self, path: &str, span: Range<usize>) -> Result<(Vec<PathBuf>, bool)> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let one = folder.join(path);
        if one.is_dir() {
            let reason = format!("{} is a folder: name its files, with a glob such as `{path}/*`", one.display());
            return Err(self.error(span, reason));
        }
        if one.exists() {
            return Ok((vec![one], false));
        }
        if !path.contains(['*', '?', '[']) {
            return Err(self.error(span, format!("no such file: {}", one.display())));
        }
        let found = matching_paths(folder, Path::new(path), false);
        let mut files = Vec::new();
        for file in found.map_err(|error| self.error(span.clone(), error))? {
            let file = file.map_err(|error| self.error(span.clone(), error))?;
            if file.is_file() {
                files.push(file);
            }
        }
        if files.is_empty() {
            return Err(self.error(span, format!("no file matches {}", shown_path(&folder.join(path)))));
        }
        Ok((files, true))
    }
}
