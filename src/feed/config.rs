//! Many feeds in one file of TOML: where they are, and how each is to be read.
//!
//! Who loads the same feeds every day writes down once what they are, instead of setting up each [`Feed`] in code. The
//! file says so in tables; this one is among the samples:
//!
//! ```toml
#![doc = include_str!("../../examples/samples/feeds.toml")]
//! ```
//!
//! [`Config::read`] checks it and finds the files; [`FeedFile::read`] reads one of them.
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
//! Each `[[feed]]` has a `path`. What else it does not say holds as `[defaults]` says, else as the table does. A list or a
//! table in a feed stands in place of the one in the defaults; the two are not put together.
//!
//! | key | what it says | if it is missing |
//! |---|---|---|
//! | `path` | a file, or a glob (`*`, `?`, `[…]`, `**`) over several, from the folder of the configuration on | an error; not in `[defaults]` |
//! | `name` | what hits call the feed | the file's stem; not in `[defaults]` |
//! | `format` | a name of a [`Format`] | recognised by content |
//! | `action` | `"block"`, `"allow"` or `"allow_all"` | `"block"` |
//! | `scope` | of names: `"exact"`, `"subdomains"` or `"suffix"` | as the format says |
//! | `confidence` | of entries that state none: 0 to 100 | unknown |
//! | `tags` | a list of tags that every entry gets | none |
//! | `ttl` | how long an entry that does not say itself is valid after it was last seen, or first seen: `"90s"`, `"30m"`, `"12h"`, `"30d"`, `"2w"` | for ever |
//! | `admit` | what the guards let pass: a list of `"bogons"`, `"wide-prefixes"`, `"public-suffixes"` | nothing |
//! | `path_patterns` | read bare URL paths (`/gate.php`) as patterns | `false` |
//! | `url_suffix_hosts` | URLs match on the names beneath their host too | `false` |
//! | `only_to_ids` | leave out what MISP marks as not meant for detection | `false` |
//! | `exceptions` | what `@@` rules, `rpz-passthru.`, `nomatch` in a feed that blocks ask for: `"allow"`, `"allow_all"`, or `"skip"`, which leaves them out | `"allow"` |
//! | `warning_lists_block` | warning lists of MISP do as `action` says even where it is `"block"` | `false`: they allow all |
//! | `may_be_empty` | a file without an indicator is no error: some feeds list nothing on a good day | `false` |
//! | `shrank_below` | the share of its entries of last time, such as `"50%"`, beneath which the feed is taken for truncated: see [`FeedFile::check_shrunk`] | never |
//! | `columns` | a table: which columns of a table, or keys of JSON, hold what | by their names |
//!
//! In `columns` each key is a role: `value`, `ip`, `domain`, `host`, `url`, `type`, `port`, `tags`, `family`, `confidence`,
//! `score`, `first_seen`, `last_seen`, `valid_from`, `valid_until`, `reference`, `description`, `id`, `to_ids`, `ignore`. It names one column or a
//! list of them, by the header (`"Indicator"`) or by the number from 1. `delimiter` is one character, and `header` says whether
//! the first row is one. With columns, and without a format, a feed is JSON Lines if it begins like JSON, and CSV otherwise.
//!
//! Each file that a glob finds is a feed of its own, in the order of their paths. With a `name` it is called `name/stem`.
//!
//! Tables `[layout.NAME]` describe log lines, not feeds: the type `LayoutConfig` of the module `event` reads them. A file may hold both.
//!
//! A table `[run]` says what a program is to do with the feeds (`logscan run`); it is not read here.
//!
//! # Errors
//!
//! A key that is not listed here, a value of the wrong type, a name that two feeds share, a path without a file: each is an
//! error, with file, line, column and reason, and nothing is read. A misspelled key would else load a feed without the
//! limits that its owner believes it to have.

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
use crate::feed::registry::Format;
use crate::indicator::{Action, Column, ColumnRole, Columns, Exceptions, Feed, Scope};
use crate::limits::MAX_CONFIG;

/// What a configuration says: the feeds, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The feeds. A glob stands for as many as it finds files.
    pub feeds: Vec<FeedFile>,
}

impl Config {
    /// Reads a configuration from a file, and finds the files that it names. They are not opened.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is larger than [`MAX_CONFIG`], is not TOML in UTF-8, or says something wrong; see the
    /// [module](self).
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut bytes = Vec::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(MAX_CONFIG as u64 + 1).read_to_end(&mut bytes))
            .map_err(|error| Error::io(path.to_owned(), error))?;
        if bytes.len() > MAX_CONFIG {
            return Err(Error::feed(path, format!("larger than {MAX_CONFIG} bytes: no configuration")));
        }
        let text = str::from_utf8(&bytes).map_err(|error| {
            let text = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let document = Document { path, text: &text };
            document.error(text.len()..text.len(), "not UTF-8")
        })?;
        Self::parse(text, path)
    }

    /// Reads a configuration from a text, as if it stood at `path`, which messages name and in whose folder the paths begin.
    ///
    /// # Errors
    ///
    /// As of [`read`](Self::read).
    pub fn parse(text: &str, path: impl AsRef<Path>) -> Result<Self> {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let document = Document { path: path.as_ref(), text };
        let root = DeTable::parse(text).map_err(|error| {
            // The parser's own sentence ends with a line end at times, and may be two.
            let message = error.message().split('\n').map(str::trim).collect::<Vec<_>>().join(" ");
            document.error(error.span().unwrap_or_default(), message.trim_end())
        })?;
        let (mut defaults, mut feeds, mut has_layouts) = (None, None, false);
        for (key, value) in in_order(root.get_ref()) {
            match &**key.get_ref() {
                "defaults" => defaults = Some(document.table(key, value)?),
                "feed" => feeds = Some(value),
                // Of log lines: who reads them as events reads these tables too.
                "layout" => has_layouts = document.table(key, value).map(|_| true)?,
                // What a program does with the feeds is its own business.
                "run" => _ = document.table(key, value)?,
                _ => return Err(document.unknown(key, &["defaults", "feed", "layout", "run"])),
            }
        }
        let mut settings = Settings::default();
        if let Some(defaults) = defaults {
            for (key, value) in in_order(defaults) {
                if let "name" | "path" = &**key.get_ref() {
                    let reason = format!("`{}` belongs to a feed, and not to the defaults", key.get_ref());
                    return Err(document.error(key.span(), reason));
                }
                if !settings.set(&document, key, value)? {
                    return Err(document.unknown(key, Settings::KEYS));
                }
            }
        }
        let Some(feeds) = feeds else {
            return if has_layouts { Ok(Config::default()) } else { Err(document.error(0..0, "no `[[feed]]` in it")) };
        };
        let wrong = || document.error(feeds.span(), "`feed` is no list of tables: write `[[feed]]` before each feed");
        let mut config = Config::default();
        let mut names = HashMap::new();
        for feed in feeds.get_ref().as_array().ok_or_else(wrong)?.iter() {
            let table = feed.get_ref().as_table().ok_or_else(wrong)?;
            document.feed(feed.span(), table, settings.clone(), &mut names, &mut config.feeds)?;
        }
        Ok(config)
    }
}

/// A key, and what a table has for it.
type Key<'t> = Spanned<DeString<'t>>;

/// The keys of a table as they stand, so that the first error is the first in the file.
fn in_order<'a, 't>(table: &'a DeTable<'t>) -> Vec<(&'a Key<'t>, &'a Spanned<DeValue<'t>>)> {
    let mut keys: Vec<_> = table.iter().collect();
    keys.sort_by_key(|(key, _)| key.span().start);
    keys
}

/// Words that a value may be, and what they stand for.
type Words<T> = &'static [(&'static str, T)];

const ACTIONS: Words<Action> = &[("block", Action::Block), ("allow", Action::Allow), ("allow_all", Action::AllowAll)];

const EXCEPTIONS: Words<Exceptions> =
    &[("allow", Exceptions::Allow), ("allow_all", Exceptions::AllowAll), ("skip", Exceptions::Skip)];

const SCOPES: Words<Scope> = &[("exact", Scope::Exact), ("subdomains", Scope::Subdomains), ("suffix", Scope::Suffix)];

/// What a guard refuses.
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

/// What may stand in the defaults as well as in a feed. The name and the path of the feed are still missing.
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

    /// Takes one key; false if it is unknown.
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

/// The text, for the places of errors.
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
        self.error(value.span(), format!("`{}`: {wanted} is wanted, and here is: {is}", key.get_ref()))
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
                i64::MAX => format!("`{}` is at least {}", key.get_ref(), range.start),
                end => format!("`{}` is from {} to {}", key.get_ref(), range.start, end - 1),
            };
            return Err(self.error(value.span(), reason));
        }
        Ok(number)
    }

    fn word<T: Copy>(&self, key: &Key<'_>, value: &Spanned<DeValue<'_>>, words: Words<T>) -> Result<T> {
        let text = self.string(key, value)?;
        words.iter().find(|(word, _)| *word == text).map(|&(_, meaning)| meaning).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.error(value.span(), format!("`{}`: `{text}` is none of {}", key.get_ref(), known.join(", ")))
        })
    }

    fn list<'v, 't>(&self, key: &Key<'_>, value: &'v Spanned<DeValue<'t>>) -> Result<&'v [Spanned<DeValue<'t>>]> {
        value.get_ref().as_array().map(|list| &list[..]).ok_or_else(|| self.wrong(key, value, "a list"))
    }

    fn table<'v, 't>(&self, key: &Key<'_>, value: &'v Spanned<DeValue<'t>>) -> Result<&'v DeTable<'t>> {
        value.get_ref().as_table().ok_or_else(|| self.wrong(key, value, "a table"))
    }

    /// A share: `"50%"`.
    fn percent(&self, key: &Key<'_>, value: &Spanned<DeValue<'_>>) -> Result<u8> {
        let text = self.string(key, value)?;
        let share = text.trim().strip_suffix('%').and_then(|share| share.trim_end().parse().ok());
        share.filter(|share| (1..=100).contains(share)).ok_or_else(|| {
            let reason = format!("`{}`: `{text}` is no share from \"1%\" to \"100%\"", key.get_ref());
            self.error(value.span(), reason)
        })
    }

    /// A number and a unit.
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
            let reason = format!("`{}`: `{text}` is no time such as 12h, 30d or 2w", key.get_ref());
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
                        return Err(self.error(column.span(), "`delimiter` is one character"));
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
            let reason = "`columns`: none holds values: say which is the `value`, `ip`, `domain`, `host` or `url`";
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

    /// Reads one `[[feed]]`, and adds as many feeds as it has files.
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
            let reason = format!("`columns` are for the formats csv and jsonl, and this feed is {format}");
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
                let reason = format!("two feeds are named `{full}`: {first} and {second}; give one another `name`");
                return Err(self.error(span, reason));
            }
            let mut feed = settings.feed.clone();
            feed.name = full;
            feed.path = shown_path(&file).into_owned();
            let Settings { format, may_be_empty, shrank_below, .. } = settings;
            feeds.push(FeedFile { feed, path: file, format, may_be_empty, shrank_below });
        }
        Ok(())
    }

    /// The files of a path, and whether it is a glob. What exists as a file is a path, whatever its name holds.
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
        let pattern = if Path::new(path).is_absolute() {
            path.to_owned()
        } else {
            // What the name of the folder holds is no pattern.
            Path::new(&glob::Pattern::escape(&folder.to_string_lossy())).join(path).to_string_lossy().into_owned()
        };
        let options = glob::MatchOptions {
            case_sensitive: true,
            require_literal_separator: true,
            require_literal_leading_dot: true,
        };
        let found = glob::glob_with(&pattern, options).map_err(|error| self.error(span.clone(), error))?;
        let mut files = Vec::new();
        for file in found {
            let file = file.map_err(|error| self.error(span.clone(), error))?;
            if file.is_file() {
                files.push(file);
            }
        }
        if files.is_empty() {
            return Err(self.error(span, format!("no file matches {pattern}")));
        }
        Ok((files, true))
    }
}
