//! Configurations of many feeds: their meaning, their errors, and the positions of errors.
#![cfg(feature = "config")]

use std::fs;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use netsieve::feed::Format;
use netsieve::feed::{FeedFile, config::Config};
use netsieve::indicator::{Column, ColumnRole, Exceptions};
use netsieve::{Action, BuildReport, ErrorKind, Feed, Policy, Scope, Sieve};
use proptest::prelude::*;
use tempfile::TempDir;

/// Creates a folder with these files, each a plain list.
fn folder(files: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "evil.test\n").unwrap();
    }
    folder
}

fn parse(folder: &TempDir, text: &str) -> Result<Vec<FeedFile>, String> {
    let path = folder.path().join("feeds.toml");
    match Config::parse(text, &path) {
        Ok(config) => Ok(config.feeds),
        Err(error) => {
            assert_eq!(error.path(), Some(&*path), "{error}");
            let text = error.to_string();
            Err(text.strip_prefix(&format!("{}:", path.display())).expect(&text).to_owned())
        }
    }
}

/// Parses a text that describes one feed.
fn feed(text: &str) -> FeedFile {
    let folder = folder(&["a.txt"]);
    let mut feeds = parse(&folder, text).expect(text);
    assert_eq!(feeds.len(), 1, "{text}");
    feeds.remove(0)
}

/// The expected feed of `a.txt`, changed by `change` and without its path.
fn want(change: impl FnOnce(&mut Feed)) -> Feed {
    let mut feed = Feed::new("a");
    change(&mut feed);
    feed
}

#[test]
fn keys_say_what_they_are_documented_to_say() {
    type Change = fn(&mut Feed);
    let cases: [(&str, Change); 23] = [
        ("", |_| {}),
        ("name = 'mine'", |feed| feed.name = "mine".into()),
        ("action = 'block'", |feed| feed.action = Action::Block),
        ("action = 'allow'", |feed| feed.action = Action::Allow),
        ("action = 'allow_all'", |feed| feed.action = Action::AllowAll),
        ("scope = 'exact'", |feed| feed.policy.scope = Some(Scope::Exact)),
        ("scope = 'subdomains'", |feed| feed.policy.scope = Some(Scope::Subdomains)),
        ("scope = 'suffix'", |feed| feed.policy.scope = Some(Scope::Suffix)),
        ("confidence = 0", |feed| feed.confidence = Some(0)),
        ("confidence = 0x64", |feed| feed.confidence = Some(100)),
        ("tags = ['c2', 'Sandfly']", |feed| feed.tags = vec!["c2".into(), "Sandfly".into()]),
        ("ttl = '90s'", |feed| feed.time_to_live = Some(SignedDuration::from_secs(90))),
        ("ttl = '30m'", |feed| feed.time_to_live = Some(SignedDuration::from_mins(30))),
        ("ttl = '12 h'", |feed| feed.time_to_live = Some(SignedDuration::from_hours(12))),
        ("ttl = '30d'", |feed| feed.time_to_live = Some(SignedDuration::from_hours(720))),
        ("ttl = '2w'", |feed| feed.time_to_live = Some(SignedDuration::from_hours(336))),
        ("admit = ['bogons', 'public-suffixes']", |feed| {
            (feed.policy.admit_bogons, feed.policy.admit_public_suffixes) = (true, true);
        }),
        ("admit = ['wide-prefixes']", |feed| feed.policy.admit_wide_prefixes = true),
        ("path_patterns = true\nurl_suffix_hosts = true", |feed| {
            (feed.policy.path_patterns, feed.policy.url_suffix_hosts) = (true, true);
        }),
        ("exceptions = 'allow'", |feed| feed.policy.exceptions = Exceptions::Allow),
        ("exceptions = 'allow_all'", |feed| feed.policy.exceptions = Exceptions::AllowAll),
        ("exceptions = 'skip'", |feed| feed.policy.exceptions = Exceptions::Skip),
        ("only_to_ids = true\nwarning_lists_block = true", |feed| {
            (feed.policy.only_to_ids, feed.policy.warning_lists_block) = (true, true);
        }),
    ];
    for (text, change) in cases {
        // Each key may be set in the feed or, except for the name, in the defaults. The feed's own value wins.
        let mut got = feed(&format!("[[feed]]\npath = 'a.txt'\n{text}\n"));
        assert!(got.path.ends_with("a.txt") && got.feed.path == got.path.to_str().unwrap());
        got.feed.path.clear();
        assert_eq!(got.feed, want(change), "{text}");
        assert_eq!(got.format, None);
        if !text.starts_with("name") {
            let mut got = feed(&format!("[defaults]\n{text}\n[[feed]]\npath = 'a.txt'\n"));
            got.feed.path.clear();
            assert_eq!(got.feed, want(change), "default {text}");
        }
    }
    for &format in Format::ALL {
        let got = feed(&format!("[[feed]]\npath = 'a.txt'\nformat = '{format}'\n"));
        assert_eq!(got.format, Some(format));
    }
}

#[test]
fn a_feed_has_its_own_word_over_the_defaults() {
    let defaults = "[defaults]\nformat = 'hosts'\naction = 'allow'\nscope = 'exact'\nconfidence = 10\ntags = ['a', 'b']\nttl = '1d'\nadmit = ['bogons', 'wide-prefixes']\npath_patterns = true\n";
    let own = "[[feed]]\npath = 'a.txt'\nformat = 'plain'\naction = 'block'\nscope = 'suffix'\nconfidence = 20\ntags = ['c']\nttl = '2d'\nadmit = ['public-suffixes']\npath_patterns = false\n";
    let mut got = feed(&format!("{defaults}{own}"));
    let alone = feed(own);
    got.feed.path = alone.feed.path.clone();
    got.path = alone.path.clone();
    assert_eq!(got, alone);
    let got = feed(&format!("{defaults}[[feed]]\npath = 'a.txt'\ntags = []\nadmit = []\n")).feed;
    assert_eq!((got.tags, got.policy.admit_bogons, got.policy.admit_wide_prefixes), (vec![], false, false));
    assert_eq!((got.action, got.confidence), (Action::Allow, Some(10)));
    // The defaults may follow the feeds, as TOML allows.
    let after = feed("[[feed]]\npath = 'a.txt'\n[defaults]\nconfidence = 7\n");
    assert_eq!(after.feed.confidence, Some(7));
}

#[test]
fn columns_by_name_number_and_list() {
    let got = feed(
        "[[feed]]\npath = 'a.txt'\n[feed.columns]\nvalue = ['Indicator', 4]\nport = 2\nlast_seen = 'Seen'\nignore = ['x', 'y']\ndelimiter = \"\\t\"\nheader = true\n",
    );
    let columns = got.feed.columns.unwrap();
    let name = |text: &str| Column::Name(text.to_owned());
    let want = [
        (ColumnRole::Value, name("Indicator")),
        (ColumnRole::Value, Column::Number(4)),
        (ColumnRole::Port, Column::Number(2)),
        (ColumnRole::LastSeen, name("Seen")),
        (ColumnRole::Ignore, name("x")),
        (ColumnRole::Ignore, name("y")),
    ];
    assert_eq!((columns.roles, columns.delimiter, columns.header), (want.to_vec(), Some('\t'), Some(true)));
    for role in ColumnRole::ALL {
        let text = format!("[[feed]]\npath = 'a.txt'\ncolumns = {{ url = 'u', {role} = 'c' }}\n", role = role.as_str());
        if *role != ColumnRole::Url {
            let columns = feed(&text).feed.columns.unwrap();
            assert_eq!((columns.roles[1].clone(), columns.header), ((*role, name("c")), None));
        }
    }
}

#[test]
fn errors_say_where_and_why() {
    let folder = folder(&["a.txt", "b.txt", "sub/a.txt", "sub/c.txt"]);
    // These lines follow `[[feed]]` and `path = 'a.txt'`, so they begin on line 3.
    for (text, wants) in [
        ("formt = 'plain'", &["3:1: unknown key `formt` (known: name, path, format, action,"][..]),
        ("tags = ['x']\n\n  Tags = ['x']", &["5:3: unknown key `Tags`"]),
        ("format = 'plian'", &["3:10: unknown feed format `plian` (known: adblock, "]),
        ("format = 3", &["3:10: `format`: expected a string, found integer"]),
        ("action = 'Block'", &["3:10: `action`: `Block` is not one of block, allow, allow_all"]),
        ("scope = 'all'", &["3:9: `scope`: `all` is not one of exact, subdomains, suffix"]),
        ("exceptions = 'none'", &["3:14: `exceptions`: `none` is not one of allow, allow_all, skip"]),
        ("confidence = 101", &["3:14: `confidence` must be from 0 to 100"]),
        ("confidence = -1", &["3:14: `confidence` must be from 0 to 100"]),
        ("confidence = 99999999999999999999", &["3:14: `confidence`: expected a whole number"]),
        ("confidence = '50'", &["3:14: `confidence`: expected a whole number, found string"]),
        ("confidence = 0.5", &["3:14: ", "float"]),
        ("tags = 'c2'", &["3:8: `tags`: expected a list"]),
        ("tags = ['c2', 3]", &["3:15: `tags`: expected a string"]),
        ("tags = ['c2', ' ']", &["3:15: `tags` is empty"]),
        ("ttl = '30'", &["3:7: `ttl`: `30` is not a duration such as 12h, 30d or 2w"]),
        ("ttl = '1.5h'", &["3:7: `ttl`"]),
        ("ttl = 'd'", &["3:7: `ttl`"]),
        ("ttl = '0d'", &["3:7: `ttl`"]),
        ("ttl = '-3d'", &["3:7: `ttl`"]),
        ("ttl = '999999999999999999w'", &["3:7: `ttl`"]),
        ("ttl = 30", &["3:7: `ttl`: expected a string"]),
        (
            "admit = ['bogons', 'bogus']",
            &["3:20: `admit`: `bogus` is not one of bogons, wide-prefixes, public-suffixes"],
        ),
        ("admit = 'bogons'", &["3:9: `admit`: expected a list"]),
        ("path_patterns = 'yes'", &["3:17: `path_patterns`: expected true or false"]),
        ("name = ''", &["3:8: `name` is empty"]),
        ("columns = 'value'", &["3:11: `columns`: expected a table"]),
        ("columns = { valeu = 'x' }", &["3:13: unknown key `valeu` (known: value, ip, ", "delimiter, header)"]),
        ("columns = { tags = 'x' }", &["3:11: `columns`: no column holds values"]),
        ("columns = { value = 0 }", &["3:21: `value` must be at least 1"]),
        ("columns = { value = true }", &["3:21: `value`: expected the name of a column or its number from 1"]),
        ("columns = { value = ['x', []] }", &["3:27: `value`"]),
        ("columns = { value = 'x', delimiter = ';;' }", &["3:38: `delimiter` must be one character"]),
        ("columns = { value = 'x', header = 1 }", &["3:35: `header`: expected true or false"]),
        (
            "format = 'hosts'\ncolumns = { value = 'x' }",
            &["4:1: `columns` apply only to the formats csv and jsonl", "hosts"],
        ),
        ("[[feed]]\nname = 'x'", &["3:1: a feed without a `path`"]),
        ("[[feed]]\npath = 'missing.txt'", &["4:8: no such file: ", "missing.txt"]),
        ("[[feed]]\npath = 'sub'", &["4:8: ", "is a folder", "sub/*"]),
        ("[[feed]]\npath = 'x*.txt'", &["4:8: no file matches "]),
        ("[[feed]]\npath = 'a[.txt'", &["4:8: "]),
        (
            "[[feed]]\npath = 'sub/a.txt'",
            &["4:8: two feeds are named `a`: ", "a.txt and ", "give one of them another `name`"],
        ),
        ("[[feed]]\npath = 'b.txt'\nname = 'a'", &["5:8: two feeds are named `a`"]),
        ("[[feed]]\npath = 'sub/*'\nname = ''", &["5:8: `name` is empty"]),
        ("[default]\nconfidence = 1", &["3:2: unknown key `default` (known: defaults, feed, layout, run)"]),
        ("[defaults]\npath = 'a.txt'", &["4:1: `path` belongs in a feed"]),
        ("[defaults]\nname = 'a'", &["4:1: `name` belongs in a feed"]),
        ("[defaults]\nconfidnce = 1", &["4:1: unknown key `confidnce` (known: format, "]),
        ("tags = ['ü', 3]", &["3:14: `tags`"]),
        // Errors from the TOML parser.
        ("confidence = ", &["3:"]),
        ("confidence = 1\nconfidence = 2", &["4:", "duplicate"]),
        ("tags = ['x'", &["3:"]),
        ("name = 'x", &["3:"]),
        ("!", &["3:"]),
    ] {
        let text = format!("[[feed]]\npath = 'a.txt'\n{text}\n");
        let error = parse(&folder, &text).expect_err(&text);
        assert!(error.starts_with(wants[0]), "{text}\n{error}");
        for want in wants {
            assert!(error.contains(want), "{text}\n{want}\n{error}");
        }
        assert!(!error.contains('\n'), "{error:?}");
        // Line numbers are right for any kind of line end.
        let crlf = parse(&folder, &text.replace('\n', "\r\n")).expect_err(&text);
        assert_eq!(crlf, error);
    }
    for (text, want) in [
        ("", "1:1: contains no `[[feed]]`"),
        ("[defaults]\n", "1:1: contains no `[[feed]]`"),
        ("\u{FEFF}[feeds]\n", "1:2: unknown key `feeds`"),
        ("feed = 3\n", "1:8: `feed` is not a list of tables: write `[[feed]]` before each feed"),
        ("feed = [1]\n", "1:8: `feed` is not a list of tables"),
        ("[feed]\npath = 'a.txt'\n", "1:1: `feed` is not a list of tables"),
        ("defaults = 3\n", "1:12: `defaults`: expected a table"),
    ] {
        let error = parse(&folder, text).expect_err(text);
        assert!(error.starts_with(want), "{text}\n{error}");
    }
}

#[test]
fn files_that_are_not_a_configuration() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("feeds.toml");
    let error = Config::read(&path).unwrap_err();
    assert_eq!((error.path(), error.kind()), (Some(&*path), ErrorKind::Io(std::io::ErrorKind::NotFound)));
    fs::write(&path, b"[[feed]]\npath = '\xFF'\n").unwrap();
    assert_eq!(Config::read(&path).unwrap_err().to_string(), format!("{}:2:9: not UTF-8", path.display()));
    fs::write(&path, "#".repeat(netsieve::limits::MAX_CONFIG + 1)).unwrap();
    assert!(Config::read(&path).unwrap_err().to_string().contains("larger than 1048576 bytes"));
    fs::write(&path, format!("x = {}{}", "[".repeat(100_000), "]".repeat(100_000))).unwrap();
    assert!(Config::read(&path).unwrap_err().to_string().contains("feeds.toml:1:"));
    assert!(Config::read(folder.path()).is_err());
    // A text without a file is located by line numbers alone.
    assert_eq!(
        Config::parse("x = 1\n", "").unwrap_err().to_string(),
        "line 1, column 1: unknown key `x` (known: defaults, feed, layout, run)"
    );
}

#[test]
fn paths_and_globs_begin_in_the_folder_of_the_file() {
    let folder = folder(&["a.txt", "b.txt", "b[1].txt", "sub/c.txt", "sub/deep/d.txt", "sub/.hidden", "[x]/e.txt"]);
    let found = |text: &str| -> Vec<(String, PathBuf)> {
        let feeds = parse(&folder, text).expect(text);
        let inside = |file: &FeedFile| file.path.strip_prefix(folder.path()).unwrap().to_owned();
        feeds.iter().map(|file| (file.feed.name.clone(), inside(file))).collect()
    };
    for (text, want) in [
        ("path = 'a.txt'", &[("a", "a.txt")][..]),
        ("path = './sub/../a.txt'", &[("a", "sub/../a.txt")]),
        ("path = '?.txt'", &[("a", "a.txt"), ("b", "b.txt")]),
        ("path = '[!a].txt'", &[("b", "b.txt")]),
        // A name that exists is a path, not a glob.
        ("path = 'b[1].txt'", &[("b[1]", "b[1].txt")]),
        ("path = 'sub/*'", &[("c", "sub/c.txt")]),
        ("path = 'sub/**/*.txt'\nname = 'all'", &[("all/c", "sub/c.txt"), ("all/d", "sub/deep/d.txt")]),
        ("path = 'sub/c*'\nname = 'one'", &[("one/c", "sub/c.txt")]),
        ("path = '*/e.txt'", &[("e", "[x]/e.txt")]),
    ] {
        let want: Vec<_> = want.iter().map(|(name, path)| ((*name).to_owned(), PathBuf::from(path))).collect();
        assert_eq!(found(&format!("[[feed]]\n{text}\n")), want, "{text}");
    }
    let absolute = folder.path().join("sub/*.txt");
    let text = format!("[[feed]]\npath = '{}'\n", absolute.display());
    assert_eq!(Config::parse(&text, "elsewhere/feeds.toml").unwrap().feeds[0].path, folder.path().join("sub/c.txt"));
    // A folder whose name looks like a glob.
    let odd = folder.path().join("[x]/feeds.toml");
    assert_eq!(Config::parse("[[feed]]\npath = 'e.*'\n", odd).unwrap().feeds.len(), 1);
}

/// Loads a configuration and builds it.
fn load(path: &Path) -> (Sieve, BuildReport) {
    let mut builder = Sieve::builder();
    for file in Config::read(path).unwrap().feeds {
        let id = builder.feed(file.feed.clone());
        file.read(&mut builder.sink(id)).unwrap();
    }
    builder.build().unwrap()
}

#[test]
fn the_sample_configuration_loads() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/samples");
    let (sieve, report) = load(&samples.join("feeds.toml"));
    let feeds: Vec<_> =
        report.feeds.iter().map(|feed| (feed.name.as_str(), feed.format.as_deref().unwrap(), feed.entries)).collect();
    let want = [
        ("c2", "plain", 9),
        ("phishing/phish-urls", "plain", 6),
        ("phishing/phishing", "hosts", 3),
        ("partner", "csv", 2),
        ("ours", "plain", 2),
    ];
    assert_eq!(feeds, want);
    let mut matcher = sieve.matcher();
    let matches = matcher.match_domain("cdn7.c2.evil.test", None);
    let sources: Vec<_> = matches.iter().flat_map(|found| found.sources().collect::<Vec<_>>()).collect();
    let said: Vec<_> = sources
        .iter()
        .map(|source| (source.feed().name.as_str(), source.confidence(), source.object_id(), source.tags().next()))
        .collect();
    assert_eq!(said, [("partner", Some(90), Some("R-17"), None), ("c2", Some(50), None, Some("c2"))]);
    assert_eq!(sources[0].valid_until().unwrap().to_string(), "2026-08-09T00:00:00Z");
    assert_eq!(sources[0].description(), None);
    let matches = matcher.match_domain("parcel.evil.test", None);
    assert!(matches.is_empty() && matches.withheld().allowed == 1);
}

#[test]
fn columns_alone_tell_what_a_file_is() {
    let folder = TempDir::new().unwrap();
    let config = "[[feed]]\npath = 't.dat'\ncolumns = { value = 'what' }\n";
    fs::write(folder.path().join("feeds.toml"), config).unwrap();
    for (text, format) in [
        ("who,what\nsomeone,evil.test\n", "csv"),
        ("{\"who\": \"someone\", \"what\": \"evil.test\"}\n{\"what\": \"192.0.2.1\"}\n", "jsonl"),
        ("[{\"what\": \"evil.test\"}]", "jsonl"),
    ] {
        fs::write(folder.path().join("t.dat"), text).unwrap();
        let (sieve, report) = load(&folder.path().join("feeds.toml"));
        assert_eq!(report.feeds[0].format.as_deref(), Some(format), "{text}");
        assert!(sieve.matcher().is_match_any("evil.test"), "{text}");
    }
}

#[test]
fn policies_reach_the_readers() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("list.txt"), "10.0.0.1\nco.uk\n0.0.0.0/4\nevil.test\n/gate.php\n").unwrap();
    for (text, want) in [
        ("", &["co.uk exact", "evil.test suffix"][..]),
        ("scope = 'exact'", &["co.uk exact", "evil.test exact"]),
        ("admit = ['bogons']", &["10.0.0.1", "co.uk exact", "evil.test suffix"]),
        ("admit = ['public-suffixes']", &["co.uk suffix", "evil.test suffix"]),
        ("admit = ['wide-prefixes', 'bogons']", &["0.0.0.0/4", "10.0.0.1", "co.uk exact", "evil.test suffix"]),
        ("path_patterns = true", &["/gate.php", "co.uk exact", "evil.test suffix"]),
    ] {
        let path = folder.path().join("feeds.toml");
        fs::write(&path, format!("[[feed]]\npath = 'list.txt'\n{text}\n")).unwrap();
        let (sieve, _) = load(&path);
        let mut got: Vec<String> = sieve
            .indicators()
            .map(|indicator| {
                format!("{indicator}{}", indicator.scope().map_or(String::new(), |scope| format!(" {scope}")))
            })
            .collect();
        got.sort();
        assert_eq!(got, want, "{text}");
    }
    assert_eq!(Policy::default(), feed("[[feed]]\npath = 'a.txt'\n").feed.policy);
}

#[test]
fn a_cut_configuration_is_an_error_or_a_shorter_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/samples/feeds.toml");
    let text = fs::read_to_string(&path).unwrap();
    let whole = Config::parse(&text, &path).unwrap().feeds.len();
    for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
        match Config::parse(&text[..end], &path) {
            Ok(config) => assert!(config.feeds.len() <= whole),
            Err(error) => assert_eq!(error.path(), Some(&*path)),
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_a_configuration_or_an_error(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("[[feed]]\n"), Just("[defaults]\n"), Just("path = 'a.txt'\n"), Just("tags = ["), Just("'x', "), Just("]\n"),
                Just("columns = { "), Just("value = 1 "), Just("}\n"), Just("ttl = '3d'\n"), Just("name = \"\"\"\n"), Just("feed.x.y = 2\n"),
                Just("[feed.columns]\n"), Just("\u{FEFF}"), Just("é\n"), Just("# c\r\n"), Just("confidence = 1979-05-27\n"),
            ],
            0..12,
        )
    ) {
        let _ = Config::parse(&parts.concat(), "x/feeds.toml");
    }
}

#[test]
fn a_feed_may_be_empty_and_may_have_shrunk() {
    let read = |text: &str, may_be_empty: bool| {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("a.txt"), text).unwrap();
        let files = parse(&folder, &format!("[[feed]]\npath = \"a.txt\"\nmay_be_empty = {may_be_empty}\n")).unwrap();
        let mut builder = Sieve::builder();
        let id = builder.feed(files[0].feed.clone());
        files[0].read(&mut builder.sink(id)).map_err(|error| error.to_string())
    };
    for empty in ["", "# nothing today\n", "[]\n"] {
        assert_eq!(read(empty, true), Ok(None), "{empty}");
        assert!(read(empty, false).unwrap_err().contains("empty feed"), "{empty}");
    }
    // A file that exists but cannot be read as a feed is not an empty feed.
    for broken in ["<html><body>busy</body></html>", "192.0.2.300\n", "what is this\n"] {
        assert!(read(broken, true).is_err(), "{broken}");
    }
    assert_eq!(read("evil.test\n", true), Ok(Some(Format::Plain)));

    let file = feed("[[feed]]\npath = \"a.txt\"\nshrank_below = \"50%\"");
    assert!(file.check_shrunk(100, 50).is_ok() && file.check_shrunk(0, 0).is_ok());
    let error = file.check_shrunk(100, 49).unwrap_err().to_string();
    assert!(error.contains("entries fell from 100 to 49: fewer than 50 %"), "{error}");
    assert!(feed("[[feed]]\npath = \"a.txt\"").check_shrunk(u64::MAX, 0).is_ok());
    let folder = folder(&["a.txt"]);
    for share in ["\"0%\"", "\"101%\"", "\"50\"", "50", "\"half\""] {
        assert!(parse(&folder, &format!("[[feed]]\npath = \"a.txt\"\nshrank_below = {share}\n")).is_err(), "{share}");
    }
}

/// Layouts of log lines may be in the same file as the feeds or in a file of their own. They are read with the events.
#[test]
fn layouts_are_left_to_the_reader_of_events() {
    let layouts = "[layout.acme]\nmatch = 'x'\nsource.ip = 'cip'\n";
    assert!(Config::parse(layouts, "c.toml").unwrap().feeds.is_empty());
    let error = Config::parse("layout = 1\n", "c.toml").unwrap_err().to_string();
    assert_eq!(error, "c.toml:1:10: `layout`: expected a table, found integer");
}
